import type { TimestampMs } from '../../agent/core/units.ts';
import type { Scenario } from './scenario.ts';

/** The tills and their queues: first come, first served, each shopper at the till that is free first. */
export class Checkout {
  readonly #tills: { readonly device: string; freeAtMs: TimestampMs; receipts: number }[];
  readonly #run: string;
  readonly #times: Scenario['checkout'];

  /** A store without a till device still lets people pay, at a till that says nothing. */
  constructor(tills: readonly string[], { run, times }: { readonly run: string; readonly times: Scenario['checkout'] }) {
    this.#tills = (tills.length === 0 ? ['till'] : tills).map((device) => ({ device, freeAtMs: 0, receipts: 0 }));
    this.#run = run;
    this.#times = times;
  }

  /** Queues somebody with `items` units. The receipt's number is unique in this run and in others. */
  enqueue(items: number, nowMs: TimestampMs): Turn {
    const till = this.#tills.reduce((best, other) => (other.freeAtMs < best.freeAtMs ? other : best));
    const startsAtMs = Math.max(nowMs, till.freeAtMs);
    const endsAtMs = startsAtMs + Math.round((this.#times.baseSeconds + this.#times.perItemSeconds * items) * 1_000);
    till.freeAtMs = endsAtMs;
    till.receipts += 1;
    return { till: till.device, receipt: `${till.device}-${this.#run}-${till.receipts}`, startsAtMs, endsAtMs };
  }
}

/** A shopper's turn at a till. */
export interface Turn {
  readonly till: string;
  readonly receipt: string;
  readonly startsAtMs: TimestampMs;
  readonly endsAtMs: TimestampMs;
}
