import type Database from 'better-sqlite3';
import { openSqlite, type SqliteConnection } from '../sqlite-driver.ts';
import type { HubStore } from './hub-store.ts';
import type { InsertMany, SqlDriver, SqlRow, SqlSession, SqlValue } from './sql-driver.ts';
import { SqlStore } from './sql-store.ts';

/** A hub on one SQLite file: one process, no server to run. Opens or creates the file; `:memory:` is allowed. Throws when it cannot. */
export function openSqliteStore(path: string): HubStore {
  const db = openSqlite(path);
  db.pragma('journal_mode = WAL');
  // better-sqlite3 is built to drop to NORMAL in WAL mode, which may lose acknowledged batches in a power cut.
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma('trusted_schema = OFF');
  db.pragma('busy_timeout = 5000');
  db.pragma('journal_size_limit = 16777216');
  return new SqlStore(new SqliteDriver(db));
}

class SqliteDriver implements SqlDriver {
  readonly migrationLock = undefined;
  readonly #db: SqliteConnection;
  readonly #session: SqliteSession;
  #last: Promise<unknown> = Promise.resolve();

  constructor(db: SqliteConnection) {
    this.#db = db;
    this.#session = new SqliteSession(db);
  }

  all(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    return this.#inTurn(() => this.#session.all(sql, values));
  }

  run(sql: string, values?: readonly SqlValue[]): Promise<number> {
    return this.#inTurn(() => this.#session.run(sql, values));
  }

  insertMany(insert: InsertMany): Promise<readonly SqlRow[]> {
    return this.#inTurn(() => this.#session.insertMany(insert));
  }

  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        const result = await work(this.#session);
        this.#db.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => this.#db.close());
  }

  /** There is one connection, so whatever comes while a transaction is open waits for its end. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

class SqliteSession implements SqlSession {
  readonly #db: SqliteConnection;
  /** The hub's statements are all fixed texts, so this stays small. */
  readonly #prepared = new Map<string, Database.Statement>();

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  async all(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    // Every statement that comes here returns rows, and a row is an object by column.
    return this.#prepare(sql).all(...values) as SqlRow[];
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return this.#prepare(sql).run(...values).changes;
  }

  async insertMany({ table, columns, onConflict, returning, rows }: InsertMany): Promise<readonly SqlRow[]> {
    const names = columns.map(({ name }) => name).join(', ');
    const marks = columns.map(() => '?').join(', ');
    const insert = `INSERT INTO ${table} (${names}) VALUES (${marks}) ${onConflict}`;
    if (returning === undefined) {
      const statement = this.#prepare(insert);
      for (const row of rows) statement.run(...row);
      return [];
    }
    const statement = this.#prepare(`${insert} RETURNING ${returning}`);
    return rows.flatMap((row) => statement.all(...row) as SqlRow[]);
  }

  #prepare(sql: string): Database.Statement {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}
