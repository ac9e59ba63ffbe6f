import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ExperimentView, VariantView } from '../../core/experiments/report.ts';
import { count } from '../shared/format.ts';
import { Icon } from '../shared/icons.tsx';
import { sentenceOf } from './experiment-words.ts';
import { Interval, signed } from './interval.tsx';
import { NewExperimentForm } from './new-experiment.tsx';
import { LOCALE, useMoney, usePage } from './page.ts';
import { Ago, Badge, Card, Empty } from './parts.tsx';
import type { NewExperiment } from './policy-api.ts';
import { Ranged } from './ranged.tsx';
import { useAnswer } from './use-answer.ts';

/** Questions put to chance: what each found so far, and the switches. */
export function Experiments(): JSX.Element {
  const { desk } = usePage();
  const { value, hasFailed, again } = useAnswer(() => desk.api.experiments());
  const refusal = useSignal('');
  const list = value.value?.experiments;

  async function toggle(id: string, isOn: boolean): Promise<void> {
    const answer = await desk.api.switchExperiment(id, isOn);
    refusal.value = answer.kind === 'ok' ? '' : answer.kind === 'refused' ? answer.sentence : 'The agent did not answer. Try again.';
    await again();
  }
  async function begin(plan: NewExperiment): Promise<string | undefined> {
    const answer = await desk.api.beginExperiment(plan);
    if (answer.kind !== 'ok') return answer.kind === 'refused' ? answer.sentence : 'The agent did not answer. Try again.';
    await again();
    return undefined;
  }

  const problem = hasFailed.value ? 'The experiments could not be loaded. It is tried again in a minute.' : refusal.value;
  return (
    <Card id="experiments" title="Experiments" wide={12}>
      <p role="status" class={problem === '' ? 'visually-hidden' : 'form-error'}>
        {problem}
      </p>
      {list?.length === 0 ? (
        <Empty title="No experiments">
          An experiment shows a change of a campaign to half of its visits and says, as soon as it is sure, which half brought more.
        </Empty>
      ) : null}
      <ul class="campaigns">
        {(list ?? []).map((experiment) => (
          <Experiment key={experiment.id} experiment={experiment} onToggle={toggle} />
        ))}
      </ul>
      {desk.mayManage.value && list !== undefined ? <NewExperimentForm taken={list.map(({ id }) => id)} onBegin={begin} /> : null}
    </Card>
  );
}

function Experiment(props: {
  readonly experiment: ExperimentView;
  readonly onToggle: (id: string, isOn: boolean) => Promise<void>;
}): JSX.Element {
  const { experiment } = props;
  const { desk } = usePage();
  const isBusy = useSignal(false);
  const isRunning = experiment.status === 'running' || experiment.status === 'won';
  const verb = isRunning ? 'Stop' : 'Begin anew';
  async function press(): Promise<void> {
    isBusy.value = true;
    await props.onToggle(experiment.id, !isRunning);
    isBusy.value = false;
  }
  return (
    <li class="campaign">
      <div class="campaign-head">
        <h3>{experiment.name}</h3>
        <Standing experiment={experiment} />
      </div>
      <p>{sentenceOf(experiment)}</p>
      <Variants experiment={experiment} />
      <div class="campaign-foot">
        <p class="note">
          {experiment.campaignName}, since <Ago atMs={experiment.sinceMs} />. Each interval holds however often you look.
        </p>
        {desk.mayManage.value ? (
          <button type="button" class="button small" disabled={isBusy.value} onClick={() => void press()}>
            <Icon name={isRunning ? 'pause' : 'play'} />
            <span>
              {verb}
              <span class="visually-hidden"> {experiment.name}</span>
            </span>
          </button>
        ) : null}
      </div>
    </li>
  );
}

function Standing(props: { readonly experiment: ExperimentView }): JSX.Element {
  switch (props.experiment.status) {
    case 'running':
      return (
        <Badge tone="calm" icon="play">
          Running
        </Badge>
      );
    case 'won':
      return <Badge tone="good">Decided</Badge>;
    case 'no-better':
      return <Badge tone="calm">Nothing better</Badge>;
    case 'stopped':
      return (
        <Badge tone="warn" icon="pause">
          Stopped
        </Badge>
      );
    case 'broken':
      return <Badge tone="bad">Not dealt fairly</Badge>;
  }
}

function Variants(props: { readonly experiment: ExperimentView }): JSX.Element {
  const { variants, metric } = props.experiment;
  const amount = useMoney();
  const figure = (value: number) => (metric === 'profit' ? amount(value) : `${(100 * value).toFixed(1)} in 100`);
  return (
    <table class="table">
      <caption class="visually-hidden">Variants of {props.experiment.name}</caption>
      <thead>
        <tr>
          <th scope="col">Variant</th>
          <th scope="col">Visits</th>
          <th scope="col" class="number">
            {metric === 'profit' ? 'Profit a visit' : 'Buying'}
          </th>
          <th scope="col">Beside the first</th>
        </tr>
      </thead>
      <tbody>
        {variants.map((variant) => (
          <tr key={variant.name}>
            <th scope="row">
              {variant.name} <span class="note">{Math.round(100 * variant.share)}%</span>
            </th>
            <td data-label="Visits">
              <span>
                {count(variant.exposed, LOCALE)} <span class="note">({count(variant.measured, LOCALE)} measured)</span>
              </span>
            </td>
            <td data-label={metric === 'profit' ? 'Profit a visit' : 'Buying'} class="number">
              {variant.mean === undefined ? 'not yet' : figure(variant.mean)}
            </td>
            <td data-label="Beside the first">
              <Difference variant={variant} isFirst={variant === variants[0]} figure={figure} scale={metric === 'profit' ? 1 : 10_000} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Difference(props: {
  readonly variant: VariantView;
  readonly isFirst: boolean;
  readonly figure: (value: number) => string;
  /** Makes the figure large enough to be drawn. */
  readonly scale: number;
}): JSX.Element {
  const { difference } = props.variant;
  if (props.isFirst) return <span class="note">what the others are compared with</span>;
  if (difference === undefined) return <span class="note">too early</span>;
  const { value, low, high, reduced } = difference;
  const more = reduced >= 0.01 ? `, ${Math.round(100 * reduced)}% of the noise foreseen` : '';
  return (
    <span class="with-range">
      <Ranged figure={difference} words={(one) => signed(one, props.figure)} more={more} />
      <Interval low={props.scale * low} high={props.scale * high} middle={props.scale * value} />
    </span>
  );
}
