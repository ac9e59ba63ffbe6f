import type { VisitId } from '../core/ids.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** A visit whose rows are gone and whose log entries wait for the next snapshot. */
export interface PendingForget {
  readonly visit: VisitId;
  /** Position after which the state no longer knows the visit. */
  readonly seq: number;
  readonly atMs: TimestampMs;
}

/** Erased visits that the log still names. Emptied by each snapshot. */
export class ForgetsTable {
  readonly #add: Statement<[string, number, number]>;
  readonly #through: Statement<[number], PendingForget>;
  readonly #remove: Statement<[string]>;
  readonly #oldest: Statement<[], { readonly count: number; readonly oldestAtMs: number | null }>;

  constructor(sqlite: Sqlite) {
    this.#add = sqlite.prepare('INSERT OR REPLACE INTO forgets (visit, seq, at_ms) VALUES (?, ?, ?)');
    this.#through = sqlite.prepare('SELECT visit, seq, at_ms AS atMs FROM forgets WHERE seq <= ?');
    this.#remove = sqlite.prepare('DELETE FROM forgets WHERE visit = ?');
    this.#oldest = sqlite.prepare('SELECT count(*) AS count, min(at_ms) AS oldestAtMs FROM forgets');
  }

  add(forget: PendingForget): void {
    this.#add.run(forget.visit, forget.seq, forget.atMs);
  }

  /** Those that a snapshot at `seq` has left behind. */
  through(seq: number): PendingForget[] {
    return this.#through.all(seq);
  }

  remove(visit: VisitId): void {
    this.#remove.run(visit);
  }

  /** How many wait, and since when the first of them does. */
  pending(): { readonly count: number; readonly oldestAtMs: TimestampMs | undefined } {
    const row = this.#oldest.get();
    return { count: row?.count ?? 0, oldestAtMs: row?.oldestAtMs ?? undefined };
  }
}
