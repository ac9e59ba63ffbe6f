import { sigmoid } from './gbdt.ts';

/** `probability = sigmoid(scale * margin + shift)`. */
export interface Platt {
  readonly scale: number;
  readonly shift: number;
}

/** Leaves margins as they are. */
export const UNCALIBRATED: Platt = { scale: 1, shift: 0 };

/** Fewest rows of each label for which a calibration is fitted at all. */
export const MIN_CALIBRATION_ROWS = 20;

/**
 * Platt's calibration by Newton steps on the log-loss, with a weak pull towards leaving margins alone. Order is always kept: a fit that
 * would turn it round, or too few rows of a label, gives `UNCALIBRATED`.
 */
export function fitPlatt(margins: ArrayLike<number>, labels: ArrayLike<number>, weights?: ArrayLike<number>): Platt {
  let ones = 0;
  for (let row = 0; row < labels.length; row++) ones += labels[row]!;
  if (Math.min(ones, labels.length - ones) < MIN_CALIBRATION_ROWS) return UNCALIBRATED;
  let { scale, shift } = UNCALIBRATED;
  for (let step = 0; step < 50; step++) {
    let gScale = PULL * (scale - 1);
    let gShift = PULL * shift;
    let hScale = PULL;
    let hBoth = 0;
    let hShift = PULL;
    for (let row = 0; row < labels.length; row++) {
      const margin = margins[row]!;
      const weight = weights?.[row] ?? 1;
      const p = sigmoid(scale * margin + shift);
      const gradient = weight * (p - labels[row]!);
      const hessian = weight * Math.max(1e-9, p * (1 - p));
      gScale += gradient * margin;
      gShift += gradient;
      hScale += hessian * margin * margin;
      hBoth += hessian * margin;
      hShift += hessian;
    }
    const determinant = hScale * hShift - hBoth * hBoth;
    const dScale = (hShift * gScale - hBoth * gShift) / determinant;
    const dShift = (hScale * gShift - hBoth * gScale) / determinant;
    // Far from the optimum a full Newton step may overshoot; halving big ones is enough for two parameters.
    const damp = Math.min(1, 2 / Math.max(Math.abs(dScale), Math.abs(dShift), 1e-12));
    scale -= damp * dScale;
    shift -= damp * dShift;
    if (Math.abs(dScale) + Math.abs(dShift) < 1e-10) break;
  }
  return scale > 0 && Number.isFinite(shift) ? { scale, shift } : UNCALIBRATED;
}

const PULL = 1;
