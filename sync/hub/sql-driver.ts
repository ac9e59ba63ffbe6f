/** A row as the driver gives it; numbers may come as text (PostgreSQL's sums). */
export type SqlRow = Readonly<Record<string, unknown>>;

export type SqlValue = string | number | null;

/** Runs statements, with `?` for each value. */
export interface SqlSession {
  /** Rows that the statement returns. */
  all(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** How many rows the statement changed. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>;
  /** Inserts many rows in as few round trips as the engine can. Keys must be distinct. Gives what `returning` names. */
  insertMany(insert: InsertMany): Promise<readonly SqlRow[]>;
}

/** `INSERT INTO table (columns) ... onConflict RETURNING returning` */
export interface InsertMany {
  readonly table: string;
  /** With its SQL type, TEXT or BIGINT. */
  readonly columns: readonly { readonly name: string; readonly type: 'TEXT' | 'BIGINT' }[];
  readonly onConflict: string;
  readonly returning?: string;
  readonly rows: readonly (readonly SqlValue[])[];
}

/** One database. */
export interface SqlDriver extends SqlSession {
  /** All or nothing; rolls back when `work` rejects. Transactions that write see each other's effects one after the other per row. */
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  /** Statement that keeps other hubs from migrating at the same time, run first in the transaction; `undefined` where transactions do that. */
  readonly migrationLock: string | undefined;
  close(): Promise<void>;
}

/** The first row, if any. */
export async function firstRow(session: SqlSession, sql: string, values: readonly SqlValue[] = []): Promise<SqlRow | undefined> {
  return (await session.all(sql, values))[0];
}
