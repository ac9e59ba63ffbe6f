import type { CoverEnsemble, CoverTree } from './read-trees.ts';

/** What each column added to the margin of one row; `base` plus all shares is the margin, but for rounding. */
export interface Shares {
  /** Margin expected before anything of the row is known. */
  readonly base: number;
  /** By column. */
  readonly shares: Float64Array;
}

/** Explains rows of one tree ensemble. */
export interface TreeExplainer {
  explain(row: ArrayLike<number>): Shares;
  /** The margin (log-odds) of a row. */
  margin(row: ArrayLike<number>): number;
}

/** Different columns on one way to a leaf at most; a model with longer ways is explained from outside. */
export const MAX_PATH_COLUMNS = 16;
/** Ways with at most this many columns keep their answers: 2^8 rows of eight numbers are 16 kB. */
const TABLE_COLUMNS = 8;

/**
 * Exact Shapley values of a tree ensemble, path-dependent: where a column is not known to be in the coalition, a node sends the row both ways
 * in the shares of its training rows. Undefined where a way to a leaf asks about too many columns.
 *
 * What a leaf gives to a column depends on the row only by which of its way's columns the row satisfies, so each leaf keeps one line of
 * numbers for every such set it has met: a row costs a walk over all leaves, not over all coalitions.
 */
export function treeExplainer(ensemble: CoverEnsemble, columns: number): TreeExplainer | undefined {
  const leaves = ensemble.trees.flatMap((tree, at) => leavesOf(tree, offsetOf(ensemble, at)));
  if (leaves.some((leaf) => leaf.columns.length > MAX_PATH_COLUMNS)) return undefined;
  let base = ensemble.base;
  for (const leaf of leaves) base += leaf.value * leaf.fractions.reduce((share, one) => share * one, 1);
  const plan = layOut(leaves);
  const branches = branchesOf(ensemble);
  const goesLeft = new Uint8Array(branches.column.length);
  return {
    explain(row) {
      const shares = new Float64Array(columns);
      lookAt(branches, row, goesLeft);
      addLeaves(plan, goesLeft, shares);
      return { base, shares };
    },
    margin(row) {
      let margin = ensemble.base;
      for (const tree of ensemble.trees) margin += tree.value[leafOf(tree, row)]!;
      return margin;
    },
  };
}

interface Leaf {
  readonly value: number;
  /** Different columns on the way, and for each the share of training rows that its nodes let through. */
  readonly columns: readonly number[];
  readonly fractions: readonly number[];
  /** Nodes of the way: the bit of its column, the node among those of all trees, 1 where the way goes left. */
  readonly steps: readonly number[];
}

/** Everything that is walked for a row in a few long arrays: hundreds of small ones would cost most of the time in cache misses. */
interface Plan {
  readonly leaves: readonly Leaf[];
  /** Per leaf: where its steps, its columns and its lines begin; one more entry at the end. */
  readonly stepsAt: Int32Array;
  readonly columnsAt: Int32Array;
  readonly linesAt: Int32Array;
  readonly steps: Int32Array;
  readonly columns: Int32Array;
  /** For every leaf and every set of its columns, what it gives to each; -1 in `linesAt` where that would be too many. */
  readonly lines: Float64Array;
  readonly isKnown: Uint8Array;
}

function layOut(leaves: readonly Leaf[]): Plan {
  const stepsAt = new Int32Array(leaves.length + 1);
  const columnsAt = new Int32Array(leaves.length + 1);
  const linesAt = new Int32Array(leaves.length);
  let size = 0;
  for (const [i, leaf] of leaves.entries()) {
    const count = leaf.columns.length;
    stepsAt[i + 1] = stepsAt[i]! + leaf.steps.length;
    columnsAt[i + 1] = columnsAt[i]! + count;
    linesAt[i] = count <= TABLE_COLUMNS ? size : -1;
    if (count <= TABLE_COLUMNS) size += 2 ** count * Math.max(1, count);
  }
  return {
    leaves,
    stepsAt,
    columnsAt,
    linesAt,
    steps: Int32Array.from(leaves.flatMap(({ steps }) => steps)),
    columns: Int32Array.from(leaves.flatMap(({ columns }) => columns)),
    lines: new Float64Array(size),
    isKnown: new Uint8Array(size),
  };
}

function offsetOf(ensemble: CoverEnsemble, tree: number): number {
  let offset = 0;
  for (let at = 0; at < tree; at++) offset += ensemble.trees[at]!.column.length;
  return offset;
}

function leavesOf(tree: CoverTree, offset: number): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (node: number, way: readonly { readonly node: number; readonly left: boolean; readonly share: number }[]): void => {
    if (tree.column[node]! >= 0) {
      const left = tree.left[node]!;
      const right = tree.right[node]!;
      const all = tree.cover[left]! + tree.cover[right]!;
      // No row ever came here: both ways are as likely.
      const share = all > 0 ? tree.cover[left]! / all : 0.5;
      walk(left, [...way, { node, left: true, share }]);
      walk(right, [...way, { node, left: false, share: 1 - share }]);
      return;
    }
    const columns: number[] = [];
    const fractions: number[] = [];
    const steps: number[] = [];
    for (const step of way) {
      const column = tree.column[step.node]!;
      let slot = columns.indexOf(column);
      if (slot < 0) slot = columns.push(column) - 1;
      fractions[slot] = (fractions[slot] ?? 1) * step.share;
      steps.push(1 << slot, offset + step.node, step.left ? 1 : 0);
    }
    leaves.push({ value: tree.value[node]!, columns, fractions, steps });
  };
  walk(0, []);
  return leaves;
}

type Branches = Pick<CoverTree, 'column' | 'threshold' | 'missingLeft'>;

function branchesOf({ trees }: CoverEnsemble): Branches {
  return {
    column: Int32Array.from(trees.flatMap(({ column }) => [...column])),
    threshold: Float64Array.from(trees.flatMap(({ threshold }) => [...threshold])),
    missingLeft: Uint8Array.from(trees.flatMap(({ missingLeft }) => [...missingLeft])),
  };
}

/** Notes for every branch which way the row goes. */
function lookAt({ column, threshold, missingLeft }: Branches, row: ArrayLike<number>, goesLeft: Uint8Array): void {
  for (let node = 0; node < column.length; node++) {
    const at = column[node]!;
    if (at < 0) continue;
    const value = row[at]!;
    goesLeft[node] = value <= threshold[node]! || (missingLeft[node] === 1 && Number.isNaN(value)) ? 1 : 0;
  }
}

function addLeaves(plan: Plan, goesLeft: Uint8Array, shares: Float64Array): void {
  const { leaves, stepsAt, columnsAt, linesAt, steps, columns, lines, isKnown } = plan;
  for (let leaf = 0; leaf < leaves.length; leaf++) {
    const from = columnsAt[leaf]!;
    const count = columnsAt[leaf + 1]! - from;
    let satisfied = (1 << count) - 1;
    const end = stepsAt[leaf + 1]!;
    for (let i = stepsAt[leaf]!; i < end; i += 3) if (goesLeft[steps[i + 1]!] !== steps[i + 2]!) satisfied &= ~steps[i]!;
    const at = linesAt[leaf]!;
    if (at < 0) {
      const line = lineOf(leaves[leaf]!, satisfied);
      for (let slot = 0; slot < count; slot++) shares[columns[from + slot]!]! += line[slot]!;
      continue;
    }
    const start = at + satisfied * count;
    if (isKnown[start] === 0) {
      lines.set(lineOf(leaves[leaf]!, satisfied), start);
      isKnown[start] = 1;
    }
    for (let slot = 0; slot < count; slot++) shares[columns[from + slot]!]! += lines[start + slot]!;
  }
}

/**
 * What the leaf gives to each column of its way when the row satisfies the set `satisfied`. A coalition S opens the leaf fully for its
 * satisfied columns, shuts it for the others, and leaves the training share of each column outside of S. So only S within `satisfied` counts,
 * and the sum over all of one size is the elementary symmetric polynomial of the shares left out.
 */
function lineOf({ columns, fractions, value }: Leaf, satisfied: number): Float64Array {
  const count = columns.length;
  const line = new Float64Array(count);
  for (let slot = 0; slot < count; slot++) {
    let outside = 1;
    // `left[k]`: sum over all ways to leave k of the satisfied others out, of the product of their shares.
    const left = [1];
    for (let other = 0; other < count; other++) {
      if (other === slot) continue;
      const share = fractions[other]!;
      if ((satisfied & (1 << other)) === 0) outside *= share;
      else {
        left.push(0);
        for (let k = left.length - 1; k > 0; k--) left[k]! += left[k - 1]! * share;
      }
    }
    let sum = 0;
    for (let k = 0; k < left.length; k++) sum += weight(left.length - 1 - k, count) * left[k]!;
    const opens = (satisfied & (1 << slot)) === 0 ? 0 : 1;
    line[slot] = value * outside * sum * (opens - fractions[slot]!);
  }
  return line;
}

/** Shapley's weight of a coalition of `size` among `count` columns: size! (count - size - 1)! / count!. */
function weight(size: number, count: number): number {
  let choose = 1;
  for (let i = 1; i <= size; i++) choose = (choose * (count - i)) / i;
  return 1 / (count * choose);
}

function leafOf(tree: CoverTree, row: ArrayLike<number>): number {
  let node = 0;
  for (let column = tree.column[0]!; column >= 0; column = tree.column[node]!) {
    const value = row[column]!;
    const isLeft = value <= tree.threshold[node]! || (tree.missingLeft[node] === 1 && Number.isNaN(value));
    node = isLeft ? tree.left[node]! : tree.right[node]!;
  }
  return node;
}
