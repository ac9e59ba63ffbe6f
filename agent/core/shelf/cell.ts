import type { DurationMs, Grams, TimestampMs } from '../units.ts';
import { freshNoise, learnQuantum, type NoiseTrack } from './noise.ts';

/** Readings closer together than this are one bin: a fast cell gains by averaging, a slow one loses no time. */
export const BIN_MS: DurationMs = 80;
/** Most bins remembered. */
export const MAX_BINS = 24;
/** A cell whose clock goes back further than this has been set; anything less is a straggler and is dropped. */
const CLOCK_SET_MS: DurationMs = 30_000;
/** Outside this a number is no weight; it is pulled in so that sums stay finite. */
const MOST_GRAMS: Grams = 1e7;

/** Neighbouring readings of a cell, averaged. */
export interface Bin {
  readonly fromMs: TimestampMs;
  toMs: TimestampMs;
  grams: Grams;
  readings: number;
}

/** The weight a plate is known to have had, followed while it drifts. */
export interface Level {
  grams: Grams;
  /** When it was last seen. */
  seenAtMs: TimestampMs;
  sinceMs: TimestampMs;
}

/** Another weight that has been there for a while and is not yet explained. */
export interface Candidate {
  grams: Grams;
  readonly sinceMs: TimestampMs;
}

/** Time away from the level: a hand, or the beginning of a change. */
export interface Excursion {
  readonly fromMs: TimestampMs;
  /** Furthest above and below the level; `troughGrams` is above 0 for a press that never let go. */
  peakGrams: Grams;
  troughGrams: Grams;
}

/** What is remembered of one cell: bounded, and plain data. */
export interface CellTrack {
  /** Oldest first. */
  readonly bins: Bin[];
  lastGrams: Grams;
  readonly noise: NoiseTrack;
  level: Level | undefined;
  candidate: Candidate | undefined;
  excursion: Excursion | undefined;
  /** When the readings last held still, at whatever weight. */
  stillAtMs: TimestampMs;
  /** What the zero of this cell moves in an hour, learned while idle. */
  driftGramsPerHour: number;
  driftMark: { readonly grams: Grams; readonly atMs: TimestampMs } | undefined;
}

/** A cell that has not said anything. */
export function freshCell(atMs: TimestampMs): CellTrack {
  return {
    bins: [],
    lastGrams: 0,
    noise: freshNoise(),
    level: undefined,
    candidate: undefined,
    excursion: undefined,
    stillAtMs: atMs,
    driftGramsPerHour: 12,
    driftMark: undefined,
  };
}

/** Takes in a reading. True when a new bin was begun, so that there may be something to conclude. */
export function takeReading(cell: CellTrack, reading: { readonly atMs: TimestampMs; readonly grams: Grams }): boolean {
  const grams = Math.min(MOST_GRAMS, Math.max(-MOST_GRAMS, reading.grams));
  const { atMs } = reading;
  const last = cell.bins.at(-1);
  if (last !== undefined) {
    if (last.toMs - atMs > CLOCK_SET_MS) moveClock(cell, atMs);
    else if (atMs < last.toMs) return false;
    learnQuantum(cell.noise, grams - cell.lastGrams);
  }
  cell.lastGrams = grams;
  const open = cell.bins.at(-1);
  if (open !== undefined && atMs - open.fromMs < BIN_MS) {
    open.readings += 1;
    open.grams += (grams - open.grams) / open.readings;
    open.toMs = atMs;
    return false;
  }
  cell.bins.push({ fromMs: atMs, toMs: atMs, grams, readings: 1 });
  if (cell.bins.length > MAX_BINS) cell.bins.shift();
  return true;
}

/** The bins that can be judged: a fast cell's newest bin is still filling. */
export function finishedBins(cell: CellTrack): readonly Bin[] {
  const before = cell.bins.at(-2);
  return before !== undefined && before.readings > 1 ? cell.bins.slice(0, -1) : cell.bins;
}

/** The weights stay what they were; only their times begin again. */
function moveClock(cell: CellTrack, atMs: TimestampMs): void {
  cell.bins.length = 0;
  cell.candidate = undefined;
  cell.excursion = undefined;
  cell.stillAtMs = atMs;
  cell.driftMark = undefined;
  if (cell.level !== undefined) cell.level = { grams: cell.level.grams, seenAtMs: atMs, sinceMs: atMs };
}
