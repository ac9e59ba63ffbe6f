import type { Estimate } from './auc.ts';
import { createRandom } from './random.ts';

/** A statistic with its 95 % percentile interval from resampled rows. `statistic` gets positions of rows, with repeats. */
export function bootstrap(
  rows: number,
  statistic: (rows: Int32Array) => number,
  options: { readonly rounds?: number; readonly seed?: number } = {},
): Estimate {
  const random = createRandom(options.seed ?? 1);
  const rounds = options.rounds ?? 200;
  const sample = new Int32Array(rows);
  const found = new Float64Array(rounds);
  const value = statistic(Int32Array.from(sample, (_, row) => row));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < rows; i++) sample[i] = random.below(rows);
    found[round] = statistic(sample);
  }
  found.sort();
  return { value, low: found[Math.floor(0.025 * (rounds - 1))]!, high: found[Math.ceil(0.975 * (rounds - 1))]! };
}
