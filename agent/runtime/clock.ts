import { performance } from 'node:perf_hooks';
import type { TimestampMs } from '../core/units.ts';
import type { Clock } from './ports.ts';

/** The machine's own clocks. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** A jump larger than this is not drift. */
const JUMP_MS = 5_000;
/** A changed clock is believed after it has stood still relative to the steady one for this long. */
const BELIEVE_AFTER_MS = 60_000;

/** What the store clock says about itself after a look at the machine's. */
export type ClockVerdict =
  | { readonly kind: 'steady' }
  | { readonly kind: 'jumped'; readonly byMs: number }
  | { readonly kind: 'adopted'; readonly byMs: number };

/**
 * The store's time: starts from the wall clock (never before the log's end), advances with the monotonic clock, and follows small drift.
 * A jump of the wall clock, either way, is not followed until it has lasted; meanwhile the clock is not trusted and nothing time-bound is
 * promised. A jump forward is then adopted by moving on; one backward is reported as `adopted` with a negative `byMs`, and the loop
 * records a `clock.set`.
 */
export class StoreClock {
  readonly #clock: Clock;
  #anchorWallMs: TimestampMs;
  #anchorMonotonicMs: number;
  #jump: { readonly byMs: number; readonly sinceMs: number } | undefined;

  constructor(clock: Clock, lastLoggedMs: TimestampMs) {
    this.#clock = clock;
    this.#anchorWallMs = Math.max(clock.wallMs(), lastLoggedMs);
    this.#anchorMonotonicMs = clock.monotonicMs();
  }

  /** Store time now. */
  nowMs(): TimestampMs {
    return Math.floor(this.#anchorWallMs + this.#clock.monotonicMs() - this.#anchorMonotonicMs);
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  get trusted(): boolean {
    return this.#jump === undefined;
  }

  /** Compares with the wall clock; to be called about once a second. */
  check(): ClockVerdict {
    const monotonicMs = this.#clock.monotonicMs();
    const offMs = this.#clock.wallMs() - this.nowMs();
    if (Math.abs(offMs) <= JUMP_MS) {
      this.#jump = undefined;
      // Forward drift is followed at once; backward drift only as far as time still moves forward.
      if (offMs > 0) this.#anchorWallMs += Math.min(offMs, 50);
      else if (offMs < -20) this.#anchorWallMs -= 1;
      return { kind: 'steady' };
    }
    if (this.#jump === undefined || Math.abs(this.#jump.byMs - offMs) > JUMP_MS) this.#jump = { byMs: offMs, sinceMs: monotonicMs };
    if (monotonicMs - this.#jump.sinceMs < BELIEVE_AFTER_MS) return { kind: 'jumped', byMs: offMs };
    this.#jump = undefined;
    this.#anchorWallMs += offMs;
    return { kind: 'adopted', byMs: offMs };
  }
}
