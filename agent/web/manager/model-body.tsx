import type { JSX } from 'preact';
import type { ModelAction, ModelsOverview } from '../../core/models-overview.ts';
import { Icon } from '../shared/icons.tsx';
import { ModelGates } from './model-gates.tsx';
import { ModelHandIn } from './model-hand-in.tsx';
import { ModelLesson } from './model-lesson.tsx';
import { usePage } from './page.ts';
import { Ago, Happened } from './parts.tsx';
import { TwicePressed } from './twice-pressed.tsx';

export interface ModelBodyProps {
  readonly model: ModelsOverview;
  readonly isBusy: boolean;
  readonly onAct: (action: ModelAction) => Promise<void>;
  /** Asks anew where the models stand. */
  readonly onChanged: () => Promise<void>;
}

/** Everything about the models of the store; comes on its own, after what is looked at every day. */
export function ModelBody(props: ModelBodyProps): JSX.Element {
  const { live, previous, candidate, replay, calibration, drifts, apprentice, watch, history } = props.model;
  const { desk } = usePage();
  const mayManage = desk.mayManage.value;
  return (
    <>
      <p>
        {live.sentence}, since <Ago atMs={live.sinceMs} />.
      </p>
      <p class="note">{calibration}.</p>
      {drifts.length === 0 ? null : (
        <p class="strip tone-warn">
          <Icon name="warning" /> This store is unlike those that the model learnt from:{' '}
          {drifts
            .slice(0, 3)
            .map(({ words }) => words)
            .join('; ')}
          .
        </p>
      )}
      {apprentice === null ? null : (
        <section aria-label="How far this store has learnt">
          <p class="strip tone-calm">
            <Icon name="pause" /> {apprentice.sentence}.
          </p>
          <ul class="checks">
            {apprentice.lines.map(({ says, isMet, figure }) => (
              <li key={says}>
                <Icon name={isMet ? 'ok' : 'clock'} />
                <span>
                  {says} <span class="note">{figure}</span>
                </span>
              </li>
            ))}
          </ul>
          {mayManage ? <Press action="end-apprentice" label="Make offers from now on" {...props} /> : null}
        </section>
      )}
      {candidate === null ? (
        <p class="note">No other model is on its way.</p>
      ) : (
        <section aria-label="The new model">
          <h3>
            {candidate.name}, <Ago atMs={candidate.sinceMs} />
          </h3>
          {replay === null ? null : <p>{replay}.</p>}
          {mayManage ? (
            <p class="row">
              <Press action="promote" label="Use it now" {...props} />
              <Press action="withdraw" label="Take it out" {...props} />
            </p>
          ) : null}
        </section>
      )}
      {mayManage ? (
        <p class="row">
          <Press action="return" label={`Go back to ${previous.startsWith('rules@') ? 'the rules' : previous}`} {...props} />
        </p>
      ) : null}
      {mayManage ? <ModelHandIn model={props.model} onChanged={props.onChanged} /> : null}
      {mayManage ? <ModelLesson model={props.model} onChanged={props.onChanged} /> : null}
      <ModelGates gates={props.model.gates} isOpen={candidate !== null} watch={watch} />
      <History history={history} />
    </>
  );
}

function Press(props: {
  readonly action: ModelAction;
  readonly label: string;
  readonly isBusy: boolean;
  readonly onAct: (action: ModelAction) => Promise<void>;
}): JSX.Element {
  return <TwicePressed label={props.label} isBusy={props.isBusy} onSure={() => void props.onAct(props.action)} />;
}

function History(props: { readonly history: ModelsOverview['history'] }): JSX.Element | null {
  if (props.history.length === 0) return null;
  return (
    <details class="fold">
      <summary>What happened to the models</summary>
      <ol class="recent">
        {props.history.map(({ atMs, sentence }) => (
          <Happened key={`${atMs}-${sentence}`} atMs={atMs} sentence={sentence} />
        ))}
      </ol>
    </details>
  );
}
