import type { State } from '../state.ts';
import type { TimestampMs } from '../units.ts';
import type { Comparison } from './judge-experiment.ts';
import { allTracks } from './manage.ts';
import { type SampleRatio, sampleRatio } from './sample-ratio.ts';
import { alwaysValid } from './sequential.ts';
import { differenceOf } from './sums.ts';
import type { ExperimentTrack } from './track.ts';

/** An experiment as people see it. */
export interface ExperimentView {
  readonly id: string;
  readonly name: string;
  readonly campaign: string;
  readonly campaignName: string;
  readonly origin: ExperimentTrack['origin'];
  readonly status: ExperimentTrack['status'];
  /** The variant to use, once something is decided. */
  readonly use: string | undefined;
  readonly sentence: string;
  readonly sinceMs: TimestampMs;
  readonly decidedAtMs: TimestampMs | undefined;
  /** What the figures are of: cents of profit, or shares of visits that buy. */
  readonly metric: 'profit' | 'purchases';
  readonly effect: number;
  readonly variants: readonly VariantView[];
  /** Chance of a split at least this uneven, had it been dealt as meant; looked at as often as one likes. */
  readonly ratioPValue: SampleRatio['sequentialPValue'];
}

/** One variant beside the first. */
export interface VariantView {
  readonly name: string;
  /** Share of those who take part that it gets now. */
  readonly share: number;
  readonly exposed: number;
  readonly measured: number;
  /** Mean of the metric; undefined before anybody was measured. */
  readonly mean: number | undefined;
  /** Difference to the first variant a visit, valid however often it is looked at; undefined for the first, and below 100 visits of either. */
  readonly difference: { readonly value: number; readonly low: number; readonly high: number; readonly reduced: number } | undefined;
}

/** Visits a variant before a difference is shown. */
const MIN_VISITS = 100;

/** Every experiment, those that run first. */
export function experimentViews(state: Readonly<State>): readonly ExperimentView[] {
  const names = new Map((state.store?.campaigns ?? []).map(({ id, name }) => [id, name]));
  const views = allTracks(state).map((track) => viewOf(track, names));
  const rank = ({ status }: ExperimentView) => (status === 'running' ? 0 : status === 'won' ? 1 : 2);
  return views.sort((a, b) => rank(a) - rank(b) || b.sinceMs - a.sinceMs);
}

function viewOf(track: ExperimentTrack, names: ReadonlyMap<string, string>): ExperimentView {
  const { plan, weights, sums } = track;
  const all = weights.reduce((a, b) => a + b, 0);
  return {
    id: plan.id,
    name: plan.name,
    campaign: plan.campaign,
    campaignName: names.get(plan.campaign) ?? plan.campaign,
    origin: track.origin,
    status: track.status,
    use: track.use,
    sentence: track.sentence,
    sinceMs: track.sinceMs,
    decidedAtMs: track.decidedAtMs,
    metric: plan.metric,
    effect: plan.effect,
    ratioPValue: sampleRatio(
      sums.map(({ exposed }) => exposed),
      weights,
    ).sequentialPValue,
    variants: plan.variants.map(({ name }, i): VariantView => {
      const { exposed, metric } = sums[i]!;
      return {
        name,
        share: all === 0 ? 0 : (weights[i] ?? 0) / all,
        exposed,
        measured: metric.count,
        mean: metric.count === 0 ? undefined : metric.y / metric.count,
        difference: i === 0 ? undefined : differenceNow(track, i),
      };
    }),
  };
}

function differenceNow({ plan, sums, decidedBy }: ExperimentTrack, position: number): VariantView['difference'] {
  const decided = decidedBy.find(({ variant }) => variant === plan.variants[position]?.name);
  if (decided !== undefined) return shown(decided);
  const [treated, control] = [sums[position]!.metric, sums[0]!.metric];
  if (Math.min(treated.count, control.count) < MIN_VISITS) return undefined;
  const difference = differenceOf(treated, control);
  const found = alwaysValid(difference, { effect: plan.effect, alpha: plan.alpha / (plan.variants.length - 1) });
  return shown({ ...found, reduced: difference.reduced });
}

function shown({
  value,
  low,
  high,
  reduced,
}: Pick<Comparison, 'value' | 'low' | 'high' | 'reduced'>): NonNullable<VariantView['difference']> {
  return { value, low, high, reduced };
}
