import { measure, newDistanceTrack } from '../../agent/core/shelf/distance.ts';
import { createShelf, type ShelfState } from '../../agent/core/shelf/shelf-state.ts';
import { hearTag } from '../../agent/core/shelf/tag-watch.ts';
import { noteShake } from '../../agent/core/shelf/touch.ts';
import type { ShelfScene, WeightReading } from '../../devices/simulator/shelf-scene.ts';
import { SHELF_SCENES, writeScene } from '../../devices/simulator/shelf-scenes.ts';
import { playWitnesses, type WitnessReading, type WitnessTraits } from '../../devices/simulator/shelf-witnesses.ts';
import { type Figure, median } from './figure.ts';
import { mergeScores, storeOf, weigh } from './shelf.ts';
import { emptyScore, f1Of, type Report, type ShelfScore, scoreScene } from './shelf-score.ts';

/** Where the goods of a slot with a distance sensor stand: 5 cm a unit, 90 cm when empty. */
const LANE = { emptyM: 0.9, unitM: 0.05 } as const;
const TAGS = { readsPerSecond: 2, heldShare: 0.05 } as const;
const TOF = { hz: 10, noiseM: 0.003, ...LANE } as const;
const HANDS = { vibration: { missShare: 0.15, falsePerHour: 4 }, reach: { missShare: 0.03 } } as const;

/** Situations in which sensors beside the scale have something to add. */
export const FUSION_SCENES: readonly { readonly scene: string; readonly with: string; readonly traits: WitnessTraits }[] = [
  { scene: 'same weight', with: 'tags', traits: { tags: TAGS } },
  { scene: 'wrong slot', with: 'tags', traits: { tags: TAGS } },
  { scene: 'light goods', with: 'distance', traits: { distance: TOF } },
  { scene: 'coarse scale', with: 'distance', traits: { distance: TOF } },
  { scene: 'sweep', with: 'distance', traits: { distance: TOF } },
  { scene: 'hand without taking', with: 'reach and vibration', traits: HANDS },
  { scene: 'leaning', with: 'reach and vibration', traits: HANDS },
  { scene: 'busy', with: 'all of them', traits: { tags: TAGS, distance: TOF, ...HANDS } },
];

/** One scene with its scales alone and with other sensors beside them, over all rates. */
export interface FusionRow {
  readonly scene: string;
  readonly with: string;
  readonly noise: number;
  readonly alone: ShelfScore;
  readonly fused: ShelfScore;
}

const START_MS = Date.UTC(2026, 5, 1, 6, 0, 0);
const RATES = [1, 5, 10, 60];

/** Scores every situation with and without the other sensors, at nominal and three times the noise. */
export function benchFusion(seed = 'score', rates: readonly number[] = RATES): readonly FusionRow[] {
  return [1, 3].flatMap((noise) =>
    FUSION_SCENES.map((fusion): FusionRow => {
      const row = { scene: fusion.scene, with: fusion.with, noise, alone: emptyScore(), fused: emptyScore() };
      for (const rate of rates) playOne(row, { traits: fusion.traits, seed: `${seed}/${rate}`, rate });
      return row;
    }),
  );
}

function playOne(row: FusionRow, play: { readonly traits: WitnessTraits; readonly seed: string; readonly rate: number }): void {
  const kind = SHELF_SCENES.find(({ name }) => name === row.scene);
  if (kind === undefined) throw new Error(`Cannot find scene "${row.scene}"`);
  const hz = Math.min(play.rate, kind.mostHz ?? play.rate);
  const scene = writeScene(kind, { seed: play.seed, startMs: START_MS });
  const weights = scene.play({ ...kind.report, seed: play.seed, hz, noise: row.noise });
  const witnesses = playWitnesses(scene.story(), play.traits, play.seed);
  // What a tag reader saw can be decided, whatever the scales say; both are held against that.
  const truths = play.traits.tags === undefined ? scene.truths : scene.truths.map((truth) => ({ ...truth, decidable: 'yes' as const }));
  scoreScene(row.alone, { truths, reports: detectFused(scene, weights, []), hz });
  scoreScene(row.fused, { truths, reports: detectFused(scene, weights, witnesses), hz });
}

/** Plays scales and other sensors through the core's shelf together; what it reports, hands left out. */
export function detectFused(scene: ShelfScene, weights: readonly WeightReading[], witnesses: readonly WitnessReading[]): readonly Report[] {
  const store = storeOf(scene, LANE);
  const shelf = createShelf();
  const reports: Report[] = [];
  let next = 0;
  for (const weight of weights) {
    for (; next < witnesses.length && witnesses[next]!.atMs <= weight.atMs; next++) witness(shelf, witnesses[next]!);
    const report = weigh(shelf, store, weight);
    if (report !== undefined && report.kind !== 'hand') reports.push(report);
  }
  return reports;
}

function witness(shelf: ShelfState, reading: WitnessReading): void {
  switch (reading.kind) {
    case 'tag':
      return hearTag(shelf, { epc: reading.epc, sku: reading.sku, fixture: 'shelf-03', nowMs: reading.atMs });
    case 'distance': {
      const track = shelf.distances.get(reading.slot) ?? newDistanceTrack();
      shelf.distances.set(reading.slot, track);
      measure(track, reading);
      return;
    }
    case 'vibration':
      return noteShake(shelf, { fixture: 'shelf-03', slot: reading.slot, atMs: reading.atMs });
    case 'reach':
      shelf.reaches.set(`slot:${reading.slot}`, reading.atMs);
  }
}

/** The rows as figures, the scales alone beside them; the goals are those of the scales, over all of it. */
export function fusionFigures(rows: readonly FusionRow[]): readonly Figure[] {
  const totals = [1, 3].map((noise): FusionRow => {
    const total = { scene: 'all of these', with: 'other sensors', noise, alone: emptyScore(), fused: emptyScore() };
    for (const row of rows) {
      if (row.noise !== noise) continue;
      mergeScores(total.alone, row.alone);
      mergeScores(total.fused, row.fused);
    }
    return total;
  });
  const goalOf = ({ noise, fused }: FusionRow) => {
    const goal = noise === 1 ? 0.95 : 0.9;
    return { goal: `>= ${goal}`, isReached: f1Of(fused) >= goal };
  };
  return [...rows.map((row) => figureOf(row)), ...totals.map((row) => ({ ...figureOf(row), ...goalOf(row) }))];
}

function figureOf({ scene, with: sensors, noise, alone, fused }: FusionRow): Figure {
  return {
    what: `F1 of "${scene}" with ${sensors}, ${noise === 1 ? 'nominal noise' : `${noise} times the noise`}`,
    unit: '',
    value: f1Of(fused),
    spread: [f1Of(fused), f1Of(fused)],
    baseline: { name: 'scales alone', value: f1Of(alone), spread: [f1Of(alone), f1Of(alone)] },
    ratio: f1Of(fused) / f1Of(alone),
    note: `${fused.truths} events; false ${fused.falseReports}, alone ${alone.falseReports}; ambiguous ${fused.ambiguous}, alone ${alone.ambiguous}; sure after ${median(fused.delaysMs).toFixed(0)} ms, alone ${median(alone.delaysMs).toFixed(0)} ms`,
  };
}
