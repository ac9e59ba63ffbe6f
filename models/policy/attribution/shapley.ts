import { CHANNELS } from '../../../agent/core/touch.ts';
import { type Credit, channelsOf, type Journey, noCredit } from './journey.ts';

/** Most players for which all coalitions are gone through. */
export const MAX_PLAYERS = 16;

/**
 * Exact Shapley values: what each player adds to a coalition, averaged over all orders of joining. `value` gets a coalition as bits (player i is
 * bit i). They sum to the value of all minus the value of none.
 */
export function shapleyValues(players: number, value: (coalition: number) => number): number[] {
  if (players > MAX_PLAYERS) throw new Error(`Cannot share among ${players} players: at most ${MAX_PLAYERS}`);
  const weights = coalitionWeights(players);
  const values = Float64Array.from({ length: 1 << players }, (_, coalition) => value(coalition));
  return Array.from({ length: players }, (_, player) => {
    let sum = 0;
    for (let coalition = 0; coalition < values.length; coalition++) {
      if ((coalition >> player) & 1) continue;
      sum += weights[bits(coalition)]! * (values[coalition | (1 << player)]! - values[coalition]!);
    }
    return sum;
  });
}

/** What the channels are credited, and what would have been sold without any of them by the same reckoning. */
export interface ShapleyCredit {
  readonly credit: Credit;
  /** Value of visits that no channel reached, stretched to all visits. */
  readonly baseCents: number;
}

/**
 * Shapley values of the channels. A coalition is worth the mean value of visits that nothing but its channels reached, times all visits; so
 * visits that were reached and did not buy count too, and what people buy anyway is nobody's credit. Base and credit add up to all that was
 * sold. Still a comparison of different people: only the holdout shows what offers caused.
 */
export function attributeByShapley(journeys: Iterable<Journey>): ShapleyCredit {
  const visits = new Float64Array(1 << CHANNELS.length);
  const cents = new Float64Array(1 << CHANNELS.length);
  for (const journey of journeys) {
    const reached = reachOf(journey);
    visits[reached]!++;
    cents[reached]! += journey.converted ? journey.valueCents : 0;
  }
  return shapleyOfSets({ visits, cents });
}

/** The channels that reached a visit, as bits in the order of `CHANNELS`. */
export function reachOf(journey: Journey): number {
  return channelsOf(journey).reduce((set, channel) => set | (1 << CHANNELS.indexOf(channel)), 0);
}

/** The same from what is known of the visits that each set of channels reached, by its bits: how many, and what they brought. */
export function shapleyOfSets({ visits, cents }: { readonly visits: Float64Array; readonly cents: Float64Array }): ShapleyCredit {
  const all = visits.reduce((a, b) => a + b, 0);
  const worth = (coalition: number) => {
    let [count, sum] = [0, 0];
    for (let set = 0; set < visits.length; set++) {
      if ((set & ~coalition) !== 0) continue;
      count += visits[set]!;
      sum += cents[set]!;
    }
    return count === 0 ? 0 : (all * sum) / count;
  };
  const values = shapleyValues(CHANNELS.length, worth);
  const credit = noCredit();
  for (const [i, channel] of CHANNELS.entries()) credit[channel] = values[i]!;
  return { credit, baseCents: worth(0) };
}

/** By size of a coalition, the share of orders in which exactly it has joined before a given player. */
function coalitionWeights(players: number): number[] {
  const weights = [1 / players];
  for (let size = 1; size < players; size++) weights.push((weights[size - 1]! * size) / (players - size));
  return weights;
}

function bits(set: number): number {
  let count = 0;
  for (let left = set; left !== 0; left &= left - 1) count++;
  return count;
}
