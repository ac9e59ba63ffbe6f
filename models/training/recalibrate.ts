import { fail, ok, type Result } from '../../agent/core/result.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import { AS_SHIPPED, calibrated, logs, type SiteCalibration } from '../site-calibration.ts';

/** What a model said and what came of it, in this store. */
export interface CalibrationExample {
  /** The model's own probability, before any calibration of the store. */
  readonly raw: number;
  readonly label: 0 | 1;
  /** How many visits it stands for. */
  readonly weight: number;
  readonly atMs: TimestampMs;
}

/** When the store's own calibration may take over, and how fast the past fades. */
export const RECALIBRATION = {
  /** Fewest examples, of either label, weighted and faded. */
  leastRows: 200,
  leastOfEach: 20,
  /** An example of this age counts half. */
  halfLifeMs: 14 * 86_400_000,
  /** Share of the examples, the newest, that judge a fit and are not learnt from. */
  judgedShare: 0.25,
  /** A fit must be better on them than what is in force by this many standard errors: products of one visit are not independent, so two. */
  certainty: 2,
  /** How firmly the shipped calibration is held to, in examples: a handful of days moves it little, a week moves it. */
  slopePull: 40,
  shiftPull: 4,
} as const;

const SLOPES = { least: 0.2, most: 3 } as const;

/** Why the calibration in force stays. */
export type KeptBecause =
  | { readonly kind: 'few'; readonly rows: number; readonly ones: number }
  /** The fit was no better on the newest examples. */
  | { readonly kind: 'no-better'; readonly lossInForce: number; readonly lossOfFit: number };

/** A calibration with the figures it was adopted for, on examples it had not learnt from. */
export interface Recalibrated {
  readonly calibration: SiteCalibration;
  readonly rows: number;
  readonly lossBefore: number;
  readonly lossAfter: number;
}

/**
 * A calibration from the store's own outcomes, pulled towards the shipped one where there is little to go by. It is fitted on the older examples,
 * judged on the newest against the one in force, and only when it wins fitted again on all. The same examples give the same numbers.
 */
export function recalibrate(
  examples: readonly CalibrationExample[],
  inForce: SiteCalibration,
  nowMs: TimestampMs,
): Result<Recalibrated, KeptBecause> {
  const ordered = [...examples].sort((x, y) => x.atMs - y.atMs);
  const { rows, ones } = weigh(ordered, nowMs);
  const { leastRows, leastOfEach, judgedShare, certainty } = RECALIBRATION;
  if (rows < leastRows || Math.min(ones, rows - ones) < leastOfEach) return fail({ kind: 'few', rows, ones });
  const cut = Math.floor(ordered.length * (1 - judgedShare));
  const judged = ordered.slice(cut);
  const fitted = { ...fitTo(ordered.slice(0, cut), nowMs), version: 1 };
  const lossBefore = lossOf(judged, inForce);
  const lossAfter = lossOf(judged, fitted);
  if (!(lossBefore - lossAfter > certainty * errorOfGain(judged, { inForce, fitted })))
    return fail({ kind: 'no-better', lossInForce: lossBefore, lossOfFit: lossAfter });
  const calibration = { ...fitTo(ordered, nowMs), version: inForce.version + 1 };
  return ok({ calibration, rows: Math.round(rows), lossBefore, lossAfter });
}

function faded({ weight, atMs }: CalibrationExample, nowMs: TimestampMs): number {
  return weight * 0.5 ** (Math.max(0, nowMs - atMs) / RECALIBRATION.halfLifeMs);
}

function weigh(examples: readonly CalibrationExample[], nowMs: TimestampMs): { readonly rows: number; readonly ones: number } {
  let [rows, ones] = [0, 0];
  for (const example of examples) {
    // Counted, not weighted up: one visit that stands for ten is still one observation.
    const counts = faded({ ...example, weight: 1 }, nowMs);
    rows += counts;
    ones += counts * example.label;
  }
  return { rows, ones };
}

/** Mean weighted log-loss under a calibration. */
export function lossOf(examples: readonly CalibrationExample[], calibration: SiteCalibration): number {
  let [sum, all] = [0, 0];
  for (const { raw, label, weight } of examples) {
    const p = Math.min(1 - 1e-7, Math.max(1e-7, calibrated(raw, calibration)));
    sum -= weight * (label === 1 ? Math.log(p) : Math.log(1 - p));
    all += weight;
  }
  return all === 0 ? 0 : sum / all;
}

/** Standard error of how much better a calibration does than another one. */
function errorOfGain(
  examples: readonly CalibrationExample[],
  { inForce, fitted }: { readonly inForce: SiteCalibration; readonly fitted: SiteCalibration },
): number {
  const gains = examples.map((example) => lossOf([example], inForce) - lossOf([example], fitted));
  const all = examples.reduce((sum, { weight }) => sum + weight, 0);
  const mean = gains.reduce((sum, gain, i) => sum + gain * examples[i]!.weight, 0) / all;
  return Math.sqrt(gains.reduce((sum, gain, i) => sum + (examples[i]!.weight * (gain - mean)) ** 2, 0)) / all;
}

/** Newton steps on the log-loss with a pull towards the shipped calibration; slopes stay positive. */
function fitTo(examples: readonly CalibrationExample[], nowMs: TimestampMs): SiteCalibration {
  const rows = examples.map((example) => {
    const [up, down] = logs(example.raw);
    return { x: [up, -down, 1] as const, label: example.label, weight: faded(example, nowMs) };
  });
  const scale =
    rows.length /
    Math.max(
      1e-9,
      rows.reduce((sum, { weight }) => sum + weight, 0),
    );
  const { slopePull, shiftPull } = RECALIBRATION;
  const pull = [slopePull, slopePull, shiftPull];
  const prior = [AS_SHIPPED.a, AS_SHIPPED.b, AS_SHIPPED.c];
  const theta = [...prior];
  for (let step = 0; step < 40; step++) {
    const gradient = theta.map((value, i) => pull[i]! * (value - prior[i]!));
    const hessian = pull.map((value, i) => pull.map((_, j) => (i === j ? value : 0)));
    for (const { x, label, weight } of rows) {
      const p = 1 / (1 + Math.exp(-(theta[0]! * x[0] + theta[1]! * x[1] + theta[2]!)));
      const off = weight * scale * (p - label);
      const curve = weight * scale * Math.max(1e-9, p * (1 - p));
      for (let i = 0; i < 3; i++) {
        gradient[i]! += off * x[i]!;
        for (let j = 0; j < 3; j++) hessian[i]![j]! += curve * x[i]! * x[j]!;
      }
    }
    const change = solve3(hessian, gradient);
    const damp = Math.min(1, 1 / Math.max(...change.map(Math.abs), 1e-12));
    for (let i = 0; i < 3; i++) theta[i]! -= damp * change[i]!;
    theta[0] = Math.min(SLOPES.most, Math.max(SLOPES.least, theta[0]!));
    theta[1] = Math.min(SLOPES.most, Math.max(SLOPES.least, theta[1]!));
    if (Math.max(...change.map(Math.abs)) < 1e-9) break;
  }
  const [a, b, c] = theta.map((value) => Math.round(value * 1e6) / 1e6);
  return { version: 0, a: a!, b: b!, c: c! };
}

/** Solves a 3 x 3 system by elimination with pivots; the matrix is positive definite. */
function solve3(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let column = 0; column < 3; column++) {
    let pivot = column;
    for (let row = column + 1; row < 3; row++) if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < 3; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let k = column; k < 4; k++) rows[row]![k]! -= factor * rows[column]![k]!;
    }
  }
  return rows.map((row, i) => row[3]! / row[i]!);
}
