import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../../sync/hub/sqlite-store.ts';
import { openSqlite } from '../../../sync/sqlite-driver.ts';
import { hubStoreContract } from './hub-store-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'endcap-hub-store-'));
let files = 0;
const nextPath = () => join(folder, `${++files}.db`);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

hubStoreContract('SQLite', async () => openSqliteStore(nextPath()));

describe('the SQLite file', () => {
  it('is refused when a newer hub has written it', async () => {
    const path = nextPath();
    const store = openSqliteStore(path);
    await store.migrate();
    await store.close();
    const db = openSqlite(path);
    db.exec('UPDATE schema_version SET version = 99');
    db.close();
    const again = openSqliteStore(path);
    await expect(again.migrate()).rejects.toThrow('it is at schema 99');
    await again.close();
  });
});
