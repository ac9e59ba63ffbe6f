import type { DurationMs } from '../../agent/core/units.ts';

export interface RateLimit {
  /** Allowed on average. */
  readonly perSecond: number;
  /** Allowed at once after a pause. */
  readonly burst: number;
}

/** Most callers remembered; a forgotten one starts afresh, which is why the one longest unused goes first. */
const MOST_CALLERS = 20_000;

/** Longest wait that is ever asked for. */
const LONGEST_WAIT_MS = 300_000;

interface Bucket {
  tokens: number;
  /** Callers told to come back that are still expected. */
  expected: number;
  atMs: number;
}

/**
 * Token buckets by caller. Who is turned away is told a time after those turned away before, so that a crowd comes back as a queue and not
 * as a crowd. Each hub counts for itself: with several behind one address the limits multiply.
 */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Takes one token. Gives 0 when allowed, else the time after which to come back. */
  take(caller: string, nowMs: number): DurationMs {
    const bucket = this.#refilled(caller, nowMs);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 0;
    }
    bucket.expected += 1;
    return this.#waitMs(bucket.expected - bucket.tokens);
  }

  /** As `take`, without taking or queueing. */
  check(caller: string, nowMs: number): DurationMs {
    const { tokens } = this.#refilled(caller, nowMs);
    return tokens >= 1 ? 0 : this.#waitMs(1 - tokens);
  }

  #waitMs(tokens: number): DurationMs {
    return Math.min(LONGEST_WAIT_MS, (tokens / this.#limit.perSecond) * 1_000);
  }

  #refilled(caller: string, nowMs: number): Bucket {
    const { perSecond, burst } = this.#limit;
    let bucket = this.#buckets.get(caller);
    if (bucket === undefined) {
      bucket = { tokens: burst, expected: 0, atMs: nowMs };
    } else {
      const refill = (Math.max(0, nowMs - bucket.atMs) / 1_000) * perSecond;
      bucket.tokens = Math.min(burst, bucket.tokens + refill);
      bucket.expected = Math.max(0, bucket.expected - refill);
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
