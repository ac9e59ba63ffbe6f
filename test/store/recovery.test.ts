import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { backUp } from '../../agent/store/backup.ts';
import { listBackups } from '../../agent/store/backup-files.ts';
import { findProblem } from '../../agent/store/recovery.ts';
import { openStore, type Store } from '../../agent/store/store.ts';
import { decision, openTestStore, scan, T0, tempDir, turn, weights } from './support.ts';

const HOUR = 3_600_000;

/** A store with rows, a backup, and more rows after it. */
async function backedUp(dir: string): Promise<void> {
  const store = openTestStore({ dir });
  fill(store, 1, 500);
  store.database.checkpoint();
  const made = await backUp({ dir, nowMs: T0 + HOUR });
  expect(made.ok).toBe(true);
  fill(store, 501, 600);
  store.close(T0);
}

function fill(store: Store, from: number, to: number): void {
  const rows = [{ kind: 'row.decision' as const, decision: decision(`d_${to}`) }];
  store.journal.commit(turn({ inputs: weights(from, to), rows, batches: [`"${to}"`] }));
}

function overwrite(path: string, from: number, bytes: number): void {
  const handle = openSync(path, 'r+');
  writeSync(handle, Buffer.alloc(bytes, 0xa5), 0, bytes, from);
  closeSync(handle);
}

describe('a damaged database at start', () => {
  const damages: readonly [string, (path: string) => void][] = [
    ['a garbled header', (path) => overwrite(path, 0, 64)],
    ['a garbled schema', (path) => overwrite(path, 100, 2_000)],
    ['garbled pages in the middle', (path) => overwrite(path, 12 * 4096, 20 * 4096)],
    ['a truncated file', (path) => truncateSync(path, 20 * 4096 + 100)],
    ['another file in its place', (path) => writeFileSync(path, 'not a database at all, just text\n'.repeat(2_000))],
  ];

  it.each(damages)('%s: is kept aside, and the backup takes its place', async (_name, damage) => {
    const dir = tempDir();
    await backedUp(dir);
    damage(`${dir}/core.db`);
    const store = openTestStore({ dir, nowMs: T0 + 2 * HOUR });
    expect(store.recovery).toMatchObject({
      kind: 'restored',
      backupAtMs: T0 + HOUR,
      corruptFile: `${dir}/core.db.corrupt.${T0 + 2 * HOUR}`,
    });
    expect(store.recovery?.sentence).toMatch(/restored from the backup of 2026-05-04T10:00:00.000Z/);
    expect(existsSync(`${dir}/core.db.corrupt.${T0 + 2 * HOUR}`)).toBe(true);
    expect([...store.journal.read(0)].slice(0, 500)).toEqual(weights(1, 500));
    expect(store.decisions.byId('d_500')).toBeDefined();
    expect(store.decisions.byId('d_600')).toBeUndefined();
  });

  it('without a good backup the store starts empty and says so', () => {
    const dir = tempDir();
    const first = openTestStore({ dir });
    fill(first, 1, 100);
    first.close(T0);
    overwrite(`${dir}/core.db`, 0, 4096);
    const store = openTestStore({ dir, nowMs: T0 + HOUR });
    expect(store.recovery).toMatchObject({ kind: 'fresh', backupAtMs: undefined });
    expect(store.journal.snapshot()).toBeUndefined();
  });

  it('skips a backup whose bytes have changed since it was made', async () => {
    const dir = tempDir();
    await backedUp(dir);
    const store = openTestStore({ dir });
    await backUp({ dir, nowMs: T0 + 2 * HOUR });
    store.close(T0);
    const [newest, older] = listBackups(dir);
    overwrite(newest?.file ?? '', 30_000, 10);
    overwrite(`${dir}/core.db`, 0, 100);
    expect(openTestStore({ dir, nowMs: T0 + 3 * HOUR }).recovery?.backupAtMs).toBe(older?.atMs);
  });

  it('never gives out a position or a batch number again', async () => {
    const dir = tempDir();
    await backedUp(dir);
    // The last pages go, so the old numbers can still be read from the rest of the file.
    overwrite(`${dir}/core.db`, 12 * 4096, 4096);
    const store = openTestStore({ dir, nowMs: T0 + 2 * HOUR });
    expect(store.recovery?.kind).toBe('restored');
    expect(store.journal.lastSeq()).toBeGreaterThan(600);
    const next = store.journal.lastSeq() + 1;
    store.journal.commit(turn({ inputs: weights(next, next), batches: ['"new"'] }));
    const [newest] = store.outbox.pending({ order: 'newest', limit: 1 });
    expect(newest?.body).toBe('"new"');
    expect(newest?.seq).toBeGreaterThan(2);
  });

  it('starts a new epoch of batches only when it starts empty', async () => {
    const dir = tempDir();
    await backedUp(dir);
    const before = openTestStore({ dir });
    const epoch = before.outbox.epoch();
    await backUp({ dir, nowMs: T0 + 2 * HOUR });
    before.close(T0);
    overwrite(`${dir}/core.db`, 0, 100);
    const restored = openTestStore({ dir, nowMs: T0 + 3 * HOUR });
    expect(restored.outbox.epoch()).toBe(epoch);
    expect(openTestStore().outbox.epoch()).not.toBe(epoch);
  });

  it('erases again those who asked for it after the backup was made', async () => {
    const dir = tempDir();
    const store = openTestStore({ dir });
    const visit = {
      id: 'v_gone',
      openedAtMs: T0,
      closedAtMs: undefined,
      origin: 'phone' as const,
      arm: 'treated' as const,
      tokenHash: 'h',
    };
    store.journal.commit(turn({ inputs: [scan(1, 'v_gone')], rows: [{ kind: 'row.visit', visit }] }));
    await backUp({ dir, nowMs: T0 });
    const erased = { seq: 2, atMs: T0, input: { kind: 'visit.erased' as const, visit: 'v_gone' } };
    store.journal.commit(turn({ inputs: [erased], rows: [{ kind: 'row.forget', visit: 'v_gone' }] }));
    store.journal.saveSnapshot({ seq: 2, atMs: T0, format: 1, body: '' });
    store.close(T0);
    overwrite(`${dir}/core.db`, 0, 100);

    const restored = openTestStore({ dir, nowMs: T0 + HOUR });
    expect(restored.visits.byId('v_gone')).toBeUndefined();
    expect([...restored.journal.read(0)].at(-1)?.input).toEqual({ kind: 'visit.erased', visit: 'v_gone' });
    restored.journal.saveSnapshot({ seq: restored.journal.lastSeq(), atMs: T0, format: 1, body: '' });
    expect(restored.personal.everythingAbout('v_gone')['inbox']).toEqual([]);
  });

  it('finishes a restore that a crash interrupted, without the log of the damaged file', async () => {
    const dir = tempDir();
    await backedUp(dir);
    const store = openTestStore({ dir });
    fill(store, 601, 700);
    const foreignLog = readFileSync(`${dir}/core.db-wal`);
    store.close(T0);
    renameSync(`${dir}/core.db`, `${dir}/core.db.corrupt.1`);
    renameSync(listBackups(dir)[0]?.file ?? '', `${dir}/core.db.restoring`);
    writeFileSync(`${dir}/core.db-wal`, foreignLog);
    const restored = openTestStore({ dir });
    expect(restored.decisions.byId('d_500')).toBeDefined();
    expect(restored.decisions.byId('d_700')).toBeUndefined();
    expect([...restored.journal.read(0)]).toEqual(weights(1, 500));
  });

  it('keeps one damaged file, and none for longer than a week', async () => {
    const dir = tempDir();
    await backedUp(dir);
    for (const hours of [2, 3]) {
      overwrite(`${dir}/core.db`, 0, 100);
      openTestStore({ dir, nowMs: T0 + hours * HOUR }).close(T0);
    }
    const corrupt = () => readdirSync(dir).filter((name) => name.includes('corrupt'));
    expect(corrupt()).toEqual([`core.db.corrupt.${T0 + 3 * HOUR}`]);
    const store = openTestStore({ dir });
    store.maintenance.upkeep(T0 + 24 * HOUR);
    expect(corrupt()).toHaveLength(1);
    store.maintenance.upkeep(T0 + 8 * 24 * HOUR);
    expect(corrupt()).toEqual([]);
  });

  it('is left alone by a guest, who is told what to do', async () => {
    const dir = tempDir();
    await backedUp(dir);
    overwrite(`${dir}/core.db`, 0, 100);
    const opened = openStore({ dir, quotaBytes: 64_000_000, nowMs: T0, access: 'guest' });
    expect(opened).toMatchObject({ ok: false, error: { kind: 'damaged', hint: expect.stringContaining('Start the agent') } });
    expect(existsSync(`${dir}/core.db.corrupt.${T0}`)).toBe(false);
  });

  it('checks all of a database that was seen to be damaged while it ran', () => {
    const dir = tempDir();
    const store = openTestStore({ dir });
    fill(store, 1, 2_000);
    store.database.markSuspect();
    store.close(T0);
    expect(existsSync(`${dir}/core.db.suspect`)).toBe(true);
    openTestStore({ dir });
    expect(existsSync(`${dir}/core.db.suspect`)).toBe(false);
  });
});

it('a torn write-ahead log leaves a state that was once committed', () => {
  const dir = tempDir();
  const store = openTestStore({ dir });
  for (let seq = 1; seq <= 60; seq += 3) fill(store, seq, seq + 2);
  const wal = `${dir}/core.db-wal`;
  const size = statSync(wal).size;
  for (const share of [0.95, 0.8, 0.5, 0.3]) {
    const copy = tempDir();
    for (const name of ['core.db', 'core.db-wal']) writeFileSync(`${copy}/${name}`, readFileSync(`${dir}/${name}`));
    truncateSync(`${copy}/core.db-wal`, Math.floor(size * share));
    const torn = openTestStore({ dir: copy });
    expect(torn.recovery).toBeUndefined();
    const last = torn.journal.lastSeq();
    expect(last % 3).toBe(0);
    expect([...torn.journal.read(0)]).toEqual(weights(1, last));
    expect(findProblem(`${copy}/core.db`, { whole: true })).toBeUndefined();
  }
});
