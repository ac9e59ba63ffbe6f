import type { Grams } from '../units.ts';

/** What one cell's readings scatter by when nothing happens; learned from the cell itself. */
export interface NoiseTrack {
  /** Median of the differences between neighbouring bins. */
  medianStep: Grams;
  /** Finest step the cell shows: the smallest difference seen, slowly forgotten. */
  quantum: Grams;
  /** Differences learned from, up to `SURE_STEPS`. */
  steps: number;
}

/** A cell nobody has heard yet: an ordinary one. */
export function freshNoise(): NoiseTrack {
  return { medianStep: 1, quantum: 0, steps: 0 };
}

/** The median of |a - b| for two normal readings is 0.954 deviations: 0.6745 times the root of 2. */
const STEPS_PER_SIGMA = 0.6745 * Math.SQRT2;
/** No cell is trusted to be quieter than this. */
const LEAST_SIGMA: Grams = 0.15;
const MOST_STEP: Grams = 2_000;
/** A coarser display than this is no shelf scale. */
const MOST_QUANTUM: Grams = 25;
/** From here on a difference counts little, and one far outside the noise is somebody's hand and counts nothing. */
const SURE_STEPS = 400;
const LEARNING_STEPS = 24;

/** Deviation of one bin by white noise, display step included. */
export function sigmaOf(noise: NoiseTrack): Grams {
  return Math.max(LEAST_SIGMA, Math.hypot(noise.medianStep / STEPS_PER_SIGMA, noise.quantum / Math.sqrt(12)));
}

/** Learns the display's step from two raw readings in a row. */
export function learnQuantum(noise: NoiseTrack, difference: Grams): void {
  const step = Math.min(MOST_QUANTUM, Math.abs(difference));
  if (step < 1e-6) return;
  noise.quantum = noise.quantum === 0 || step < noise.quantum ? step : Math.min(MOST_QUANTUM, noise.quantum * 1.000_5);
}

/**
 * Learns from the difference of two neighbouring bins. The median is followed by small steps up or down, so that one wild value moves it no
 * more than a tame one. `anyStep`: the cell has not been still for long, so its noise may have grown and nothing is an outlier.
 */
export function learnStep(noise: NoiseTrack, difference: Grams, anyStep: boolean): void {
  const step = Math.abs(difference);
  const isOutlier = step > 6 * sigmaOf(noise) + noise.quantum;
  if (isOutlier && !anyStep && noise.steps >= LEARNING_STEPS) return;
  const pace = Math.max(0.02, 0.5 / (1 + noise.steps / 8));
  noise.medianStep = Math.min(MOST_STEP, Math.max(0.05, noise.medianStep * Math.exp(step > noise.medianStep ? pace : -pace)));
  noise.steps = Math.min(SURE_STEPS, noise.steps + 1);
}
