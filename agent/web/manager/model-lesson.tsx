import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ModelLearnt, ModelScore, ModelsOverview } from '../../core/models-overview.ts';
import { Icon, type IconName } from '../shared/icons.tsx';
import { askOfModels, wordsOf } from './model-api.ts';
import { StopWork } from './model-hand-in.tsx';
import { Ago } from './parts.tsx';
import type { Tone } from './tone.ts';
import { TwicePressed } from './twice-pressed.tsx';

type Lesson = NonNullable<ModelsOverview['lesson']>;

/** A model from what visits did and bought here, with how it would have done beside what is in use. */
export function ModelLesson(props: { readonly model: ModelsOverview; readonly onChanged: () => Promise<void> }): JSX.Element {
  const { lesson } = props.model;
  const problem = useSignal('');
  const isBusy = useSignal(false);
  const said = useSignal('');

  async function ask(kind: 'learn' | 'hand-in-learnt'): Promise<void> {
    isBusy.value = true;
    said.value = '';
    const answer = await askOfModels({ kind });
    const { sentence, hint } = wordsOf(answer);
    problem.value = answer.kind === 'ok' ? '' : `${sentence} ${hint}`;
    if (answer.kind === 'ok' && kind === 'hand-in-learnt') said.value = `${answer.value.sentence}.`;
    await props.onChanged();
    isBusy.value = false;
  }

  const isRunning = lesson?.state === 'collecting' || lesson?.state === 'training';
  return (
    <details class="fold">
      <summary>Learn from this store's own days</summary>
      <div class="stack">
        <p class="note">
          Makes a model from what visits did and bought here, in the background and without slowing the store down. It takes some minutes
          and changes nothing. At the end it says how the model would have done on the newest visits, which it never saw.
        </p>
        {lesson === null ? null : <Progress lesson={lesson} />}
        {isRunning ? (
          <StopWork onChanged={props.onChanged} />
        ) : (
          <p class="row">
            <button
              type="button"
              class={`button small ${lesson === null ? 'primary' : ''}`}
              disabled={isBusy.value}
              onClick={() => void ask('learn')}
            >
              {lesson === null ? 'Begin' : 'Begin again'}
            </button>
          </p>
        )}
        {lesson?.learnt == null ? null : (
          <Learnt learnt={lesson.learnt} isBusy={isBusy.value} onHandIn={() => void ask('hand-in-learnt')} />
        )}
        <div role="status">
          {problem.value === '' ? null : (
            <p class="strip tone-warn">
              <Icon name="warning" />
              <span>{problem.value}</span>
            </p>
          )}
          {said.value === '' ? null : (
            <p class="strip tone-calm">
              <Icon name="ok" />
              <span>{said.value}</span>
            </p>
          )}
        </div>
      </div>
    </details>
  );
}

const STEPS: { readonly [S in Lesson['state']]: string } = {
  collecting: 'Step 1 of 2: reading what happened here',
  training: 'Step 2 of 2: learning',
  done: 'Done',
  refused: 'Nothing was learnt',
  stopped: 'Stopped',
};

/** Only the step is read out; figures that change every second are not. */
function Progress(props: { readonly lesson: Lesson }): JSX.Element {
  const { state, sinceMs, sentence, hint, learnt } = props.lesson;
  const [tone, icon] = state === 'done' ? TONES[learnt?.verdict ?? 'perhaps-worse'] : state === 'refused' ? WARNING : CALM;
  return (
    <div class={`strip tone-${tone}`}>
      <Icon name={icon} />
      <div>
        <p>
          <strong role="status">{STEPS[state]}</strong>{' '}
          <span class="note">
            begun <Ago atMs={sinceMs} />
          </span>
        </p>
        <p>
          {sentence}. {hint === '' ? '' : `${hint}.`}
        </p>
      </div>
    </div>
  );
}

const WARNING: readonly [Tone, IconName] = ['warn', 'warning'];
const CALM: readonly [Tone, IconName] = ['calm', 'clock'];
const TONES: { readonly [V in ModelLearnt['verdict']]: readonly [Tone, IconName] } = {
  better: ['good', 'ok'],
  'perhaps-better': ['calm', 'ok'],
  'perhaps-worse': WARNING,
  worse: WARNING,
};

function Learnt(props: { readonly learnt: ModelLearnt; readonly isBusy: boolean; readonly onHandIn: () => void }): JSX.Element {
  const { name, verdict, facts, scorers } = props.learnt;
  const isGood = verdict === 'better' || verdict === 'perhaps-better';
  return (
    <section aria-label="What was learnt">
      <table class="table">
        <caption>On the newest visits, which {name} never saw</caption>
        <thead>
          <tr>
            <th scope="col">Who says it</th>
            <th scope="col">Tells who buys</th>
            <th scope="col">Said would buy</th>
            <th scope="col">Did buy</th>
            <th scope="col">Loss</th>
          </tr>
        </thead>
        <tbody>
          {scorers.map((scorer) => (
            <Row key={scorer.name} {...scorer} />
          ))}
        </tbody>
      </table>
      <p class="note">
        “Tells who buys”: of 100 pairs of a product that was bought and one that was not, how often the first has the higher score; 50 is
        chance. “Loss” holds order and promises together; lower is better.
      </p>
      <ul class="plain">
        {facts.map((fact) => (
          <li key={fact}>{fact}.</li>
        ))}
      </ul>
      <p class="row">
        {isGood ? (
          <button type="button" class="button small primary" disabled={props.isBusy} onClick={props.onHandIn}>
            Hand it in
          </button>
        ) : (
          <TwicePressed label="Hand it in although it is not better" isBusy={props.isBusy} onSure={props.onHandIn} />
        )}
      </p>
    </section>
  );
}

function Row({ name, order, promised, came, logLoss }: ModelScore): JSX.Element {
  return (
    <tr>
      <th scope="row">{name.charAt(0).toUpperCase() + name.slice(1)}</th>
      <td data-label="Tells who buys">{Math.round(100 * order)} of 100</td>
      <td data-label="Said would buy">{(100 * promised).toFixed(1)} in 100</td>
      <td data-label="Did buy">{(100 * came).toFixed(1)} in 100</td>
      <td data-label="Loss">{logLoss.toFixed(3)}</td>
    </tr>
  );
}
