export interface BucketLimits {
  /** How many may come at once. */
  readonly capacity: number;
  readonly refillPerSecond: number;
  /** Keys remembered; at the limit the one unused longest is forgotten. 10,000 by default. */
  readonly maxKeys?: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Rate limits by key: each key may do `capacity` things at once and `refillPerSecond` in the long run. */
export class TokenBuckets {
  readonly #limits: Required<BucketLimits>;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: BucketLimits) {
    this.#limits = { maxKeys: 10_000, ...limits };
  }

  /** Takes one; 0 when it was there, otherwise how many milliseconds until the next one is. */
  take(key: string, nowMs: number): number {
    const bucket = this.#bucket(key, nowMs);
    if (bucket.tokens < 1) return this.#wait(bucket);
    bucket.tokens -= 1;
    return 0;
  }

  /** As `take`, without taking. */
  wait(key: string, nowMs: number): number {
    const bucket = this.#bucket(key, nowMs);
    return bucket.tokens < 1 ? this.#wait(bucket) : 0;
  }

  #bucket(key: string, nowMs: number): Bucket {
    const known = this.#buckets.get(key);
    const bucket = known ?? { tokens: this.#limits.capacity, atMs: nowMs };
    bucket.tokens = Math.min(
      this.#limits.capacity,
      bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1_000) * this.#limits.refillPerSecond,
    );
    bucket.atMs = nowMs;
    this.#remember(key, bucket);
    return bucket;
  }

  #remember(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size <= this.#limits.maxKeys) return;
    const oldest = this.#buckets.keys().next();
    if (oldest.done !== true) this.#buckets.delete(oldest.value);
  }

  #wait(bucket: Bucket): number {
    return Math.ceil(((1 - bucket.tokens) / this.#limits.refillPerSecond) * 1_000);
  }
}
