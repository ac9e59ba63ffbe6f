import { Z95 } from '../../../agent/core/policy/distributions.ts';
import type { Cents } from '../../../agent/core/units.ts';
import type { Estimate } from '../../training/auc.ts';
import { createRandom } from '../../training/random.ts';
import { CHANNELS, type Channel, type Credit, channelsOf, type Journey } from './journey.ts';
import { ATTRIBUTION_RULES, type AttributionRule, attributeByRule } from './rules.ts';
import { attributeByShapley } from './shapley.ts';

/** A visit that could have been offered something: by chance it was treated like others, or left alone. */
export interface EligibleVisit extends Journey {
  readonly arm: 'treated' | 'holdout';
  /** Profit after discounts, bought or not; the holdout's too. */
  readonly profitCents: Cents;
}

/** One line of the channel matrix. */
export interface ChannelLine {
  readonly channel: Channel;
  /** Visits it reached. */
  readonly exposed: number;
  /** Share of those that bought (Wilson's 95 % interval). */
  readonly conversion: Estimate;
  readonly costCents: Cents;
  /** Value credited by each way of counting; the interval is of resampled visits. */
  readonly credit: Readonly<Record<AttributionRule | 'shapley', Estimate>>;
}

/** Attribution, with what it must be held against. */
export interface ChannelReport {
  readonly lines: readonly ChannelLine[];
  /** What offers caused, in profit over all treated visits: their mean less the holdout's, times their number. `undefined` below 50 visits an arm. */
  readonly incrementalCents: Estimate | undefined;
  readonly treatedVisits: number;
  readonly holdoutVisits: number;
  readonly sentence: string;
}

/** Fewest visits an arm for an interval to mean anything. */
const MIN_ARM = 50;

/** The channel matrix of some visits. Credit is counted over treated visits; the holdout saw nothing by design. */
export function channelReport(
  visits: readonly EligibleVisit[],
  costs: Readonly<Partial<Record<Channel, Cents>>> = {},
  { rounds = 200, seed = 1 }: { readonly rounds?: number; readonly seed?: number } = {},
): ChannelReport {
  const treated = visits.filter(({ arm }) => arm === 'treated');
  const holdout = visits.filter(({ arm }) => arm === 'holdout');
  const credits = creditsOf(treated, { rounds, seed });
  const lines = CHANNELS.map((channel): ChannelLine => {
    const exposed = treated.filter((visit) => channelsOf(visit).includes(channel));
    const conversion = wilson(exposed.filter(({ converted }) => converted).length, exposed.length);
    return { channel, exposed: exposed.length, conversion, costCents: costs[channel] ?? 0, credit: credits[channel] };
  });
  const incrementalCents = incremental(treated, holdout);
  return { lines, incrementalCents, treatedVisits: treated.length, holdoutVisits: holdout.length, sentence: sentenceOf(incrementalCents) };
}

/** Wilson's 95 % interval of a share; from 0 to 1 for nobody. */
export function wilson(hits: number, count: number): Estimate {
  if (count === 0) return { value: 0, low: 0, high: 1 };
  const share = hits / count;
  const square = Z95 * Z95;
  const centre = (share + square / (2 * count)) / (1 + square / count);
  const half = (Z95 * Math.sqrt((share * (1 - share)) / count + square / (4 * count * count))) / (1 + square / count);
  return { value: share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

type Way = AttributionRule | 'shapley';

const WAYS: readonly Way[] = [...ATTRIBUTION_RULES, 'shapley'];

/** Credit by channel and way, with intervals from resampled visits; each sample serves all of them. */
function creditsOf(
  treated: readonly EligibleVisit[],
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
): Readonly<Record<Channel, ChannelLine['credit']>> {
  const random = createRandom(seed);
  const samples = Array.from({ length: rounds }, () => {
    const sample = treated.map(() => treated[random.below(treated.length)]!);
    return WAYS.map((way) => creditBy(way, sample));
  });
  const own = WAYS.map((way) => creditBy(way, treated));
  const estimate = (way: number, channel: Channel): Estimate => {
    const sorted = Float64Array.from(samples, (sample) => sample[way]![channel]).sort();
    const at = (share: number) => sorted[Math.round(share * (rounds - 1))] ?? own[way]![channel];
    return { value: own[way]![channel], low: at(0.025), high: at(0.975) };
  };
  const byWay = (channel: Channel): ChannelLine['credit'] => {
    const [first, last, linear, position, shapley] = WAYS.map((_, way) => estimate(way, channel)) as Estimate5;
    return { first, last, linear, position, shapley };
  };
  return {
    phone: byWay('phone'),
    'shelf-display': byWay('shelf-display'),
    label: byWay('label'),
    signage: byWay('signage'),
    staff: byWay('staff'),
  };
}

/** One for each of `WAYS`. */
type Estimate5 = [Estimate, Estimate, Estimate, Estimate, Estimate];

function creditBy(way: Way, journeys: readonly Journey[]): Credit {
  return way === 'shapley' ? attributeByShapley(journeys).credit : attributeByRule(journeys, way);
}

function incremental(treated: readonly EligibleVisit[], holdout: readonly EligibleVisit[]): Estimate | undefined {
  if (Math.min(treated.length, holdout.length) < MIN_ARM) return undefined;
  const [t, c] = [treated, holdout].map(momentsOf) as [Moments, Moments];
  const difference = t.mean - c.mean;
  const half = Z95 * Math.sqrt(t.variance / treated.length + c.variance / holdout.length);
  const visits = treated.length;
  return { value: visits * difference, low: visits * (difference - half), high: visits * (difference + half) };
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

function momentsOf(visits: readonly EligibleVisit[]): Moments {
  const mean = visits.reduce((sum, { profitCents }) => sum + profitCents, 0) / visits.length;
  const variance = visits.reduce((sum, { profitCents }) => sum + (profitCents - mean) ** 2, 0) / (visits.length - 1);
  return { mean, variance };
}

function sentenceOf(incrementalCents: Estimate | undefined): string {
  if (incrementalCents === undefined)
    return 'Credit says who was there when something sold; what offers caused cannot be said before the holdout is larger';
  const { value, low, high } = incrementalCents;
  const range = `${Math.round(value)} cents of profit (95 % sure: ${Math.round(low)} to ${Math.round(high)})`;
  return `Credit says who was there when something sold; what offers caused is ${range}, by the holdout`;
}
