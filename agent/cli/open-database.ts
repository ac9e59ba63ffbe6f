import { mkdirSync } from 'node:fs';
import type { StoreConfig } from '../../config/schema.ts';
import { reasonOf } from '../../config/secrets.ts';
import { CoreDatabase } from '../store/database.ts';
import { migrate } from '../store/migrations.ts';
import { splitQuota } from '../store/quota.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

/** Opens the store's database for a small change, beside a running agent or without one, and closes it after `work`. Creates it when there is none. */
export function withDatabase<T>(config: StoreConfig, work: (database: CoreDatabase) => T): T {
  const { dir, quota } = config.data;
  let database: CoreDatabase;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    database = openIn(dir, quota);
  } catch (error) {
    throw new CliFailure(`Cannot open the database in "${dir}": ${reasonOf(error)}`, {
      exitCode: EXIT.unavailable,
      hint: 'run "endcap doctor", or set data.dir (ENDCAP_DATA_DIR)',
      cause: error,
    });
  }
  try {
    const migrated = migrate(database.sqlite, { nowMs: Date.now() });
    if (!migrated.ok) throw new CliFailure(migrated.error.message, { exitCode: EXIT.unavailable, hint: migrated.error.hint });
    return work(database);
  } finally {
    database.close();
  }
}

function openIn(dir: string, quota: number): CoreDatabase {
  const { databaseBytes, ballastBytes } = splitQuota(quota);
  return CoreDatabase.open({ dir, quotaBytes: databaseBytes, ballastBytes });
}
