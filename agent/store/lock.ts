import { openSqlite } from '../../sync/sqlite-driver.ts';
import { type Sqlite, sqliteCode } from './sqlite.ts';

/** The right to be the one agent that works on a data folder. Held by the operating system, so it ends with the process, however that ends. */
export class OwnerLock implements Disposable {
  readonly #sqlite: Sqlite;

  private constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
  }

  /** Takes the lock kept in `file` (created when missing); `undefined` when another process or another part of this one holds it. */
  static take(file: string): OwnerLock | undefined {
    const sqlite = openSqlite(file, { timeout: 0 });
    try {
      sqlite.exec('BEGIN EXCLUSIVE');
      return new OwnerLock(sqlite);
    } catch (error) {
      sqlite.close();
      if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) return undefined;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#sqlite.close();
  }
}
