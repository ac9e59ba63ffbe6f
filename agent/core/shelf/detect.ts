import { type DurationMs, type Grams, HOUR_MS, MINUTE_MS, type Probability, SECOND_MS, type TimestampMs } from '../units.ts';
import { type Bin, type CellTrack, finishedBins, takeReading } from './cell.ts';
import type { Explanation } from './explain.ts';
import { learnStep, sigmaOf } from './noise.ts';
import { type Segment, steadyNow } from './steady.ts';

/** A change of weight that is being judged, in the scale's time. */
export interface PlateChange {
  readonly grams: Grams;
  readonly sdGrams: Grams;
  /** It cannot have happened before this, it was over by this, and it is judged at this time. */
  readonly sinceMs: TimestampMs;
  readonly atMs: TimestampMs;
  readonly judgedAtMs: TimestampMs;
}

/** What the detector must know of the plate's goods. */
export interface PlateQuestion {
  readonly unitGrams: Grams;
  /** Ways to explain a change of weight, best first; see `explain`. */
  explain(change: PlateChange): readonly Explanation[];
  /** How long other sensors of the slot may be waited for, given what the weight alone would say; not at all by default. */
  waitMs?(explanations: readonly Explanation[]): DurationMs;
}

/** What one cell's readings say has happened. */
export type Detection =
  /** The plate's weight is known for the first time. */
  | { readonly kind: 'level'; readonly grams: Grams }
  /** The plate was pressed and is as heavy as before. */
  | { readonly kind: 'hand'; readonly fromMs: TimestampMs; readonly toMs: TimestampMs; readonly peakGrams: Grams }
  /** The plate settled at another weight. Nothing explains it when `explanations` is empty or its best is unlikely. */
  | {
      readonly kind: 'change';
      readonly grams: Grams;
      readonly sdGrams: Grams;
      /** Last time at the old weight, first time at the new one, and when that was sure. */
      readonly sinceMs: TimestampMs;
      readonly atMs: TimestampMs;
      readonly settledAtMs: TimestampMs;
      readonly explanations: readonly Explanation[];
    };

/** From this belief on an explanation is taken for certain. */
export const CERTAIN: Probability = 0.9;
/** A plate lighter by whole units needs so much stillness; one heavier more, because a hand rests on plates and never lifts them. */
const TAKE_STILL_MS: DurationMs = 350;
const PUT_STILL_MS: DurationMs = 900;
const MANY_STILL_MS: DurationMs = 1_400;
const SWAYING_STILL_MS: DurationMs = 1_800;
const UNEXPECTED_STILL_MS: DurationMs = 1_800;
/** A put-back takes three readings, unless they are this far apart. */
const SPARSE_MS: DurationMs = 5 * SECOND_MS;
/** How long a doubtful change may become clear, and how long one that is no goods may go away again. */
const DOUBT_MS: DurationMs = 900;
const STRANGE_MS: DurationMs = 20 * SECOND_MS;
/** Time constant of following a drifting zero. */
const FOLLOW_MS: DurationMs = 10 * SECOND_MS;
/** Without stillness for this long the noise itself may have grown. */
const RESTLESS_MS: DurationMs = MINUTE_MS;
/** A press shorter or weaker than this is nothing. */
const HAND_MS: DurationMs = 250;
const HAND_GRAMS: Grams = 15;
const DRIFT_LEARN_MS: DurationMs = 10 * MINUTE_MS;

/** Takes in one reading of a cell and says what it concludes, if anything. Updates `cell`; time is the reading's own. */
export function detect(
  cell: CellTrack,
  reading: { readonly atMs: TimestampMs; readonly grams: Grams },
  plate: PlateQuestion,
): Detection | undefined {
  if (!takeReading(cell, reading)) return undefined;
  const bins = finishedBins(cell);
  const [before, newest] = [bins.at(-2), bins.at(-1)];
  if (newest === undefined || before === undefined) return undefined;
  learnStep(cell.noise, newest.grams - before.grams, newest.toMs - cell.stillAtMs > RESTLESS_MS);
  const still = steadyNow(bins, stillWidth(cell, plate));
  if (still === undefined) {
    noteExcursion(cell, newest, plate);
    return undefined;
  }
  cell.stillAtMs = still.toMs;
  if (cell.level === undefined) return begin(cell, still);
  const grams = still.grams - cell.level.grams;
  const sdGrams = deviationOf(cell, still, cell.level);
  if (Math.abs(grams) <= nearBand(sdGrams, cell, plate)) return follow(cell, still, cell.level);
  noteExcursion(cell, newest, plate);
  return judge(cell, { still, grams, sdGrams, level: cell.level }, plate);
}

function begin(cell: CellTrack, still: Segment): Detection | undefined {
  if (still.toMs - still.fromMs < TAKE_STILL_MS) return undefined;
  cell.level = { grams: still.grams, seenAtMs: still.toMs, sinceMs: still.fromMs };
  return { kind: 'level', grams: still.grams };
}

/** The plate is as heavy as before: its zero is followed, and whatever went on in between was a hand. */
function follow(cell: CellTrack, still: Segment, level: NonNullable<CellTrack['level']>): Detection | undefined {
  const sinceMs = Math.max(0, still.toMs - level.seenAtMs);
  const share = Math.max(1 - Math.exp(-sinceMs / FOLLOW_MS), sinceMs / Math.max(1, still.toMs - level.sinceMs));
  level.grams += Math.min(1, share) * (still.grams - level.grams);
  level.seenAtMs = still.toMs;
  cell.candidate = undefined;
  learnDrift(cell, level);
  const { excursion } = cell;
  if (excursion === undefined) return undefined;
  cell.excursion = undefined;
  cell.driftMark = undefined;
  const toMs = still.fromMs;
  const isPress = excursion.peakGrams > HAND_GRAMS && excursion.peakGrams > -2 * excursion.troughGrams;
  if (!isPress || toMs - excursion.fromMs < HAND_MS) return undefined;
  return { kind: 'hand', fromMs: excursion.fromMs, toMs, peakGrams: excursion.peakGrams };
}

function judge(
  cell: CellTrack,
  change: { readonly still: Segment; readonly grams: Grams; readonly sdGrams: Grams; readonly level: NonNullable<CellTrack['level']> },
  plate: PlateQuestion,
): Detection | undefined {
  const { still, grams, sdGrams, level } = change;
  const waitedMs = candidateAge(cell, still, nearBand(sdGrams, cell, plate));
  const stillMs = still.toMs - still.fromMs;
  if (stillMs < TAKE_STILL_MS) return undefined;
  if (grams > 0 && (stillMs < PUT_STILL_MS || (still.bins < 3 && stillMs < SPARSE_MS))) return undefined;
  // A hand that rests sways by more than the cell's own noise; goods that still swing will be still a moment later.
  if (grams > 0 && still.range > noiseWidth(cell) && stillMs < SWAYING_STILL_MS) return undefined;
  const explanations = plate.explain({ grams, sdGrams, sinceMs: level.seenAtMs, atMs: still.fromMs, judgedAtMs: still.toMs });
  const best = explanations[0];
  const explained = explanations.reduce((sum, { probability }) => sum + probability, 0);
  const patienceMs = explained < 0.5 ? STRANGE_MS : best !== undefined && best.probability >= CERTAIN ? 0 : DOUBT_MS;
  if (waitedMs < Math.max(patienceMs, explained < 0.5 ? 0 : (plate.waitMs?.(explanations) ?? 0))) return undefined;
  if (best?.isExpected === false && stillMs < UNEXPECTED_STILL_MS) return undefined;
  if (best !== undefined && best.units > 2 && stillMs < MANY_STILL_MS) return undefined;
  const sinceMs = level.seenAtMs;
  cell.level = { grams: still.grams, seenAtMs: still.toMs, sinceMs: still.fromMs };
  cell.candidate = undefined;
  cell.excursion = undefined;
  cell.driftMark = undefined;
  return { kind: 'change', grams, sdGrams, sinceMs, atMs: still.fromMs, settledAtMs: still.toMs, explanations };
}

/** How long the plate has been at the weight it is at now, short disturbances left out. */
function candidateAge(cell: CellTrack, still: Segment, band: Grams): DurationMs {
  const { candidate } = cell;
  if (candidate === undefined || Math.abs(candidate.grams - still.grams) > band) {
    cell.candidate = { grams: still.grams, sinceMs: still.fromMs };
    return still.toMs - still.fromMs;
  }
  candidate.grams = still.grams;
  return still.toMs - candidate.sinceMs;
}

function noteExcursion(cell: CellTrack, newest: Bin, plate: PlateQuestion): void {
  if (cell.level === undefined) return;
  const off = newest.grams - cell.level.grams;
  if (cell.excursion === undefined) {
    const band = Math.min(5 * sigmaOf(cell.noise) + cell.noise.quantum, 0.4 * plate.unitGrams);
    if (Math.abs(off) <= band) return;
    cell.excursion = { fromMs: newest.fromMs, peakGrams: off, troughGrams: off };
    return;
  }
  cell.excursion.peakGrams = Math.max(cell.excursion.peakGrams, off);
  cell.excursion.troughGrams = Math.min(cell.excursion.troughGrams, off);
}

/** Readings within this of each other hold still: noise, or the last of the swing of a plate with heavy goods, but never much of a unit. */
function stillWidth(cell: CellTrack, plate: PlateQuestion): Grams {
  return Math.min(Math.max(noiseWidth(cell), Math.min(20, 0.02 * plate.unitGrams)), Math.max(3, 0.6 * plate.unitGrams));
}

/** Nearly all readings of a plate at rest lie within this of each other. */
function noiseWidth(cell: CellTrack): Grams {
  return 7 * sigmaOf(cell.noise) + cell.noise.quantum;
}

/** Deviation of the difference between the weight now and the level: white noise of both, slow wander, creep, and drift while unseen. */
function deviationOf(cell: CellTrack, still: Segment, level: NonNullable<CellTrack['level']>): Grams {
  const sigma = sigmaOf(cell.noise);
  const unseenHours = Math.max(0, still.fromMs - level.seenAtMs) / HOUR_MS;
  return Math.hypot(
    sigma / Math.sqrt(still.bins),
    // More than noise: the plate still swings about its new weight.
    still.range / 10,
    0.6 * sigma,
    cell.noise.quantum / Math.sqrt(12),
    0.000_15 * Math.abs(still.grams),
    cell.driftGramsPerHour * unseenHours,
    0.2,
  );
}

/** Differences inside it are drift; never so wide that a unit could hide in it. */
function nearBand(sdGrams: Grams, cell: CellTrack, plate: PlateQuestion): Grams {
  return Math.min(4.5 * sdGrams + cell.noise.quantum / 2, 0.4 * plate.unitGrams);
}

function learnDrift(cell: CellTrack, level: NonNullable<CellTrack['level']>): void {
  const mark = cell.driftMark;
  if (mark === undefined) {
    cell.driftMark = { grams: level.grams, atMs: level.seenAtMs };
    return;
  }
  const spentMs = level.seenAtMs - mark.atMs;
  if (spentMs < DRIFT_LEARN_MS) return;
  const rate = (Math.abs(level.grams - mark.grams) * HOUR_MS) / spentMs;
  cell.driftGramsPerHour = Math.min(200, Math.max(3, cell.driftGramsPerHour + 0.3 * (rate - cell.driftGramsPerHour)));
  cell.driftMark = { grams: level.grams, atMs: level.seenAtMs };
}
