import type { Estimate } from '../../training/auc.ts';
import { doublyRobustRows, type EvaluateOptions } from './evaluate-policy.ts';
import type { PolicyLog, TargetPolicy } from './policy-log.ts';
import { actionMeans } from './promises.ts';
import { studentised } from './studentised.ts';

/**
 * What changing from `was` to `is` would bring a decision, doubly robust, with its 95 % interval. Where both would do the same the row cancels,
 * so this is much narrower than the difference of two intervals.
 */
export function compareWithLog(
  log: PolicyLog,
  { is, was }: { readonly is: TargetPolicy; readonly was: TargetPolicy },
  options: EvaluateOptions = {},
): Estimate {
  const { seed = 1, rounds = 500 } = options;
  const shared = { ...options, promises: options.promises ?? actionMeans(log, seed) };
  const before = doublyRobustRows(log, was, shared).rows;
  const { value, low, high } = studentised(
    doublyRobustRows(log, is, shared).rows.map((after, row) => after - before[row]!),
    { seed, rounds },
  );
  return { value, low, high };
}
