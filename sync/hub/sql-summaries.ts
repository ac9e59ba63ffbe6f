import { readCounts, sumOf } from './columns.ts';
import type { DayRange, StoreSummary } from './hub-store.ts';
import { gapsIn, NO_PROGRESS } from './progress.ts';
import { seqsAfter, toProgress } from './sql-batches.ts';
import type { SqlRow, SqlSession, SqlValue } from './sql-driver.ts';

/** Holes that a summary lists. */
const GAPS_SHOWN = 5;
/** One page of stores, longest silent first; the same text in every query below. */
const PAGE = 'SELECT id FROM store ORDER BY COALESCE(last_seen_at_ms, 0), id LIMIT ? OFFSET ?';

/** Stores with their progress and totals: a fixed number of queries, and one more for each store that has holes. */
export async function storeSummaries(
  session: SqlSession,
  { fromDay, toDay, offset, limit }: DayRange & { readonly offset: number; readonly limit: number },
): Promise<readonly StoreSummary[]> {
  const page: readonly SqlValue[] = [limit, offset];
  const stores = await session.all('SELECT * FROM store ORDER BY COALESCE(last_seen_at_ms, 0), id LIMIT ? OFFSET ?', page);
  // Later epochs overwrite earlier ones in the map: the newest outbox is the one that counts.
  const progress = byStore(await session.all(`SELECT * FROM progress WHERE store IN (${PAGE}) ORDER BY heard_at_ms, epoch`, page));
  const totals = byStore(
    await session.all(
      `SELECT d.store, ${sumOf('d')} FROM day_total d WHERE d.store IN (${PAGE}) AND d.day BETWEEN ? AND ? GROUP BY d.store`,
      [...page, fromDay, toDay],
    ),
  );
  const aside = byStore(await session.all(`SELECT store, COUNT(*) AS n FROM quarantine WHERE store IN (${PAGE}) GROUP BY store`, page));
  const summaries: StoreSummary[] = [];
  for (const row of stores) {
    const store = String(row['id']);
    const heard = progress.get(store);
    const { highestSeq, highestContiguous, batches } = heard === undefined ? NO_PROGRESS : toProgress(heard);
    const missing = highestSeq - batches;
    const sortedSeqs = missing === 0 ? [] : await seqsAfter(session, { store, epoch: String(heard?.['epoch']), after: highestContiguous });
    summaries.push({
      store,
      name: String(row['name']),
      currency: String(row['currency']),
      lastSeenAtMs: row['last_seen_at_ms'] === null ? undefined : Number(row['last_seen_at_ms']),
      highestSeq,
      highestContiguous,
      missing,
      gaps: gapsIn(highestContiguous, { sortedSeqs, limit: GAPS_SHOWN }),
      quarantined: Number(aside.get(store)?.['n'] ?? 0),
      counts: readCounts(totals.get(store) ?? {}),
    });
  }
  return summaries;
}

function byStore(rows: readonly SqlRow[]): ReadonlyMap<string, SqlRow> {
  return new Map(rows.map((row) => [String(row['store']), row]));
}
