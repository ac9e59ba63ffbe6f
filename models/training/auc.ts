/** A figure with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Area under the ROC curve: the chance that a random positive scores above a random negative, ties counting half. The interval is DeLong's.
 * With only one kind of label there is nothing to tell apart: 0.5, from 0 to 1.
 */
export function auc(scores: ArrayLike<number>, labels: ArrayLike<number>): Estimate {
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let row = 0; row < labels.length; row++) (labels[row] === 1 ? positives : negatives).push(scores[row]!);
  const m = positives.length;
  const n = negatives.length;
  if (m === 0 || n === 0) return { value: 0.5, low: 0, high: 1 };
  const together = midranks([...positives, ...negatives]);
  const ofPositives = midranks(positives);
  const ofNegatives = midranks(negatives);
  // Per positive, the share of negatives below it; per negative, the share of positives above it.
  const below = ofPositives.map((rank, i) => (together[i]! - rank) / n);
  const above = ofNegatives.map((rank, i) => 1 - (together[m + i]! - rank) / m);
  const value = mean(below);
  const error = Math.sqrt(variance(below) / m + variance(above) / n);
  return { value, low: Math.max(0, value - 1.96 * error), high: Math.min(1, value + 1.96 * error) };
}

/** Ranks from 1, equal values sharing the mean of theirs. */
export function midranks(values: readonly number[]): Float64Array {
  const order = Int32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Mean; 0 for no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}

/** Variance with n - 1; 0 below two values. */
export function variance(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return values.length < 2 ? 0 : sum / (values.length - 1);
}
