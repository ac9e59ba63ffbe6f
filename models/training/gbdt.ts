import { findCuts, MAX_BINS, toBins } from './bins.ts';
import { type GrowRules, TreeGrower } from './grow-tree.ts';
import { createRandom, type Random } from './random.ts';
import { type Ensemble, margins, type Tree } from './tree.ts';

/** Everything that decides what is learnt; same settings and rows, same trees. */
export interface GbdtSettings extends GrowRules {
  /** Most trees. */
  readonly trees: number;
  /** What each tree's step is multiplied by. */
  readonly learningRate: number;
  /** Share of rows and of columns that each tree sees. */
  readonly rowShare: number;
  readonly columnShare: number;
  /** Most bins of a column. Default: one per 250 rows, between 32 and 255; on few rows fine bins only fit noise. */
  readonly maxBins?: number;
  /** Trees without a better validation loss before it stops; the best number of trees is kept. */
  readonly patience: number;
  readonly seed: number;
}

export const GBDT_DEFAULTS: GbdtSettings = {
  trees: 200,
  learningRate: 0.1,
  maxLeaves: 15,
  maxDepth: 6,
  lambda: 5,
  minChildWeight: 4,
  minGain: 0.01,
  rowShare: 0.7,
  columnShare: 0.6,
  patience: 20,
  seed: 1,
};

/** Rows to learn from: encoded columns, labels (0 or 1) and weights. */
export interface Examples {
  readonly columns: readonly Float32Array[];
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
}

/**
 * Gradient-boosted trees for a yes-or-no label (logistic loss, second order, histograms). With `validation` it stops when the loss there no
 * longer falls and keeps the trees up to the best; without, it grows them all.
 */
export function trainGbdt(train: Examples, settings: GbdtSettings, validation?: Examples): Ensemble {
  const cuts = train.columns.map((column) => findCuts(column, settings.maxBins ?? binsFor(train.labels.length)));
  const bins = toBins(train.columns, cuts);
  const grower = new TreeGrower(bins, cuts, settings);
  const random = createRandom(settings.seed);
  const base = priorLogOdds(train);
  const scores = new Float64Array(bins.rows).fill(base);
  const gradients = new Float64Array(bins.rows);
  const hessians = new Float64Array(bins.rows);
  const stopper = validation === undefined ? undefined : new EarlyStop(validation, base, settings.patience);
  const trees: Tree[] = [];
  while (trees.length < settings.trees) {
    derive(train, scores, { gradients, hessians });
    const rows = sampleRows(bins.rows, settings.rowShare, random);
    const columns = sampleColumns(bins.columns.length, settings.columnShare, random);
    const tree = grower.grow({ bins, cuts, rows, gradients, hessians, columns }, settings.learningRate);
    trees.push(tree);
    addTree(scores, tree, train.columns);
    if (stopper?.isOver(tree)) break;
  }
  return withoutStumps({ base, trees: stopper === undefined ? trees : trees.slice(0, stopper.best), columns: train.columns.length });
}

function binsFor(rows: number): number {
  return Math.min(MAX_BINS, Math.max(32, Math.round(rows / 250)));
}

/** Log-odds of the weighted share of ones, smoothed so that a label that never occurs stays finite. */
export function priorLogOdds({ labels, weights }: Examples): number {
  let ones = 0;
  let all = 0;
  for (let row = 0; row < labels.length; row++) {
    ones += weights[row]! * labels[row]!;
    all += weights[row]!;
  }
  return Math.log((ones + 0.5) / (all - ones + 0.5));
}

/** 1 / (1 + e^-margin). */
export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

/** Trees that found nothing to split are constants, and constants belong to the base. */
function withoutStumps({ base, trees, columns }: Ensemble): Ensemble {
  const constant = trees.reduce((sum, tree) => (tree.column.length === 1 ? sum + tree.value[0]! : sum), 0);
  return { base: base + constant, trees: trees.filter((tree) => tree.column.length > 1), columns };
}

function derive({ labels, weights }: Examples, scores: Float64Array, into: { gradients: Float64Array; hessians: Float64Array }): void {
  for (let row = 0; row < scores.length; row++) {
    const p = sigmoid(scores[row]!);
    const weight = weights[row]!;
    into.gradients[row] = weight * (p - labels[row]!);
    into.hessians[row] = Math.max(1e-12, weight * p * (1 - p));
  }
}

function sampleRows(count: number, share: number, random: Random): Int32Array {
  const rows = new Int32Array(count);
  let taken = 0;
  for (let row = 0; row < count; row++) if (share >= 1 || random.next() < share) rows[taken++] = row;
  return rows.subarray(0, taken);
}

function sampleColumns(count: number, share: number, random: Random): number[] {
  const columns = Array.from({ length: count }, (_, column) => column);
  const wanted = Math.max(1, Math.round(count * Math.min(1, share)));
  for (let i = 0; i < wanted; i++) {
    const j = i + random.below(count - i);
    const kept = columns[i]!;
    columns[i] = columns[j]!;
    columns[j] = kept;
  }
  return columns.slice(0, wanted).sort((a, b) => a - b);
}

function addTree(scores: Float64Array, tree: Tree, columns: readonly Float32Array[]): void {
  const added = margins({ base: 0, trees: [tree], columns: columns.length }, columns);
  for (let row = 0; row < scores.length; row++) scores[row]! += added[row]!;
}

/** Watches the validation loss. */
class EarlyStop {
  /** Trees up to the lowest loss. */
  best = 0;
  readonly #validation: Examples;
  readonly #scores: Float64Array;
  readonly #patience: number;
  #lowest: number;
  #trees = 0;

  constructor(validation: Examples, base: number, patience: number) {
    this.#validation = validation;
    this.#patience = patience;
    this.#scores = new Float64Array(validation.labels.length).fill(base);
    this.#lowest = this.#loss();
  }

  isOver(tree: Tree): boolean {
    addTree(this.#scores, tree, this.#validation.columns);
    this.#trees++;
    const loss = this.#loss();
    if (loss < this.#lowest) {
      this.#lowest = loss;
      this.best = this.#trees;
    }
    return this.#trees - this.best >= this.#patience;
  }

  #loss(): number {
    const { labels, weights } = this.#validation;
    let sum = 0;
    for (let row = 0; row < labels.length; row++) {
      const margin = labels[row] === 1 ? this.#scores[row]! : -this.#scores[row]!;
      // log(1 + e^-m) without overflow for large negative margins.
      sum += weights[row]! * (Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin))));
    }
    return sum;
  }
}
