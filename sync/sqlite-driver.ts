import { createRequire } from 'node:module';
import type Database from 'better-sqlite3';
import { SQLITE_PACKAGE } from './sqlite-package.ts';

/** One open connection. */
export type SqliteConnection = Database.Database;

const driver = load();

/** SQLite's own kind of error; `code` is such as `SQLITE_FULL`. */
export const { SqliteError } = driver;

/** Opens a database file, or `:memory:`; throws a `SqliteError` where that cannot be. */
export function openSqlite(file: string, options: Database.Options = {}): SqliteConnection {
  return new driver(file, options);
}

/** Where the driver is, for threads and processes of their own. */
export function sqliteDriverPath(): string {
  return createRequire(import.meta.url).resolve(SQLITE_PACKAGE);
}

function load(): typeof Database {
  try {
    return createRequire(import.meta.url)(SQLITE_PACKAGE) as typeof Database;
  } catch (error) {
    const hint =
      SQLITE_PACKAGE === 'better-sqlite3' ? '' : ' (on Node 20 it is compiled: install python3, make and g++, or take Node 22 or newer)';
    throw new Error(`Cannot load SQLite: run "npm ci" again${hint}`, { cause: error });
  }
}
