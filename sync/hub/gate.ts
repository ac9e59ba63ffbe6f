import type { FastifyRequest } from 'fastify';
import type { HubCounters } from './counters.ts';
import type { HubSettings } from './hub-settings.ts';
import type { HubStore, KeyOwner } from './hub-store.ts';
import { hashKey, sameSecret, secretOf } from './keys.ts';
import { ProblemError } from './problem.ts';
import { RateLimiter } from './rate-limit.ts';

/** Decides who may do what and how often, before any body is read. */
export class Gate {
  readonly #store: HubStore;
  readonly #adminKey: string;
  readonly #now: () => number;
  readonly #counters: HubCounters;
  readonly #total: RateLimiter;
  readonly #perStore: RateLimiter;
  readonly #failures: RateLimiter;
  readonly #maxInFlight: number;
  #inFlight = 0;

  constructor(store: HubStore, settings: HubSettings, counters: HubCounters) {
    this.#store = store;
    this.#adminKey = settings.adminKey;
    this.#now = settings.now ?? Date.now;
    this.#counters = counters;
    this.#total = new RateLimiter(settings.totalRate ?? { perSecond: 200, burst: 400 });
    this.#perStore = new RateLimiter(settings.storeRate ?? { perSecond: 5, burst: 30 });
    this.#failures = new RateLimiter(settings.failureRate ?? { perSecond: 0.2, burst: 10 });
    this.#maxInFlight = settings.maxInFlight ?? 64;
  }

  /** The store that sends this, which must be the one in the address. Throws a ProblemError otherwise. */
  async store(request: FastifyRequest, named: string): Promise<KeyOwner> {
    this.#limit(this.#total, '');
    const secret = this.#secret(request);
    const owner = secret === undefined ? undefined : await this.#store.findKey(hashKey(secret));
    // An unknown store and a wrong key look the same from outside.
    if (owner === undefined || owner.store !== named) throw this.#failed(request);
    this.#limit(this.#perStore, owner.store);
    return owner;
  }

  /** Lets head office pass. Throws a ProblemError otherwise. */
  admin(request: FastifyRequest): void {
    const secret = this.#secret(request);
    if (secret === undefined || !sameSecret(secret, this.#adminKey)) throw this.#failed(request);
  }

  /** Runs `work` unless too much is being worked on already. */
  async inFlight<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inFlight >= this.#maxInFlight) throw new ProblemError('busy', undefined, { retryAfterMs: 2_000 });
    this.#inFlight += 1;
    try {
      return await work();
    } finally {
      this.#inFlight -= 1;
    }
  }

  #secret(request: FastifyRequest): string | undefined {
    const waitMs = this.#failures.check(request.ip, this.#now());
    if (waitMs > 0) throw this.#tooMany(waitMs);
    return secretOf(request.headers.authorization);
  }

  #failed(request: FastifyRequest): ProblemError {
    // Asking without any key is how a browser begins; it is no guess.
    if (request.headers.authorization !== undefined) {
      this.#failures.take(request.ip, this.#now());
      this.#counters.refused += 1;
    }
    return new ProblemError('unauthorized');
  }

  #limit(limiter: RateLimiter, caller: string): void {
    const waitMs = limiter.take(caller, this.#now());
    if (waitMs > 0) throw this.#tooMany(waitMs);
  }

  #tooMany(waitMs: number): ProblemError {
    this.#counters.limited += 1;
    return new ProblemError('too-many', undefined, { retryAfterMs: waitMs });
  }
}
