import { evaluatePolicy, type PolicyValue } from '../off-policy/evaluate-policy.ts';
import type { PolicyLog } from '../off-policy/policy-log.ts';
import { crossFitted } from './dr-scores.ts';
import { type FitRegression, fitOutcome } from './regression.ts';
import type { Trial } from './trial.ts';

/** What giving each row of a trial this arm would have brought, per row: by inverse propensity, self-normalised and doubly robust, with intervals. */
export function trialPolicyValue(
  trial: Trial,
  given: Uint8Array,
  {
    outcome = fitOutcome,
    rounds = 200,
    seed = 1,
  }: { readonly outcome?: FitRegression; readonly rounds?: number; readonly seed?: number } = {},
): PolicyValue {
  const promised = crossFitted(trial, { fit: outcome, seed });
  return evaluatePolicy(trialLog(trial), (arm, row) => (given[row] === arm ? 1 : 0), {
    promises: (arm, row) => promised[arm]![row]!,
    rounds,
    seed,
  });
}

/** A trial as a log of what chance did. */
export function trialLog({ rows, arms, arm, outcome, propensities }: Trial): PolicyLog {
  return {
    rows,
    actions: arms.length,
    action: Int32Array.from(arm),
    reward: outcome,
    propensity: Float64Array.from(arm, (own, row) => propensities[own]![row]!),
  };
}
