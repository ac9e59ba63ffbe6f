import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CoverEnsemble, type CoverTree, readTrees } from '../../../models/explain/read-trees.ts';
import { treeExplainer } from '../../../models/explain/tree-shapley.ts';
import { GBDT_DEFAULTS, sigmoid, trainGbdt } from '../../../models/training/gbdt.ts';
import { exportTrees } from '../../../models/training/onnx/export-trees.ts';
import { createRandom } from '../../../models/training/random.ts';

const COLUMNS = 4;

/** Any tree of up to five branches over four columns, columns repeating on a way as they like. */
const tree: fc.Arbitrary<CoverTree> = fc
  .array(
    fc.record({
      column: fc.integer({ min: 0, max: COLUMNS - 1 }),
      threshold: fc.integer({ min: 0, max: 3 }),
      missingLeft: fc.boolean(),
      at: fc.integer({ min: 0, max: 9 }),
      share: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      values: fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })),
    }),
    { maxLength: 5 },
  )
  .map((splits) => {
    const nodes = [{ column: -1, threshold: 0, missingLeft: 0, left: -1, right: -1, value: 2, cover: 100 }];
    for (const split of splits) {
      const leaves = nodes.flatMap(({ column }, node) => (column < 0 ? [node] : []));
      const node = leaves[split.at % leaves.length]!;
      const parent = nodes[node]!;
      const left = nodes.length;
      for (const [i, value] of split.values.entries()) {
        const cover = parent.cover * (i === 0 ? split.share : 1 - split.share);
        nodes.push({ column: -1, threshold: 0, missingLeft: 0, left: -1, right: -1, value, cover });
      }
      const { column, threshold, missingLeft } = split;
      nodes[node] = { ...parent, column, threshold, missingLeft: missingLeft ? 1 : 0, left, right: left + 1, value: 0 };
    }
    return {
      column: Int32Array.from(nodes, (node) => node.column),
      threshold: Float64Array.from(nodes, (node) => node.threshold),
      missingLeft: Uint8Array.from(nodes, (node) => node.missingLeft),
      left: Int32Array.from(nodes, (node) => node.left),
      right: Int32Array.from(nodes, (node) => node.right),
      value: Float64Array.from(nodes, (node) => node.value),
      cover: Float64Array.from(nodes, (node) => node.cover),
    };
  });

const row = fc.array(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constant(Number.NaN)), { minLength: COLUMNS, maxLength: COLUMNS });

describe('the Shapley values of trees', () => {
  it('are those of all coalitions, counted one by one', () => {
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), row, (trees, values) => {
        const ensemble: CoverEnsemble = { base: -1, trees };
        const { base, shares } = treeExplainer(ensemble, COLUMNS)!.explain(values);
        const expected = bruteForce(ensemble, values);
        expect(base).toBeCloseTo(expected.base, 9);
        for (let column = 0; column < COLUMNS; column++) expect(shares[column]).toBeCloseTo(expected.shares[column]!, 9);
      }),
      { numRuns: 300 },
    );
  });

  it('add up to the margin exactly as the model has it', () => {
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 6 }), row, (trees, values) => {
        const explainer = treeExplainer({ base: 0.5, trees }, COLUMNS)!;
        const { base, shares } = explainer.explain(values);
        expect(base + shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(explainer.margin(values), 9);
      }),
    );
  });

  it('are the same whatever was explained before', () => {
    fc.assert(
      fc.property(tree, fc.array(row, { minLength: 2, maxLength: 8 }), (one, rows) => {
        const warm = treeExplainer({ base: 0, trees: [one] }, COLUMNS)!;
        for (const values of rows) warm.explain(values);
        const again = warm.explain(rows[0]!);
        expect(again).toEqual(treeExplainer({ base: 0, trees: [one] }, COLUMNS)!.explain(rows[0]!));
      }),
    );
  });
});

describe('an exported model', () => {
  const random = createRandom(5);
  const columns = Array.from({ length: COLUMNS }, () =>
    Float32Array.from({ length: 800 }, () => (random.next() < 0.1 ? Number.NaN : random.below(6))),
  );
  const labels = Uint8Array.from({ length: 800 }, (_, at) => (random.next() < sigmoid((columns[0]![at]! || 0) - 2) ? 1 : 0));
  const trained = trainGbdt({ columns, labels, weights: new Float64Array(800).fill(1) }, { ...GBDT_DEFAULTS, trees: 12 });

  it('carries what its explanations need, and they add up to what it says', () => {
    const read = readTrees(exportTrees(trained, 'explained'));
    if (!read.ok) throw new Error(read.error);
    const explainer = treeExplainer(read.value, COLUMNS)!;
    const values = columns.map((column) => column[3]!);
    const { base, shares } = explainer.explain(values);
    expect(base + shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(explainer.margin(values), 6);
    expect(Math.max(...shares.map(Math.abs))).toBe(Math.abs(shares[0]!));
    expect(bruteForce(read.value, values).shares[0]).toBeCloseTo(shares[0]!, 6);
  });

  it('is not taken apart when it is something else, and random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readTrees(bytes).ok).toBe(false);
      }),
    );
    const whole = exportTrees(trained, 'cut');
    // What follows the graph says nothing about the trees.
    for (let length = 0; length < whole.length - 100; length += 97) expect(readTrees(whole.subarray(0, length)).ok).toBe(false);
  });
});

/** The definition itself: the mean over coalitions of what a column adds, unknown columns following the training rows. */
function bruteForce(ensemble: CoverEnsemble, values: readonly number[]): { readonly base: number; readonly shares: readonly number[] } {
  const worth = (known: number) => ensemble.base + ensemble.trees.reduce((sum, one) => sum + expected(one, values, known), 0);
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  const shares = Array.from({ length: COLUMNS }, (_, column) => {
    let share = 0;
    for (let known = 0; known < 2 ** COLUMNS; known++) {
      if ((known & (1 << column)) !== 0) continue;
      const size = [...known.toString(2)].filter((bit) => bit === '1').length;
      const weight = (factorial(size) * factorial(COLUMNS - size - 1)) / factorial(COLUMNS);
      share += weight * (worth(known | (1 << column)) - worth(known));
    }
    return share;
  });
  return { base: worth(0), shares };
}

function expected(one: CoverTree, values: readonly number[], known: number, node = 0): number {
  const column = one.column[node]!;
  if (column < 0) return one.value[node]!;
  const [left, right] = [one.left[node]!, one.right[node]!];
  if ((known & (1 << column)) === 0) {
    const share = one.cover[left]! / (one.cover[left]! + one.cover[right]!);
    return share * expected(one, values, known, left) + (1 - share) * expected(one, values, known, right);
  }
  const value = values[column]!;
  const isLeft = value <= one.threshold[node]! || (one.missingLeft[node] === 1 && Number.isNaN(value));
  return expected(one, values, known, isLeft ? left : right);
}
