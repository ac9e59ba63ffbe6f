import type Database from 'better-sqlite3';
import { type SqliteConnection, SqliteError } from '../../sync/sqlite-driver.ts';

/** One open connection. */
export type Sqlite = SqliteConnection;

/** A statement that is prepared once and run often; `P` are its positional parameters. */
export type Statement<P extends unknown[], R = unknown> = Database.Statement<P, R>;

/** SQLite's own code of an error (`SQLITE_FULL`, `SQLITE_CORRUPT_INDEX`, ...), or `undefined` when it is not SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  return error instanceof SqliteError ? error.code : undefined;
}

/** True when the page quota or the disk is reached. */
export function isFull(error: unknown): boolean {
  const code = sqliteCode(error);
  // The wal-index grows by plain writes, so a full disk can also show as one of these two.
  return code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE' || code === 'SQLITE_IOERR_SHMOPEN';
}

/** True when the file's content is damaged, as opposed to unreadable or busy. */
export function isCorrupt(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB');
}

/** Runs `work` in one transaction; what it throws rolls everything back. Nested calls join the outer transaction. */
export function inTransaction<T>(sqlite: Sqlite, work: () => T): T {
  if (sqlite.inTransaction) return work();
  sqlite.exec('BEGIN IMMEDIATE');
  try {
    const value = work();
    sqlite.exec('COMMIT');
    return value;
  } catch (error) {
    // SQLite itself rolls back on a full disk and on an I/O error.
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}

/** A number read by a pragma that answers with one integer. */
export function pragmaNumber(sqlite: Sqlite, pragma: string): number {
  return Number(sqlite.pragma(pragma, { simple: true }));
}
