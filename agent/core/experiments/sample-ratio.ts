import { chiSquareTail, logGamma } from '../policy/distributions.ts';

/** Whether variants got the visits they were meant to get. */
export interface SampleRatio {
  /** Chance of counts at least this far off, for somebody who looks once. */
  readonly pValue: number;
  /** The same for somebody who looks after every visit: always valid. */
  readonly sequentialPValue: number;
  readonly isBroken: boolean;
}

/** Below this an experiment is broken and its figures say nothing: 1 healthy one in 1,000 is wrongly called so. */
export const BROKEN_BELOW = 0.001;

/**
 * Compares counts with the weights they were dealt by. The chi-square test is what people know; what decides is a Bayes factor against the
 * intended shares (Dirichlet, worth one visit for each of 100), whose inverse stays valid however often it is looked at.
 */
export function sampleRatio(counts: readonly number[], weights: readonly number[]): SampleRatio {
  const used = counts.map((count, i) => ({ count, weight: weights[i] ?? 0 })).filter(({ weight, count }) => weight > 0 || count > 0);
  const weight = used.reduce((sum, one) => sum + one.weight, 0);
  const all = used.reduce((sum, { count }) => sum + count, 0);
  if (all === 0 || used.length < 2) return { pValue: 1, sequentialPValue: 1, isBroken: false };
  // Somebody in a variant that nobody was meant to be in.
  if (used.some((one) => one.weight === 0)) return { pValue: 0, sequentialPValue: 0, isBroken: true };
  const shares = used.map((one) => one.weight / weight);
  const chi = used.reduce((sum, { count }, i) => sum + (count - all * shares[i]!) ** 2 / (all * shares[i]!), 0);
  const sequentialPValue = Math.min(1, Math.exp(-logBayesFactor({ counts: used.map(({ count }) => count), shares })));
  return { pValue: chiSquareTail(chi, used.length - 1), sequentialPValue, isBroken: sequentialPValue < BROKEN_BELOW };
}

const PRIOR_VISITS = 100;

function logBayesFactor({ counts, shares }: { readonly counts: readonly number[]; readonly shares: readonly number[] }): number {
  const all = counts.reduce((a, b) => a + b, 0);
  let log = logGamma(PRIOR_VISITS) - logGamma(PRIOR_VISITS + all);
  for (const [i, share] of shares.entries()) {
    log += logGamma(PRIOR_VISITS * share + counts[i]!) - logGamma(PRIOR_VISITS * share) - counts[i]! * Math.log(share);
  }
  return log;
}
