import { type CompiledStore, compileStore } from '../../agent/core/compiled-store.ts';
import { takeWeight } from '../../agent/core/shelf/shelf.ts';
import { createShelf, type ShelfState } from '../../agent/core/shelf/shelf-state.ts';
import type { Product, Slot } from '../../agent/core/store-map.ts';
import type { CellTraits } from '../../devices/simulator/load-cell.ts';
import type { ShelfScene, WeightReading } from '../../devices/simulator/shelf-scene.ts';
import { type SceneKind, SHELF_SCENES, writeScene } from '../../devices/simulator/shelf-scenes.ts';
import { sampleStore } from '../support/sample-store.ts';
import { type Figure, median } from './figure.ts';
import { ThresholdDetector } from './shelf-baseline.ts';
import { emptyScore, f1Of, precisionOf, type Report, recallOf, type ShelfScore, scoreScene, strictF1Of } from './shelf-score.ts';

/** One line of the report: one scene, or all of them, at one level of noise. */
export interface ShelfRow {
  readonly scene: string;
  /** Times the nominal noise. */
  readonly noise: number;
  readonly events: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** With every ambiguous report a miss, whether it could be decided or not. */
  readonly strictF1: number;
  /** Share of events that were reported as ambiguous. */
  readonly ambiguousShare: number;
  /** Events that weights alone cannot decide, and how many of them were said to be so. */
  readonly undecidable: number;
  readonly undecidableTold: number;
  /** Of hits, kind right too. */
  readonly kindShare: number;
  /** Of hands that took nothing, noticed as such. */
  readonly handShare: number | undefined;
  /** From the end of the act until it was sure. */
  readonly delayMs: number;
  /** The threshold detector on the same readings. */
  readonly baselineF1: number;
  /** What `f1` must reach; only on the rows over all scenes. */
  readonly goal?: number;
}

const START_MS = Date.UTC(2026, 5, 1, 6, 0, 0);
/** Reports a second of the scales; every scene is played at each, or at the most it allows. */
const RATES = [1, 2, 5, 10, 60];
const NOISES = [
  { times: 1, goal: 0.95 },
  { times: 3, goal: 0.9 },
] as const;

/** Scores the shelf detector on every scene, at nominal and three times the noise. `seed` names the dice of the acts and of the scales. */
export async function benchShelf(seed = 'score', traits: Partial<CellTraits> = {}): Promise<readonly ShelfRow[]> {
  const rows: ShelfRow[] = [];
  for (const { times, goal } of NOISES) {
    const total = new Sums();
    for (const kind of SHELF_SCENES) {
      const sums = new Sums();
      for (const rate of RATES) sums.add(kind, { seed, hz: Math.min(rate, kind.mostHz ?? rate), rate, noise: times, traits });
      rows.push(sums.row(kind.name, times));
      total.merge(sums);
      // The report is made beside other measurements: let them have their turn.
      await Promise.resolve();
    }
    rows.push({ ...total.row('all scenes', times), goal });
  }
  return rows;
}

/** The rows over all scenes against their goals; the spread is that of the scenes. */
export function shelfFigures(rows: readonly ShelfRow[]): readonly Figure[] {
  return rows.flatMap((row): readonly Figure[] => {
    if (row.goal === undefined) return [];
    const scenes = rows.filter(({ goal, noise }) => goal === undefined && noise === row.noise);
    const spread = (pick: (scene: ShelfRow) => number) => [Math.min(...scenes.map(pick)), Math.max(...scenes.map(pick))] as const;
    return [
      {
        what: `F1 of takes and put-backs at ${row.noise === 1 ? 'nominal noise' : `${row.noise} times the noise`}`,
        unit: '',
        value: row.f1,
        spread: spread(({ f1 }) => f1),
        baseline: { name: 'threshold', value: row.baselineF1, spread: spread(({ baselineF1 }) => baselineF1) },
        ratio: row.f1 / row.baselineF1,
        goal: `>= ${row.goal}`,
        isReached: row.f1 >= row.goal,
        note: `${row.events} events; ${row.strictF1.toFixed(3)} with every ambiguous one a miss; ${(100 * row.ambiguousShare).toFixed(1)} % ambiguous, ${row.undecidableTold} of ${row.undecidable} that weights cannot decide said so; sure after ${row.delayMs.toFixed(0)} ms`,
      },
    ];
  });
}

/** The report as text, a line a row. */
export function formatShelfRows(rows: readonly ShelfRow[]): string {
  const head = [
    'scene',
    'noise',
    'events',
    'precision',
    'recall',
    'F1',
    'strict F1',
    'threshold F1',
    'ambiguous',
    'undecidable told',
    'kind',
    'hands',
    'delay ms',
  ];
  const lines = rows.map((row) => [
    row.scene,
    `${row.noise}x`,
    String(row.events),
    row.precision.toFixed(3),
    row.recall.toFixed(3),
    `${row.f1.toFixed(3)}${row.goal === undefined ? '' : row.f1 >= row.goal ? ` (>= ${row.goal})` : ` (BELOW ${row.goal})`}`,
    row.strictF1.toFixed(3),
    row.baselineF1.toFixed(3),
    row.ambiguousShare.toFixed(3),
    row.undecidable === 0 ? '-' : `${row.undecidableTold}/${row.undecidable}`,
    row.kindShare.toFixed(2),
    row.handShare === undefined ? '-' : row.handShare.toFixed(2),
    row.delayMs.toFixed(0),
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...lines.map((line) => line[at]?.length ?? 0)));
  return [head, ...lines]
    .map((line) => line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '))
    .join('\n');
}

interface Play {
  readonly seed: string;
  readonly rate: number;
  readonly hz: number;
  readonly noise: number;
  /** Other scales than those that the scene describes. */
  readonly traits?: Partial<CellTraits>;
}

class Sums {
  readonly #ours: ShelfScore = emptyScore();
  readonly #threshold: ShelfScore = emptyScore();
  #hands = 0;
  #handsNoticed = 0;

  add(kind: SceneKind, play: Play): void {
    const scene = writeScene(kind, { seed: `${play.seed}/${play.rate}`, startMs: START_MS });
    const report = { ...kind.report, traits: { ...play.traits, ...kind.report?.traits } };
    const readings = scene.play({ ...report, seed: `${play.seed}/${play.rate}`, hz: play.hz, noise: play.noise });
    const { reports, hands } = detectAll(scene, readings);
    scoreScene(this.#ours, { truths: scene.truths, reports, hz: play.hz });
    scoreScene(this.#threshold, { truths: scene.truths, reports: thresholdAll(scene, readings), hz: play.hz });
    for (const truth of scene.truths) {
      // A press between two readings of a slow scale leaves nothing to notice.
      if (truth.kind !== 'hand' || truth.toMs - truth.fromMs < 2_000 / play.hz) continue;
      this.#hands += 1;
      if (hands.some(({ slot, atMs }) => slot === truth.slot && atMs >= truth.fromMs - 500 && atMs <= truth.toMs + 500))
        this.#handsNoticed += 1;
    }
  }

  merge(other: Sums): void {
    mergeScores(this.#ours, other.#ours);
    mergeScores(this.#threshold, other.#threshold);
    this.#hands += other.#hands;
    this.#handsNoticed += other.#handsNoticed;
  }

  row(scene: string, noise: number): ShelfRow {
    const ours = this.#ours;
    return {
      scene,
      noise,
      events: ours.truths,
      precision: precisionOf(ours),
      recall: recallOf(ours),
      f1: f1Of(ours),
      strictF1: strictF1Of(ours),
      ambiguousShare: ours.ambiguous / Math.max(1, ours.truths),
      undecidable: ours.undecidable,
      undecidableTold: ours.undecidableTold,
      kindShare: ours.rightKinds / Math.max(1, ours.hits),
      handShare: this.#hands === 0 ? undefined : this.#handsNoticed / this.#hands,
      delayMs: median(ours.delaysMs),
      baselineF1: f1Of(this.#threshold),
    };
  }
}

/** Adds one score to another. */
export function mergeScores(into: ShelfScore, from: ShelfScore): void {
  for (const key of ['truths', 'hits', 'falseReports', 'misses', 'ambiguous', 'undecidable', 'undecidableTold', 'rightKinds'] as const)
    into[key] += from[key];
  into.delaysMs.push(...from.delaysMs);
}

/** Plays the readings of a scene through the core's shelf. */
export function detectAll(
  scene: ShelfScene,
  readings: readonly WeightReading[],
): { readonly reports: readonly Report[]; readonly hands: readonly Report[] } {
  const store = storeOf(scene);
  const shelf = createShelf();
  const events = readings.flatMap((reading) => weigh(shelf, store, reading) ?? []);
  return { reports: events.filter(({ kind }) => kind !== 'hand'), hands: events.filter(({ kind }) => kind === 'hand') };
}

/** Hands one weight to the core's shelf; what it reports, if anything. */
export function weigh(shelf: ShelfState, store: CompiledStore, reading: WeightReading): Report | undefined {
  const slot = store.slots.get(reading.slot);
  const event = slot === undefined ? undefined : takeWeight(shelf, { store, slot, nowMs: reading.atMs, isAlone: false }, reading);
  if (event === undefined) return undefined;
  const { kind, sku, units, outcome, atMs, settledAtMs } = event;
  const isTake = kind === 'pick' || kind === 'sweep';
  return { kind, slot: event.slot, sku, units, isTake, isCertain: outcome === 'certain', atMs, settledAtMs };
}

function thresholdAll(scene: ShelfScene, readings: readonly WeightReading[]): readonly Report[] {
  const cells = new Map(scene.plates.map((plate) => [plate.slot, { plate, detector: new ThresholdDetector(plate.unitGrams) }]));
  return readings.flatMap(({ slot, atMs, grams }): readonly Report[] => {
    const cell = cells.get(slot);
    const units = cell?.detector.weigh(grams) ?? 0;
    if (cell === undefined || units === 0) return [];
    const kind = units < 0 ? 'pick' : 'return';
    return [{ kind, slot, sku: cell.plate.sku, units: Math.abs(units), isTake: units < 0, isCertain: true, atMs, settledAtMs: atMs }];
  });
}

/** The plan of a scene's plates, all on one fixture; `distance` where its slots have such a sensor. */
export function storeOf(scene: ShelfScene, distance?: NonNullable<Slot['distance']>): CompiledStore {
  const slots = scene.plates.map(
    ({ slot, sku, units }): Slot => ({
      id: slot,
      fixture: 'shelf-03',
      sku,
      capacity: units + 2,
      ...(distance === undefined ? {} : { distance }),
    }),
  );
  const products = scene.plates.map(
    ({ sku, unitGrams, spread }): Product => ({
      sku,
      name: sku,
      category: 'goods',
      priceCents: 100,
      costCents: 50,
      unitGrams,
      unitSpreadGrams: unitGrams * spread,
    }),
  );
  return compileStore(sampleStore({ slots, products }));
}
