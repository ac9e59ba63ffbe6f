import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoggedInput } from '../../agent/core/input.ts';
import type { Journal } from '../../agent/runtime/ports.ts';
import { openStore } from '../../agent/store/store.ts';
import { SQLITE_PACKAGE } from '../../sync/sqlite-package.ts';
import { decision, offer, openTestStore, scan, T0, tempDir, turn, weight, weights } from './support.ts';

/** What a power cut would leave of a folder whose writes were all synced: its files as they are now, taken behind the database's back. */
function crashCopy(dir: string): string {
  const copy = tempDir();
  for (const name of readdirSync(dir)) if (/^core\.db(-wal)?$/.test(name)) copyFileSync(join(dir, name), join(copy, name));
  return copy;
}

describe('the journal', () => {
  it('is the one that the runtime asks for', () => {
    const journal: Journal = openTestStore().journal;
    expect(journal.lastSeq()).toBe(0);
    expect([...journal.read(0)]).toEqual([]);
    expect(journal.snapshot()).toBeUndefined();
  });

  it('gives back what was committed, in order and from any position', () => {
    const { journal } = openTestStore();
    journal.commit(turn({ inputs: [weight(1), scan(2, 'v_1')] }));
    journal.commit(turn({ inputs: [weight(3)] }));
    expect([...journal.read(0)]).toEqual([weight(1), scan(2, 'v_1'), weight(3)]);
    expect([...journal.read(2)]).toEqual([weight(3)]);
    expect(journal.lastSeq()).toBe(3);
  });

  it('reads exactly what was committed, whatever the turns were (property)', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    const anyInput = fc.oneof(
      fc.record({ kind: fc.constant('visit.scanned' as const), visit: text, sku: text }),
      fc.record({ kind: fc.constant('clock.trust' as const), trusted: fc.boolean() }),
      fc.record({ kind: fc.constant('offers.paused' as const), paused: fc.boolean(), by: text }),
    );
    const turns = fc.array(fc.array(anyInput, { minLength: 1, maxLength: 20 }), { maxLength: 6 });
    fc.assert(
      fc.property(turns, fc.nat(), (plan, from) => {
        const dir = tempDir();
        const store = openTestStore({ dir });
        const logged: LoggedInput[] = [];
        for (const inputs of plan) {
          const entries = inputs.map((input, index) => ({ seq: logged.length + index + 1, atMs: T0 + logged.length, input }));
          expect(store.journal.commit(turn({ inputs: entries }))).toBe('committed');
          logged.push(...entries);
        }
        const after = from % (logged.length + 1);
        store[Symbol.dispose]();
        const reopened = openTestStore({ dir });
        expect([...reopened.journal.read(after)]).toEqual(logged.slice(after));
        expect(reopened.journal.lastSeq()).toBe(logged.length);
        reopened[Symbol.dispose]();
      }),
      { numRuns: 30 },
    );
  });

  it('can be written to while it is being read', () => {
    const { journal } = openTestStore();
    journal.commit(turn({ inputs: weights(1, 3_000) }));
    const seqs: number[] = [];
    for (const { seq } of journal.read(0)) {
      seqs.push(seq);
      if (seq === 10) journal.commit(turn({ inputs: [weight(3_001)] }));
    }
    expect(seqs).toHaveLength(3_001);
  });

  it('writes nothing of a turn when one of its rows fails', () => {
    const store = openTestStore();
    const redemption = { offer: 'o_1', receipt: 'r1', till: 't1', campaign: 'spring', discountCents: 50, atMs: T0 };
    store.journal.commit(turn({ inputs: [weight(1)], rows: [{ kind: 'row.redemption', redemption }] }));
    const second = turn({
      inputs: [weight(2)],
      rows: [
        { kind: 'row.decision', decision: decision('d_2') },
        { kind: 'row.redemption', redemption: { ...redemption, receipt: 'r2' } },
        { kind: 'row.decision', decision: decision('d_3') },
      ],
      batches: ['{}'],
    });
    expect(() => store.journal.commit(second)).toThrow(/UNIQUE/);
    expect(store.journal.lastSeq()).toBe(1);
    expect([...store.journal.read(0)]).toEqual([weight(1)]);
    expect(store.decisions.byId('d_2')).toBeUndefined();
    expect(store.outbox.stats()).toMatchObject({ pendingBatches: 0, pendingBytes: 0 });
    expect(store.redemptions.byOffer('o_1')?.receipt).toBe('r1');
    expect(store.journal.commit(turn({ inputs: [weight(2)] }))).toBe('committed');
  });

  it('refuses entries that would leave a gap or overwrite', () => {
    const { journal } = openTestStore();
    journal.commit(turn({ inputs: weights(1, 2) }));
    expect(() => journal.commit(turn({ inputs: [weight(4)] }))).toThrow('Cannot commit log entry 4: the next position is 3');
    expect(() => journal.commit(turn({ inputs: [weight(2)] }))).toThrow(/next position is 3/);
    expect(journal.lastSeq()).toBe(2);
  });

  it('has every committed turn on disk, and no half turn, when the process dies', () => {
    const dir = tempDir();
    const { journal } = openTestStore({ dir });
    for (let seq = 1; seq <= 50; seq += 1) {
      journal.commit(
        turn({ inputs: [weight(seq)], rows: [{ kind: 'row.decision', decision: decision(`d_${seq}`) }], batches: [`"${seq}"`] }),
      );
    }
    const survivor = openTestStore({ dir: crashCopy(dir) });
    expect([...survivor.journal.read(0)]).toEqual(weights(1, 50));
    expect(survivor.decisions.list({ limit: 100 })).toHaveLength(50);
    expect(survivor.outbox.pending({ order: 'oldest', limit: 100 }).map((batch) => batch.body)).toEqual(
      Array.from({ length: 50 }, (_, index) => `"${index + 1}"`),
    );
  });

  it('commits durably: write-ahead log, synced at every commit', () => {
    const { sqlite } = openTestStore().database;
    const settings = ['journal_mode', 'synchronous', 'foreign_keys', 'trusted_schema', 'cell_size_check', 'secure_delete', 'auto_vacuum'];
    expect(settings.map((name) => sqlite.pragma(name, { simple: true }))).toEqual(['wal', 2, 1, 0, 1, 2, 2]);
  });

  it('records a receipt of a till once', () => {
    const store = openTestStore();
    const sale = { receipt: 'r1', till: 'till-1', atMs: T0, lines: [], totalCents: 500, visit: undefined, link: undefined };
    store.journal.commit(turn({ inputs: [weight(1)], rows: [{ kind: 'row.sale', sale }] }));
    store.journal.commit(turn({ inputs: [weight(2)], rows: [{ kind: 'row.sale', sale }] }));
    expect(store.money.since(T0)).toMatchObject({ sales: 1, salesCents: 500 });
    expect(store.journal.repeatedSales).toBe(1);
  });

  it('numbers batches without a gap, also after a failed turn and when all were acknowledged', () => {
    const dir = tempDir();
    const store = openTestStore({ dir });
    store.journal.commit(turn({ inputs: [weight(1)], batches: ['"a"', '"b"'] }));
    const twice: Parameters<typeof store.journal.commit>[0]['rows'] = [
      { kind: 'row.offer', offer: offer('o_1', 'v_1') },
      { kind: 'row.offer', offer: offer('o_1', 'v_1') },
    ];
    expect(() => store.journal.commit(turn({ inputs: [weight(2)], rows: twice, batches: ['"lost"'] }))).toThrow();
    store.outbox.acknowledge([1, 2, 99], T0 + 5);
    store[Symbol.dispose]();
    const reopened = openTestStore({ dir });
    reopened.journal.commit(turn({ inputs: [weight(2)], batches: ['"c"'] }));
    expect(reopened.outbox.pending({ order: 'newest', limit: 9 })).toEqual([{ seq: 3, createdAtMs: T0, body: '"c"' }]);
    expect(reopened.outbox.stats()).toEqual({ pendingBatches: 1, pendingBytes: 3, oldestAtMs: T0, lastAcknowledgedAtMs: T0 + 5 });
  });
});

describe('snapshots', () => {
  const snapshot = (seq: number) => ({ seq, atMs: T0 + seq, format: 1, body: `state after ${seq}` });

  it('keeps two, and gives the newest', () => {
    const store = openTestStore();
    store.journal.commit(turn({ inputs: weights(1, 30) }));
    for (const seq of [10, 20, 30]) store.journal.saveSnapshot(snapshot(seq));
    expect(store.journal.snapshot()).toEqual(snapshot(30));
    expect(store.database.sqlite.prepare('SELECT seq FROM snapshots ORDER BY seq').pluck().all()).toEqual([20, 30]);
  });

  it('skips a damaged one and counts it', () => {
    const store = openTestStore();
    store.journal.commit(turn({ inputs: weights(1, 20) }));
    for (const seq of [10, 20]) store.journal.saveSnapshot(snapshot(seq));
    store.database.sqlite.prepare("UPDATE snapshots SET body = 'state after 2O' WHERE seq = 20").run();
    expect(store.journal.snapshot()).toEqual(snapshot(10));
    expect(store.journal.corruptSnapshots).toBe(1);
  });

  it('can be taken twice at the same position', () => {
    const { journal } = openTestStore();
    journal.commit(turn({ inputs: weights(1, 5) }));
    journal.saveSnapshot(snapshot(5));
    journal.saveSnapshot({ ...snapshot(5), body: 'again' });
    expect(journal.snapshot()?.body).toBe('again');
  });

  it('remember the last position when the log before them is gone', () => {
    const dir = tempDir();
    const store = openTestStore({ dir });
    store.journal.commit(turn({ inputs: weights(1, 40) }));
    store.journal.saveSnapshot(snapshot(40));
    store.database.sqlite.exec('DELETE FROM inbox');
    store[Symbol.dispose]();
    expect(openTestStore({ dir }).journal.lastSeq()).toBe(40);
  });
});

describe('shedding', () => {
  it('takes nothing that no snapshot covers', () => {
    const { journal } = openTestStore();
    journal.commit(turn({ inputs: weights(1, 100) }));
    expect(journal.shed(1_000)).toBe(0);
  });

  it('takes telemetry first, then scores, then other readings, and never what shoppers did', () => {
    const { journal } = openTestStore();
    const door = (seq: number): LoggedInput => ({
      seq,
      atMs: T0 + seq,
      input: { kind: 'reading', reading: { id: `d${seq}`, device: 'door', atMs: T0, kind: 'door.count', in: 1, out: 0 } },
    });
    const scored = (seq: number): LoggedInput => ({
      seq,
      atMs: T0 + seq,
      input: { kind: 'scored', request: '1.1', visit: 'v_1', scores: [] },
    });
    journal.commit(turn({ inputs: [door(1), scored(2), weight(3), scan(4, 'v_1'), weight(5), weight(6)] }));
    journal.saveSnapshot({ seq: 6, atMs: T0, format: 1, body: '' });
    const kinds = () => [...journal.read(0)].map(({ input }) => (input.kind === 'reading' ? input.reading.kind : input.kind));
    expect(journal.shed(1)).toBe(1);
    expect(kinds()).toEqual(['door.count', 'scored', 'visit.scanned', 'shelf.weight', 'shelf.weight']);
    expect(journal.shed(2)).toBe(2);
    expect(kinds()).toEqual(['door.count', 'visit.scanned', 'shelf.weight']);
    expect(journal.shed(100)).toBe(1);
    // The last entry stays, so that the log knows how far it has come.
    expect(kinds()).toEqual(['visit.scanned', 'shelf.weight']);
    expect(journal.shed(100)).toBe(0);
    expect(journal.lastSeq()).toBe(6);
  });

  it('gives up the older snapshot when it has to take what only the newest covers', () => {
    const store = openTestStore();
    store.journal.commit(turn({ inputs: weights(1, 100) }));
    store.journal.saveSnapshot({ seq: 40, atMs: T0, format: 1, body: 'older' });
    store.journal.saveSnapshot({ seq: 80, atMs: T0, format: 1, body: 'newest' });
    const seqs = () => store.database.sqlite.prepare('SELECT seq FROM snapshots ORDER BY seq').pluck().all();
    expect(store.journal.shed(40)).toBe(40);
    expect(seqs()).toEqual([40, 80]);
    expect(store.journal.shed(10)).toBe(10);
    expect(seqs()).toEqual([80]);
    expect(store.journal.firstSeq()).toBe(51);
    expect([...store.journal.read(80)]).toEqual(weights(81, 100));
  });
});

describe('a full disk quota', () => {
  /** Fills the store with telemetry until it is refused; returns the next free position. */
  function fill(store: ReturnType<typeof openTestStore>): number {
    let seq = store.journal.lastSeq() + 1;
    while (seq < 1_000_000 && store.journal.commit(turn({ inputs: weights(seq, seq + 99) })) === 'committed') seq += 100;
    return seq;
  }

  it('refuses telemetry and writes nothing of it, keeps consents and redemptions, and recovers after shedding', () => {
    const dir = tempDir();
    const store = openTestStore({ dir, quotaBytes: 12_000_000 });
    store.journal.commit(turn({ inputs: weights(1, 1_000) }));
    const next = fill(store);
    expect(store.journal.lastSeq()).toBe(next - 1);
    expect([...store.journal.read(next - 1)]).toEqual([]);

    const consent = { visit: 'v_1', purpose: 'offers' as const, granted: true, textVersion: '1', atMs: T0, untilMs: T0 + 1 };
    const kept = turn({ inputs: [scan(next, 'v_1')], rows: [{ kind: 'row.consent', consent }] });
    expect(store.journal.commit(kept)).toBe('committed');
    store.journal.saveSnapshot({ seq: next, atMs: T0, format: 1, body: 'x'.repeat(50_000) });

    expect(store.journal.shed(2_000)).toBe(2_000);
    expect(store.journal.commit(turn({ inputs: weights(next + 1, next + 1_000) }))).toBe('committed');
    const usage = store.database.usage();
    expect(usage.usedBytes).toBeLessThanOrEqual(usage.quotaBytes);
    store[Symbol.dispose]();
    const reopened = openTestStore({ dir, quotaBytes: 12_000_000 });
    expect(reopened.recovery).toBeUndefined();
    expect([...reopened.journal.read(next)]).toEqual(weights(next + 1, next + 1_000));
  });

  it('has a reserve for what must be kept, and an end to it', () => {
    const store = openTestStore({ quotaBytes: 12_000_000 });
    const first = fill(store);
    const keep = (seq: number) =>
      store.journal.commit(turn({ inputs: [scan(seq, 'v_1')], rows: [{ kind: 'row.decision', decision: decision(`d_${seq}`) }] }));
    let seq = first;
    while (seq < first + 5_000 && keep(seq) === 'committed') seq += 1;
    // Half a megabyte of quota over, at about half a kilobyte each.
    expect(seq - first).toBeGreaterThan(100);
    const pages = Number(store.database.sqlite.pragma('page_count', { simple: true }));
    expect(pages * 4096).toBeLessThanOrEqual(store.database.usage().quotaBytes);
    expect(store.journal.lastSeq()).toBe(seq - 1);
  });

  it('still lets managers sign in, snapshots be taken and batches be acknowledged', () => {
    const store = openTestStore({ quotaBytes: 12_000_000 });
    store.managers.create({ name: 'kim', passwordHash: 'x'.repeat(100), role: 'admin', atMs: T0 });
    store.journal.commit(turn({ inputs: [weight(1)], batches: ['{}'] }));
    fill(store);
    for (let n = 0; n < 200; n += 1) {
      store.managers.saveSession({ idHash: `session-${n}`.padEnd(64), name: 'kim', createdAtMs: T0, expiresAtMs: T0 + 1 });
      store.managers.recordAudit({ atMs: T0, action: 'login', detail: 'kim' });
    }
    store.journal.saveSnapshot({ seq: store.journal.lastSeq(), atMs: T0, format: 1, body: 'x'.repeat(50_000) });
    store.outbox.acknowledge([1], T0);
    expect(store.managers.findSession('session-199'.padEnd(64), T0)).toBeDefined();
    expect(store.outbox.stats().pendingBatches).toBe(0);
  });

  it('never lets the file outgrow the quota, however often it is filled', () => {
    const store = openTestStore({ quotaBytes: 12_000_000 });
    for (let round = 0; round < 4; round += 1) {
      fill(store);
      store.journal.saveSnapshot({ seq: store.journal.lastSeq(), atMs: T0, format: 1, body: 'state' });
      expect(store.journal.shed(5_000)).toBeGreaterThan(0);
    }
    const pages = Number(store.database.sqlite.pragma('page_count', { simple: true }));
    expect(pages * 4096).toBeLessThanOrEqual(store.database.usage().quotaBytes);
  });

  it('keeps the ballast when it was the quota, gives it up when it was the disk', () => {
    const store = openTestStore({ quotaBytes: 12_000_000 });
    store.maintenance.upkeep(T0);
    expect(store.database.ballast.isHeld).toBe(true);
    fill(store);
    expect(store.database.ballast.isHeld).toBe(true);

    const roomy = openTestStore();
    roomy.maintenance.upkeep(T0);
    // Nowhere near its quota, so a write that finds no room means that the disk has none.
    roomy.database.onFull();
    expect(roomy.database.usage().hasBallast).toBe(false);
    roomy.journal.commit(turn({ inputs: weights(1, 500) }));
    expect(fill(roomy)).toBeLessThan(2_000);
    expect(roomy.maintenance.upkeep(T0).hasBallast).toBe(true);
    expect(roomy.journal.commit(turn({ inputs: weights(roomy.journal.lastSeq() + 1, roomy.journal.lastSeq() + 5_000) }))).toBe('committed');
  });
});

it('a second agent on the same folder is refused with a hint, a guest is not', () => {
  const dir = tempDir();
  const first = openTestStore({ dir });
  const second = openStore({ dir, quotaBytes: 64_000_000, nowMs: T0 });
  expect(second).toMatchObject({ ok: false, error: { kind: 'locked', hint: expect.stringContaining('data.dir') } });
  const guest = openTestStore({ dir, access: 'guest' });
  const secret = guest.devices.issue('shelf-03', T0);
  expect(first.devices.verify('shelf-03', secret)).toBe(true);
  first[Symbol.dispose]();
  expect(openTestStore({ dir }).recovery).toBeUndefined();
});

it('another process that comes and goes does not take the log away from a running agent', () => {
  const dir = tempDir();
  const store = openTestStore({ dir });
  store.journal.commit(turn({ inputs: [weight(1)] }));
  openTestStore({ dir, access: 'guest' })[Symbol.dispose]();
  const visit = `const db = new (require('${SQLITE_PACKAGE}'))(process.argv[1]); console.log(db.prepare('SELECT count(*) FROM inbox').pluck().get()); db.close()`;
  const rowsSeenElsewhere = () => Number(execFileSync(process.execPath, ['-e', visit, `${dir}/core.db`], { encoding: 'utf8' }));
  expect(rowsSeenElsewhere()).toBe(1);
  store.journal.commit(turn({ inputs: weights(2, 9) }));
  expect(rowsSeenElsewhere()).toBe(9);
});

it('only the user who runs the agent can read the files', () => {
  const dir = `${tempDir()}/data`;
  openTestStore({ dir });
  const othersMay = [dir, `${dir}/core.db`, `${dir}/core.db-wal`].map((path) => statSync(path).mode & 0o077);
  expect(othersMay).toEqual([0, 0, 0]);
});
