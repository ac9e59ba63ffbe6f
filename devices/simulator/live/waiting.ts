import { setTimeout as after } from 'node:timers/promises';
import type { DurationMs } from '../../../agent/core/units.ts';
import type { Random } from '../random.ts';

/** Waits, or until the signal aborts; never throws. */
export async function pause(ms: DurationMs, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  try {
    await after(ms, undefined, { signal });
  } catch {
    // The signal was aborted: the caller looks at it.
  }
}

/** Runs `work` with a signal that aborts with `signal` or after `limitMs`, whichever comes first. */
export async function within<T>(
  limit: { readonly signal: AbortSignal; readonly limitMs: DurationMs },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // Not AbortSignal.any: what it makes stays known to a signal that lives as long as the run.
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, limit.limitMs);
  limit.signal.addEventListener('abort', abort, { once: true });
  if (limit.signal.aborted) abort();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    limit.signal.removeEventListener('abort', abort);
  }
}

/** Waiting times that grow from `firstMs` to `mostMs`, each with up to half of it in jitter so that many do not return at once. */
export class Backoff {
  readonly #random: Random;
  readonly #limits: { readonly firstMs: DurationMs; readonly mostMs: DurationMs };
  #nextMs: DurationMs;

  constructor(random: Random, limits: { readonly firstMs: DurationMs; readonly mostMs: DurationMs }) {
    this.#random = random;
    this.#limits = limits;
    this.#nextMs = limits.firstMs;
  }

  next(): DurationMs {
    const ms = this.#nextMs * (0.5 + this.#random.uniform() / 2);
    this.#nextMs = Math.min(this.#limits.mostMs, this.#nextMs * 2);
    return Math.round(ms);
  }

  reset(): void {
    this.#nextMs = this.#limits.firstMs;
  }
}

/** Lets at most `limit` run at a time; at most `queue` wait, the rest are turned away. */
export class Gate {
  readonly #limit: number;
  readonly #queueLimit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: { readonly limit: number; readonly queue: number }) {
    this.#limit = limits.limit;
    this.#queueLimit = limits.queue;
  }

  /** Runs `work` when there is room; `turned-away` when too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T | 'turned-away'> {
    if (this.#running >= this.#limit) {
      if (this.#waiting.length >= this.#queueLimit) return 'turned-away';
      // Whoever finishes hands over its place, so the count stays.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
