import type { DurationMs } from '../agent/core/units.ts';
import type { Outbox, OutboxBatch } from './outbox.ts';
import { WIRE_LIMITS } from './protocol.ts';

/** What the next request carries and why. */
export interface UploadPlan {
  readonly kind: 'live' | 'catch-up' | 'probe' | 'sign-of-life';
  readonly batches: readonly OutboxBatch[];
}

/** Most newest batches that go ahead of a backlog. */
const LIVE_BATCHES = 4;
/** Most batches that are set aside at a time; beyond it the oldest of them gets its turn again. */
const MOST_SET_ASIDE = 64;
const UNPACKED_BYTES_PER_REQUEST = 1_048_576;

/**
 * Chooses what to send: first what is new, then the backlog from its oldest end. A batch that the hub cannot read is set aside for a
 * while, so that it never holds up the others; requests shrink while the hub finds them too large and grow again afterwards.
 */
export class UploadPlanner {
  readonly #outbox: Outbox;
  readonly #setAside = new Map<number, number>();
  #liveThrough = 0;
  #limit: number = WIRE_LIMITS.batchesPerRequest;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  get setAside(): number {
    return this.#setAside.size;
  }

  /** The next request, `undefined` when nothing waits. `probe` asks for the smallest one that tells whether the hub is back. */
  next({ nowMs, probe }: { readonly nowMs: number; readonly probe: boolean }): UploadPlan | undefined {
    for (const [seq, retryAtMs] of this.#setAside) if (retryAtMs <= nowMs) this.#setAside.delete(seq);
    const newest = this.#pending('newest', LIVE_BATCHES);
    if (newest.length === 0) return undefined;
    if (probe) return { kind: 'probe', batches: newest.slice(0, 1) };
    const live = newest.filter((batch) => batch.seq > this.#liveThrough).slice(0, this.#limit);
    if (live.length > 0) return { kind: 'live', batches: live };
    return { kind: 'catch-up', batches: withinBytes(this.#pending('oldest', this.#limit)) };
  }

  /** The hub answered: what it did not take waits `againAfterMs`. */
  delivered(
    plan: UploadPlan,
    answer: { readonly taken: ReadonlySet<number>; readonly nowMs: number; readonly againAfterMs: DurationMs },
  ): void {
    this.#limit = Math.min(this.#limit * 2, WIRE_LIMITS.batchesPerRequest);
    if (plan.kind === 'live' || plan.kind === 'probe')
      this.#liveThrough = Math.max(this.#liveThrough, ...plan.batches.map((batch) => batch.seq));
    const left = plan.batches.filter((batch) => !answer.taken.has(batch.seq));
    for (const batch of left) this.#putAside(batch.seq, answer.nowMs + answer.againAfterMs);
  }

  /** The hub cannot read this request: several are tried in smaller parts, one alone is set aside until `againAtMs`. */
  unreadable(plan: UploadPlan, againAtMs: number): void {
    const only = plan.batches.length === 1 ? plan.batches[0] : undefined;
    if (only !== undefined) this.#putAside(only.seq, againAtMs);
    else this.#limit = Math.max(1, Math.floor(plan.batches.length / 2));
  }

  #pending(order: 'newest' | 'oldest', limit: number): readonly OutboxBatch[] {
    const found = this.#outbox.pending({ order, limit: limit + this.#setAside.size });
    return found.filter((batch) => !this.#setAside.has(batch.seq)).slice(0, limit);
  }

  #putAside(seq: number, retryAtMs: number): void {
    this.#setAside.set(seq, retryAtMs);
    for (const oldest of this.#setAside.keys()) {
      if (this.#setAside.size <= MOST_SET_ASIDE) break;
      this.#setAside.delete(oldest);
    }
  }
}

function withinBytes(batches: readonly OutboxBatch[]): readonly OutboxBatch[] {
  let bytes = 0;
  const fitting = batches.filter((batch) => {
    bytes += batch.body.length;
    return bytes <= UNPACKED_BYTES_PER_REQUEST;
  });
  return fitting.length > 0 ? fitting : batches.slice(0, 1);
}
