import type { ConsentRow } from '../core/effect.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** Every choice a shopper made, given or taken back, with the wording it was made under. Only ever added to. */
export class ConsentsTable {
  readonly #add: Statement<[string, string, number, string, number, number]>;

  constructor(sqlite: Sqlite) {
    this.#add = sqlite.prepare('INSERT INTO consents (visit, purpose, granted, text_version, at_ms, until_ms) VALUES (?, ?, ?, ?, ?, ?)');
  }

  add(consent: ConsentRow): void {
    this.#add.run(consent.visit, consent.purpose, consent.granted ? 1 : 0, consent.textVersion, consent.atMs, consent.untilMs);
  }
}
