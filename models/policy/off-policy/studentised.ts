import type { Estimate } from '../../training/auc.ts';
import { createRandom } from '../../training/random.ts';

/**
 * Mean of `values`, or the ratio of their mean to that of `weights` where given, with a studentised bootstrap interval (95 %). It bends with
 * the skew of few heavy rows, where a plain normal interval ends too early on the long side.
 */
export function studentised(
  values: Float64Array,
  options: { readonly weights?: Float64Array | undefined; readonly rounds?: number; readonly seed?: number } = {},
): Estimate & { readonly error: number } {
  const { weights, rounds = 500, seed = 1 } = options;
  const rows = values.length;
  const random = createRandom(seed);
  const own = weights === undefined ? meanOf(values) : ratioOf(values, weights);
  if (rows < 2 || own.error === 0) return { ...own, low: own.value, high: own.value };
  const drawn = new Float64Array(rows);
  const drawnWeights = weights === undefined ? undefined : new Float64Array(rows);
  const pivots = new Float64Array(rounds);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < rows; i++) {
      const row = random.below(rows);
      drawn[i] = values[row]!;
      if (drawnWeights !== undefined) drawnWeights[i] = weights![row]!;
    }
    const again = drawnWeights === undefined ? meanOf(drawn) : ratioOf(drawn, drawnWeights);
    const change = again.value - own.value;
    pivots[round] = change === 0 ? 0 : change / again.error;
  }
  pivots.sort();
  const quantile = (share: number) => pivots[Math.min(rounds - 1, Math.max(0, Math.round(share * (rounds - 1))))]!;
  return { ...own, low: own.value - quantile(0.975) * own.error, high: own.value - quantile(0.025) * own.error };
}

interface WithError {
  readonly value: number;
  /** Standard error by the delta method. */
  readonly error: number;
}

/** Mean with its standard error. */
export function meanOf(values: Float64Array): WithError {
  const rows = values.length;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    sum += values[i]!;
    squares += values[i]! * values[i]!;
  }
  const value = rows === 0 ? 0 : sum / rows;
  return { value, error: rows < 2 ? 0 : Math.sqrt(Math.max(0, squares / rows - value * value) / (rows - 1)) };
}

/** Sum of values over sum of weights, with its standard error. */
export function ratioOf(values: Float64Array, weights: Float64Array): WithError {
  let [sum, weight, vv, vw, ww] = [0, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const [v, w] = [values[i]!, weights[i]!];
    sum += v;
    weight += w;
    vv += v * v;
    vw += v * w;
    ww += w * w;
  }
  if (weight === 0) return { value: 0, error: 0 };
  const value = sum / weight;
  return { value, error: Math.sqrt(Math.max(0, vv - 2 * value * vw + value * value * ww)) / weight };
}
