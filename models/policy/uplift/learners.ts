import { fitArm } from './arm-models.ts';
import { doublyRobustScores } from './dr-scores.ts';
import { type FitRegression, fitEffect, fitOutcome, type Regression } from './regression.ts';
import { rowsOfArm, selectTrial, type Trial } from './trial.ts';

/** What a learner is made of; the defaults suit thousands of rows and effects of a few percent. */
export interface LearnerSettings {
  readonly outcome?: FitRegression;
  readonly effect?: FitRegression;
  /** Fixes folds and sampling. Default 1. */
  readonly seed?: number;
}

/** Predicts, for each row, how much `treated` changes the outcome beside `control`. */
export type LearnEffect = (trial: Trial, settings?: LearnerSettings) => Regression;

/** T-learner: one outcome model per arm, and the difference of what they promise. Simple, and its noise adds up. The trial has two arms. */
export const tLearner: LearnEffect = (trial, { outcome = fitOutcome, seed = 1 } = {}) => {
  const [control, treated] = [0, 1].map((arm) => fitArm(trial, arm, { fit: outcome, seed }));
  return { predict: (columns) => difference(treated!.predict(columns), control!.predict(columns)) };
};

/**
 * X-learner: what each row gained over what the other arm's model promises it, learnt per arm, and the two weighted by who is rarer. Good
 * where one arm is small. The trial has two arms.
 */
export const xLearner: LearnEffect = (trial, { outcome = fitOutcome, effect = fitEffect, seed = 1 } = {}) => {
  const imputed = [0, 1].map((arm) => {
    const own = selectTrial(trial, rowsOfArm(trial, arm));
    const promised = fitArm(trial, 1 - arm, { fit: outcome, seed }).predict(own.columns);
    const targets = own.outcome.map((value, row) => (arm === 1 ? value - promised[row]! : promised[row]! - value));
    return effect({ columns: own.columns, targets, weights: new Float64Array(own.rows).fill(1) }, seed + 10 + arm);
  });
  const share = trial.propensities[1]!.reduce((sum, p) => sum + p, 0) / Math.max(1, trial.rows);
  return {
    predict: (columns) => {
      const [fromControl, fromTreated] = imputed.map((member) => member.predict(columns));
      return fromControl!.map((value, row) => share * value + (1 - share) * fromTreated![row]!);
    },
  };
};

/**
 * Doubly robust learner: cross-fitted scores whose mean is each row's effect even where the outcome models are wrong, then one regression on
 * them. The trial has two arms.
 */
export const drLearner: LearnEffect = (trial, settings = {}) => {
  const { effect = fitEffect, seed = 1 } = settings;
  const scores = doublyRobustScores(trial, settings);
  const targets = difference(scores[1]!, scores[0]!);
  return effect({ columns: trial.columns, targets, weights: new Float64Array(trial.rows).fill(1) }, seed + 20);
};

/** `a - b`, row by row. */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, row) => value - b[row]!);
}
