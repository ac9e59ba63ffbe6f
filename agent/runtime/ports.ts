import type { RowEffect } from '../core/effect.ts';
import type { LoggedInput } from '../core/input.ts';
import type { TimestampMs } from '../core/units.ts';

/** The log as the runtime needs it. One process writes it. */
export interface Journal {
  /** Last committed position, 0 for an empty log. */
  lastSeq(): number;
  /**
   * Commits one turn in one fsynced transaction, in order. `full` means that the disk quota (or the disk) is reached and nothing of the
   * turn was written; any other failure throws, and nothing of the turn was written either.
   */
  commit(turn: TurnRows): 'committed' | 'full';
  /** Log entries after `afterSeq`, oldest first, read lazily. */
  read(afterSeq: number): Iterable<LoggedInput>;
  /** The newest readable snapshot, if any: corrupt ones are skipped and counted. */
  snapshot(): Snapshot | undefined;
  /** Stores a snapshot and prunes older ones (two are kept). */
  saveSnapshot(snapshot: Snapshot): void;
  /** Frees space by deleting log entries that state no longer needs (telemetry before the newest snapshot first). Returns rows deleted. */
  shed(maxRows: number): number;
}

export interface TurnRows {
  readonly inputs: readonly LoggedInput[];
  readonly rows: readonly RowEffect[];
  /** Bodies for the outbox (JSON), numbered by the journal. */
  readonly batches: readonly string[];
  readonly atMs: TimestampMs;
}

/** State after `seq`, as text; `format` changes when old snapshots can no longer be read (then the log is replayed from its start). */
export interface Snapshot {
  readonly seq: number;
  readonly atMs: TimestampMs;
  readonly format: number;
  readonly body: string;
}

/** Wall clock for timestamps, monotonic clock for durations and deadlines. */
export interface Clock {
  wallMs(): TimestampMs;
  monotonicMs(): number;
}
