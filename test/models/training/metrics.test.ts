import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auc, midranks } from '../../../models/training/auc.ts';
import { bootstrap } from '../../../models/training/bootstrap.ts';
import { fitPlatt, UNCALIBRATED } from '../../../models/training/calibration.ts';
import { averagePrecision, calibrationError, evaluate, logLoss, reliability } from '../../../models/training/metrics.ts';
import { createRandom } from '../../../models/training/random.ts';

const predictions = fc.array(fc.record({ score: fc.integer({ min: 0, max: 20 }), label: fc.constantFrom(0, 1) }), {
  minLength: 1,
  maxLength: 60,
});

describe('AUC', () => {
  it('is the share of pairs in the right order, ties counting half', () => {
    fc.assert(
      fc.property(predictions, (rows) => {
        const ones = rows.filter((row) => row.label === 1);
        const zeros = rows.filter((row) => row.label === 0);
        const { value, low, high } = auc(
          rows.map((row) => row.score),
          rows.map((row) => row.label),
        );
        if (ones.length === 0 || zeros.length === 0) {
          expect([value, low, high]).toEqual([0.5, 0, 1]);
          return;
        }
        let pairs = 0;
        for (const one of ones) for (const zero of zeros) pairs += one.score > zero.score ? 1 : one.score === zero.score ? 0.5 : 0;
        expect(value).toBeCloseTo(pairs / (ones.length * zeros.length), 10);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
      }),
    );
  });

  it('does not change when scores are stretched, and turns round when they are turned round', () => {
    fc.assert(
      fc.property(predictions, (rows) => {
        const labels = rows.map((row) => row.label);
        const area = (map: (score: number) => number): number =>
          auc(
            rows.map((row) => map(row.score)),
            labels,
          ).value;
        expect(area((score) => Math.exp(score / 5))).toBeCloseTo(
          area((score) => score),
          10,
        );
        expect(area((score) => -score)).toBeCloseTo(1 - area((score) => score), 10);
      }),
    );
  });

  it('has an interval that covers the truth about 95 times in 100', () => {
    const random = createRandom(11);
    // Two normals one standard deviation apart: the truth is Phi(1 / sqrt 2).
    const truth = 0.7602499;
    let covered = 0;
    for (let round = 0; round < 400; round++) {
      const labels = Uint8Array.from({ length: 120 }, (_, row) => row % 2);
      const { low, high } = auc(
        Array.from(labels, (label) => random.normal() + label),
        labels,
      );
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.91);
    expect(covered / 400).toBeLessThan(0.985);
  });

  it('shares ranks among equals', () => {
    expect([...midranks([3, 1, 3, 2])]).toEqual([3.5, 1, 3.5, 2]);
  });
});

describe('other figures', () => {
  it('average precision matches a case worked by hand, and the share of positives when all scores are equal', () => {
    expect(averagePrecision([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0])).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(averagePrecision([1, 1, 1, 1], [1, 0, 0, 0])).toBeCloseTo(0.25, 12);
    expect(averagePrecision([0.3, 0.2], [0, 0])).toBe(0);
  });

  it('log-loss and calibration error match cases worked by hand', () => {
    expect(logLoss([0.8, 0.4], [1, 0])).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2, 12);
    expect(logLoss([0], [1])).toBeLessThan(17);
    expect(calibrationError([0.15, 0.15, 0.95], [0, 1, 1])).toBeCloseTo((2 * 0.35 + 0.05) / 3, 12);
    expect(reliability([0.15, 0.15, 1], [0, 1, 1])).toEqual([
      { from: 0.1, to: 0.2, rows: 2, predicted: 0.15, observed: 0.5 },
      { from: 0.9, to: 1, rows: 1, predicted: 1, observed: 1 },
    ]);
  });

  it('get better as scores get closer to the labels', () => {
    const random = createRandom(3);
    const labels = Uint8Array.from({ length: 2000 }, () => (random.next() < 0.3 ? 1 : 0));
    const noise = Array.from(labels, () => random.next());
    const figures = [0.1, 0.2, 0.3, 0.45].map((share) =>
      evaluate(
        Array.from(labels, (label, row) => share * label + (1 - share) * noise[row]!),
        labels,
      ),
    );
    for (const [i, better] of figures.entries()) {
      const worse = figures[i - 1];
      if (worse === undefined) continue;
      expect(better.auc).toBeGreaterThan(worse.auc);
      expect(better.averagePrecision).toBeGreaterThan(worse.averagePrecision);
      expect(better.logLoss).toBeLessThan(worse.logLoss);
    }
  });

  it('a bootstrap interval holds its value and is the same from the same seed', () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8];
    const mean = (rows: Int32Array): number => rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
    const found = bootstrap(8, mean, { seed: 5 });
    expect(found.value).toBe(4.5);
    expect(found.low).toBeLessThan(4.5);
    expect(found.high).toBeGreaterThan(4.5);
    expect(bootstrap(8, mean, { seed: 5 })).toEqual(found);
  });
});

describe('calibration', () => {
  it('finds the stretch that made promises wrong', () => {
    const random = createRandom(8);
    const margins = Float64Array.from({ length: 40_000 }, () => 2 * random.normal());
    const labels = Uint8Array.from(margins, (margin) => (random.next() < 1 / (1 + Math.exp(-(0.5 * margin - 1))) ? 1 : 0));
    const { scale, shift } = fitPlatt(margins, labels);
    expect(scale).toBeCloseTo(0.5, 1);
    expect(shift).toBeCloseTo(-1, 1);
    const promise = (a: number, b: number): number =>
      calibrationError(
        margins.map((margin) => 1 / (1 + Math.exp(-(a * margin + b)))),
        labels,
      );
    expect(promise(scale, shift)).toBeLessThan(0.01);
    expect(promise(1, 0)).toBeGreaterThan(0.1);
  });

  it('leaves margins alone where labels are too few or the order would turn round', () => {
    expect(fitPlatt([1, 2, 3], [0, 1, 1])).toEqual(UNCALIBRATED);
    const margins = Float64Array.from({ length: 400 }, (_, row) => (row % 2 === 0 ? 1 : -1));
    const opposite = Uint8Array.from({ length: 400 }, (_, row) => row % 2);
    expect(fitPlatt(margins, opposite)).toEqual(UNCALIBRATED);
  });
});
