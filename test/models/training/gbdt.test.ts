import { describe, expect, it } from 'vitest';
import { auc } from '../../../models/training/auc.ts';
import { findCuts, toBins } from '../../../models/training/bins.ts';
import { type Examples, GBDT_DEFAULTS, trainGbdt } from '../../../models/training/gbdt.ts';
import { logisticProbabilities, trainLogistic } from '../../../models/training/logistic.ts';
import { createRandom } from '../../../models/training/random.ts';
import { leafOf, margins } from '../../../models/training/tree.ts';

const SETTINGS = { ...GBDT_DEFAULTS, trees: 60 };

function draw(rows: number, seed: number, label: (x: readonly number[]) => number, missing = 0): Examples {
  const random = createRandom(seed);
  const columns = Array.from({ length: 4 }, () => new Float32Array(rows));
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const x = columns.map(() => random.normal());
    labels[row] = random.next() < label(x) ? 1 : 0;
    for (const [i, column] of columns.entries()) column[row] = random.next() < missing ? Number.NaN : x[i]!;
  }
  return { columns, labels, weights: new Float64Array(rows).fill(1) };
}

const xor = (x: readonly number[]): number => (x[0]! * x[1]! > 0 ? 0.9 : 0.1);

describe('boosted trees', () => {
  it('learn that two features matter only together, where a line through them cannot', () => {
    const train = draw(3000, 1, xor);
    const test = draw(3000, 2, xor);
    const trees = auc(margins(trainGbdt(train, SETTINGS), test.columns), test.labels);
    const line = auc(logisticProbabilities(trainLogistic(train), test.columns), test.labels);
    expect(trees.low).toBeGreaterThan(0.85);
    expect(line.high).toBeLessThan(0.6);
  });

  it('learn from a value being absent', () => {
    const random = createRandom(5);
    const column = Float32Array.from({ length: 2000 }, (_, row) => (row % 2 === 0 ? Number.NaN : random.normal()));
    const labels = Uint8Array.from({ length: 2000 }, (_, row) => (row % 2 === 0 ? 1 : 0));
    const ensemble = trainGbdt({ columns: [column], labels, weights: new Float64Array(2000).fill(1) }, SETTINGS);
    expect(auc(margins(ensemble, [column]), labels).value).toBe(1);
    expect(auc(margins(ensemble, [column.map((value) => -value)]), labels).value).toBe(1);
  });

  it('stop by themselves when there is nothing to learn', () => {
    const coin = (): number => 0.5;
    const ensemble = trainGbdt(draw(1000, 1, coin), { ...SETTINGS, trees: 200 }, draw(1000, 2, coin));
    expect(ensemble.trees.length).toBeLessThan(20);
  });

  it('weigh rows: a row of weight two counts as two rows', () => {
    const once = draw(400, 3, xor);
    const repeated: Examples = {
      columns: once.columns.map((column) => Float32Array.from([...column, ...column])),
      labels: Uint8Array.from([...once.labels, ...once.labels]),
      weights: new Float64Array(800).fill(1),
    };
    const settings = { ...SETTINGS, rowShare: 1, columnShare: 1, trees: 10 };
    const heavy = margins(trainGbdt({ ...once, weights: new Float64Array(400).fill(2) }, settings), once.columns);
    const twice = margins(trainGbdt(repeated, settings), once.columns);
    // The smoothing of the base differs in the fourth digit; the trees do not.
    for (let row = 0; row < 400; row++) expect(heavy[row]).toBeCloseTo(twice[row]!, 3);
  });

  it('are the same from the same seed and others from another', () => {
    const train = draw(800, 4, xor, 0.1);
    const text = (seed: number): string =>
      JSON.stringify(trainGbdt(train, { ...SETTINGS, seed }).trees.map((tree) => [...tree.value, ...tree.threshold]));
    expect(text(1)).toBe(text(1));
    expect(text(1)).not.toBe(text(2));
  });

  it('put every row into the leaf its bin says: the cut and the threshold agree', () => {
    const train = draw(500, 6, xor, 0.1);
    const { trees } = trainGbdt(train, { ...SETTINGS, trees: 1, rowShare: 1 });
    const tree = trees[0]!;
    const covers = new Map<number, number>();
    for (let row = 0; row < 500; row++) {
      const leaf = leafOf(tree, (column) => train.columns[column]![row]!);
      covers.set(leaf, (covers.get(leaf) ?? 0) + 1);
    }
    const prior = [...train.labels].reduce((sum, label) => sum + label, 0.5) / 501;
    for (const [leaf, rows] of covers) expect(tree.cover[leaf]).toBeCloseTo(rows * prior * (1 - prior), 6);
  });

  it('keep to their limits of leaves and depth', () => {
    const { trees } = trainGbdt(draw(3000, 7, xor), { ...SETTINGS, trees: 5, maxLeaves: 6, maxDepth: 3 });
    for (const tree of trees) {
      expect([...tree.column].filter((column) => column < 0).length).toBeLessThanOrEqual(6);
      expect(depth(tree, 0)).toBeLessThanOrEqual(3);
    }
  });
});

describe('bins', () => {
  it('give each value its own bin where there are few, and about equal shares where there are many', () => {
    expect([...findCuts(Float32Array.of(1, 1, 2, 2, 4, Number.NaN))]).toEqual([1.5, 3]);
    const random = createRandom(1);
    const column = Float32Array.from({ length: 20_000 }, () => random.next() ** 4);
    const counts = new Int32Array(256);
    for (const bin of toBins([column], [findCuts(column, 65)]).columns[0]!) counts[bin]!++;
    expect(counts[0]).toBe(0);
    for (let bin = 1; bin <= 64; bin++) expect(Math.abs(counts[bin]! - 20_000 / 64)).toBeLessThan(20);
  });

  it('hold every value between its cuts, neighbours in float32 included', () => {
    const tiny = Math.fround(1 + 2 ** -23);
    const column = Float32Array.of(1, tiny, 2, -3, Number.NaN, 1);
    const cuts = findCuts(column);
    const bins = toBins([column], [cuts]).columns[0]!;
    for (const [row, value] of column.entries()) {
      const bin = bins[row]!;
      if (Number.isNaN(value)) expect(bin).toBe(0);
      else {
        expect(bin === 1 || value > cuts[bin - 2]!).toBe(true);
        expect(bin === cuts.length + 1 || value <= cuts[bin - 1]!).toBe(true);
      }
    }
    expect(new Set(bins).size).toBe(5);
  });
});

function depth(tree: { column: Int16Array; left: Int32Array; right: Int32Array }, node: number): number {
  return tree.column[node]! < 0 ? 0 : 1 + Math.max(depth(tree, tree.left[node]!), depth(tree, tree.right[node]!));
}
