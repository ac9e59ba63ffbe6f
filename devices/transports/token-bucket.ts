import type { DurationMs } from '../../agent/core/units.ts';

/** Measures a rate. Taking never fails: it may run into debt, and the debt says how long to wait. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  /** `nowMs` is monotonic time here and in `take`. */
  constructor(rate: { readonly perSecond: number; readonly burst: number }, nowMs: number) {
    this.#perMs = rate.perSecond / 1_000;
    this.#burst = rate.burst;
    this.#tokens = rate.burst;
    this.#atMs = nowMs;
  }

  /** Takes tokens; returns how long until the debt is paid, 0 without debt. */
  take(nowMs: number, cost = 1): DurationMs {
    if (nowMs > this.#atMs) {
      this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#atMs) * this.#perMs);
      this.#atMs = nowMs;
    }
    this.#tokens -= cost;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs;
  }
}
