import { findCuts, toBins } from '../../training/bins.ts';
import { GBDT_DEFAULTS, sigmoid, trainGbdt } from '../../training/gbdt.ts';
import { type GrowRules, TreeGrower } from '../../training/grow-tree.ts';
import { logisticProbabilities, trainLogistic } from '../../training/logistic.ts';
import { createRandom } from '../../training/random.ts';
import { type Ensemble, margins, type Tree } from '../../training/tree.ts';
import { ridge } from './ridge.ts';

/** What a learner sees: inputs, what to predict, and how much each row counts. */
export interface RegressionRows {
  readonly columns: readonly Float32Array[];
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}

/** Something that predicts a mean for rows it has not seen. */
export interface Regression {
  predict(columns: readonly Float32Array[]): Float64Array;
}

/** Learns one; same rows and seed, same regression. */
export type FitRegression = (rows: RegressionRows, seed: number) => Regression;

/**
 * The default for outcomes: the mean of a line and of small boosted trees, on the log-odds scale's own loss where all targets are 0 or 1. A
 * line is steady on few rows, trees see what only matters together; neither is best everywhere.
 */
export const fitOutcome: FitRegression = (rows, seed) =>
  rows.targets.every((target) => target === 0 || target === 1)
    ? average([fitLogistic(rows, seed), fitBinaryTrees(rows, seed)])
    : average([fitLine(rows, seed), fitTrees(rows, seed)]);

/** The default for effects, which are small beside their noise: the mean of a ridge line and of very small trees. */
export const fitEffect: FitRegression = (rows, seed) => average([fitLine(rows, seed), fitTrees(rows, seed)]);

/** Logistic regression for targets of 0 and 1. */
export const fitLogistic: FitRegression = ({ columns, targets, weights }) => {
  const model = trainLogistic({ columns, labels: Uint8Array.from(targets), weights });
  return { predict: (of) => logisticProbabilities(model, of) };
};

/** Ridge regression on standardised columns. */
export const fitLine: FitRegression = (rows) => {
  const model = ridge(rows);
  return { predict: (of) => model.predict(of) };
};

const SMALL = { ...GBDT_DEFAULTS, trees: 60, learningRate: 0.05, maxLeaves: 8, maxDepth: 3, minChildWeight: 20, lambda: 20 };

/** Boosted trees on the logistic loss for targets of 0 and 1. */
export const fitBinaryTrees: FitRegression = ({ columns, targets, weights }, seed) => {
  const ensemble = trainGbdt({ columns, labels: Uint8Array.from(targets), weights }, { ...SMALL, seed });
  return { predict: (of) => margins(ensemble, of).map(sigmoid) };
};

const EFFECT_RULES: GrowRules = { maxLeaves: 4, maxDepth: 2, lambda: 100, minChildWeight: 200, minGain: 0 };

/**
 * Boosted trees on squared loss: 40 trees of at most 4 leaves, each leaf at least a twentieth of the rows (at most 200), because single
 * outcomes are mostly noise.
 */
export const fitTrees: FitRegression = ({ columns, targets, weights }, seed) => {
  const rows = targets.length;
  const base = weightedMean(targets, weights);
  const rules = { ...EFFECT_RULES, minChildWeight: Math.min(EFFECT_RULES.minChildWeight, rows / 20) };
  const cuts = columns.map((column) => findCuts(column, 32));
  const bins = toBins(columns, cuts);
  const grower = new TreeGrower(bins, cuts, rules);
  const random = createRandom(seed);
  const predicted = new Float64Array(rows).fill(base);
  const gradients = new Float64Array(rows);
  const all = columns.map((_, column) => column);
  const trees: Tree[] = [];
  for (let step = 0; step < 40; step++) {
    for (let row = 0; row < rows; row++) gradients[row] = weights[row]! * (predicted[row]! - targets[row]!);
    const sample = Int32Array.from({ length: rows }, (_, row) => row).filter(() => random.next() < 0.7);
    const tree = grower.grow({ bins, cuts, rows: sample, gradients, hessians: weights, columns: all }, 0.1);
    trees.push(tree);
    const added = margins({ base: 0, trees: [tree], columns: columns.length }, columns);
    for (let row = 0; row < rows; row++) predicted[row]! += added[row]!;
  }
  const ensemble: Ensemble = { base, trees, columns: columns.length };
  return { predict: (of) => margins(ensemble, of) };
};

/** The mean of several regressions. */
export function average(members: readonly Regression[]): Regression {
  return {
    predict: (columns) => {
      const sums = new Float64Array(columns[0]?.length ?? 0);
      for (const member of members) for (const [row, value] of member.predict(columns).entries()) sums[row]! += value;
      return sums.map((sum) => sum / members.length);
    },
  };
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let all = 0;
  for (let row = 0; row < values.length; row++) {
    sum += weights[row]! * values[row]!;
    all += weights[row]!;
  }
  return all === 0 ? 0 : sum / all;
}
