import type { Sqlite, Statement } from './sqlite.ts';

/** Small facts about the database itself, by name. Keys that sign offers are not among them: they live in files of their own. */
export class MetaTable {
  readonly #get: Statement<[string], string>;
  readonly #set: Statement<[string, string]>;

  constructor(sqlite: Sqlite) {
    this.#get = sqlite.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck();
    this.#set = sqlite.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value');
  }

  /** The value, or `undefined` when it was never set. */
  get(key: string): string | undefined {
    return this.#get.get(key);
  }

  set(key: string, value: string): void {
    this.#set.run(key, value);
  }

  /** A value that was set as a number, or `undefined`. */
  number(key: string): number | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : Number(value);
  }
}
