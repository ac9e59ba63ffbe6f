import type { TimestampMs } from '../../agent/core/units.ts';
import type { Outbox, OutboxBatch, OutboxStats } from '../../sync/outbox.ts';

/** An outbox in memory, for tests of what reads it. */
export class MemoryOutbox implements Outbox {
  readonly #pending = new Map<number, OutboxBatch>();
  #lastSeq = 0;
  #lastAcknowledgedAtMs: TimestampMs | undefined;

  /** Adds a body as the next batch and gives its seq. */
  add(body: string, createdAtMs: TimestampMs): number {
    this.#lastSeq += 1;
    this.#pending.set(this.#lastSeq, { seq: this.#lastSeq, createdAtMs, body });
    return this.#lastSeq;
  }

  pending({ order, limit }: { readonly order: 'newest' | 'oldest'; readonly limit: number }): readonly OutboxBatch[] {
    const found: OutboxBatch[] = [];
    if (order === 'oldest') {
      for (const batch of this.#pending.values()) {
        if (found.length >= limit) break;
        found.push(batch);
      }
      return found;
    }
    for (let seq = this.#lastSeq; seq > 0 && found.length < limit; seq--) {
      const batch = this.#pending.get(seq);
      if (batch !== undefined) found.push(batch);
      else if (this.#pending.size === found.length) break;
    }
    return found;
  }

  acknowledge(seqs: readonly number[], nowMs: TimestampMs): void {
    for (const seq of seqs) this.#pending.delete(seq);
    this.#lastAcknowledgedAtMs = nowMs;
  }

  stats(): OutboxStats {
    const [oldest] = this.#pending.values();
    let pendingBytes = 0;
    for (const batch of this.#pending.values()) pendingBytes += batch.body.length;
    return {
      pendingBatches: this.#pending.size,
      pendingBytes,
      oldestAtMs: oldest?.createdAtMs,
      lastAcknowledgedAtMs: this.#lastAcknowledgedAtMs,
    };
  }
}
