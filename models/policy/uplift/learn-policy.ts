import { normalQuantile, Z95 } from '../../../agent/core/policy/distributions.ts';
import type { Estimate } from '../../training/auc.ts';
import { rowsWhere } from '../../training/table.ts';
import { meanOf } from '../off-policy/studentised.ts';
import { foldsOf } from './arm-models.ts';
import { doublyRobustScores } from './dr-scores.ts';
import { growPolicyTree, type PolicyTree, type ScoredRows, type TreeRules, treeArms, treeLines } from './policy-tree.ts';
import type { FitRegression } from './regression.ts';
import type { Trial } from './trial.ts';

/** What to do for whom, and why. Plain data: it can be kept as JSON. */
export interface LearntPolicy {
  /** `same-for-everybody` where nothing was shown to beat it. */
  readonly kind: 'same-for-everybody' | 'personal';
  /** The best single arm; what everybody gets, or what a personal policy is measured against. */
  readonly arm: number;
  readonly tree: PolicyTree;
  /** Gain of choosing by person over the best single arm, on rows not learnt from, per row, with its 95 % interval. */
  readonly gain: Estimate;
  /** Mean outcome of giving everybody each arm. */
  readonly armValues: readonly Estimate[];
  /** What was found, for whoever must decide. */
  readonly sentence: string;
}

export interface PolicySettings extends TreeRules {
  readonly outcome?: FitRegression;
  /** Chance of choosing by person although it gains nothing. Default 0.05. */
  readonly risk?: number;
  /** Default 1. */
  readonly seed?: number;
}

const FOLDS = 5;

/**
 * Learns whom to give what, by the value of doing so and not by how different people look. A policy of two questions is grown on four fifths
 * of the rows and judged on the other fifth, five times; only where the lower bound of what it gained there is above zero is it grown on
 * all rows and used. Else everybody gets the best single arm, and `sentence` says so.
 */
export function learnPolicy(trial: Trial, settings: PolicySettings = {}): LearntPolicy {
  const { risk = 0.05, seed = 1 } = settings;
  const rows: ScoredRows = { columns: trial.columns, scores: doublyRobustScores(trial, settings) };
  const armValues = rows.scores.map((scores) => interval(meanOf(scores)));
  const arm = bestOf(armValues);
  const judged = meanOf(gainsUnseen(trial, rows, { arm, settings, seed }));
  const gain = interval(judged);
  const names = { arms: trial.arms, columns: trial.columnNames };
  if (judged.value - normalQuantile(1 - risk) * judged.error > 0) {
    const tree = growPolicyTree(rows, arm, settings);
    if (tree.kind === 'split') {
      const sentence = `Choosing by person gains ${text(gain)} over "${trial.arms[arm]}" for everybody: ${treeLines(tree, names).join('; ')}`;
      return { kind: 'personal', arm, tree, gain, armValues, sentence };
    }
  }
  const found =
    judged.error === 0
      ? 'no way of choosing by person looked better on the rows it was learnt from'
      : `choosing by person gained ${text(gain)} on rows it had not seen, which is not shown to be more than nothing`;
  const sentence = `"${trial.arms[arm]}" for everybody is best: ${found}`;
  return { kind: 'same-for-everybody', arm, tree: { kind: 'leaf', arm }, gain, armValues, sentence };
}

/** The arm that a learnt policy gives each row. */
export function policyArms(policy: LearntPolicy, columns: readonly Float32Array[]): Uint8Array {
  return treeArms(policy.tree, columns);
}

/** What each row would have gained over the best single arm, by a tree that never saw it. */
function gainsUnseen(
  trial: Trial,
  rows: ScoredRows,
  { arm, settings, seed }: { readonly arm: number; readonly settings: PolicySettings; readonly seed: number },
): Float64Array {
  const fold = foldsOf(trial, FOLDS, seed + 7);
  const gains = new Float64Array(trial.rows);
  for (let k = 0; k < FOLDS; k++) {
    const learn = pickRows(
      rows,
      rowsWhere(trial.rows, (row) => fold[row] !== k),
    );
    const judge = rowsWhere(trial.rows, (row) => fold[row] === k);
    const given = treeArms(growPolicyTree(learn, arm, settings), pickRows(rows, judge).columns);
    for (const [i, row] of judge.entries()) gains[row] = rows.scores[given[i]!]![row]! - rows.scores[arm]![row]!;
  }
  return gains;
}

function pickRows({ columns, scores }: ScoredRows, rows: Int32Array): ScoredRows {
  return {
    columns: columns.map((column) => Float32Array.from(rows, (row) => column[row]!)),
    scores: scores.map((column) => Float64Array.from(rows, (row) => column[row]!)),
  };
}

function bestOf(values: readonly Estimate[]): number {
  return values.reduce((best, { value }, arm) => (value > values[best]!.value ? arm : best), 0);
}

function interval({ value, error }: { readonly value: number; readonly error: number }): Estimate {
  return { value, low: value - Z95 * error, high: value + Z95 * error };
}

function text({ value, low, high }: Estimate): string {
  return `${value.toPrecision(2)} a row (95 % sure: ${low.toPrecision(2)} to ${high.toPrecision(2)})`;
}
