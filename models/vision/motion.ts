import type { Box } from './boxes.ts';

/** Position and speed of one coordinate with how sure we are: a Kalman filter for constant velocity. */
interface Axis {
  at: number;
  speed: number;
  varAt: number;
  covariance: number;
  varSpeed: number;
}

/** How people move and boxes jitter, in box heights; found on the clips at hand. */
const JITTER = 0.06;
const ACCELERATION = 1.2;
const FIRST_SPEED = 1;
/** Nobody's box grows or shrinks fast: its sides are steadier than its place. */
const SIDE_ACCELERATION = 0.3;

/** Where a box is and where it is going. Times are in milliseconds and may be any distance apart. */
export class BoxMotion {
  readonly #axes: readonly [Axis, Axis, Axis, Axis];
  #atMs: number;

  constructor(box: Box, nowMs: number) {
    const start = (at: number): Axis => ({
      at,
      speed: 0,
      varAt: (JITTER * box.h) ** 2,
      covariance: 0,
      varSpeed: (FIRST_SPEED * box.h) ** 2,
    });
    this.#axes = [start(box.x + box.w / 2), start(box.y + box.h / 2), start(box.w), start(box.h)];
    this.#atMs = nowMs;
  }

  /** Moves to a later time; an earlier one changes nothing. */
  predict(nowMs: number): Box {
    const dt = Math.min(2, Math.max(0, (nowMs - this.#atMs) / 1000));
    this.#atMs = Math.max(this.#atMs, nowMs);
    const height = Math.max(0.01, this.#axes[3].at);
    for (const [i, axis] of this.#axes.entries()) {
      const noise = ((i < 2 ? ACCELERATION : SIDE_ACCELERATION) * height) ** 2;
      axis.at += axis.speed * dt;
      axis.varAt += dt * (2 * axis.covariance + dt * axis.varSpeed) + (noise * dt ** 4) / 4;
      axis.covariance += dt * axis.varSpeed + (noise * dt ** 3) / 2;
      axis.varSpeed += noise * dt ** 2;
    }
    return this.box();
  }

  /** Takes a box that was seen at the time of the last prediction. */
  correct(box: Box): void {
    const seen = [box.x + box.w / 2, box.y + box.h / 2, box.w, box.h];
    const noise = (JITTER * box.h) ** 2;
    for (const [i, axis] of this.#axes.entries()) {
      const gain = axis.varAt / (axis.varAt + noise);
      const speedGain = axis.covariance / (axis.varAt + noise);
      const surprise = (seen[i] ?? axis.at) - axis.at;
      axis.at += gain * surprise;
      axis.speed += speedGain * surprise;
      axis.varSpeed -= speedGain * axis.covariance;
      axis.covariance *= 1 - gain;
      axis.varAt *= 1 - gain;
    }
  }

  box(): Box {
    const [x, y, w, h] = this.#axes;
    const [width, height] = [Math.max(0.001, w.at), Math.max(0.001, h.at)];
    return { x: x.at - width / 2, y: y.at - height / 2, w: width, h: height };
  }
}
