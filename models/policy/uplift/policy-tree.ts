import { type Cuts, findCuts, toBins } from '../../training/bins.ts';

/** A decision tree of at most two questions; a leaf says which arm. Plain data, small enough to read out to somebody. */
export type PolicyTree =
  | { readonly kind: 'leaf'; readonly arm: number }
  | {
      readonly kind: 'split';
      readonly column: number;
      /** A row goes left when its value is at most this; "not known" goes right. */
      readonly threshold: number;
      readonly left: PolicyTree;
      readonly right: PolicyTree;
    };

/** What a tree is learnt from: inputs and, per arm, the score of giving it to each row. */
export interface ScoredRows {
  readonly columns: readonly Float32Array[];
  readonly scores: readonly Float64Array[];
}

export interface TreeRules {
  /** Questions asked in a row, 0 to 2. Default 2. */
  readonly depth?: number;
  /** Least share of all rows in a leaf. Default 0.05. */
  readonly leafShare?: number;
  /** A leaf keeps the default arm unless another is better there by this many standard errors. Default 1.64 (one-sided 95 %). */
  readonly caution?: number;
}

const BINS = 16;

/** The split after the last bin parts what is known from what is not; every float32 is at most this. */
const LARGEST = 3.4028234663852886e38;

/**
 * The tree of at most two questions with the greatest sum of scores among all such trees on 16 bins a column; then every leaf that does not
 * beat `defaultArm` by its lower confidence bound is given back to it.
 */
export function growPolicyTree(rows: ScoredRows, defaultArm: number, rules: TreeRules = {}): PolicyTree {
  const { depth = 2, leafShare = 0.05, caution = 1.64 } = rules;
  const count = rows.scores[0]?.length ?? 0;
  const all = Int32Array.from({ length: count }, (_, row) => row);
  const cuts = rows.columns.map((column) => findCuts(column, BINS));
  const binned: Binned = { ...rows, cuts, bins: toBins(rows.columns, cuts).columns, minRows: Math.max(1, leafShare * count) };
  const tree = depth === 0 || rows.columns.length === 0 ? leaf(0) : best(binned, all, depth).tree;
  return simplified(cautious(tree, { rows, members: all, defaultArm, caution }));
}

/** The arm that a tree gives each row. */
export function treeArms(tree: PolicyTree, columns: readonly Float32Array[]): Uint8Array {
  return Uint8Array.from({ length: columns[0]?.length ?? 0 }, (_, row) => {
    let node = tree;
    while (node.kind === 'split') node = columns[node.column]![row]! <= node.threshold ? node.left : node.right;
    return node.arm;
  });
}

/** A tree in words: one line a leaf. */
export function treeLines(tree: PolicyTree, names: { readonly arms: readonly string[]; readonly columns: readonly string[] }): string[] {
  if (tree.kind === 'leaf') return [names.arms[tree.arm] ?? String(tree.arm)];
  const column = names.columns[tree.column] ?? String(tree.column);
  const threshold = Number(tree.threshold.toPrecision(4));
  return [
    ...treeLines(tree.left, names).map((line) => `${column} <= ${threshold}, ${line}`),
    ...treeLines(tree.right, names).map((line) => `${column} > ${threshold}, ${line}`),
  ];
}

interface Binned extends ScoredRows {
  readonly cuts: readonly Cuts[];
  readonly bins: readonly Uint8Array[];
  readonly minRows: number;
}

interface Found {
  readonly tree: PolicyTree;
  readonly value: number;
}

function leaf(arm: number): PolicyTree {
  return { kind: 'leaf', arm };
}

function best(input: Binned, members: Int32Array, depth: number): Found {
  const sums = sumsByBin(input, members);
  // A second question must earn its place: on equal sums the smaller tree stays.
  let found = depth > 1 ? best(input, members, depth - 1) : bestLeaf(totals(input, members));
  for (const [column, cuts] of input.cuts.entries()) {
    for (let bin = 1; bin <= cuts.length + 1; bin++) {
      const rows = countTo(sums[column]!, bin);
      if (rows < input.minRows || members.length - rows < input.minRows) continue;
      const split = depth === 1 ? leavesAt(sums[column]!, bin) : childrenAt(input, members, { column, bin });
      const value = split.left.value + split.right.value;
      if (value <= found.value + 1e-9) continue;
      found = {
        value,
        tree: { kind: 'split', column, threshold: cuts[bin - 1] ?? LARGEST, left: split.left.tree, right: split.right.tree },
      };
    }
  }
  return found;
}

function childrenAt(
  input: Binned,
  members: Int32Array,
  { column, bin }: { readonly column: number; readonly bin: number },
): { readonly left: Found; readonly right: Found } {
  const bins = input.bins[column]!;
  const isLeft = (row: number) => bins[row]! > 0 && bins[row]! <= bin;
  return {
    left: best(input, members.filter(isLeft), 1),
    right: best(
      input,
      members.filter((row) => !isLeft(row)),
      1,
    ),
  };
}

/** Per bin: rows, then the sum of each arm's scores. */
type BinSums = readonly Float64Array[];

function sumsByBin({ bins, cuts, scores }: Binned, members: Int32Array): BinSums[] {
  return bins.map((column, i) => {
    const sums = Array.from({ length: cuts[i]!.length + 2 }, () => new Float64Array(1 + scores.length));
    for (const row of members) {
      const into = sums[column[row]!]!;
      into[0]!++;
      for (let arm = 0; arm < scores.length; arm++) into[arm + 1]! += scores[arm]![row]!;
    }
    return sums;
  });
}

function countTo(sums: BinSums, bin: number): number {
  let rows = 0;
  for (let i = 1; i <= bin; i++) rows += sums[i]![0]!;
  return rows;
}

function leavesAt(sums: BinSums, bin: number): { readonly left: Found; readonly right: Found } {
  const width = sums[0]!.length - 1;
  const left = new Float64Array(width);
  const right = new Float64Array(width);
  for (const [i, of] of sums.entries()) {
    const side = i > 0 && i <= bin ? left : right;
    for (let arm = 0; arm < width; arm++) side[arm]! += of[arm + 1]!;
  }
  return { left: bestLeaf(left), right: bestLeaf(right) };
}

function totals({ scores }: Binned, members: Int32Array): Float64Array {
  return Float64Array.from(scores, (column) => members.reduce((sum, row) => sum + column[row]!, 0));
}

function bestLeaf(sums: Float64Array): Found {
  let arm = 0;
  for (let i = 1; i < sums.length; i++) if (sums[i]! > sums[arm]!) arm = i;
  return { tree: leaf(arm), value: sums[arm] ?? 0 };
}

function cautious(
  tree: PolicyTree,
  judge: { readonly rows: ScoredRows; readonly members: Int32Array; readonly defaultArm: number; readonly caution: number },
): PolicyTree {
  const { rows, members, defaultArm, caution } = judge;
  if (tree.kind === 'split') {
    const column = rows.columns[tree.column]!;
    const isLeft = (row: number) => column[row]! <= tree.threshold;
    return {
      ...tree,
      left: cautious(tree.left, { ...judge, members: members.filter(isLeft) }),
      right: cautious(tree.right, { ...judge, members: members.filter((row) => !isLeft(row)) }),
    };
  }
  const gains = Float64Array.from(members, (row) => rows.scores[tree.arm]![row]! - rows.scores[defaultArm]![row]!);
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / Math.max(1, gains.length);
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
  const error = Math.sqrt(squares / Math.max(1, gains.length - 1) / Math.max(1, gains.length));
  return mean - caution * error > 0 ? tree : leaf(defaultArm);
}

function simplified(tree: PolicyTree): PolicyTree {
  if (tree.kind === 'leaf') return tree;
  const left = simplified(tree.left);
  const right = simplified(tree.right);
  return left.kind === 'leaf' && right.kind === 'leaf' && left.arm === right.arm ? left : { ...tree, left, right };
}
