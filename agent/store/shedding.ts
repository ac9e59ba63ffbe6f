import type { CoreDatabase } from './database.ts';
import { type InboxTable, SHED_ORDER } from './inbox.ts';
import type { LogGaps } from './log-gaps.ts';
import type { SnapshotTable } from './snapshots.ts';
import { inTransaction, isFull } from './sqlite.ts';

const CHUNK_ROWS = 2_000;

interface Range {
  readonly afterSeq: number;
  readonly throughSeq: number;
  readonly limit: number;
}

/** Makes room by deleting log entries that no snapshot needs, the least valuable first. */
export class Shedding {
  readonly #database: CoreDatabase;
  readonly #inbox: InboxTable;
  readonly #snapshots: SnapshotTable;
  readonly #gaps: LogGaps;
  /** How far each class of the order has been shed, so that what was kept is not looked through again. */
  readonly #doneThrough: number[] = SHED_ORDER.map(() => 0);

  constructor(database: CoreDatabase, parts: { readonly inbox: InboxTable; readonly snapshots: SnapshotTable; readonly gaps: LogGaps }) {
    this.#database = database;
    this.#inbox = parts.inbox;
    this.#snapshots = parts.snapshots;
    this.#gaps = parts.gaps;
  }

  /**
   * Deletes at most `maxRows` entries, none of them the last one: first what both snapshots cover, then, giving up the older snapshot, what
   * the newest covers. Returns rows deleted, 0 when nothing may be shed.
   */
  shed(maxRows: number, lastSeq: number): number {
    const [newest, older] = this.#snapshots.seqs();
    if (newest === undefined) return 0;
    let shed = 0;
    for (const covered of [older ?? newest, newest]) {
      const throughSeq = Math.min(covered, lastSeq - 1);
      for (let shedClass = 0; shedClass < SHED_ORDER.length && shed < maxRows; shedClass += 1) {
        shed += this.#shedClass(shedClass, { throughSeq, maxRows: maxRows - shed });
      }
    }
    return shed;
  }

  #shedClass(shedClass: number, options: { readonly throughSeq: number; readonly maxRows: number }): number {
    const { throughSeq, maxRows } = options;
    let shed = 0;
    while (shed < maxRows) {
      const afterSeq = this.#doneThrough[shedClass] ?? 0;
      if (afterSeq >= throughSeq) return shed;
      const range = { afterSeq, throughSeq, limit: Math.min(CHUNK_ROWS, maxRows - shed) };
      const gone = this.#withRoom(() => this.#shedChunk(shedClass, range));
      this.#doneThrough[shedClass] = gone.length < range.limit ? throughSeq : Math.max(...gone);
      shed += gone.length;
    }
    return shed;
  }

  #shedChunk(shedClass: number, range: Range): number[] {
    return inTransaction(this.#database.sqlite, () => {
      const gone = this.#inbox.shed(shedClass, range);
      if (gone.length > 0) this.#gaps.note(Math.max(...gone));
      const [newest, older] = this.#snapshots.seqs();
      // With a hole in the log after it, the older snapshot leads to a wrong state.
      if (newest !== undefined && older !== undefined && gone.some((seq) => seq > older)) this.#snapshots.dropBefore(newest);
      return gone;
    });
  }

  /** Deleting writes to the write-ahead log first, so on a full disk it needs the ballast's room. */
  #withRoom<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#database.giveUpBallast();
      return work();
    }
  }
}
