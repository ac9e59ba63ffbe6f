import type { Cents, TimestampMs } from '../core/units.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** Money since a time, from the rows of sales and redemptions. */
export interface MoneySums {
  readonly sales: number;
  readonly salesCents: Cents;
  /** Of those, sales that were linked to a visit, forgotten ones included. */
  readonly linkedSales: number;
  readonly linkedSalesCents: Cents;
  readonly redemptions: number;
  readonly discountCents: Cents;
}

/** Adds up money; by indexed time, so it costs the rows of the period and no more. */
export class MoneyQueries {
  readonly #sales: Statement<[number], Pick<MoneySums, 'sales' | 'salesCents' | 'linkedSales' | 'linkedSalesCents'>>;
  readonly #redemptions: Statement<[number], Pick<MoneySums, 'redemptions' | 'discountCents'>>;

  constructor(sqlite: Sqlite) {
    this.#sales = sqlite.prepare(
      `SELECT count(*) AS sales, coalesce(sum(total_cents), 0) AS salesCents, count(link) AS linkedSales,
         coalesce(sum(total_cents) FILTER (WHERE link IS NOT NULL), 0) AS linkedSalesCents
       FROM sales WHERE at_ms >= ?`,
    );
    this.#redemptions = sqlite.prepare(
      'SELECT count(*) AS redemptions, coalesce(sum(discount_cents), 0) AS discountCents FROM redemptions WHERE at_ms >= ?',
    );
  }

  /** Sums over everything at or after `fromMs`. */
  since(fromMs: TimestampMs): MoneySums {
    const sales = this.#sales.get(fromMs) ?? { sales: 0, salesCents: 0, linkedSales: 0, linkedSalesCents: 0 };
    const redemptions = this.#redemptions.get(fromMs) ?? { redemptions: 0, discountCents: 0 };
    return { ...sales, ...redemptions };
  }
}
