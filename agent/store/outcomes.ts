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

const NOTHING: ArmSums = { visits: 0, conversions: 0, profitCents: 0, profitCentsSquared: 0, salesCents: 0 };

/** What each eligible visit brought; names no visit. */
export class OutcomesTable {
  readonly #add: Statement<[number, string, string | null, number, number, number]>;
  readonly #sums: Statement<[number], ArmSums & { readonly arm: OutcomeRow['arm'] }>;

  constructor(sqlite: Sqlite) {
    this.#add = sqlite.prepare(
      'INSERT INTO outcomes (at_ms, arm, campaign, converted, sales_cents, profit_cents) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#sums = sqlite.prepare(
      `SELECT arm, count(*) AS visits, sum(converted) AS conversions, sum(profit_cents) AS profitCents,
         total(1.0 * profit_cents * profit_cents) AS profitCentsSquared, sum(sales_cents) AS salesCents
       FROM outcomes WHERE at_ms >= ? GROUP BY arm`,
    );
  }

  add(outcome: OutcomeRow): void {
    const { atMs, arm, campaign, converted, salesCents, profitCents } = outcome;
    this.#add.run(atMs, arm, campaign ?? null, converted ? 1 : 0, salesCents, profitCents);
  }

  /** Sums by arm since a time. Reads every row since then (about 10 ms for 100,000): ask once a minute, not once a second. */
  sumsSince(fromMs: TimestampMs): { readonly holdout: ArmSums; readonly treated: ArmSums } {
    const sums = { holdout: NOTHING, treated: NOTHING };
    for (const { arm, ...row } of this.#sums.all(fromMs)) sums[arm] = row;
    return sums;
  }
}
