import type { DeviceId } from '../ids.ts';
import type { Calibration, SurveyPoint } from '../store-map.ts';
import type { Dbm, Metres } from '../units.ts';
import { factor } from './cholesky.ts';
import { distanceM, type RadioScanner, UNSURVEYED } from './radio.ts';

/** Exponents that a building can have; a fit outside of them is an artefact of few places. */
const PATH_LOSS = { least: 1.5, most: 4.5 } as const;
/** How strongly a scanner with little evidence is pulled to its peers: as many sightings say that it is like them. */
const PULL = 4;
/** A mean of fewer sightings than this is not kept as a survey point. */
const FEWEST_SIGHTINGS = 3;

/** A place where a tag was, with everything that was heard of it there. */
export interface Stand {
  readonly xM: Metres;
  readonly yM: Metres;
  readonly heard: ReadonlyMap<DeviceId, readonly Dbm[]>;
}

/** What a survey found: the store's radio, and how each scanner differs from the average one. */
export interface SurveyFit {
  readonly calibration: Calibration;
  readonly offsetsDb: ReadonlyMap<DeviceId, number>;
  /** Root mean square of what the law leaves unexplained at the places, in dB; 3 to 6 is usual. */
  readonly unexplainedDb: number;
}

/**
 * Fits path loss and offsets to a survey by least squares over the mean strengths, weighted by the number of sightings.
 * Scanners that heard nothing keep offset 0. Where everything was heard from one distance, the textbook's exponent is kept.
 */
export function calibrate(
  stands: readonly Stand[],
  scanners: ReadonlyMap<DeviceId, Omit<RadioScanner, 'offsetDb'>>,
  tagHeightM: Metres = UNSURVEYED.tagHeightM,
): SurveyFit {
  const means = stands.flatMap((stand) => meansOf(stand, scanners, tagHeightM));
  const ids = [...new Set(means.map(({ scanner }) => scanner))].sort();
  const { txPowerDbm, pathLoss, offsets } = solve(means, ids);
  const left = means.map(({ scanner, dbm, loss }) => dbm - txPowerDbm - pathLoss * loss - (offsets[ids.indexOf(scanner)] ?? 0));
  return {
    calibration: { txPowerDbm, pathLoss, tagHeightM, points: stands.flatMap((stand) => pointOf(stand) ?? []) },
    offsetsDb: new Map(ids.map((id, index) => [id, offsets[index] ?? 0])),
    unexplainedDb: left.length === 0 ? 0 : Math.sqrt(left.reduce((sum, off) => sum + off * off, 0) / left.length),
  };
}

interface Mean {
  readonly scanner: DeviceId;
  readonly dbm: Dbm;
  /** What the law multiplies the exponent with. */
  readonly loss: number;
  readonly weight: number;
}

function meansOf(stand: Stand, scanners: ReadonlyMap<DeviceId, Omit<RadioScanner, 'offsetDb'>>, heightM: Metres): readonly Mean[] {
  return [...stand.heard].flatMap(([scanner, strengths]) => {
    const placed = scanners.get(scanner);
    if (placed === undefined || strengths.length === 0) return [];
    return [{ scanner, dbm: mean(strengths), loss: -10 * Math.log10(distanceM(placed, { ...stand, heightM })), weight: strengths.length }];
  });
}

function pointOf({ xM, yM, heard }: Stand): SurveyPoint | undefined {
  const kept = [...heard].filter(([, strengths]) => strengths.length >= FEWEST_SIGHTINGS);
  if (kept.length === 0) return undefined;
  return { xM, yM, heard: Object.fromEntries(kept.map(([scanner, strengths]) => [scanner, mean(strengths)])) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

interface Law {
  readonly txPowerDbm: Dbm;
  readonly pathLoss: number;
  readonly offsets: readonly number[];
}

function solve(means: readonly Mean[], ids: readonly DeviceId[]): Law {
  const free = leastSquares(means, ids);
  if (free !== undefined && free.pathLoss >= PATH_LOSS.least && free.pathLoss <= PATH_LOSS.most) return free;
  const pathLoss = free === undefined ? UNSURVEYED.pathLoss : Math.min(PATH_LOSS.most, Math.max(PATH_LOSS.least, free.pathLoss));
  const held = leastSquares(means, ids, pathLoss);
  return held ?? { ...UNSURVEYED, offsets: ids.map(() => 0) };
}

/** Unknowns in this order: an offset a scanner, the strength at one metre, and the exponent unless it is given. */
function leastSquares(means: readonly Mean[], ids: readonly DeviceId[], given?: number): Law | undefined {
  if (means.length === 0) return undefined;
  const count = ids.length;
  const size = count + (given === undefined ? 2 : 1);
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (let index = 0; index < count; index++) matrix[index * size + index] = PULL;
  for (const { scanner, dbm, loss, weight } of means) {
    const terms: readonly (readonly [index: number, factor: number])[] = [
      [ids.indexOf(scanner), 1],
      [count, 1],
      ...(given === undefined ? [[count + 1, loss] as const] : []),
    ];
    const value = given === undefined ? dbm : dbm - given * loss;
    for (const [row, a] of terms) {
      right[row]! += weight * a * value;
      for (const [column, b] of terms) matrix[row * size + column]! += weight * a * b;
    }
  }
  const x = factor(matrix, size)?.solve(right);
  if (x === undefined) return undefined;
  return { txPowerDbm: x[count]!, pathLoss: given ?? x[count + 1]!, offsets: ids.map((_, index) => x[index]!) };
}
