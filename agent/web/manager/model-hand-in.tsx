import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { ModelsOverview } from '../../core/models-overview.ts';
import { Icon } from '../shared/icons.tsx';
import { askOfModels, type ModelFiles, sendModel, wordsOf } from './model-api.ts';
import { ModelChecks } from './model-gates.tsx';
import { Ago } from './parts.tsx';

interface Said {
  readonly isProblem: boolean;
  readonly sentence: string;
  readonly hint: string;
}

const NOTHING: Said = { isProblem: false, sentence: '', hint: '' };

/** A model from elsewhere: tried on this store's log, or put on its way through the gates. */
export function ModelHandIn(props: { readonly model: ModelsOverview; readonly onChanged: () => Promise<void> }): JSX.Element {
  const { limits, trial } = props.model;
  const input = useRef<HTMLInputElement>(null);
  const said = useSignal<Said>(NOTHING);
  const isBusy = useSignal(false);
  const share = useSignal<number | undefined>(undefined);
  /** The name under which the chosen files lie at the agent, once they do. */
  const upload = useSignal<string | undefined>(undefined);

  async function press(kind: 'try' | 'hand-in'): Promise<void> {
    const files = filesOf(input.current?.files ?? null);
    if (typeof files === 'string') {
      said.value = { isProblem: true, sentence: files, hint: '' };
      input.current?.focus();
      return;
    }
    isBusy.value = true;
    said.value = NOTHING;
    said.value = await send(kind, files);
    isBusy.value = false;
    share.value = undefined;
    await props.onChanged();
  }

  async function send(kind: 'try' | 'hand-in', files: ModelFiles): Promise<Said> {
    for (let attempt = 0; ; attempt++) {
      if (upload.value === undefined) {
        const sent = await sendModel(files, (part) => {
          share.value = part;
        });
        if (sent.kind !== 'ok') return { isProblem: true, ...wordsOf(sent) };
        upload.value = sent.value;
      }
      const answer = await askOfModels({ kind, upload: upload.value });
      if (kind === 'hand-in') upload.value = undefined;
      if (answer.kind === 'ok') return { isProblem: false, sentence: kind === 'try' ? '' : `${answer.value.sentence}.`, hint: '' };
      // Somebody handed in another one since, or the agent was started again: the files are sent once more.
      if (answer.kind !== 'refused' || answer.status !== 404 || attempt > 0) return { isProblem: true, ...wordsOf(answer) };
      upload.value = undefined;
    }
  }

  const isRunning = trial?.state === 'running';
  return (
    <details class="fold">
      <summary>Hand in a model</summary>
      <div class="stack">
        <p class="note" id="model-files-note">
          A model for this store comes as two files: its manifest, which ends in .json, and the model, which ends in .onnx (at most{' '}
          {megabytes(limits.modelBytes)}). It is checked before anything else and runs apart from everything. “Try it” changes nothing;
          “Hand it in” puts it on its way through what is asked of every new model.
        </p>
        <p class="filter grow">
          <label for="model-files">Manifest and model, both files together</label>
          <input
            id="model-files"
            type="file"
            multiple
            accept=".json,.onnx"
            ref={input}
            disabled={isBusy.value}
            aria-describedby="model-files-note model-files-said"
            aria-invalid={said.value.isProblem}
            onChange={() => {
              upload.value = undefined;
              said.value = NOTHING;
            }}
          />
        </p>
        <p class="row">
          <button type="button" class="button small primary" disabled={isBusy.value || isRunning} onClick={() => void press('try')}>
            Try it on this store's log
          </button>
          <button type="button" class="button small" disabled={isBusy.value || isRunning} onClick={() => void press('hand-in')}>
            Hand it in
          </button>
          {share.value === undefined ? null : (
            <progress value={share.value} aria-label="How much has arrived">
              {Math.round(100 * share.value)} %
            </progress>
          )}
        </p>
        <div id="model-files-said" role="status">
          {said.value.sentence === '' ? null : (
            <p class={said.value.isProblem ? 'strip tone-warn' : 'strip tone-calm'}>
              <Icon name={said.value.isProblem ? 'warning' : 'ok'} />
              <span>
                {said.value.sentence} {said.value.hint}
              </span>
            </p>
          )}
        </div>
        {trial === null ? null : <Trial trial={trial} onChanged={props.onChanged} />}
      </div>
    </details>
  );
}

/** What a trial found. */
function Trial(props: { readonly trial: NonNullable<ModelsOverview['trial']>; readonly onChanged: () => Promise<void> }): JSX.Element {
  const { name, sinceMs, state, sentence, checks } = props.trial;
  return (
    <section aria-label="The trial">
      <h3>
        {name}, tried <Ago atMs={sinceMs} />
      </h3>
      <p role="status" class={state === 'refused' ? 'strip tone-warn' : ''}>
        {state === 'refused' ? <Icon name="warning" /> : null} {sentence}.
      </p>
      {state === 'running' ? <StopWork onChanged={props.onChanged} /> : null}
      {checks.length === 0 ? null : <ModelChecks checks={checks} />}
    </section>
  );
}

/** Ends what is tried or learnt. */
export function StopWork(props: { readonly onChanged: () => Promise<void> }): JSX.Element {
  return (
    <p class="row">
      <button type="button" class="button small" onClick={() => void askOfModels({ kind: 'stop' }).then(props.onChanged)}>
        Stop
      </button>
    </p>
  );
}

/** Which of the chosen files is which; what is wrong with the choice otherwise. */
function filesOf(list: FileList | null): ModelFiles | string {
  const files = [...(list ?? [])];
  const manifest = files.find(({ name }) => name.toLowerCase().endsWith('.json'));
  const model = files.find(({ name }) => name.toLowerCase().endsWith('.onnx'));
  if (files.length === 2 && manifest !== undefined && model !== undefined) return { manifest, model };
  return 'Choose two files together: the manifest, which ends in .json, and the model, which ends in .onnx.';
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
