import type { VisitId } from '../core/ids.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** A table that says something about single visits, how to find it, and what becomes of it when the visit is forgotten. */
export interface PersonalTable {
  readonly table: string;
  /** Condition on the rows of visit `:visit`. */
  readonly match: string;
  /**
   * `delete`: the rows go. `unlink`: the rows stay, the column that names the visit is emptied. `orphan`: the rows stay and name only an
   * offer, whose row goes. `blank`: overwritten with the next snapshot (the log). `pending`: the note that this has still to be done.
   */
  readonly onForget: 'delete' | 'unlink' | 'orphan' | 'blank' | 'pending';
}

/**
 * Every table that knows a visit, in the order in which rows are deleted. Export and erasure are driven by this list and by nothing else,
 * and a test fails when a table with a visit in it is missing here: that makes both complete by construction.
 */
export const PERSONAL_TABLES: readonly PersonalTable[] = [
  { table: 'inbox', match: 'subject = :visit', onForget: 'blank' },
  { table: 'visits', match: 'id = :visit', onForget: 'delete' },
  { table: 'consents', match: 'visit = :visit', onForget: 'delete' },
  { table: 'decisions', match: 'visit = :visit', onForget: 'delete' },
  { table: 'offer_states', match: 'offer_id IN (SELECT id FROM offers WHERE visit = :visit)', onForget: 'delete' },
  { table: 'redemptions', match: 'offer_id IN (SELECT id FROM offers WHERE visit = :visit)', onForget: 'orphan' },
  { table: 'offers', match: 'visit = :visit', onForget: 'delete' },
  { table: 'sales', match: 'visit = :visit', onForget: 'unlink' },
  { table: 'forgets', match: 'visit = :visit', onForget: 'pending' },
];

/** Reads and removes what is held about one visit. */
export class PersonalData {
  readonly #sqlite: Sqlite;
  readonly #read: readonly { readonly table: string; readonly statement: Statement<[{ visit: string }], Record<string, unknown>> }[];
  readonly #erase: readonly Statement<[{ visit: string }]>[];

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    this.#read = PERSONAL_TABLES.map(({ table, match }) => ({ table, statement: sqlite.prepare(`SELECT * FROM ${table} WHERE ${match}`) }));
    this.#erase = PERSONAL_TABLES.flatMap((table) => eraseSql(table).map((sql) => sqlite.prepare<[{ visit: string }]>(sql)));
  }

  /** Every row about a visit, by table, with its columns as they are; columns that hold JSON are unpacked. */
  everythingAbout(visit: VisitId): Readonly<Record<string, readonly unknown[]>> {
    return Object.fromEntries(this.#read.map(({ table, statement }) => [table, statement.all({ visit }).map(unpacked)]));
  }

  /** Deletes and unlinks a visit's rows, all but those in the log. The caller has a transaction open. */
  erase(visit: VisitId): void {
    // FAST leaves the content of freed pages in the file until they are used again.
    this.#sqlite.pragma('secure_delete = ON');
    try {
      for (const statement of this.#erase) statement.run({ visit });
    } finally {
      this.#sqlite.pragma('secure_delete = FAST');
    }
  }
}

function eraseSql({ table, match, onForget }: PersonalTable): string[] {
  switch (onForget) {
    case 'delete':
      return [`DELETE FROM ${table} WHERE ${match}`];
    case 'unlink':
      return [`UPDATE ${table} SET visit = NULL WHERE ${match}`];
    case 'orphan':
    case 'blank':
    case 'pending':
      return [];
  }
}

const JSON_COLUMNS = new Set(['body', 'lines']);

function unpacked(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, JSON_COLUMNS.has(name) && typeof value === 'string' ? JSON.parse(value) : value]),
  );
}
