import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../core/result.ts';
import type { TimestampMs } from '../core/units.ts';
import { init } from './migrations/001-init.ts';
import { models } from './migrations/002-models.ts';
import { modelEndings } from './migrations/003-model-endings.ts';
import { touches } from './migrations/004-touches.ts';
import { inTransaction, pragmaNumber, type Sqlite } from './sqlite.ts';

/** One step of the schema. Applied once, in order of `version`, and never edited afterwards. */
export interface Migration {
  /** From 1, without gaps; becomes `PRAGMA user_version`. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** Every step of the schema, oldest first. */
export const MIGRATIONS: readonly Migration[] = [init, models, modelEndings, touches];

/** Why a database cannot be brought to the schema of this version of the agent. */
export interface MigrationError {
  /** `newer`: written by a later version of the agent. `altered`: a step that was applied has other text in this version. */
  readonly kind: 'newer' | 'altered';
  readonly message: string;
  readonly hint: string;
}

/**
 * Applies the missing steps, each in a transaction of its own, so that a crash leaves a database between two steps and never inside one.
 * Returns how many were applied.
 */
export function migrate(
  sqlite: Sqlite,
  options: { readonly nowMs: TimestampMs; readonly migrations?: readonly Migration[] },
): Result<number, MigrationError> {
  const migrations = options.migrations ?? MIGRATIONS;
  assertOrdered(migrations);
  const found = pragmaNumber(sqlite, 'user_version');
  if (found > migrations.length) {
    return fail({
      kind: 'newer',
      message: `Cannot open the database: it has schema ${found}, this version of the agent knows schemas up to ${migrations.length}`,
      hint: 'Install the agent version that wrote it, or a later one; a backup from before the upgrade is in the backups folder',
    });
  }
  if (found > 0) {
    const altered = firstAltered(sqlite, migrations.slice(0, found));
    if (altered !== undefined) return fail(altered);
  }
  let applied = 0;
  for (const migration of migrations) {
    if (applyOne(sqlite, migration, options.nowMs)) applied += 1;
  }
  return ok(applied);
}

function applyOne(sqlite: Sqlite, migration: Migration, nowMs: TimestampMs): boolean {
  return inTransaction(sqlite, () => {
    // Asked again inside the transaction: a command line tool may be opening the same new database.
    if (pragmaNumber(sqlite, 'user_version') >= migration.version) return false;
    sqlite.exec(
      'CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at_ms INTEGER NOT NULL) STRICT',
    );
    sqlite.exec(migration.sql);
    sqlite
      .prepare('INSERT INTO migrations (version, name, sha256, applied_at_ms) VALUES (?, ?, ?, ?)')
      .run(migration.version, migration.name, checksum(migration), nowMs);
    sqlite.pragma(`user_version = ${migration.version}`);
    return true;
  });
}

function firstAltered(sqlite: Sqlite, expected: readonly Migration[]): MigrationError | undefined {
  const rows = sqlite.prepare<[], { version: number; sha256: string }>('SELECT version, sha256 FROM migrations').all();
  const applied = new Map(rows.map((row) => [row.version, row.sha256]));
  for (const migration of expected) {
    if (applied.get(migration.version) === checksum(migration)) continue;
    return {
      kind: 'altered',
      message: `Cannot open the database: schema step ${migration.version} (${migration.name}) is not the one that was applied to it`,
      hint: 'This build of the agent does not belong to this database; install a released version',
    };
  }
  return undefined;
}

function checksum(migration: Migration): string {
  return createHash('sha256').update(`${migration.version}\n${migration.name}\n${migration.sql}`).digest('hex');
}

function assertOrdered(migrations: readonly Migration[]): void {
  for (const [index, migration] of migrations.entries()) {
    if (migration.version !== index + 1) throw new Error(`Cannot use migration "${migration.name}": its version is not ${index + 1}`);
  }
}
