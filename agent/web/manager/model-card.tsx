import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ModelAction, ModelsOverview } from '../../core/models-overview.ts';
import { useLate } from './late.ts';
import type { ModelBodyProps } from './model-body.tsx';
import { usePage } from './page.ts';
import { Badge, Card } from './parts.tsx';

/** How often the page asks where the models stand, and while something is tried or learnt. */
const ASK_EVERY_MS = 15_000;
const ASK_AT_WORK_MS = 2_000;

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
  const isAtWork = isWorking(state.value);
  useEffect(() => {
    void load();
    const timer = setInterval(() => void load(), isAtWork ? ASK_AT_WORK_MS : ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [isAtWork]);

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
      {model === undefined ? <p class="note">One moment…</p> : <Body model={model} isBusy={isBusy.value} onAct={act} onChanged={load} />}
    </Card>
  );
}

function Standing(props: { readonly model: ModelsOverview }): JSX.Element {
  const { candidate, gates, apprentice } = props.model;
  if (apprentice !== null) return <Badge tone="calm">Learning, no offers yet</Badge>;
  if (candidate === null) return <Badge tone="good">In use</Badge>;
  return <Badge tone="calm">New model: {gates.find(({ state }) => state === 'here')?.title ?? candidate.stage}</Badge>;
}

function isWorking(model: ModelsOverview | undefined): boolean {
  const lesson = model?.lesson?.state;
  return model?.trial?.state === 'running' || lesson === 'collecting' || lesson === 'training';
}

/** What is asked of models now and then is a good part of the page's code, so it comes on its own. */
function Body(props: ModelBodyProps): JSX.Element {
  const late = useLate(() => import('./model-body.tsx'));
  if (late.kind === 'loading') return <p class="note">One moment…</p>;
  if (late.kind === 'failed') return <p class="note">This part of the page could not be loaded. Load the page again.</p>;
  return <late.module.ModelBody {...props} />;
}
