/** One value in a stratum, and whether it is in the group that is looked at. */
export interface Placed {
  readonly stratum: string;
  readonly isInGroup: boolean;
  readonly value: number;
}

/** How a group differs from the others of its own strata. */
export interface Difference {
  /** Mean of the group minus what its strata would give it; comparable whatever products the group met. */
  readonly difference: number;
  /** 95 % interval of the difference, by the normal approximation. */
  readonly low: number;
  readonly high: number;
  /** Two-sided. 1 where nothing can be compared. */
  readonly pValue: number;
  /** Of the group, those whose stratum also holds others. */
  readonly compared: number;
}

/** Below this many comparable on either side the normal approximation is not to be trusted. */
const LEAST_COMPARED = 20;
const Z95 = 1.959964;

/**
 * The stratified permutation test of one group against the rest (for yes-or-no values it is Cochran, Mantel and Haenszel's): inside a stratum
 * membership should say nothing about the value, so the group's sum has the mean and the variance of a sample drawn without replacement.
 */
export function stratifiedTest(rows: readonly Placed[]): Difference {
  const strata = new Map<string, { n: number; inGroup: number; groupSum: number; sum: number; squares: number }>();
  for (const { stratum, isInGroup, value } of rows) {
    const sums = strata.get(stratum) ?? { n: 0, inGroup: 0, groupSum: 0, sum: 0, squares: 0 };
    strata.set(stratum, sums);
    sums.n++;
    sums.sum += value;
    sums.squares += value * value;
    if (!isInGroup) continue;
    sums.inGroup++;
    sums.groupSum += value;
  }
  let excess = 0;
  let variance = 0;
  let compared = 0;
  let others = 0;
  for (const { n, inGroup, groupSum, sum, squares } of strata.values()) {
    if (inGroup === 0 || inGroup === n) continue;
    compared += inGroup;
    others += n - inGroup;
    excess += groupSum - (inGroup * sum) / n;
    const spread = Math.max(0, squares - (sum * sum) / n) / (n - 1);
    variance += (inGroup * (n - inGroup) * spread) / n;
  }
  if (Math.min(compared, others) < LEAST_COMPARED) return { difference: 0, low: 0, high: 0, pValue: 1, compared };
  const difference = excess / compared;
  const margin = (Z95 * Math.sqrt(variance)) / compared;
  // No spread at all within the strata: any excess is then no chance, and none is none.
  const z = variance > 1e-12 ? Math.abs(excess) / Math.sqrt(variance) : Math.abs(excess) > 1e-9 ? 40 : 0;
  return { difference, low: difference - margin, high: difference + margin, pValue: 2 * upperTail(z), compared };
}

/** P-values made comparable with one threshold however many are looked at (Holm): none of them is below `alpha` by chance in more than `alpha` of all reports. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  for (const [rank, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[i] ?? 1)));
    adjusted[i] = largest;
  }
  return adjusted;
}

/** Wilson's 95 % interval of a rate. */
export function wilson(successes: number, n: number): { readonly value: number; readonly low: number; readonly high: number } {
  if (n === 0) return { value: 0, low: 0, high: 1 };
  const share = successes / n;
  const z2 = Z95 * Z95;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const margin = (Z95 * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return { value: share, low: Math.max(0, centre - margin), high: Math.min(1, centre + margin) };
}

/** Upper tail of the standard normal; Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7. */
function upperTail(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.max(0, 0.5 * poly * Math.exp(-x * x));
}
