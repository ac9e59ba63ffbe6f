import type { OutcomeRow } from '../core/effect.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** Sums over one arm: what a mean, a variance and a conversion rate are made of. */
export interface ArmSums {
  readonly visits: number;
  readonly conversions: number;
  readonly profitCents: number;
  /** Sum of squared profits, in cents squared. */
  readonly profitCentsSquared: number;
  readonly salesCents: number;
}

interface OutcomeColumns {
  readonly atMs: TimestampMs;
  readonly arm: OutcomeRow['arm'];
  readonly campaign: string | null;
  readonly converted: number;
  readonly salesCents: number;
  readonly profitCents: number;
  readonly touches: string | null;
  readonly discountCents: number;
}

const NOTHING: ArmSums = { visits: 0, conversions: 0, profitCents: 0, profitCentsSquared: 0, salesCents: 0 };

/** What each eligible visit brought; names no visit. */
export class OutcomesTable {
  readonly #add: Statement<[number, string, string | null, number, number, number, string | null, number]>;
  readonly #newest: Statement<[number, number], OutcomeColumns>;
  readonly #sums: Statement<[number], ArmSums & { readonly arm: OutcomeRow['arm'] }>;

  constructor(sqlite: Sqlite) {
    this.#add = sqlite.prepare(
      'INSERT INTO outcomes (at_ms, arm, campaign, converted, sales_cents, profit_cents, touches, discount_cents) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#newest = sqlite.prepare(
      `SELECT at_ms AS atMs, arm, campaign, converted, sales_cents AS salesCents, profit_cents AS profitCents, touches,
         discount_cents AS discountCents
       FROM outcomes WHERE at_ms >= ? ORDER BY at_ms DESC LIMIT ?`,
    );
    this.#sums = sqlite.prepare(
      `SELECT arm, count(*) AS visits, sum(converted) AS conversions, sum(profit_cents) AS profitCents,
         total(1.0 * profit_cents * profit_cents) AS profitCentsSquared, sum(sales_cents) AS salesCents
       FROM outcomes WHERE at_ms >= ? GROUP BY arm`,
    );
  }

  add(outcome: OutcomeRow): void {
    const { atMs, arm, campaign, converted, salesCents, profitCents, touches, discountCents = 0 } = outcome;
    const written = touches === undefined ? null : JSON.stringify(touches);
    this.#add.run(atMs, arm, campaign ?? null, converted ? 1 : 0, salesCents, profitCents, written, discountCents);
  }

  /** The newest outcomes since a time, at most `limit`; newest first. About 1 ms for 500. */
  newest(fromMs: TimestampMs, limit: number): OutcomeRow[] {
    return this.#newest.all(fromMs, limit).map(({ campaign, converted, touches, ...row }) => ({
      ...row,
      campaign: campaign ?? undefined,
      converted: converted === 1,
      // Written by `add` from an OutcomeRow.
      ...(touches === null ? {} : { touches: JSON.parse(touches) as NonNullable<OutcomeRow['touches']> }),
    }));
  }

  /** Sums by arm since a time. Reads every row since then (about 10 ms for 100,000): ask once a minute, not once a second. */
  sumsSince(fromMs: TimestampMs): { readonly holdout: ArmSums; readonly treated: ArmSums } {
    const sums = { holdout: NOTHING, treated: NOTHING };
    for (const { arm, ...row } of this.#sums.all(fromMs)) sums[arm] = row;
    return sums;
  }
}
