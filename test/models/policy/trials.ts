import { fixedPropensities, type Trial } from '../../../models/policy/uplift/trial.ts';
import { createRandom } from '../../../models/training/random.ts';

/** A made-up trial whose truth is known: `chance(arm, x)` is the probability of an outcome of 1, x two standard normal columns and one of noise. */
export function drawTrial(
  rows: number,
  { seed, arms, chance }: { readonly seed: number; readonly arms: number; readonly chance: (arm: number, x: readonly number[]) => number },
): Trial {
  const random = createRandom(seed);
  const columns = Array.from({ length: 3 }, () => new Float32Array(rows));
  const arm = new Uint8Array(rows);
  const outcome = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const x = columns.map((column) => {
      column[row] = random.normal();
      return column[row]!;
    });
    arm[row] = random.below(arms);
    outcome[row] = random.next() < chance(arm[row]!, x) ? 1 : 0;
  }
  return {
    rows,
    arms: Array.from({ length: arms }, (_, i) => `arm ${i}`),
    columns,
    columnNames: ['a', 'b', 'noise'],
    arm,
    outcome,
    propensities: fixedPropensities(rows, new Array<number>(arms).fill(1 / arms)),
  };
}
