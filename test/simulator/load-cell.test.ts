import { describe, expect, it } from 'vitest';
import { impact, press } from '../../devices/simulator/hand-force.ts';
import { CELL, type CellTraits, LoadCell, noisier } from '../../devices/simulator/load-cell.ts';
import { type Contact, PlateLoad, type Shift } from '../../devices/simulator/plate-load.ts';
import { Random } from '../../devices/simulator/random.ts';
import { SHELF_SCENES, writeScene } from '../../devices/simulator/shelf-scenes.ts';

/** Mechanics alone: no noise, no drift, no steps, no averaging. */
const IDEAL: CellTraits = {
  ...noisier(CELL, 0),
  quantumGrams: 0,
  creep: [],
  filterMs: 1,
};

function cellOf(traits: Partial<CellTraits>, load: { initial?: number; shifts?: readonly Shift[]; contacts?: readonly Contact[] } = {}) {
  const plate = new PlateLoad(load.initial ?? 1_000, load.shifts ?? [], load.contacts ?? []);
  return new LoadCell({ ...IDEAL, ...traits }, plate, { random: new Random('cell'), startMs: 0 });
}

function readMany(cell: LoadCell, count: number, everyMs: number, fromMs = everyMs): readonly number[] {
  return Array.from({ length: count }, (_, n) => cell.read(fromMs + n * everyMs));
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

describe('a load cell', () => {
  it('shows what lies on it, and nothing else, when nothing disturbs it', () => {
    expect(readMany(cellOf({}), 50, 100)).toEqual(Array.from({ length: 50 }, () => 1_000));
  });

  it('rings at its natural frequency and settles at the new weight', () => {
    // 900 g plate without goods at 10 Hz, 100 g put on it at once.
    const cell = cellOf({ naturalHz: 10, damping: 0.05 }, { initial: 0, shifts: [{ atMs: 1_000, overMs: 1, grams: 100 }] });
    const readings = readMany(cell, 4_000, 1, 1_000);
    const crossings = readings.flatMap((grams, at) => (at > 0 && (readings[at - 1] ?? 0) < 100 && grams >= 100 ? [at] : []));
    const periods = crossings.slice(1, 6).map((at, index) => at - (crossings[index] ?? 0));
    const meanMs = periods.reduce((sum, ms) => sum + ms, 0) / periods.length;
    // Mass grew from 900 to 1,000 g, and damping slows a swing a little.
    expect(meanMs).toBeCloseTo(100 * Math.sqrt(1_000 / 900), -0.3);
    expect(Math.max(...readings)).toBeGreaterThan(175);
    expect(readings.at(-1)).toBeCloseTo(100, 0);
  });

  it('overshoots as a damped swing of second order must', () => {
    const cell = cellOf({ naturalHz: 20, damping: 0.2, plateGrams: 1e9 }, { initial: 0, shifts: [{ atMs: 100, overMs: 1, grams: 100 }] });
    const peak = Math.max(...readMany(cell, 500, 1, 100));
    expect(peak - 100).toBeCloseTo(100 * Math.exp((-Math.PI * 0.2) / Math.sqrt(1 - 0.04)), -0.5);
  });

  it('swings more slowly under heavy goods', () => {
    const periodOf = (initial: number) => {
      const cell = cellOf({ naturalHz: 20, damping: 0.01 }, { initial, shifts: [{ atMs: 100, overMs: 1, grams: 100 }] });
      const readings = readMany(cell, 3_000, 1, 100);
      return readings.flatMap((grams, at) => (at > 0 && (readings[at - 1] ?? 0) < initial + 100 && grams >= initial + 100 ? [at] : []))
        .length;
    };
    expect(periodOf(0) / periodOf(8_100 - 100)).toBeCloseTo(Math.sqrt(9_000 / 1_000), 0);
  });

  it('creeps to its full share with its time constant', () => {
    const cell = cellOf({ creep: [{ share: 0.001, seconds: 60 }] }, { initial: 0, shifts: [{ atMs: 10, overMs: 1, grams: 10_000 }] });
    const readings = readMany(cell, 600, 1_000, 1_000);
    expect((readings[60] ?? 0) - 10_000).toBeCloseTo(10 * (1 - Math.exp(-1)), 0);
    expect((readings.at(-1) ?? 0) - 10_000).toBeCloseTo(10, 1);
    expect(CELL.creep.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(0.000_5);
  });

  it('scatters as it says, and steps by its quantum', () => {
    expect(deviation(readMany(cellOf({ noiseGrams: 2 }), 4_000, 100))).toBeCloseTo(2, 0.5);
    expect(deviation(readMany(cellOf({ wanderGrams: 3 }), 20_000, 1_000))).toBeCloseTo(3, 0);
    const steps = new Set(readMany(cellOf({ noiseGrams: 2, quantumGrams: 5 }), 400, 100).map((grams) => grams % 5));
    expect([...steps]).toEqual([0]);
  });

  it('drifts by the hour and with the cycle', () => {
    const cell = cellOf({ driftGramsPerHour: 6 });
    expect(cell.read(3_600_000)).toBeCloseTo(1_006, 6);
    const cycling = readMany(cellOf({ cycleGrams: 4, cycleMinutes: 20 }), 20, 60_000);
    expect(Math.max(...cycling)).toBeCloseTo(1_004, 0);
    expect(Math.min(...cycling)).toBeCloseTo(996, 0);
  });

  it('swallows most of a hum by averaging', () => {
    const swing = (filterMs: number) => deviation(readMany(cellOf({ vibrationGrams: 10, vibrationHz: 23.7, filterMs }), 500, 137));
    expect(swing(1)).toBeGreaterThan(6);
    expect(swing(100)).toBeLessThan(0.2 * swing(1));
  });

  it('gives the same readings for the same seed', () => {
    const run = () => readMany(new LoadCell(CELL, new PlateLoad(5_000, [], []), { random: new Random('x'), startMs: 0 }), 1_000, 60_000);
    expect(run()).toEqual(run());
  });
});

describe('hands', () => {
  it('press about as hard as they mean to, never steadily, and leave nothing behind', () => {
    const contact = press(new Random('hand'), { fromMs: 1_000, forMs: 3_000, grams: 500, swayShare: 0.15 });
    const cell = cellOf({}, { contacts: [contact] });
    const readings = readMany(cell, 60, 100);
    const during = readings.slice(14, 36);
    const mean = during.reduce((sum, grams) => sum + grams, 0) / during.length - 1_000;
    expect(mean).toBeGreaterThan(250);
    expect(mean).toBeLessThan(750);
    expect(deviation(during)).toBeGreaterThan(20);
    expect(readings.at(-1)).toBeCloseTo(1_000, 0);
  });

  it('that set something down strike first', () => {
    const contact = impact({ atMs: 500, forMs: 40, grams: 800 });
    expect(contact.force(520)).toBeCloseTo(800, 5);
    expect(contact.force(500)).toBeCloseTo(0, 5);
    const readings = readMany(cellOf({}, { contacts: [contact] }), 2_000, 1, 1);
    expect(Math.max(...readings)).toBeGreaterThan(1_300);
    expect(readings.at(-1)).toBeCloseTo(1_000, 0);
  });
});

describe('shelf scenes', () => {
  it.each(SHELF_SCENES.map((kind) => [kind.name, kind] as const))(
    '%s: what happened adds up, and is the same whatever reports it',
    (_name, kind) => {
      const scene = writeScene(kind, { seed: '1', startMs: 0 });
      for (const { slot, sku, units } of scene.plates) {
        const change = scene.truths
          .filter((truth) => truth.slot === slot && truth.sku === sku)
          .reduce((sum, truth) => sum + (truth.kind === 'pick' || truth.kind === 'sweep' ? -truth.units : truth.units), 0);
        expect(scene.stock(slot)).toBe(units + change);
        expect(scene.stock(slot)).toBeGreaterThanOrEqual(0);
      }
      const again = writeScene(kind, { seed: '1', startMs: 0 });
      const report = { seed: '1', hz: 1, noise: 1, ...kind.report };
      expect(again.truths).toEqual(scene.truths);
      expect(again.play(report)).toEqual(scene.play(report));
    },
  );

  it('lose the readings they say they lose', () => {
    const scene = writeScene(SHELF_SCENES[0] ?? fail(), { seed: '2', startMs: 0 });
    const all = scene.play({ seed: '2', hz: 10, noise: 1, lossShare: 0 }).length;
    const again = writeScene(SHELF_SCENES[0] ?? fail(), { seed: '2', startMs: 0 });
    const left = again.play({ seed: '2', hz: 10, noise: 1, lossShare: 0.2 }).length;
    expect(left / all).toBeCloseTo(0.8, 1);
  });
});

function fail(): never {
  throw new Error('Cannot find a scene: there are none');
}
