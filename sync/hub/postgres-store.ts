import pg from 'pg';
import type { HubStore } from './hub-store.ts';
import type { InsertMany, SqlDriver, SqlRow, SqlSession, SqlValue } from './sql-driver.ts';
import { SqlStore } from './sql-store.ts';

/**
 * A hub on PostgreSQL 13 or newer: any number of hubs may share it. Connects when first used, with at most `connections` (default 10)
 * at a time. An acknowledged batch survives a power cut unless the server's own `fsync` or `synchronous_commit` were turned off.
 */
export function openPostgresStore(databaseUrl: string, { connections = 10 }: { readonly connections?: number } = {}): HubStore {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: connections,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 15_000,
    application_name: 'endcap-hub',
  });
  // A connection that breaks while idle is replaced on the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  return new SqlStore(new PostgresDriver(pool));
}

class PostgresDriver implements SqlDriver {
  /** Any number will do as long as every hub uses the same. */
  readonly migrationLock = 'SELECT pg_advisory_xact_lock(7305809141)';
  readonly #pool: pg.Pool;
  readonly #session: PostgresSession;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
    this.#session = new PostgresSession(pool);
  }

  all(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    return this.#session.all(sql, values);
  }

  run(sql: string, values?: readonly SqlValue[]): Promise<number> {
    return this.#session.run(sql, values);
  }

  insertMany(insert: InsertMany): Promise<readonly SqlRow[]> {
    return this.#session.insertMany(insert);
  }

  async transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(new PostgresSession(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

class PostgresSession implements SqlSession {
  readonly #client: pg.Pool | pg.PoolClient;

  constructor(client: pg.Pool | pg.PoolClient) {
    this.#client = client;
  }

  async all(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return (await this.#query(sql, values)).rows;
  }

  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return (await this.#query(sql, values)).rowCount ?? 0;
  }

  async insertMany({ table, columns, onConflict, returning, rows }: InsertMany): Promise<readonly SqlRow[]> {
    if (rows.length === 0) return [];
    const names = columns.map(({ name }) => name).join(', ');
    const arrays = columns.map(({ type }, at) => `$${at + 1}::${type}[]`).join(', ');
    // One array a column: the statement stays the same however many rows there are, and so does its plan.
    const text = `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays}) ${onConflict}${returning === undefined ? '' : ` RETURNING ${returning}`}`;
    const values = columns.map((_, at) => rows.map((row) => row[at] ?? null));
    return (await this.#client.query(text, values)).rows;
  }

  #query(sql: string, values: readonly SqlValue[]): Promise<pg.QueryResult<SqlRow>> {
    let at = 0;
    return this.#client.query(
      sql.replace(/\?/g, () => `$${++at}`),
      [...values],
    );
  }
}
