import type { StoreId } from '../../agent/core/ids.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import type { AggregateRow } from '../aggregate-row.ts';
import { readCell, readCounts, sumOf } from './columns.ts';
import type {
  DailyTotals,
  DayRange,
  HubStore,
  IncomingUpload,
  KeyOwner,
  NewStore,
  PruneCounts,
  Publication,
  StoreSummary,
  TakenBatches,
} from './hub-store.ts';
import { MIGRATIONS } from './migrations.ts';
import { takeBatches } from './sql-batches.ts';
import { firstRow, type SqlDriver, type SqlRow, type SqlSession } from './sql-driver.ts';
import { storeSummaries } from './sql-summaries.ts';

/** The hub's tables on either engine: the SQL is common, the driver knows the rest. */
export class SqlStore implements HubStore {
  readonly #driver: SqlDriver;

  constructor(driver: SqlDriver) {
    this.#driver = driver;
  }

  migrate(): Promise<void> {
    return this.#driver.transaction(async (session) => {
      if (this.#driver.migrationLock !== undefined) await session.all(this.#driver.migrationLock);
      await session.run('CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)');
      const row = await firstRow(session, 'SELECT version FROM schema_version');
      const from = Number(row?.['version'] ?? 0);
      if (from > MIGRATIONS.length) {
        throw new Error(
          `Cannot open the hub's database: it is at schema ${from}, this version knows ${MIGRATIONS.length}; install a newer one`,
        );
      }
      for (const statement of MIGRATIONS.slice(from).flat()) await session.run(statement);
      const write = row === undefined ? 'INSERT INTO schema_version (version) VALUES (?)' : 'UPDATE schema_version SET version = ?';
      await session.run(write, [MIGRATIONS.length]);
    });
  }

  async ping(): Promise<void> {
    await this.#driver.all('SELECT version FROM schema_version');
  }

  addStore({ store, name, currency, keyHash, publicKeyPem, nowMs }: NewStore): Promise<'added' | 'exists'> {
    return this.#driver.transaction(async (session) => {
      const added = await session.run(
        'INSERT INTO store (id, name, currency, public_key_pem, created_at_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        [store, name, currency, publicKeyPem ?? null, nowMs],
      );
      if (added === 0) return 'exists';
      await insertKey(session, { store, keyHash, nowMs });
      return 'added';
    });
  }

  addKey(key: { readonly store: StoreId; readonly keyHash: string; readonly nowMs: TimestampMs }): Promise<'added' | 'unknown'> {
    return this.#driver.transaction(async (session) => {
      if ((await firstRow(session, 'SELECT id FROM store WHERE id = ?', [key.store])) === undefined) return 'unknown';
      await insertKey(session, key);
      return 'added';
    });
  }

  revokeKeys(keys: { readonly store: StoreId; readonly exceptHash: string | undefined; readonly nowMs: TimestampMs }): Promise<number> {
    const sql = 'UPDATE api_key SET revoked_at_ms = ? WHERE store = ? AND revoked_at_ms IS NULL AND hash <> ?';
    return this.#driver.run(sql, [keys.nowMs, keys.store, keys.exceptHash ?? '']);
  }

  async findKey(keyHash: string): Promise<KeyOwner | undefined> {
    const sql = 'SELECT s.id, s.public_key_pem FROM api_key k JOIN store s ON s.id = k.store WHERE k.hash = ? AND k.revoked_at_ms IS NULL';
    const row = await firstRow(this.#driver, sql, [keyHash]);
    if (row === undefined) return undefined;
    return { store: String(row['id']), publicKeyPem: row['public_key_pem'] === null ? undefined : String(row['public_key_pem']) };
  }

  takeBatches(upload: IncomingUpload): Promise<TakenBatches> {
    return this.#driver.transaction((session) => takeBatches(session, upload));
  }

  async publish({ version, audience, body, etag, publishedAtMs }: Publication): Promise<'published' | 'stale'> {
    const added = await this.#driver.run(
      `INSERT INTO publication (version, audience, body, etag, published_at_ms)
       SELECT CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT)
       WHERE CAST(? AS BIGINT) > (SELECT COALESCE(MAX(version), 0) FROM publication) ON CONFLICT DO NOTHING`,
      [version, audience, body, etag, publishedAtMs, version],
    );
    return added === 1 ? 'published' : 'stale';
  }

  async campaignsFor(store: StoreId, nowMs: TimestampMs): Promise<Publication | undefined> {
    await this.#driver.run('UPDATE store SET last_seen_at_ms = ? WHERE id = ?', [nowMs, store]);
    const sql = `SELECT * FROM publication WHERE audience IN ('*', ?) ORDER BY version DESC LIMIT 1`;
    const row = await firstRow(this.#driver, sql, [store]);
    return row === undefined ? undefined : toPublication(row);
  }

  async campaignsVersion(): Promise<number> {
    const row = await firstRow(this.#driver, 'SELECT COALESCE(MAX(version), 0) AS version FROM publication');
    return Number(row?.['version']);
  }

  async dailyTotals({ fromDay, toDay }: DayRange): Promise<readonly DailyTotals[]> {
    const sql = `SELECT d.day, s.currency, COUNT(*) AS stores, ${sumOf('d')} FROM day_total d JOIN store s ON s.id = d.store
      WHERE d.day BETWEEN ? AND ? GROUP BY d.day, s.currency ORDER BY d.day, s.currency`;
    const rows = await this.#driver.all(sql, [fromDay, toDay]);
    return rows.map((row) => ({
      day: String(row['day']),
      currency: String(row['currency']),
      stores: Number(row['stores']),
      counts: readCounts(row),
    }));
  }

  stores(page: DayRange & { readonly offset: number; readonly limit: number }): Promise<readonly StoreSummary[]> {
    return storeSummaries(this.#driver, { ...page, limit: Math.min(page.limit, 500) });
  }

  async storeCount(): Promise<number> {
    return Number((await firstRow(this.#driver, 'SELECT COUNT(*) AS n FROM store'))?.['n']);
  }

  async cells({ store, day }: { readonly store: StoreId; readonly day: string }): Promise<readonly AggregateRow[]> {
    const sql = 'SELECT * FROM cell WHERE day = ? AND store = ? ORDER BY start_ms, kind, level, zone LIMIT 20000';
    return (await this.#driver.all(sql, [day, store])).map(readCell);
  }

  prune({
    batchesBeforeMs,
    cellsBeforeDay,
  }: {
    readonly batchesBeforeMs: TimestampMs;
    readonly cellsBeforeDay: string;
  }): Promise<PruneCounts> {
    return this.#driver.transaction(async (session) => {
      await session.run(
        `UPDATE progress SET pruned_through = COALESCE((SELECT MIN(b.seq) - 1 FROM batch b WHERE b.store = progress.store AND b.epoch = progress.epoch
         AND (b.received_at_ms >= ? OR b.seq > progress.highest_contiguous)), highest_contiguous)`,
        [batchesBeforeMs],
      );
      const batches = await session.run(
        `DELETE FROM batch WHERE EXISTS
         (SELECT 1 FROM progress p WHERE p.store = batch.store AND p.epoch = batch.epoch AND batch.seq <= p.pruned_through)`,
      );
      const cells = await session.run('DELETE FROM cell WHERE day < ?', [cellsBeforeDay]);
      return { batches, cells, quarantined: await session.run('DELETE FROM quarantine WHERE received_at_ms < ?', [batchesBeforeMs]) };
    });
  }

  close(): Promise<void> {
    return this.#driver.close();
  }
}

async function insertKey(
  session: SqlSession,
  { store, keyHash, nowMs }: { readonly store: StoreId; readonly keyHash: string; readonly nowMs: TimestampMs },
): Promise<void> {
  await session.run('INSERT INTO api_key (hash, store, created_at_ms) VALUES (?, ?, ?)', [keyHash, store, nowMs]);
}

function toPublication(row: SqlRow): Publication {
  return {
    version: Number(row['version']),
    audience: String(row['audience']),
    body: String(row['body']),
    etag: String(row['etag']),
    publishedAtMs: Number(row['published_at_ms']),
  };
}
