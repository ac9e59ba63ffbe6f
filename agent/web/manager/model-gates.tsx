import type { JSX } from 'preact';
import type { ModelCheck, ModelsOverview } from '../../core/models-overview.ts';
import { Icon, type IconName } from '../shared/icons.tsx';

type Gate = ModelsOverview['gates'][number];

const MARKS: { readonly [S in ModelCheck['state']]: { readonly icon: IconName; readonly word: string } } = {
  met: { icon: 'ok', word: 'Met' },
  open: { icon: 'clock', word: 'Not yet' },
  failed: { icon: 'error', word: 'Failed' },
  ahead: { icon: 'quiet', word: 'Later' },
};

const PLACES: { readonly [S in Gate['state']]: string } = { passed: 'passed', here: 'here now', ahead: 'to come' };

/** The way of a model into use: every gate with its written conditions, and what sends it back. */
export function ModelGates(props: {
  readonly gates: readonly Gate[];
  readonly isOpen: boolean;
  readonly watch: readonly string[];
}): JSX.Element {
  return (
    <details class="fold" open={props.isOpen}>
      <summary>What a new model must show before it decides</summary>
      <ol class="gates">
        {props.gates.map(({ stage, title, meaning, state, criteria }) => (
          <li key={stage} class={`gate-step gate-${state}`} aria-current={state === 'here' ? 'step' : undefined}>
            <h3>
              {title} <span class="note">{PLACES[state]}</span>
            </h3>
            <p class="note">{meaning}</p>
            <ModelChecks checks={criteria} />
          </li>
        ))}
      </ol>
      <h3>What sends the model in use back, by itself</h3>
      <ul class="plain">
        {props.watch.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}

/** Conditions of a gate, each with how it stands. */
export function ModelChecks(props: { readonly checks: readonly ModelCheck[] }): JSX.Element {
  return (
    <ul class="checks">
      {props.checks.map(({ says, state, figure }) => (
        <li key={says}>
          <Icon name={MARKS[state].icon} />
          <span>
            <span class="visually-hidden">{MARKS[state].word}: </span>
            {says}
            {figure === '' ? null : <span class="note"> Now: {figure}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
