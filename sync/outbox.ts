import type { TimestampMs } from '../agent/core/units.ts';

/** One batch for the cloud, identified by the store's own sequence: sent until acknowledged, counted once. */
export interface OutboxBatch {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly createdAtMs: TimestampMs;
  /** JSON of a `BatchBody` (sync/protocol.ts). */
  readonly body: string;
}

/** What the uploader needs of the outbox; rows are added only inside the turn's transaction. */
export interface Outbox {
  /** Unsent batches: the newest first when `order` is `newest` (live), else the oldest. */
  pending(options: { readonly order: 'newest' | 'oldest'; readonly limit: number }): readonly OutboxBatch[];
  /** Marks batches as stored by the cloud; unknown seqs are ignored. */
  acknowledge(seqs: readonly number[], nowMs: TimestampMs): void;
  stats(): OutboxStats;
}

export interface OutboxStats {
  readonly pendingBatches: number;
  readonly pendingBytes: number;
  readonly oldestAtMs: TimestampMs | undefined;
  readonly lastAcknowledgedAtMs: TimestampMs | undefined;
}
