import { openStore } from '../../agent/store/store.ts';
import type { LiveStore } from '../support/live-store.ts';
import type { Ledger } from './load.ts';

/** What is wrong with a stopped store, against what the outside world was told; empty when everything is right. */
export function contradictions(store: LiveStore, ledger: Ledger): readonly string[] {
  const opened = openStore({ dir: store.data, quotaBytes: 8e9, nowMs: Date.now(), access: 'guest' });
  if (!opened.ok) return [opened.error.message];
  using disk = opened.value;
  const wrong = [...ledger.absurd];
  const logged = new Map<string, number>();
  for (const { input } of disk.journal.read(0)) {
    if (input.kind !== 'reading') continue;
    const key = `${input.reading.device}/${input.reading.id}`;
    logged.set(key, (logged.get(key) ?? 0) + 1);
  }
  for (const key of ledger.acknowledged) if (!logged.has(key)) wrong.push(`${key} was acknowledged and is not in the log`);
  for (const [key, times] of logged) if (times > 1) wrong.push(`${key} is in the log ${times} times`);

  const rows = <T>(sql: string): T[] => disk.database.sqlite.prepare<[], T>(sql).all();
  const booked = new Map(
    rows<{ receipt: string; cents: number }>('SELECT receipt, sum(total_cents) AS cents FROM sales GROUP BY receipt').map((row) => [
      row.receipt,
      row.cents,
    ]),
  );
  for (const { receipt, cents } of ledger.sales()) {
    if (booked.get(receipt) !== cents) wrong.push(`${receipt}: ${cents} cents were paid and ${booked.get(receipt)} are booked`);
  }
  const visits = new Set(rows<{ id: string }>('SELECT id FROM visits').map(({ id }) => id));
  for (const visit of ledger.visits) if (!visits.has(visit)) wrong.push(`visit ${visit} was opened and is not there`);

  const given = [...ledger.redeemed.values()].filter((receipts) => receipts.size > 0);
  for (const [code, receipts] of ledger.redeemed)
    if (receipts.size > 1) wrong.push(`code ${code} was redeemed for ${[...receipts].join(' and ')}`);
  const kept = new Set(rows<{ receipt: string }>('SELECT receipt FROM redemptions').map(({ receipt }) => receipt));
  for (const receipts of given)
    for (const receipt of receipts) if (!kept.has(receipt)) wrong.push(`the redemption of ${receipt} was confirmed and is not there`);
  if (kept.size !== given.length) wrong.push(`${given.length} discounts were given and ${kept.size} are kept`);
  return wrong.slice(0, 20);
}

/** Totals as the tables have them, to be compared with what the manager page says. */
export function totalsOf(store: LiveStore): { readonly salesCents: number; readonly discountCents: number; readonly redemptions: number } {
  const opened = openStore({ dir: store.data, quotaBytes: 8e9, nowMs: Date.now(), access: 'guest' });
  if (!opened.ok) throw new Error(opened.error.message);
  using disk = opened.value;
  const number = (sql: string): number => disk.database.sqlite.prepare<[], number>(sql).pluck().get() ?? 0;
  return {
    salesCents: number('SELECT coalesce(sum(total_cents), 0) FROM sales'),
    discountCents: number('SELECT coalesce(sum(discount_cents), 0) FROM redemptions'),
    redemptions: number('SELECT count(*) FROM redemptions'),
  };
}
