import { createRandom, shuffle } from '../../training/random.ts';
import type { FitRegression, Regression } from './regression.ts';
import { rowsOfArm, selectTrial, type Trial } from './trial.ts';

/** Learns the outcome of one arm from its rows. */
export function fitArm(
  trial: Trial,
  arm: number,
  { fit: learn, seed }: { readonly fit: FitRegression; readonly seed: number },
): Regression {
  const own = selectTrial(trial, rowsOfArm(trial, arm));
  return learn({ columns: own.columns, targets: own.outcome, weights: new Float64Array(own.rows).fill(1) }, seed + arm);
}

/** Deals rows out to folds at random, arm by arm so that each fold has all of them. */
export function foldsOf(trial: Trial, folds: number, seed: number): Uint8Array {
  const random = createRandom(seed);
  const fold = new Uint8Array(trial.rows);
  for (const arm of trial.arms.keys()) for (const [i, row] of shuffle(rowsOfArm(trial, arm), random).entries()) fold[row] = i % folds;
  return fold;
}
