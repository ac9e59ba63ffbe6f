import { createRandom } from '../../training/random.ts';
import type { PolicyLog, Promises } from './policy-log.ts';

/** Rows' worth of the overall mean that each action's own mean is mixed with. */
const SHRINK_ROWS = 50;
const FOLDS = 5;

/**
 * Mean reward of each action, pulled towards the mean over all actions by 50 rows' worth of it, cross-fitted in 5 folds: what is promised
 * for a row was learnt without it. Plain, but it never misleads: the doubly robust estimate is right whatever is promised.
 */
export function actionMeans(log: PolicyLog, seed = 1): Promises {
  const random = createRandom(seed);
  const fold = Uint8Array.from({ length: log.rows }, () => random.below(FOLDS));
  const sums = Array.from({ length: FOLDS }, () => new Float64Array(log.actions));
  const counts = Array.from({ length: FOLDS }, () => new Float64Array(log.actions));
  for (let row = 0; row < log.rows; row++) {
    sums[fold[row]!]![log.action[row]!]! += log.reward[row]!;
    counts[fold[row]!]![log.action[row]!]!++;
  }
  const means = Array.from({ length: FOLDS }, (_, own) => meansWithout({ sums, counts }, own));
  return (action, row) => means[fold[row]!]![action]!;
}

function meansWithout(totals: { readonly sums: Float64Array[]; readonly counts: Float64Array[] }, own: number): Float64Array {
  const sum = added(totals.sums, own);
  const count = added(totals.counts, own);
  const all = count.reduce((a, b) => a + b, 0);
  const overall = all === 0 ? 0 : sum.reduce((a, b) => a + b, 0) / all;
  return sum.map((value, action) => (value + SHRINK_ROWS * overall) / (count[action]! + SHRINK_ROWS));
}

function added(parts: readonly Float64Array[], without: number): Float64Array {
  const total = new Float64Array(parts[0]?.length ?? 0);
  for (const [i, part] of parts.entries()) if (i !== without) for (const [action, value] of part.entries()) total[action]! += value;
  return total;
}
