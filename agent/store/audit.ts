import { createHash } from 'node:crypto';
import type { TimestampMs } from '../core/units.ts';
import { MetaTable } from './meta.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** Something that was done and by whom; never about one shopper. */
export interface AuditEntry {
  readonly atMs: TimestampMs;
  readonly action: string;
  readonly detail: string;
}

interface AuditRow extends AuditEntry {
  readonly no: number;
  readonly hash: string | null;
}

/** Hash that the chain starts from, and in `meta` the one it starts from after old entries were deleted. */
const START = 'start';
const ANCHOR = 'audit.anchor';
const PAGE_ROWS = 500;

/**
 * The audit trail as a chain of hashes, one a batch: whoever edits or removes a row in the middle has to rewrite every batch after it.
 * The chain has no secret, so it shows accidents and careless edits; a trail that an intruder rewrote whole is found by comparing
 * `head()` with one that was kept elsewhere.
 */
export class AuditTable {
  readonly #add: Statement<[number, number, string, string, string | null]>;
  readonly #last: Statement<[], { readonly no: number; readonly hash: string | null }>;
  readonly #newest: Statement<[number], AuditEntry>;
  readonly #page: Statement<[number], AuditRow>;
  readonly #batchEndBefore: Statement<[number, number], { readonly no: number; readonly hash: string }>;
  readonly #deleteThrough: Statement<[number]>;
  readonly #meta: MetaTable;

  constructor(sqlite: Sqlite) {
    this.#add = sqlite.prepare('INSERT INTO audit (no, at_ms, action, detail, hash) VALUES (?, ?, ?, ?, ?)');
    this.#last = sqlite.prepare('SELECT no, hash FROM audit ORDER BY no DESC LIMIT 1');
    this.#newest = sqlite.prepare('SELECT at_ms AS atMs, action, detail FROM audit ORDER BY no DESC LIMIT ?');
    this.#page = sqlite.prepare(`SELECT no, at_ms AS atMs, action, detail, hash FROM audit WHERE no > ? ORDER BY no LIMIT ${PAGE_ROWS}`);
    this.#batchEndBefore = sqlite.prepare(
      `SELECT no, hash FROM (SELECT no, at_ms, hash FROM audit ORDER BY no LIMIT ?) WHERE hash IS NOT NULL AND at_ms < ?
         AND no < (SELECT max(no) FROM audit)
       ORDER BY no DESC LIMIT 1`,
    );
    this.#deleteThrough = sqlite.prepare('DELETE FROM audit WHERE no <= ?');
    this.#meta = new MetaTable(sqlite);
  }

  /** Adds a batch. The caller has a transaction open, so that two writers cannot both continue the same hash. */
  add(entries: readonly AuditEntry[]): void {
    const last = this.#last.get();
    let no = last?.no ?? 0;
    const rows = entries.map((entry) => ({ ...entry, no: ++no }));
    const hash = chain(last?.hash ?? this.#anchor(), rows);
    for (const row of rows) this.#add.run(row.no, row.atMs, row.action, row.detail, row.no === no ? hash : null);
  }

  /** Newest first. */
  list(limit: number): AuditEntry[] {
    return this.#newest.all(limit);
  }

  /** Hash of the newest batch: worth keeping elsewhere. */
  head(): string {
    return this.#last.get()?.hash ?? this.#anchor();
  }

  /** Number of the first entry of the first batch that does not match its hash, or `undefined` when the whole chain holds. */
  firstBroken(): number | undefined {
    let hash = this.#anchor();
    let batch: AuditRow[] = [];
    for (const row of this.#all()) {
      batch.push(row);
      if (row.hash === null) continue;
      if (row.hash !== chain(hash, batch)) return batch[0]?.no;
      hash = row.hash;
      batch = [];
    }
    return batch[0]?.no;
  }

  /** Deletes whole batches that end before a time, among the `limit` oldest rows; the newest batch always stays. Returns rows deleted. */
  deleteBefore(beforeMs: TimestampMs, limit: number): number {
    const end = this.#batchEndBefore.get(limit, beforeMs);
    if (end === undefined) return 0;
    this.#meta.set(ANCHOR, end.hash);
    return this.#deleteThrough.run(end.no).changes;
  }

  #anchor(): string {
    return this.#meta.get(ANCHOR) ?? START;
  }

  *#all(): Generator<AuditRow> {
    let after = 0;
    for (;;) {
      const rows = this.#page.all(after);
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.no;
    }
  }
}

function chain(previous: string, rows: readonly (AuditEntry & { readonly no: number })[]): string {
  const content = JSON.stringify(rows.map((row) => [row.no, row.atMs, row.action, row.detail]));
  return createHash('sha256').update(previous).update('\n').update(content).digest('hex');
}
