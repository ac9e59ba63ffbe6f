import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../agent/core/units.ts';
import { backUp, isBackupDue } from '../../agent/store/backup.ts';
import { backupFolder, isIntact, listBackups, sha256OfFile } from '../../agent/store/backup-files.ts';
import { runJob } from '../../agent/store/worker-jobs.ts';
import { openTestStore, T0, tempDir, turn, weights } from './support.ts';

describe('the ring of backups', () => {
  it('makes one a day and keeps the newest three', async () => {
    const dir = tempDir();
    const store = openTestStore({ dir });
    for (let day = 0; day < 5; day += 1) {
      store.journal.commit(turn({ inputs: weights(day + 1, day + 1) }));
      const nowMs = T0 + day * DAY_MS;
      expect((await store.maintenance.backUpIfDue(nowMs))?.ok).toBe(true);
      expect(await store.maintenance.backUpIfDue(nowMs + DAY_MS - 1)).toBeUndefined();
    }
    expect(listBackups(dir).map(({ atMs }) => (atMs - T0) / DAY_MS)).toEqual([4, 3, 2]);
    expect(readdirSync(backupFolder(dir))).toHaveLength(6);
    expect(listBackups(dir).every(isIntact)).toBe(true);
  });

  it('makes a whole, checked, private copy in one file, with a checksum that sha256sum reads', async () => {
    const dir = tempDir();
    const store = openTestStore({ dir });
    store.journal.commit(turn({ inputs: weights(1, 2_000) }));
    const made = await backUp({ dir, nowMs: T0 });
    const { file, checksumFile } = made.ok ? made.value : { file: '', checksumFile: '' };
    expect(readFileSync(checksumFile, 'utf8')).toBe(`${sha256OfFile(file)}  core-${T0}.db\n`);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readdirSync(backupFolder(dir)).sort()).toEqual([`core-${T0}.db`, `core-${T0}.db.sha256`]);
    const copyDir = tempDir();
    writeFileSync(`${copyDir}/core.db`, readFileSync(file));
    expect([...openTestStore({ dir: copyDir }).journal.read(0)]).toEqual(weights(1, 2_000));
  });

  it('copies while the agent goes on writing', async () => {
    const dir = tempDir();
    const store = openTestStore({ dir });
    store.journal.commit(turn({ inputs: weights(1, 5_000) }));
    const backup = backUp({ dir, nowMs: T0 });
    let seq = 5_000;
    let isDone = false;
    const done = backup.then(() => {
      isDone = true;
    });
    while (!isDone) {
      store.journal.commit(turn({ inputs: weights(seq + 1, seq + 10) }));
      seq += 10;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await done;
    expect((await backup).ok).toBe(true);
    expect(store.journal.lastSeq()).toBe(seq);
  });

  it('keeps a damaged copy out of the ring and has the next start check everything', async () => {
    const dir = tempDir();
    const store = openTestStore({ dir });
    store.journal.commit(turn({ inputs: weights(1, 5_000) }));
    store.database.checkpoint();
    const handle = openSync(`${dir}/core.db`, 'r+');
    writeSync(handle, Buffer.alloc(40_000, 0x5a), 0, 40_000, 80 * 4096);
    closeSync(handle);
    const result = await store.maintenance.backUpIfDue(T0);
    expect(result).toMatchObject({ ok: false, error: { kind: 'corrupt', hint: expect.stringContaining('Restart') } });
    expect(readdirSync(backupFolder(dir))).toEqual([]);
    expect(existsSync(`${dir}/core.db.suspect`)).toBe(true);
    expect((await runJob({ kind: 'check', source: `${dir}/core.db` })).problem).toBeDefined();
  });

  it('is due after a day, when there is none, and when the clock went back', async () => {
    const dir = tempDir();
    openTestStore({ dir });
    expect(isBackupDue(dir, T0)).toBe(true);
    await backUp({ dir, nowMs: T0 });
    expect(isBackupDue(dir, T0 + 1)).toBe(false);
    expect(isBackupDue(dir, T0 + DAY_MS)).toBe(true);
    expect(isBackupDue(dir, T0 - DAY_MS)).toBe(true);
  });

  it('drops backups from a future that did not come before those from the past', async () => {
    const dir = tempDir();
    openTestStore({ dir });
    for (const day of [1, 900, 901, 2]) await backUp({ dir, nowMs: T0 + day * DAY_MS });
    expect(listBackups(dir).map(({ atMs }) => (atMs - T0) / DAY_MS)).toEqual([901, 2, 1]);
  });

  it('stops when it is told to, and leaves nothing half done', async () => {
    const dir = tempDir();
    openTestStore({ dir });
    const controller = new AbortController();
    const backup = backUp({ dir, nowMs: T0, signal: controller.signal });
    controller.abort(new Error('stopping'));
    await expect(backup).rejects.toThrow('stopping');
    expect(listBackups(dir)).toEqual([]);
  });
});
