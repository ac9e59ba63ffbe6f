import { existsSync } from 'node:fs';
import { readOpenBandit, shownShares } from '../../../models/policy/datasets/open-bandit.ts';
import { evaluatePolicy, type PolicyValue } from '../../../models/policy/off-policy/evaluate-policy.ts';
import type { PolicyLog } from '../../../models/policy/off-policy/policy-log.ts';
import { meanOf } from '../../../models/policy/off-policy/studentised.ts';
import { createRandom } from '../../../models/training/random.ts';
import { type DecisionRow, decisionRow } from './decision-row.ts';

/** Two logs of the same days: what each says the other policy would bring, against what that one measured. */
export async function offPolicyRows(folder: string): Promise<readonly DecisionRow[] | undefined> {
  if (!existsSync(`${folder}/open-bandit-men`)) return undefined;
  const random = await readOpenBandit(`${folder}/open-bandit-men/random/men.csv`);
  const bts = await readOpenBandit(`${folder}/open-bandit-men/bts/men.csv`);
  const shares = shownShares(bts);
  const ofBts = evaluatePolicy(random, (action, row) => shares[random.position[row]!]![action]!);
  const ofRandom = evaluatePolicy(bts, () => 1 / bts.actions);
  return [
    ...coverage('clicks under the adaptive policy, from the random log', ofBts, bts),
    ...coverage('clicks under the random policy, from the adaptive log', ofRandom, random),
  ];
}

/** A day of 100,000 decisions among 20 offers, judged by all three estimators with intervals. */
export function dayRows(): readonly DecisionRow[] {
  const random = createRandom(1);
  const rows = 100_000;
  const log: PolicyLog = {
    rows,
    actions: 20,
    action: Int32Array.from({ length: rows }, () => random.below(20)),
    reward: Float64Array.from({ length: rows }, () => (random.next() < 0.05 ? 100 + random.below(900) : 0)),
    propensity: new Float64Array(rows).fill(1 / 20),
  };
  const startedMs = performance.now();
  const { diagnosis } = evaluatePolicy(log, (action, row) => (action === row % 20 ? 0.81 : 0.01));
  const seconds = (performance.now() - startedMs) / 1000;
  return [
    decisionRow('seconds to judge a policy on 100,000 decisions', exactly(seconds), {
      goal: { atMost: 10 },
      note: `worth ${diagnosis.effectiveRows.toFixed(0)} rows of its own`,
    }),
  ];
}

/** A figure without an interval. */
export function exactly(value: number): { readonly value: number; readonly low: number; readonly high: number } {
  return { value, low: value, high: value };
}

function coverage(name: string, found: PolicyValue, measuredBy: PolicyLog): DecisionRow[] {
  const { value, error } = meanOf(measuredBy.reward);
  const measured = { value, low: value - 1.96 * error, high: value + 1.96 * error };
  const { effectiveRows, rows, warnings } = found.diagnosis;
  const note = [`worth ${effectiveRows.toFixed(0)} of ${rows} rows; weights clipped at ${found.clip.toFixed(0)}`, ...warnings].join('; ');
  return (['ips', 'snips', 'dr'] as const).map((way) =>
    decisionRow(`${name}, ${way.toUpperCase()}`, found[way], {
      goal: { covers: value },
      baseline: { name: 'measured', estimate: measured },
      ...(way === 'dr' ? { note } : {}),
    }),
  );
}
