export interface AttemptLimits {
  /** Attempts without delay. */
  readonly free: number;
  /** Delay after the first attempt that is not free; doubled with each further one. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** After this long without an attempt a key starts afresh. */
  readonly forgetAfterMs: number;
  /** Keys remembered; at the limit the one unused longest is forgotten. 10,000 by default. */
  readonly maxKeys?: number;
}

interface Attempts {
  count: number;
  lastAtMs: number;
  blockedUntilMs: number;
}

/** Delays that grow with each failed attempt of a key. An attempt counts as failed when it begins, so that parallel guesses gain nothing. */
export class AttemptDelays {
  readonly #limits: Required<AttemptLimits>;
  readonly #attempts = new Map<string, Attempts>();

  constructor(limits: AttemptLimits) {
    this.#limits = { maxKeys: 10_000, ...limits };
  }

  /** Begins an attempt: 0 when it may go on, otherwise how many milliseconds to wait. */
  begin(key: string, nowMs: number): number {
    const known = this.#attempts.get(key);
    const isFresh = known === undefined || nowMs - known.lastAtMs > this.#limits.forgetAfterMs;
    const attempts = isFresh ? { count: 0, lastAtMs: nowMs, blockedUntilMs: nowMs } : known;
    if (attempts.blockedUntilMs > nowMs) return Math.ceil(attempts.blockedUntilMs - nowMs);
    attempts.count += 1;
    attempts.lastAtMs = nowMs;
    attempts.blockedUntilMs = nowMs + this.#delay(attempts.count);
    this.#remember(key, attempts);
    return 0;
  }

  /** The attempt was right: the key starts afresh. */
  succeed(key: string): void {
    this.#attempts.delete(key);
  }

  #delay(count: number): number {
    const charged = count - this.#limits.free;
    if (charged < 0) return 0;
    return Math.min(this.#limits.maxDelayMs, this.#limits.firstDelayMs * 2 ** Math.min(charged, 30));
  }

  #remember(key: string, attempts: Attempts): void {
    this.#attempts.delete(key);
    this.#attempts.set(key, attempts);
    if (this.#attempts.size <= this.#limits.maxKeys) return;
    const oldest = this.#attempts.keys().next();
    if (oldest.done !== true) this.#attempts.delete(oldest.value);
  }
}
