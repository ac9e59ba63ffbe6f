import type { RowEffect } from '../core/effect.ts';
import type { VisitId } from '../core/ids.ts';
import type { LoggedInput } from '../core/input.ts';
import type { TimestampMs } from '../core/units.ts';
import type { CoreDatabase } from './database.ts';
import type { ErasureList } from './erasures.ts';
import { ForgetsTable } from './forgets.ts';
import { blanked, InboxTable, isTelemetry, subjectOf } from './inbox.ts';
import { LogGaps } from './log-gaps.ts';
import type { OutboxTable } from './outbox.ts';
import type { Quarantine } from './quarantine.ts';
import { RowWriter } from './row-writer.ts';
import { Shedding } from './shedding.ts';
import { SnapshotTable, type StoredSnapshot } from './snapshots.ts';
import { inTransaction, isCorrupt, isFull, type Statement } from './sqlite.ts';

/** One turn of the loop: what came in, what the core recorded about it, what goes to the cloud. */
export interface Turn {
  readonly inputs: readonly LoggedInput[];
  readonly rows: readonly RowEffect[];
  readonly batches: readonly string[];
  readonly atMs: TimestampMs;
}

/** Late messages about this many forgotten visits are still recognised. */
const REMEMBERED_FORGETS = 1_000;

/** The log and everything that is written with it, in one transaction a turn. */
export class SqliteJournal {
  readonly #database: CoreDatabase;
  readonly #inbox: InboxTable;
  readonly #snapshots: SnapshotTable;
  readonly #forgets: ForgetsTable;
  readonly #gaps: LogGaps;
  readonly #rows: RowWriter;
  readonly #outbox: OutboxTable;
  readonly #quarantine: Quarantine;
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;
  readonly #rollback: Statement<[]>;
  readonly #forgotten = new Set<VisitId>();
  readonly #shedding: Shedding;
  readonly #erasures: ErasureList;
  #lastSeq: number;

  constructor(
    database: CoreDatabase,
    parts: { readonly outbox: OutboxTable; readonly quarantine: Quarantine; readonly erasures: ErasureList },
  ) {
    const { sqlite } = database;
    this.#database = database;
    this.#inbox = new InboxTable(sqlite);
    this.#snapshots = new SnapshotTable(sqlite);
    this.#forgets = new ForgetsTable(sqlite);
    this.#gaps = new LogGaps(sqlite);
    this.#rows = new RowWriter(sqlite);
    this.#outbox = parts.outbox;
    this.#quarantine = parts.quarantine;
    this.#erasures = parts.erasures;
    this.#shedding = new Shedding(database, { inbox: this.#inbox, snapshots: this.#snapshots, gaps: this.#gaps });
    this.#begin = sqlite.prepare('BEGIN IMMEDIATE');
    this.#commit = sqlite.prepare('COMMIT');
    this.#rollback = sqlite.prepare('ROLLBACK');
    this.#lastSeq = Math.max(this.#inbox.lastSeq(), this.#snapshots.seqs()[0] ?? 0);
  }

  /** Last committed position, 0 for an empty log. */
  lastSeq(): number {
    return this.#lastSeq;
  }

  /** First position that is still in the log, 0 for an empty one: what is before it was deleted by age or shed. */
  firstSeq(): number {
    return this.#inbox.firstSeq();
  }

  /** Damaged snapshots that were skipped since start. */
  get corruptSnapshots(): number {
    return this.#snapshots.corrupt;
  }

  /** Receipts that were recorded before and therefore not again, since start. */
  get repeatedSales(): number {
    return this.#rows.repeatedSales;
  }

  /** Erased visits whose log entries wait to be blanked by the next snapshot, and since when. */
  pendingForgets(): { readonly count: number; readonly oldestAtMs: TimestampMs | undefined } {
    return this.#forgets.pending();
  }

  /**
   * Commits one turn in one fsynced transaction, in order. `full` means that the quota (or the disk) is reached and nothing was written.
   * A turn without telemetry may use the reserve of the quota, so it is refused later than others. Inputs must follow `lastSeq()` without
   * a gap. Any other failure throws, and nothing was written either.
   */
  commit(turn: Turn): 'committed' | 'full' {
    this.#assertContiguous(turn.inputs);
    const outcome = this.#tryCommit(turn);
    if (outcome === 'full' || !this.#quarantine.isDue(turn.atMs)) return outcome;
    // A transaction of its own, so that rubbish cannot make a turn fail.
    this.#quarantine.flush(turn.atMs);
    return outcome;
  }

  /** Log entries after `afterSeq`, oldest first, read lazily; commits may happen in between. */
  read(afterSeq: number): Iterable<LoggedInput> {
    return this.#inbox.read(afterSeq);
  }

  /** The newest readable snapshot, if any: corrupt ones are skipped and counted. */
  snapshot(): StoredSnapshot | undefined {
    return this.#snapshots.newest();
  }

  /**
   * Stores a snapshot and keeps the one before it, unless a visit was erased since: then this one is the only one, and the log entries about
   * that visit are blanked in the same transaction. Not earlier: until a snapshot without the visit exists, a restart needs them to come
   * back to the same state. Afterwards nothing about the visit is left in the file or its log. May use the reserve of the quota.
   */
  saveSnapshot(snapshot: StoredSnapshot): void {
    const forgets = this.#forgets.through(snapshot.seq);
    const forgotten = forgets.map(({ visit }) => visit);
    this.#database.keep(() => inTransaction(this.#database.sqlite, () => this.#replaceSnapshots(snapshot, forgotten)));
    if (forgets.length > 0) this.#scrub();
  }

  /**
   * Frees space by deleting log entries that no snapshot needs, in the order of `SHED_ORDER`; never the last one. Returns rows deleted, 0
   * when nothing may be shed.
   */
  shed(maxRows: number): number {
    return this.#shedding.shed(maxRows, this.#lastSeq);
  }

  /** Continues the log at a later position, with an entry that says nothing: after a restore, the positions before it were given out. */
  skipTo(seq: number, atMs: TimestampMs): void {
    this.#inbox.append([{ seq, atMs, input: { kind: 'tick' } }]);
    this.#lastSeq = seq;
  }

  #tryCommit(turn: Turn): 'committed' | 'full' {
    try {
      this.#write(turn);
      return 'committed';
    } catch (error) {
      if (isCorrupt(error)) this.#database.markSuspect();
      if (!isFull(error)) throw error;
    }
    this.#database.onFull();
    if (turn.inputs.some((entry) => isTelemetry(entry.input))) return 'full';
    try {
      this.#database.withReserve(() => this.#write(turn));
      return 'committed';
    } catch (error) {
      if (!isFull(error)) throw error;
      return 'full';
    }
  }

  #write(turn: Turn): void {
    this.#begin.run();
    let countBatches: () => void;
    try {
      this.#inbox.append(this.#forgotten.size === 0 ? turn.inputs : turn.inputs.map((entry) => this.#withoutForgotten(entry)));
      const lastSeq = turn.inputs.at(-1)?.seq ?? this.#lastSeq;
      for (const visit of this.#rows.write(turn.rows)) this.#forgets.add({ visit, seq: lastSeq, atMs: turn.atMs });
      countBatches = this.#outbox.add(turn.batches, turn.atMs);
      this.#commit.run();
    } catch (error) {
      // SQLite itself rolls back on a full disk and on an I/O error.
      if (this.#database.sqlite.inTransaction) this.#rollback.run();
      throw error;
    }
    countBatches();
    this.#lastSeq = turn.inputs.at(-1)?.seq ?? this.#lastSeq;
    for (const row of turn.rows) if (row.kind === 'row.forget') this.#remember(row.visit, turn.atMs);
  }

  /** The entry, or what may be written of it when it is about a visit that was erased. */
  #withoutForgotten(entry: LoggedInput): LoggedInput {
    const subject = subjectOf(entry.input);
    return subject !== undefined && this.#forgotten.has(subject) ? { ...entry, input: blanked(entry.input) } : entry;
  }

  #replaceSnapshots(snapshot: StoredSnapshot, forgotten: readonly VisitId[]): void {
    const [newest] = this.#snapshots.seqs();
    // Old snapshots are overwritten with zeros: they hold what visits did.
    this.#database.sqlite.pragma('secure_delete = ON');
    try {
      // Deleted before the insert, so that the new one goes into the same pages and the file does not grow.
      this.#snapshots.dropBefore(forgotten.length > 0 ? snapshot.seq : (newest ?? 0));
      this.#snapshots.insert(snapshot);
      if (forgotten.length > 0) this.#gaps.note(snapshot.seq);
      for (const visit of forgotten) {
        this.#inbox.blank(visit);
        this.#forgets.remove(visit);
      }
    } finally {
      this.#database.sqlite.pragma('secure_delete = FAST');
    }
  }

  /** Takes what was just deleted out of the files: free pages are cut off, and the write-ahead log with the old content is emptied. */
  #scrub(): void {
    this.#database.sqlite.pragma('incremental_vacuum');
    this.#database.checkpoint();
  }

  #remember(visit: VisitId, atMs: TimestampMs): void {
    this.#erasures.add(visit, atMs);
    this.#forgotten.add(visit);
    if (this.#forgotten.size <= REMEMBERED_FORGETS) return;
    for (const oldest of this.#forgotten) {
      this.#forgotten.delete(oldest);
      return;
    }
  }

  #assertContiguous(inputs: readonly LoggedInput[]): void {
    let expected = this.#lastSeq;
    for (const { seq } of inputs) {
      expected += 1;
      if (seq !== expected) throw new Error(`Cannot commit log entry ${seq}: the next position is ${expected}`);
    }
  }
}
