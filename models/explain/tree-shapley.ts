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
  const plans = ensemble.trees.map((tree) => ({ tree, leaves: leavesOf(tree) }));
  if (plans.some(({ leaves }) => leaves.some((leaf) => leaf.columns.length > MAX_PATH_COLUMNS))) return undefined;
  let base = ensemble.base;
  for (const { leaves } of plans) for (const leaf of leaves) base += leaf.value * leaf.fractions.reduce((share, one) => share * one, 1);
  const goesLeft = new Uint8Array(Math.max(1, ...ensemble.trees.map((tree) => tree.column.length)));
  return {
    explain(row) {
      const shares = new Float64Array(columns);
      for (const { tree, leaves } of plans) {
        lookAt(tree, row, goesLeft);
        for (const leaf of leaves) addLeaf(leaf, goesLeft, shares);
      }
      return { base, shares };
    },
    margin(row) {
      let margin = ensemble.base;
      for (const { tree } of plans) margin += tree.value[leafOf(tree, row)]!;
      return margin;
    },
  };
}

interface Leaf {
  readonly value: number;
  /** Different columns on the way, and for each the share of training rows that its nodes let through. */
  readonly columns: readonly number[];
  readonly fractions: readonly number[];
  /** Three numbers a node of the way: its place among `columns`, the node, 1 where the way goes left. */
  readonly way: Int32Array;
  readonly table: (Float64Array | undefined)[] | undefined;
}

function leavesOf(tree: CoverTree): Leaf[] {
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
      steps.push(slot, step.node, step.left ? 1 : 0);
    }
    const table = columns.length <= TABLE_COLUMNS ? new Array<Float64Array | undefined>(2 ** columns.length) : undefined;
    leaves.push({ value: tree.value[node]!, columns, fractions, way: Int32Array.from(steps), table });
  };
  walk(0, []);
  return leaves;
}

/** Notes for every branch of a tree which way the row goes. */
function lookAt({ column, threshold, missingLeft }: CoverTree, row: ArrayLike<number>, goesLeft: Uint8Array): void {
  for (let node = 0; node < column.length; node++) {
    const at = column[node]!;
    if (at < 0) continue;
    const value = row[at]!;
    goesLeft[node] = value <= threshold[node]! || (missingLeft[node] === 1 && Number.isNaN(value)) ? 1 : 0;
  }
}

function addLeaf(leaf: Leaf, goesLeft: Uint8Array, shares: Float64Array): void {
  const { columns, way, table } = leaf;
  let satisfied = 2 ** columns.length - 1;
  for (let i = 0; i < way.length; i += 3) if (goesLeft[way[i + 1]!] !== way[i + 2]!) satisfied &= ~(1 << way[i]!);
  let line = table?.[satisfied];
  if (line === undefined) {
    line = lineOf(leaf, satisfied);
    if (table !== undefined) table[satisfied] = line;
  }
  for (let slot = 0; slot < line.length; slot++) shares[columns[slot]!]! += line[slot]!;
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
