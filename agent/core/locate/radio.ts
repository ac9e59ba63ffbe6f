import type { Calibration } from '../store-map.ts';
import type { Dbm, Metres } from '../units.ts';

/**
 * How radio behaves in a building, from textbooks and never fitted to a store: shadowing of 4 dB that is alike within 2.5 m
 * (the exponential model of mobile radio), fading of 5 dB from one advertisement to the next, and 2 dB for what has changed since the survey.
 */
export const RADIO = {
  shadowDb: 4,
  alikeWithinM: 2.5,
  fadingDb: 5,
  changedDb: 2,
  /** Spread between scanners of one make. */
  offsetDb: 3,
  /** Spread between tags: their transmitters and batteries, and whether they hang on a cart or lie in a bag. A survey knows one tag, not the others. */
  tagDb: { unsurveyed: 6, surveyed: 4 },
  /** More sightings in one window than this are echoes of each other. */
  mostLooks: 8,
  /** What a scanner no longer hears. */
  faintestDbm: -98,
  /** Share of windows in which a scanner misses a tag that it should have heard. */
  missed: 0.3,
} as const;

/** What is assumed of a store that was not surveyed: -59 dBm at one metre (the usual setting of a beacon), a floor with shelves. */
export const UNSURVEYED: Calibration = { txPowerDbm: -59, pathLoss: 2.5, tagHeightM: 1, points: [] };

/** Height of a scanner whose height is not given. */
export const SCANNER_HEIGHT_M: Metres = 2.3;

/** Where a scanner hangs and how much louder than its peers it hears. */
export interface RadioScanner {
  readonly xM: Metres;
  readonly yM: Metres;
  readonly heightM: Metres;
  readonly offsetDb: number;
}

/** Distance from a scanner to a tag at a place on the plan, never below half a metre: the law of path loss ends there. */
export function distanceM(
  scanner: Omit<RadioScanner, 'offsetDb'>,
  at: { readonly xM: Metres; readonly yM: Metres; readonly heightM: Metres },
): Metres {
  return Math.max(0.5, Math.hypot(scanner.xM - at.xM, scanner.yM - at.yM, scanner.heightM - at.heightM));
}

/** What a scanner hears on average of a tag at a place: log-distance path loss. */
export function pathLossDbm(
  scanner: RadioScanner,
  at: { readonly xM: Metres; readonly yM: Metres },
  calibration: Pick<Calibration, 'txPowerDbm' | 'pathLoss' | 'tagHeightM'>,
): Dbm {
  const metres = distanceM(scanner, { ...at, heightM: calibration.tagHeightM });
  return calibration.txPowerDbm + scanner.offsetDb - 10 * calibration.pathLoss * Math.log10(metres);
}
