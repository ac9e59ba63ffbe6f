import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../agent/core/units.ts';
import { DEFAULT_RETENTION, RETENTION_CHUNK_ROWS } from '../../agent/store/retention.ts';
import type { Store } from '../../agent/store/store.ts';
import { decision, offer, openTestStore, T0, turn, weights } from './support.ts';

function sweepAll(store: Store, nowMs: number): Record<string, number> {
  const total: Record<string, number> = {};
  for (;;) {
    const { rows, hasMore } = store.maintenance.upkeep(nowMs).sweep;
    for (const [table, count] of Object.entries(rows)) {
      expect(count).toBeLessThanOrEqual(8 * RETENTION_CHUNK_ROWS);
      total[table] = (total[table] ?? 0) + count;
    }
    if (!hasMore) return total;
  }
}

/** One row of every table that ages, at T0. */
function populate(store: Store): void {
  store.journal.commit(
    turn({
      inputs: weights(1, 10),
      rows: [
        { kind: 'row.visit', visit: { id: 'v_1', openedAtMs: T0, closedAtMs: T0, origin: 'tag', arm: 'holdout', tokenHash: undefined } },
        { kind: 'row.consent', consent: { visit: 'v_1', purpose: 'offers', granted: true, textVersion: '1', atMs: T0, untilMs: T0 } },
        { kind: 'row.decision', decision: decision('d_1') },
        { kind: 'row.offer', offer: offer('o_1', 'v_1') },
        { kind: 'row.offer-state', offer: 'o_1', state: 'shown', atMs: T0 },
        { kind: 'row.redemption', redemption: { offer: 'o_1', receipt: 'r', till: 't', campaign: 'c', discountCents: 1, atMs: T0 } },
        { kind: 'row.sale', sale: { receipt: 'r', till: 't', atMs: T0, lines: [], totalCents: 5, visit: 'v_1', link: 'code' } },
        { kind: 'row.outcome', outcome: { atMs: T0, arm: 'treated', campaign: undefined, converted: true, salesCents: 5, profitCents: 2 } },
        { kind: 'row.minute', minute: { startMs: T0, cells: [{ zone: undefined, visits: 1, counts: {} as never }] } },
      ],
      batches: ['{}'],
    }),
  );
  store.managers.create({ name: 'kim', passwordHash: 'x', role: 'admin', atMs: T0 });
  store.managers.saveSession({ idHash: 's', name: 'kim', createdAtMs: T0, expiresAtMs: T0 + DAY_MS });
  store.quarantine.add({ atMs: T0, topic: 't', client: undefined, reason: 'r', detail: 'd', excerpt: 'e' });
  store.devices.issue('shelf-03', T0);
}

describe('retention', () => {
  it('deletes each table when its time has come, and not before', () => {
    const store = openTestStore();
    populate(store);
    store.journal.saveSnapshot({ seq: 10, atMs: T0, format: 1, body: '' });
    expect(sweepAll(store, T0 + DAY_MS - 1)).toEqual({});
    expect(sweepAll(store, T0 + 8 * DAY_MS)).toEqual({ inbox: 9, quarantine: 1, sessions: 1 });
    expect(sweepAll(store, T0 + 91 * DAY_MS)).toEqual({ visits: 1, decisions: 1, offers: 1, offer_states: 1, 'sale links': 1 });
    expect(store.money.since(T0)).toMatchObject({ salesCents: 5, linkedSales: 1, discountCents: 1 });
    expect(sweepAll(store, T0 + 401 * DAY_MS)).toEqual({ consents: 1, sales: 1, redemptions: 1, outcomes: 1, minutes: 1 });
    expect(sweepAll(store, T0 + 4_000 * DAY_MS)).toEqual({});
  });

  it('covers every table that grows by itself', () => {
    const store = openTestStore();
    populate(store);
    store.journal.saveSnapshot({ seq: 10, atMs: T0, format: 1, body: '' });
    sweepAll(store, T0 + 4_000 * DAY_MS);
    const { sqlite } = store.database;
    const tables = sqlite
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all();
    const left = tables.filter((table) => Number(sqlite.prepare(`SELECT count(*) FROM ${table}`).pluck().get()) > 0);
    // The log keeps its last entry; the outbox waits for the cloud however long that takes; credentials and accounts are somebody's to remove.
    const stays = ['devices', 'inbox', 'managers', 'meta', 'migrations', 'outbox', 'snapshots'];
    expect(left.filter((table) => !stays.includes(table))).toEqual([]);
  });

  it('never deletes a log entry that a kept snapshot needs, whatever its age', () => {
    const store = openTestStore();
    store.journal.commit(turn({ inputs: weights(1, 100) }));
    expect(sweepAll(store, T0 + 100 * DAY_MS)).toEqual({});
    store.journal.saveSnapshot({ seq: 30, atMs: T0, format: 1, body: '' });
    store.journal.saveSnapshot({ seq: 60, atMs: T0, format: 1, body: '' });
    expect(sweepAll(store, T0 + 100 * DAY_MS)).toEqual({ inbox: 30 });
    expect([...store.journal.read(30)]).toEqual(weights(31, 100));
  });

  it('works in chunks, and lets the file shrink when much of it is free', () => {
    const store = openTestStore();
    for (let from = 1; from <= 60_000; from += 1_000) store.journal.commit(turn({ inputs: weights(from, from + 999) }));
    store.journal.saveSnapshot({ seq: 60_000, atMs: T0, format: 1, body: '' });
    const pages = () => Number(store.database.sqlite.pragma('page_count', { simple: true }));
    const before = pages();
    expect(sweepAll(store, T0 + 30 * DAY_MS)).toEqual({ inbox: 59_999 });
    for (let round = 0; round < 20; round += 1) store.maintenance.upkeep(T0 + 30 * DAY_MS);
    expect(pages()).toBeLessThan(before / 1.5);
  });

  it('keeps the audit chain whole when its oldest entries go', () => {
    const store = openTestStore();
    for (let day = 0; day < 20; day += 1) {
      const entries = ['a', 'b'].map((action) => ({
        kind: 'row.audit' as const,
        entry: { atMs: T0 + day * DAY_MS, action, detail: `${day}` },
      }));
      store.journal.commit(turn({ inputs: weights(day + 1, day + 1), rows: entries }));
    }
    expect(sweepAll(store, T0 + DEFAULT_RETENTION.auditMs + 10 * DAY_MS)['audit']).toBe(20);
    expect(store.audit.list(100)).toHaveLength(20);
    expect(store.audit.firstBroken()).toBeUndefined();
    expect(sweepAll(store, T0 + 10_000 * DAY_MS)['audit']).toBe(18);
    store.managers.recordAudit({ atMs: T0, action: 'c', detail: '' });
    expect(store.audit.firstBroken()).toBeUndefined();
    expect(store.audit.list(10)).toHaveLength(3);
  });
});
