import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Decision } from '../../core/decision.ts';
import type { Situation } from '../../core/journeys/situation.ts';
import type { DecisionExplanation } from './api.ts';
import { percent } from './decision-sentences.ts';
import { usePage } from './page.ts';
import { Bar } from './parts.tsx';

/** What spoke for it, what against, what would change the answer; asked for when somebody looks. */
export function Reasons(props: { readonly decision: Decision }): JSX.Element {
  const { desk } = usePage();
  const found = useSignal<DecisionExplanation | 'loading' | 'failed'>('loading');
  async function load(): Promise<void> {
    const answer = await desk.api.explanation(props.decision.id);
    found.value = answer.kind === 'ok' ? answer.value : 'failed';
  }
  useEffect(() => void load(), [props.decision.id]);
  const value = found.value;
  if (value === 'loading')
    return (
      <p role="status" class="note">
        Looking at what spoke for it…
      </p>
    );
  if (value === 'failed') return <p class="note">What spoke for it could not be loaded.</p>;
  return (
    <div class="reasons">
      {[value.for, value.against, value.change]
        .filter((sentence) => sentence !== '')
        .map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      {value.parts.length === 0 ? null : <Parts explanation={value} />}
    </div>
  );
}

function Parts(props: { readonly explanation: DecisionExplanation }): JSX.Element {
  const { parts, baseIntent, how } = props.explanation;
  const most = Math.max(...parts.map(({ share }) => Math.abs(share)));
  return (
    <details class="fold">
      <summary>How much each thing counted</summary>
      <ul class="bars bars-two">
        {parts.map(({ words, share }) => (
          <li key={words}>
            <span class="bars-name">{words}</span>
            <span class="bars-count">{share > 0 ? `+${share.toFixed(2)}` : `−${Math.abs(share).toFixed(2)}`}</span>
            <Bar whole={most} parts={[{ value: Math.abs(share), look: share > 0 ? 'bar-main' : 'bar-soft' }]} />
          </li>
        ))}
      </ul>
      <p class="note">
        {baseIntent === null ? '' : `Before anything was known the chance was ${percent(baseIntent)}. `}
        The numbers are log-odds: +0.69 doubles the odds of a purchase, −0.69 halves them. {how}
      </p>
    </details>
  );
}

const STAGE_WORDS = { browsing: 'looking around', considering: 'considering something', deciding: 'close to a decision' } as const;

/** What was around the decision. */
export function situationSentence(situation: Situation): string {
  const { stage, hour, returning, member, context } = situation;
  const extras = [
    ...(returning === true ? ['they had asked to be remembered and came back'] : []),
    ...(member === undefined ? [] : [`a member who opted in, with ${member.visits.toFixed(1)} visits of late`]),
    ...Object.entries(context ?? {}).map(([topic, value]) => `${topic}: ${value}`),
  ];
  return `The shopper was ${STAGE_WORDS[stage]}, between ${clock(hour)} and ${clock(hour + 1)}${extras.map((extra) => `; ${extra}`).join('')}.`;
}

function clock(hour: number): string {
  return `${String(hour % 24).padStart(2, '0')}:00`;
}
