import type { Probability } from '../agent/core/units.ts';
import { UNKNOWN, VISIT_SPEC } from './visit-spec.ts';

/** Lowest and highest value of one feature that training saw; `undefined` where the model does not look at it. */
export type TrainedRange = { readonly low: number; readonly high: number } | undefined;

/** Every constant of `confidence`; times in seconds. */
export const CONFIDENCE = {
  /** Confidence in whose evidence it is, where nothing says. */
  unknownEvidence: 0.5,
  /** Seconds of standing at the product that count as one touch. */
  dwellPerTouchS: 15,
  /** Evidence this fresh loses nothing ... */
  freshForS: 120,
  /** ... and then halves with this period. */
  staleHalfLifeS: 300,
  /** Factor for each value that training never saw, and the least all of them together leave. */
  outOfRange: 0.85,
  outOfRangeFloor: 0.3,
} as const;

/**
 * How far a score may be trusted, in [0, 1]: `evidence x thinness x freshness x range`, where
 * - evidence is the lowest assignment confidence behind the product's interest (the trigger's where it has none, 0.5 where neither is known);
 * - thinness is `1 - 0.5 * 2^-n`, n counting touches plus one per 15 s of dwell: 0.5 with nothing, 0.75 after one touch, 0.94 after three;
 * - freshness is 1 for two minutes after the last touch and then halves every five (1 while nothing was touched: thinness says it);
 * - range is 0.85 per used feature outside what training saw, not below 0.3. `trained` is left out by scorers that were not trained.
 * `values` is a vector of `VISIT_SPEC`.
 */
export function confidence(values: readonly number[], trained: readonly TrainedRange[] = []): Probability {
  return evidence(values) * thinness(values) * freshness(values) * range(values, trained);
}

function evidence(values: readonly number[]): number {
  const own = values[AT.evidence]!;
  if (own !== UNKNOWN) return own;
  const trigger = values[AT.trigger]!;
  return trigger === UNKNOWN || values[AT.isTrigger] !== 1 ? CONFIDENCE.unknownEvidence : trigger;
}

function thinness(values: readonly number[]): number {
  let touches = values[AT.dwell]! / CONFIDENCE.dwellPerTouchS;
  for (const at of AT.touches) touches += values[at]!;
  return 1 - 0.5 * 2 ** -Math.max(0, touches);
}

function freshness(values: readonly number[]): number {
  const ageS = values[AT.lastTouch]!;
  if (ageS === UNKNOWN || ageS <= CONFIDENCE.freshForS) return 1;
  return 0.5 ** ((ageS - CONFIDENCE.freshForS) / CONFIDENCE.staleHalfLifeS);
}

function range(values: readonly number[], trained: readonly TrainedRange[]): number {
  let factor = 1;
  for (let i = 0; i < trained.length; i++) {
    const seen = trained[i];
    const value = values[i]!;
    if (seen !== undefined && value !== UNKNOWN && (value < seen.low || value > seen.high)) factor *= CONFIDENCE.outOfRange;
  }
  return Math.max(CONFIDENCE.outOfRangeFloor, factor);
}

/** Position of a visit feature. Throws for a name that the spec does not have, at import: a typo never reaches a store. */
export function at(name: string): number {
  const position = VISIT_SPEC.index.get(name);
  if (position === undefined) throw new Error(`Cannot find feature "${name}" in ${VISIT_SPEC.id}`);
  return position;
}

const AT = {
  evidence: at('evidence_confidence'),
  trigger: at('trigger_confidence'),
  isTrigger: at('is_trigger'),
  dwell: at('product_dwell_s'),
  lastTouch: at('since_last_touch_s'),
  touches: ['picks', 'returns', 'compares', 'scans', 'tries'].map(at),
};
