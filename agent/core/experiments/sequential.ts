import { normalCdf, normalQuantile } from '../policy/distributions.ts';
import type { Difference } from './sums.ts';

/** An interval that may be looked at after every visit: the chance that it ever misses the truth is at most `alpha`. */
export interface AlwaysValid {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Smallest `alpha` at which this look would exclude 0; the running minimum over looks is valid too. */
  readonly pValue: number;
}

/**
 * Confidence sequence of a difference, by the mixture sequential probability ratio test: the likelihood ratio against no difference, averaged
 * over differences normal around 0 with standard deviation `effect`, exceeds 1 / alpha with chance alpha at most, over all looks together
 * (Ville). Holds where the mean is close to normal: begin after some dozens of visits a variant. `effect` decides when it is sharpest, never
 * whether it is valid.
 */
export function alwaysValid(
  difference: Difference,
  { effect, alpha = 0.05 }: { readonly effect: number; readonly alpha?: number },
): AlwaysValid {
  const { value, variance } = difference;
  if (!(variance > 0)) return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, pValue: 1 };
  const spread = variance + effect * effect;
  const half = radius(variance, { effect, alpha });
  const ratio = Math.sqrt(variance / spread) * Math.exp(Math.min(700, (effect * effect * value * value) / (2 * variance * spread)));
  return { value, low: value - half, high: value + half, pValue: Math.min(1, 1 / ratio) };
}

/** Half the width of the interval at a variance of the difference. */
function radius(variance: number, { effect, alpha }: { readonly effect: number; readonly alpha: number }): number {
  const prior = effect * effect;
  return Math.sqrt(((variance * (variance + prior)) / prior) * Math.log((variance + prior) / (variance * alpha * alpha)));
}

/** Visits a variant needed to find a true difference of `effect` with this chance by then, or earlier. `variance` is of one visit's metric. */
export function visitsNeeded(plan: {
  readonly variance: number;
  readonly effect: number;
  readonly alpha?: number;
  readonly power?: number;
}): number {
  const { variance, effect, alpha = 0.05, power = 0.8 } = plan;
  const chance = (visits: number) => {
    const of = (2 * variance) / visits;
    return normalCdf((Math.abs(effect) - radius(of, { effect, alpha })) / Math.sqrt(of));
  };
  let low = 1;
  let high = 2;
  while (chance(high) < power && high < 1e12) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (chance(middle) < power) low = middle;
    else high = middle;
  }
  return high;
}

/** Visits a variant a test with one look at its end would need: what looking at any time costs is the difference. */
export function visitsNeededOnce(plan: {
  readonly variance: number;
  readonly effect: number;
  readonly alpha?: number;
  readonly power?: number;
}): number {
  const { variance, effect, alpha = 0.05, power = 0.8 } = plan;
  const quantiles = normalQuantile(1 - alpha / 2) + normalQuantile(power);
  return Math.ceil((2 * variance * quantiles * quantiles) / (effect * effect));
}
