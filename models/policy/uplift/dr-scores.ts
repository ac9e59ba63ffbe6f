import { rowsWhere } from '../../training/table.ts';
import { fitArm, foldsOf } from './arm-models.ts';
import { type FitRegression, fitOutcome } from './regression.ts';
import { selectTrial, type Trial } from './trial.ts';

/** Folds of the cross-fitting: each row is judged by models that never saw it. */
const FOLDS = 3;

/**
 * Doubly robust scores: for each arm, one number per row whose mean over any group of rows chosen by their columns is that group's mean
 * outcome under that arm. Unbiased because the propensities are known; the outcome models only take noise out.
 */
export function doublyRobustScores(
  trial: Trial,
  { outcome = fitOutcome, seed = 1 }: { readonly outcome?: FitRegression; readonly seed?: number } = {},
): Float64Array[] {
  const promised = crossFitted(trial, { fit: outcome, seed });
  return promised.map((means, arm) => scoresOf(trial, { arm, means }));
}

/** Outcome each arm's model promises each row, by models that did not learn from it. */
export function crossFitted(trial: Trial, { fit, seed }: { readonly fit: FitRegression; readonly seed: number }): Float64Array[] {
  const fold = foldsOf(trial, FOLDS, seed);
  const promised = trial.arms.map(() => new Float64Array(trial.rows));
  for (let k = 0; k < FOLDS; k++) {
    const learn = selectTrial(
      trial,
      rowsWhere(trial.rows, (row) => fold[row] !== k),
    );
    const rows = rowsWhere(trial.rows, (row) => fold[row] === k);
    const { columns } = selectTrial(trial, rows);
    for (const [arm, into] of promised.entries()) {
      const means = fitArm(learn, arm, { fit, seed: seed + 100 * k }).predict(columns);
      for (const [i, row] of rows.entries()) into[row] = means[i]!;
    }
  }
  return promised;
}

/** Scores of one arm from what a model promised: the promise, corrected where the row was really given the arm. */
export function scoresOf(trial: Trial, { arm, means }: { readonly arm: number; readonly means: Float64Array }): Float64Array {
  const propensity = trial.propensities[arm]!;
  return means.map((mean, row) => (trial.arm[row] === arm ? mean + (trial.outcome[row]! - mean) / propensity[row]! : mean));
}
