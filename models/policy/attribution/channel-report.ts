import { Z95 } from '../../../agent/core/policy/distributions.ts';
import { CHANNELS, type Channel } from '../../../agent/core/touch.ts';
import type { Cents } from '../../../agent/core/units.ts';
import type { Estimate } from '../../training/auc.ts';
import { createRandom } from '../../training/random.ts';
import { channelsOf, type Journey } from './journey.ts';
import { ATTRIBUTION_RULES, type AttributionRule, attributeByRule } from './rules.ts';
import { reachOf, shapleyOfSets } from './shapley.ts';

/** A visit that could have been offered something: by chance it was treated like others, or left alone. */
export interface EligibleVisit extends Journey {
  readonly arm: 'treated' | 'holdout';
  /** Profit after discounts, bought or not; the holdout's too. */
  readonly profitCents: Cents;
  /** What was taken off its prices: the phone's cost, as only its codes are redeemed. */
  readonly discountCents?: Cents;
}

/** One line of the channel matrix. */
export interface ChannelLine {
  readonly channel: Channel;
  /** Visits it reached. */
  readonly exposed: number;
  /** How often it reached them. */
  readonly exposures: number;
  /** Share of those that bought (Wilson's 95 % interval). */
  readonly conversion: Estimate;
  /** Its exposures at their price; the phone's discounts beside it. */
  readonly costCents: Cents;
  /** Value credited by each way of counting; the interval (95 %) is of visits as they might have come. */
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

/** The channel matrix of some visits. Credit is counted over treated visits; the holdout got no offers, by design. `costs` are of one exposure. */
export function channelReport(
  visits: readonly EligibleVisit[],
  costs: Readonly<Partial<Record<Channel, Cents>>> = {},
  { rounds = 200, seed = 1 }: { readonly rounds?: number; readonly seed?: number } = {},
): ChannelReport {
  const treated = visits.filter(({ arm }) => arm === 'treated');
  const holdout = visits.filter(({ arm }) => arm === 'holdout');
  const ruled = ATTRIBUTION_RULES.map((rule) => ruleCredits(rule, treated));
  const shapley = shapleyCredits(treated, { rounds, seed });
  const lines = CHANNELS.map((channel): ChannelLine => {
    const exposed = treated.filter((visit) => channelsOf(visit).includes(channel));
    const exposures = exposed.reduce((sum, { touches }) => sum + touches.filter((one) => one.channel === channel).length, 0);
    const conversion = wilson(exposed.filter(({ converted }) => converted).length, exposed.length);
    const discounts = channel === 'phone' ? exposed.reduce((sum, { discountCents = 0 }) => sum + discountCents, 0) : 0;
    const [first, last, linear, position] = ruled.map((credits) => credits[channel]) as [Estimate, Estimate, Estimate, Estimate];
    return {
      channel,
      exposed: exposed.length,
      exposures,
      conversion,
      costCents: exposures * (costs[channel] ?? 0) + discounts,
      credit: { first, last, linear, position, shapley: shapley[channel] },
    };
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

type Credits = Readonly<Record<Channel, Estimate>>;

/** Credit by a rule: a sum over visits, so its interval follows from how much one visit varies. */
function ruleCredits(rule: AttributionRule, treated: readonly EligibleVisit[]): Credits {
  const sums = CHANNELS.map(() => ({ sum: 0, squares: 0 }));
  for (const visit of treated) {
    if (!visit.converted || visit.touches.length === 0) continue;
    const credit = attributeByRule([visit], rule);
    for (const [i, channel] of CHANNELS.entries()) {
      sums[i]!.sum += credit[channel];
      sums[i]!.squares += credit[channel] ** 2;
    }
  }
  return byChannel((i) => {
    const { sum, squares } = sums[i]!;
    const half = Z95 * Math.sqrt(Math.max(0, squares - sum ** 2 / Math.max(1, treated.length)));
    return { value: sum, low: sum - half, high: sum + half };
  });
}

/** Shapley credit, its interval from sets of visits as they might have come: as many of each as by chance, with as much as by chance. */
function shapleyCredits(treated: readonly EligibleVisit[], { rounds, seed }: { readonly rounds: number; readonly seed: number }): Credits {
  const size = 1 << CHANNELS.length;
  const [visits, cents, squares] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  for (const visit of treated) {
    const [reached, value] = [reachOf(visit), visit.converted ? visit.valueCents : 0];
    visits[reached]!++;
    cents[reached]! += value;
    squares[reached]! += value * value;
  }
  const own = shapleyOfSets({ visits, cents }).credit;
  const random = createRandom(seed);
  const samples = Array.from({ length: rounds }, () => {
    const counts = visits.map((count) => Math.max(0, count + Math.sqrt(count) * random.normal()));
    const drawn = counts.map((count, set) => {
      const seen = visits[set]!;
      if (seen === 0) return 0;
      const mean = cents[set]! / seen;
      const variance = Math.max(0, squares[set]! / seen - mean * mean);
      return count * mean + Math.sqrt(count * variance) * random.normal();
    });
    return shapleyOfSets({ visits: counts, cents: drawn }).credit;
  });
  return byChannel((_, channel) => {
    const sorted = Float64Array.from(samples, (credit) => credit[channel]).sort();
    const at = (share: number) => sorted[Math.round(share * (rounds - 1))] ?? own[channel];
    return { value: own[channel], low: at(0.025), high: at(0.975) };
  });
}

function byChannel(make: (position: number, channel: Channel) => Estimate): Credits {
  const [phone, display, label, signage, staff] = CHANNELS.map((channel, i) => make(i, channel)) as [
    Estimate,
    Estimate,
    Estimate,
    Estimate,
    Estimate,
  ];
  return { phone, 'shelf-display': display, label, signage, staff };
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
