import type { SaleRow } from '../core/effect.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** Sales as the tills reported them. The core counts a receipt once a day and till; a till may begin its numbers again tomorrow. */
export class SalesTable {
  readonly #add: Statement<[string, string, number, number, string, string | null, string | null]>;
  #repeated = 0;

  constructor(sqlite: Sqlite) {
    this.#add = sqlite.prepare(
      `INSERT INTO sales (receipt, till, at_ms, total_cents, lines, visit, link) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (till, receipt, at_ms) DO NOTHING`,
    );
  }

  /** Receipts that were there already and therefore not added again, since start. */
  get repeated(): number {
    return this.#repeated;
  }

  add(sale: SaleRow): void {
    const { receipt, till, atMs, totalCents, lines, visit, link } = sale;
    const { changes } = this.#add.run(receipt, till, atMs, totalCents, JSON.stringify(lines), visit ?? null, link ?? null);
    if (changes === 0) this.#repeated += 1;
  }
}
