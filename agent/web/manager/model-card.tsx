import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ModelAction, ModelsOverview } from '../../core/models-overview.ts';
import { Icon } from '../shared/icons.tsx';
import { ModelGates } from './model-gates.tsx';
import { usePage } from './page.ts';
import { Ago, Badge, Card } from './parts.tsx';

/** How often the page asks where the models stand. */
const ASK_EVERY_MS = 15_000;

/** Which model decides, which one is on its way, and the way back. */
export function ModelCard(): JSX.Element {
  const { desk } = usePage();
  const state = useSignal<ModelsOverview | undefined>(undefined);
  const said = useSignal('');
  const isBusy = useSignal(false);

  async function load(): Promise<void> {
    const answer = await desk.api.model();
    if (answer.kind === 'ok') state.value = answer.value;
  }
  useEffect(() => {
    void load();
    const timer = setInterval(() => void load(), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);

  async function act(action: ModelAction): Promise<void> {
    isBusy.value = true;
    const answer = await desk.api.actOnModel({ action });
    if (answer.kind === 'ok') said.value = `${answer.value.sentence}.`;
    else said.value = answer.kind === 'refused' ? answer.sentence : 'The agent did not answer. Try again.';
    await load();
    isBusy.value = false;
  }

  const model = state.value;
  return (
    <Card id="model" title="The model that decides" wide={12} aside={model === undefined ? undefined : <Standing model={model} />}>
      <p role="status" class={said.value === '' ? 'visually-hidden' : 'strip tone-calm'}>
        {said.value}
      </p>
      {model === undefined ? <p class="note">One moment…</p> : <ModelBody model={model} isBusy={isBusy.value} onAct={act} />}
    </Card>
  );
}

function Standing(props: { readonly model: ModelsOverview }): JSX.Element {
  const { candidate, gates, apprentice } = props.model;
  if (apprentice !== null) return <Badge tone="calm">Learning, no offers yet</Badge>;
  if (candidate === null) return <Badge tone="good">In use</Badge>;
  return <Badge tone="calm">New model: {gates.find(({ state }) => state === 'here')?.title ?? candidate.stage}</Badge>;
}

function ModelBody(props: {
  readonly model: ModelsOverview;
  readonly isBusy: boolean;
  readonly onAct: (action: ModelAction) => Promise<void>;
}): JSX.Element {
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
        <p class="note">No other model is on its way. One is handed in with “endcap model stage”.</p>
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
      <ModelGates gates={props.model.gates} isOpen={candidate !== null} watch={watch} />
      <History history={history} />
    </>
  );
}

/** A press that changes what decides is asked for twice, in place. */
function Press(props: {
  readonly action: ModelAction;
  readonly label: string;
  readonly isBusy: boolean;
  readonly onAct: (action: ModelAction) => Promise<void>;
}): JSX.Element {
  const isAsked = useSignal(false);
  const sure = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isAsked.value) sure.current?.focus();
  }, [isAsked.value]);
  if (!isAsked.value) {
    return (
      <button
        type="button"
        class="button small"
        disabled={props.isBusy}
        onClick={() => {
          isAsked.value = true;
        }}
      >
        {props.label}
      </button>
    );
  }
  const answer = (isSure: boolean) => {
    isAsked.value = false;
    if (isSure) void props.onAct(props.action);
  };
  return (
    <span class="row">
      <button type="button" class="button small primary" ref={sure} onClick={() => answer(true)}>
        Yes: {props.label}
      </button>
      <button type="button" class="button small" onClick={() => answer(false)}>
        No
      </button>
    </span>
  );
}

function History(props: { readonly history: ModelsOverview['history'] }): JSX.Element | null {
  if (props.history.length === 0) return null;
  return (
    <details class="fold">
      <summary>What happened to the models</summary>
      <ol class="recent">
        {props.history.map(({ atMs, sentence }) => (
          <li key={`${atMs}-${sentence}`}>
            <span class="recent-time note">
              <Ago atMs={atMs} />
            </span>
            <span>{sentence}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
