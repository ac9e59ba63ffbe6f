import type { Estimate } from '../../training/auc.ts';
import type { PolicyLog, Promises, TargetPolicy } from './policy-log.ts';
import { actionMeans } from './promises.ts';
import { studentised } from './studentised.ts';
import { importanceWeights, type WeightDiagnosis, type Weights } from './weights.ts';

/** What a policy would have brought a decision, from a log that another policy wrote. */
export interface PolicyValue {
  /** Inverse propensity: unbiased without clipping, the noisiest. */
  readonly ips: Estimate;
  /** Self-normalised: weights divided by their own sum; steadier, the one to read by default. */
  readonly snips: Estimate;
  /** Doubly robust: a model's promise, corrected by what was seen; no noisier than the model is wrong. */
  readonly dr: Estimate;
  /** Mean reward of the log itself. */
  readonly logged: Estimate;
  /** Weights above this were held at it. */
  readonly clip: number;
  readonly diagnosis: WeightDiagnosis;
}

export interface EvaluateOptions {
  /** Largest weight. Default: the square root of the number of rows. */
  readonly clip?: number;
  /** Default: the shrunk mean of each action. */
  readonly promises?: Promises;
  /** Bootstrap samples behind each interval. Default 500. */
  readonly rounds?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** Judges a policy by a log before it goes live. Every interval is 95 %, by the studentised bootstrap. */
export function evaluatePolicy(log: PolicyLog, target: TargetPolicy, options: EvaluateOptions = {}): PolicyValue {
  const { seed = 1, rounds = 500 } = options;
  const { rows: corrected, weights: weighing } = doublyRobustRows(log, target, options);
  const { values: weights, clip, diagnosis } = weighing;
  const weighted = weights.map((weight, row) => weight * log.reward[row]!);
  return {
    ips: studentised(weighted, { seed, rounds }),
    snips: studentised(weighted, { weights, seed: seed + 1, rounds }),
    dr: studentised(corrected, { seed: seed + 2, rounds }),
    logged: studentised(log.reward, { seed: seed + 3, rounds }),
    clip,
    diagnosis,
  };
}

/** Per row, an unbiased guess of what the target policy would have brought there; with the weights it was made with. */
export function doublyRobustRows(
  log: PolicyLog,
  target: TargetPolicy,
  options: EvaluateOptions = {},
): { readonly rows: Float64Array; readonly weights: Weights } {
  const promises = options.promises ?? actionMeans(log, options.seed ?? 1);
  const weights = importanceWeights(log, target, options.clip);
  const rows = Float64Array.from({ length: log.rows }, (_, row) => {
    let expected = 0;
    for (let action = 0; action < log.actions; action++) {
      const probability = target(action, row);
      if (probability > 0) expected += probability * promises(action, row);
    }
    return expected + weights.values[row]! * (log.reward[row]! - promises(log.action[row]!, row));
  });
  return { rows, weights };
}
