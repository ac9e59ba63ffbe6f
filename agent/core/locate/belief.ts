import type { Dbm, DurationMs, Metres, Probability } from '../units.ts';
import { cellCentre, type Floor } from './floor.ts';
import { RADIO } from './radio.ts';

/** How far somebody strays in a second: shoppers walk 0.3 to 1.3 m/s and turn often. Metres a root second. */
const STRAY_M = 1;
/** After a silence this long a tag may be anywhere. */
export const LOST_AFTER_MS = 30_000;
/** Share of belief that a tag was carried where nobody expected it. */
const ANYWHERE = 1e-3;
/** Weights are whole numbers up to this: what was believed less than one part of it is forgotten. */
const WHOLE = 10_000;
/** Logarithm of a likelihood ratio that no belief makes up for: the prior's own range is far smaller. */
const NEGLIGIBLE = -40;

/** Where a tag is believed to be: `[cell, weight, cell, weight, ...]`, weights 1 to 10,000, the largest always 10,000. Empty: anywhere. */
export type Belief = readonly number[];

/** One window of sightings, as numbers of scanners of the floor. */
export interface Evidence {
  readonly heard: readonly { readonly scanner: number; readonly rssiDbm: Dbm; readonly looks: number }[];
  /** Scanners that work and did not hear the tag. */
  readonly silent: readonly number[];
}

/** Moves a belief on by the time that passed and weighs it with what was heard: one step of a Bayes filter over the floor's cells. */
export function revise(floor: Floor, belief: Belief, news: { readonly evidence: Evidence; readonly passedMs: DurationMs }): Belief {
  const likely = logLikelihood(floor, news.evidence);
  const prior = floor.isSurveyed ? moved(floor, belief, news.passedMs) : undefined;
  let peak = Number.NEGATIVE_INFINITY;
  for (const log of likely) if (log > peak) peak = log;
  let best = 0;
  for (let cell = 0; cell < likely.length; cell++) {
    const below = likely[cell]! - peak;
    const weight = below < NEGLIGIBLE ? 0 : Math.exp(below) * (prior === undefined ? 1 : prior[cell]!);
    likely[cell] = weight;
    if (weight > best) best = weight;
  }
  const revised: number[] = [];
  for (let cell = 0; cell < likely.length; cell++) {
    const weight = Math.round((WHOLE * likely[cell]!) / best);
    if (weight >= 1) revised.push(cell, weight);
  }
  return revised;
}

/** Belief as a position: its mean, and the root mean square distance from it; undefined when the tag may be anywhere. */
export function positionOf(
  floor: Floor,
  belief: Belief,
): { readonly xM: Metres; readonly yM: Metres; readonly spreadM: Metres } | undefined {
  let total = 0;
  let x = 0;
  let y = 0;
  let square = 0;
  for (let at = 0; at < belief.length; at += 2) {
    const weight = belief[at + 1]!;
    const { xM, yM } = cellCentre(floor, belief[at]!);
    total += weight;
    x += weight * xM;
    y += weight * yM;
    square += weight * (xM * xM + yM * yM);
  }
  if (total === 0) return undefined;
  const [xM, yM] = [x / total, y / total];
  return { xM, yM, spreadM: Math.sqrt(Math.max(0, square / total - xM * xM - yM * yM)) };
}

/** Probability of every zone, by its number on the floor; they sum to less than 1 where the belief lies outside of all zones. */
export function zoneProbabilities(floor: Floor, belief: Belief): readonly Probability[] {
  const probabilities = floor.zones.map(() => 0);
  let total = 0;
  for (let at = 0; at < belief.length; at += 2) {
    const weight = belief[at + 1]!;
    total += weight;
    for (const { zone, share } of floor.zoneShares[belief[at]!]!) probabilities[zone]! += weight * share;
  }
  return total === 0 ? probabilities : probabilities.map((weight) => weight / total);
}

/** Log-normal strengths around what each scanner should hear in each cell; the tag's own strength is unknown and integrated out. */
function logLikelihood(floor: Floor, { heard, silent }: Evidence): Float64Array {
  const cells = floor.columns * floor.rows;
  const tagDb = floor.isSurveyed ? RADIO.tagDb.surveyed : RADIO.tagDb.unsurveyed;
  const log = new Float64Array(cells);
  const precision = new Float64Array(cells).fill(1 / tagDb ** 2);
  const sum = new Float64Array(cells);
  const scale = new Float64Array(cells).fill(1);
  for (const { scanner, rssiDbm, looks } of heard) {
    const { expectedDbm, variance } = floor.scanners[scanner]!;
    const own = RADIO.changedDb ** 2 + RADIO.fadingDb ** 2 / Math.min(looks, RADIO.mostLooks);
    for (let cell = 0; cell < cells; cell++) {
      const whole = variance[cell]! + own;
      const sureness = 1 / whole;
      const off = rssiDbm - expectedDbm[cell]!;
      const weighed = off * sureness;
      precision[cell]! += sureness;
      sum[cell]! += weighed;
      log[cell]! += off * weighed;
      scale[cell]! *= whole;
    }
  }
  for (let cell = 0; cell < cells; cell++) {
    log[cell] = -0.5 * (log[cell]! - sum[cell]! ** 2 / precision[cell]! + Math.log(scale[cell]! * precision[cell]!));
  }
  for (const scanner of silent) {
    const { silence } = floor.scanners[scanner]!;
    for (let cell = 0; cell < cells; cell++) log[cell]! += silence[cell]!;
  }
  return log;
}

/** Belief after some time of walking about: blurred by how far one strays, never quite nothing anywhere. Sums to 1. */
function moved(floor: Floor, belief: Belief, passedMs: DurationMs): Float64Array | undefined {
  if (belief.length === 0 || passedMs >= LOST_AFTER_MS) return undefined;
  const { columns, rows } = floor;
  const cells = columns * rows;
  const dense = new Float64Array(cells);
  let total = 0;
  for (let at = 0; at < belief.length; at += 2) total += belief[at + 1]!;
  for (let at = 0; at < belief.length; at += 2) dense[belief[at]!] = belief[at + 1]! / total;
  const strayM = STRAY_M * Math.sqrt(Math.max(0, passedMs) / 1_000);
  const across = blur(dense, bell(strayM / floor.cellXM), { lines: rows, length: columns, lineStep: columns, step: 1 });
  const both = blur(across, bell(strayM / floor.cellYM), { lines: columns, length: rows, lineStep: 1, step: columns });
  for (let cell = 0; cell < cells; cell++) both[cell] = (1 - ANYWHERE) * both[cell]! + ANYWHERE / cells;
  return both;
}

/** Half of a bell curve of `spread` cells, out to three spreads, that sums to 1 as a whole. */
function bell(spread: number): Float64Array {
  const half = new Float64Array(Math.ceil(3 * spread) + 1);
  let sum = 0;
  for (let at = 0; at < half.length; at++) {
    half[at] = spread === 0 ? 1 : Math.exp(-0.5 * (at / spread) ** 2);
    sum += at === 0 ? half[at]! : 2 * half[at]!;
  }
  return half.map((value) => value / sum);
}

interface Lines {
  readonly lines: number;
  readonly length: number;
  readonly lineStep: number;
  readonly step: number;
}

/** Spreads every cell along its line; nobody walks through the outer wall, so what would leave stays at it. */
function blur(from: Float64Array, kernel: Float64Array, { lines, length, lineStep, step }: Lines): Float64Array {
  const to = new Float64Array(from.length);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    for (let at = 0; at < length; at++) {
      const weight = from[start + at * step]!;
      if (weight === 0) continue;
      to[start + at * step]! += weight * kernel[0]!;
      for (let away = 1; away < kernel.length; away++) {
        const share = weight * kernel[away]!;
        to[start + Math.max(0, at - away) * step]! += share;
        to[start + Math.min(length - 1, at + away) * step]! += share;
      }
    }
  }
  return to;
}
