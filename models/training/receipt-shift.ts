import { DAY_MS, type TimestampMs } from '../../agent/core/units.ts';

/** What one day says of how often scored products are sold, without a name on any receipt. Plain JSON: it outlives the process. */
export interface ReceiptDay {
  /** Days since 1970. */
  readonly day: number;
  /** Pairs of a visit and a product it had touched, by the model's log-odds: how many, and the sum of those log-odds. */
  readonly pairs: number[];
  readonly logOdds: number[];
  /** Sales of the product after the touch beyond those just as long before it, by the certainty that it was this visit's touch. */
  excess: number;
  /** Variance of it, if sales came by chance. */
  noise: number;
}

/** Log-odds a bin is wide, and the lowest edge; what lies beyond goes into the outermost bins. */
const BIN_WIDTH = 0.5;
const LOWEST = -6;
export const SHIFT_BINS = 24;

export const RECEIPT_SHIFT = {
  /** Fewest days and pairs, faded, before anything is said. */
  leastDays: 3,
  leastPairs: 100,
  /** An example of this age counts half, as a named one does. */
  halfLifeMs: 14 * DAY_MS,
  /** Promises must be above what was sold by this many standard errors, as with named outcomes. */
  certainty: 2,
  /** How far another store's odds are expected to be off: by a factor of two, one way or the other. */
  priorSd: Math.LN2,
  /** Lowest shift: further off, it is not the rate of buying that differs but the tills that are not all heard. */
  lowest: -1.5,
} as const;

/** The bin of a probability's log-odds. */
export function shiftBin(logOdds: number): number {
  return Math.min(SHIFT_BINS - 1, Math.max(0, Math.floor((logOdds - LOWEST) / BIN_WIDTH)));
}

/** A shift of all log-odds, with what it was found from; counts are faded. */
export interface ReceiptShift {
  /** Added to the log-odds; at most 0. */
  readonly shift: number;
  readonly pairs: number;
  /** Purchases that the model promised, that receipts speak for, and that are promised with the shift. */
  readonly promised: number;
  readonly sold: number;
  readonly promisedAfter: number;
  /** Whether receipts show that too much is promised; until they do, the shift is a guess. */
  readonly isShown: boolean;
}

/**
 * By how much a store's log-odds are shifted so that the promised purchases are as many as anonymous receipts speak for: the correction for another
 * base rate (Saerens, Latinne, Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", Neural Computation 14, 2002),
 * most probable under a normal prior, so that little evidence moves it little. Never upwards: a touch that was really somebody else's
 * brings that person's purchase into the count, so receipts may speak for too many and hardly for too few. `undefined` with too little to go by.
 */
export function receiptShift(days: readonly ReceiptDay[], nowMs: TimestampMs): ReceiptShift | undefined {
  const { leastDays, leastPairs, halfLifeMs, lowest, certainty } = RECEIPT_SHIFT;
  const faded = days.map((day) => ({ day, weight: 0.5 ** (Math.max(0, nowMs - day.day * DAY_MS) / halfLifeMs) }));
  const bins = Array.from({ length: SHIFT_BINS }, () => ({ count: 0, sum: 0 }));
  let [sold, noise, pairs] = [0, 0, 0];
  for (const { day, weight } of faded) {
    for (const [i, bin] of bins.entries()) {
      bin.count += weight * (day.pairs[i] ?? 0);
      bin.sum += weight * (day.logOdds[i] ?? 0);
      pairs += weight * (day.pairs[i] ?? 0);
    }
    sold += weight * day.excess;
    noise += weight ** 2 * day.noise;
  }
  if (days.length < leastDays || pairs < leastPairs) return undefined;
  const held = bins.filter(({ count }) => count > 0).map(({ count, sum }) => ({ count, mean: sum / count }));
  const promisedAt = (shift: number) => held.reduce((sum, { count, mean }) => sum + count / (1 + Math.exp(-mean - shift)), 0);
  const variance = Math.max(1, noise, betweenDays(faded, { sold, pairs }));
  // The derivative of half the squared distance from receipts and prior: it rises with the shift, but for shifts that are far too low.
  const slopeAt = (shift: number) => {
    const curve = held.reduce((sum, { count, mean }) => {
      const p = 1 / (1 + Math.exp(-mean - shift));
      return sum + count * p * (1 - p);
    }, 0);
    return ((promisedAt(shift) - sold) * curve) / variance + shift / RECEIPT_SHIFT.priorSd ** 2;
  };
  let [low, high] = [lowest as number, 0];
  if (slopeAt(high) <= 0) low = high;
  for (let step = 0; step < 40 && high - low > 1e-6; step++) {
    const middle = (low + high) / 2;
    if (slopeAt(middle) > 0) high = middle;
    else low = middle;
  }
  const shift = Math.round(low * 1e4) / 1e4 + 0;
  const promised = promisedAt(0);
  const isShown = promised - sold > certainty * Math.sqrt(variance);
  return { shift, pairs, promised, sold, promisedAfter: promisedAt(shift), isShown };
}

/** Variance of the sum by how much the days differ: visits of one day, and an hour without a till, are not independent. */
function betweenDays(
  faded: readonly { readonly day: ReceiptDay; readonly weight: number }[],
  { sold, pairs }: { readonly sold: number; readonly pairs: number },
): number {
  const rate = sold / Math.max(1, pairs);
  return faded.reduce((sum, { day, weight }) => {
    const expected = rate * day.pairs.reduce((all, count) => all + count, 0);
    return sum + (weight * (day.excess - expected)) ** 2;
  }, 0);
}
