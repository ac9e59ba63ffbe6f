import type { DurationMs } from '../../agent/core/units.ts';

export interface RateLimit {
  /** Allowed on average. */
  readonly perSecond: number;
  /** Allowed at once after a pause. */
  readonly burst: number;
}

/** Most callers remembered; a forgotten one starts afresh, which is why the one longest unused goes first. */
const MOST_CALLERS = 20_000;

/** Token buckets by caller. Each hub counts for itself: with several behind one address the limits multiply. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Takes one token. Gives 0 when allowed, else the time until one is there. */
  take(caller: string, nowMs: number): DurationMs {
    const bucket = this.#refilled(caller, nowMs);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 0;
    }
    return ((1 - bucket.tokens) / this.#limit.perSecond) * 1_000;
  }

  /** As `take`, without taking. */
  check(caller: string, nowMs: number): DurationMs {
    const { tokens } = this.#refilled(caller, nowMs);
    return tokens >= 1 ? 0 : ((1 - tokens) / this.#limit.perSecond) * 1_000;
  }

  #refilled(caller: string, nowMs: number): { tokens: number; atMs: number } {
    const { perSecond, burst } = this.#limit;
    let bucket = this.#buckets.get(caller);
    if (bucket === undefined) {
      bucket = { tokens: burst, atMs: nowMs };
    } else {
      const elapsedMs = Math.max(0, nowMs - bucket.atMs);
      bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs / 1_000) * perSecond);
      bucket.atMs = nowMs;
      this.#buckets.delete(caller);
    }
    // Kept in order of use: the first one has had the longest time to fill up.
    this.#buckets.set(caller, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MOST_CALLERS && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket;
  }
}
