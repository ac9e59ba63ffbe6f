import { bestSplit, type Split, type SplitRules } from './best-split.ts';
import type { Bins, Cuts } from './bins.ts';
import type { Tree } from './tree.ts';

/** When a tree stops growing. */
export interface GrowRules extends SplitRules {
  readonly maxLeaves: number;
  readonly maxDepth: number;
}

/** What one tree is grown from: the rows it may see (reordered in place), their gradients and hessians, the columns it may use. */
export interface GrowInput {
  readonly bins: Bins;
  readonly cuts: readonly Cuts[];
  readonly rows: Int32Array;
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
  readonly columns: readonly number[];
}

/**
 * Grows one tree leaf by leaf, the most promising leaf first, by the gain of the second-order loss. Only the smaller child's histogram is
 * counted; its sibling's is the parent's minus it.
 */
export class TreeGrower {
  readonly #rules: GrowRules;
  readonly #offsets: Int32Array;
  readonly #size: number;
  readonly #pool: Float64Array[] = [];
  #gathered: Float64Array;
  #spare: Int32Array;

  constructor(bins: Bins, cuts: readonly Cuts[], rules: GrowRules) {
    this.#rules = rules;
    this.#offsets = new Int32Array(cuts.length + 1);
    for (const [i, cut] of cuts.entries()) this.#offsets[i + 1] = this.#offsets[i]! + 2 * (cut.length + 2);
    this.#size = this.#offsets[cuts.length]!;
    this.#gathered = new Float64Array(2 * bins.rows);
    this.#spare = new Int32Array(bins.rows);
  }

  /** Leaf values are `-shrink * G / (H + lambda)`. */
  grow(input: GrowInput, shrink: number): Tree {
    const nodes = new NodeList();
    const root = this.#leaf(input, { start: 0, end: input.rows.length, depth: 0, node: nodes.add() });
    root.histogram = this.#count(input, root.start, root.end);
    root.split = this.#search(input, root);
    const leaves = [root];
    while (leaves.length < this.#rules.maxLeaves) {
      const best = leaves.reduce((a, b) => ((b.split?.gain ?? 0) > (a.split?.gain ?? 0) ? b : a));
      if (best.split === undefined) break;
      const [left, right] = this.#divide(input, best, nodes);
      leaves[leaves.indexOf(best)] = left;
      leaves.push(right);
    }
    for (const leaf of leaves) {
      nodes.finish(leaf.node, (-shrink * leaf.gradient) / (leaf.hessian + this.#rules.lambda), leaf.hessian);
      if (leaf.histogram !== undefined) this.#pool.push(leaf.histogram);
    }
    return nodes.build();
  }

  #leaf(input: GrowInput, place: { start: number; end: number; depth: number; node: number }): Leaf {
    let gradient = 0;
    let hessian = 0;
    for (let i = place.start; i < place.end; i++) {
      const row = input.rows[i]!;
      gradient += input.gradients[row]!;
      hessian += input.hessians[row]!;
    }
    return { ...place, gradient, hessian, histogram: undefined, split: undefined };
  }

  #divide(input: GrowInput, leaf: Leaf, nodes: NodeList): [Leaf, Leaf] {
    const split = leaf.split!;
    const middle = this.#partition(input, leaf, split);
    const [leftNode, rightNode] = nodes.split(leaf.node, split, input.cuts[split.column]!, leaf.hessian);
    const depth = leaf.depth + 1;
    const left = this.#leaf(input, { start: leaf.start, end: middle, depth, node: leftNode });
    const right = this.#leaf(input, { start: middle, end: leaf.end, depth, node: rightNode });
    const parent = leaf.histogram!;
    if (depth >= this.#rules.maxDepth) this.#pool.push(parent);
    else {
      const [small, large] = middle - leaf.start <= leaf.end - middle ? [left, right] : [right, left];
      small.histogram = this.#count(input, small.start, small.end);
      for (let i = 0; i < parent.length; i++) parent[i]! -= small.histogram[i]!;
      large.histogram = parent;
      left.split = this.#search(input, left);
      right.split = this.#search(input, right);
    }
    return [left, right];
  }

  /** Moves the rows that go left before those that go right, each side in its old order. */
  #partition(input: GrowInput, leaf: Leaf, split: Split): number {
    const bins = input.bins.columns[split.column]!;
    let left = leaf.start;
    let right = 0;
    for (let i = leaf.start; i < leaf.end; i++) {
      const row = input.rows[i]!;
      const bin = bins[row]!;
      if (bin === 0 ? split.missingLeft : bin <= split.bin) input.rows[left++] = row;
      else this.#spare[right++] = row;
    }
    input.rows.set(this.#spare.subarray(0, right), left);
    return left;
  }

  /** Sums of gradients and hessians by column and bin, interleaved. */
  #count(input: GrowInput, start: number, end: number): Float64Array {
    const histogram = this.#pool.pop() ?? new Float64Array(this.#size);
    histogram.fill(0);
    const rows = input.rows.subarray(start, end);
    const pairs = this.#gathered;
    // Gathered once in the leaf's order, so that every column's pass reads them in sequence.
    for (let i = 0; i < rows.length; i++) {
      pairs[2 * i] = input.gradients[rows[i]!]!;
      pairs[2 * i + 1] = input.hessians[rows[i]!]!;
    }
    for (const column of input.columns) countColumn(histogram, this.#offsets[column]!, { bins: input.bins.columns[column]!, rows, pairs });
    return histogram;
  }

  #search(input: GrowInput, leaf: Leaf): Split | undefined {
    if (leaf.hessian < 2 * this.#rules.minChildWeight || leaf.histogram === undefined) return undefined;
    return bestSplit(
      { histogram: leaf.histogram, offsets: this.#offsets, columns: input.columns, gradient: leaf.gradient, hessian: leaf.hessian },
      this.#rules,
    );
  }
}

function countColumn(histogram: Float64Array, offset: number, from: { bins: Uint8Array; rows: Int32Array; pairs: Float64Array }): void {
  const { bins, rows, pairs } = from;
  for (let i = 0; i < rows.length; i++) {
    const slot = offset + 2 * bins[rows[i]!]!;
    histogram[slot]! += pairs[2 * i]!;
    histogram[slot + 1]! += pairs[2 * i + 1]!;
  }
}

interface Leaf {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly node: number;
  readonly gradient: number;
  readonly hessian: number;
  histogram: Float64Array | undefined;
  split: Split | undefined;
}

/** Nodes in the order of their making. */
class NodeList {
  readonly #nodes: {
    column: number;
    threshold: number;
    missingLeft: boolean;
    left: number;
    right: number;
    value: number;
    cover: number;
  }[] = [];

  add(): number {
    this.#nodes.push({ column: -1, threshold: 0, missingLeft: false, left: -1, right: -1, value: 0, cover: 0 });
    return this.#nodes.length - 1;
  }

  split(node: number, split: Split, cuts: Cuts, cover: number): [number, number] {
    const left = this.add();
    const right = this.add();
    // The split after the last bin parts "known" from "not known": every finite value goes left.
    const threshold = cuts[split.bin - 1] ?? LARGEST_FLOAT32;
    this.#nodes[node] = { column: split.column, threshold, missingLeft: split.missingLeft, left, right, value: 0, cover };
    return [left, right];
  }

  finish(node: number, value: number, cover: number): void {
    const leaf = this.#nodes[node]!;
    leaf.value = value;
    leaf.cover = cover;
  }

  build(): Tree {
    const nodes = this.#nodes;
    return {
      column: Int16Array.from(nodes, (node) => node.column),
      threshold: Float32Array.from(nodes, (node) => node.threshold),
      missingLeft: Uint8Array.from(nodes, (node) => (node.missingLeft ? 1 : 0)),
      left: Int32Array.from(nodes, (node) => node.left),
      right: Int32Array.from(nodes, (node) => node.right),
      value: Float32Array.from(nodes, (node) => node.value),
      cover: Float64Array.from(nodes, (node) => node.cover),
    };
  }
}

const LARGEST_FLOAT32 = 3.4028234663852886e38;
