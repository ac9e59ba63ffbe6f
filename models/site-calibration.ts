import type { Probability } from '../agent/core/units.ts';

/**
 * What turns a model's probability into this store's: `logit q = a ln p - b ln(1 - p) + c` (beta calibration). Strictly increasing, so that who is
 * ahead of whom stays as it was; `a = b = 1, c = 0` changes nothing.
 */
export interface SiteCalibration {
  /** 0 for the one that changes nothing; each one adopted later is one higher. */
  readonly version: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** The calibration that came with the model. */
export const AS_SHIPPED: SiteCalibration = { version: 0, a: 1, b: 1, c: 0 };

/** Probabilities are held this far from 0 and 1 before their logarithm is taken. */
const MARGIN = 1e-6;

/** The store's probability for a model's. */
export function calibrated(probability: Probability, { version, a, b, c }: SiteCalibration): Probability {
  if (version === 0) return probability;
  const [up, down] = logs(probability);
  return 1 / (1 + Math.exp(-(a * up - b * down + c)));
}

/** `ln p` and `ln (1 - p)`. */
export function logs(probability: Probability): readonly [up: number, down: number] {
  const held = Math.min(1 - MARGIN, Math.max(MARGIN, probability));
  return [Math.log(held), Math.log(1 - held)];
}
