import { describe, expect, it } from 'vitest';
import { MIGRATIONS, type Migration, migrate } from '../../agent/store/migrations.ts';
import { openStore } from '../../agent/store/store.ts';
import { openSqlite, type SqliteConnection } from '../../sync/sqlite-driver.ts';
import { openTestStore, T0, tempDir } from './support.ts';

const first: Migration = { version: 1, name: 'first', sql: 'CREATE TABLE a (x INTEGER) STRICT' };
const second: Migration = { version: 2, name: 'second', sql: 'ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO a VALUES (1, 2)' };
const version = (sqlite: SqliteConnection) => sqlite.pragma('user_version', { simple: true });

describe('migrate()', () => {
  it('applies what is missing, in order, once', () => {
    const sqlite = openSqlite(':memory:');
    expect(migrate(sqlite, { nowMs: T0, migrations: [first] })).toEqual({ ok: true, value: 1 });
    expect(migrate(sqlite, { nowMs: T0, migrations: [first, second] })).toEqual({ ok: true, value: 1 });
    expect(migrate(sqlite, { nowMs: T0, migrations: [first, second] })).toEqual({ ok: true, value: 0 });
    expect(sqlite.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: 2 }]);
    expect(version(sqlite)).toBe(2);
  });

  it('leaves a database between two steps when one fails, never inside it', () => {
    const sqlite = openSqlite(':memory:');
    const broken: Migration = { version: 2, name: 'broken', sql: 'ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO nowhere VALUES (1)' };
    expect(() => migrate(sqlite, { nowMs: T0, migrations: [first, broken] })).toThrow(/nowhere/);
    expect(version(sqlite)).toBe(1);
    expect(sqlite.prepare("SELECT name FROM pragma_table_info('a')").pluck().all()).toEqual(['x']);
    expect(migrate(sqlite, { nowMs: T0, migrations: [first, second] })).toEqual({ ok: true, value: 1 });
  });

  it('refuses a database from a newer version, and changes nothing', () => {
    const sqlite = openSqlite(':memory:');
    migrate(sqlite, { nowMs: T0, migrations: [first, second] });
    const refused = migrate(sqlite, { nowMs: T0, migrations: [first] });
    expect(refused).toMatchObject({ ok: false, error: { kind: 'newer' } });
    expect(refused.ok ? '' : refused.error.message).toBe(
      'Cannot open the database: it has schema 2, this version of the agent knows schemas up to 1',
    );
  });

  it('refuses a step that is not the one that was applied', () => {
    const sqlite = openSqlite(':memory:');
    migrate(sqlite, { nowMs: T0, migrations: [first] });
    const edited = { ...first, sql: 'CREATE TABLE a (x TEXT) STRICT' };
    expect(migrate(sqlite, { nowMs: T0, migrations: [edited] })).toMatchObject({ ok: false, error: { kind: 'altered' } });
  });

  it('has steps numbered from 1 without a gap', () => {
    expect(MIGRATIONS.map((migration) => migration.version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
    expect(() => migrate(openSqlite(':memory:'), { nowMs: T0, migrations: [second] })).toThrow(/version is not 1/);
  });
});

it('a store from a newer version is refused in words and left as it is', () => {
  const dir = tempDir();
  const store = openTestStore({ dir });
  store.database.sqlite.pragma('user_version = 99');
  store[Symbol.dispose]();
  const opened = openStore({ dir, quotaBytes: 64_000_000, nowMs: T0 });
  expect(opened).toMatchObject({ ok: false, error: { kind: 'newer', hint: expect.stringContaining('Install') } });
});

it('every table refuses a wrong type', () => {
  const { sqlite } = openTestStore().database;
  const loose = sqlite
    .prepare("SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'")
    .pluck();
  expect(loose.all()).toEqual([]);
});
