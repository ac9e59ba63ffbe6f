import { describe, expect, it } from 'vitest';
import { TALLY_NAMES, type TallyName } from '../../agent/core/effect.ts';
import type { ManagerAccounts } from '../../agent/http/ports.ts';
import { QUARANTINE_ROWS } from '../../agent/store/quarantine.ts';
import type { Outbox } from '../../sync/outbox.ts';
import { decision, offer, openTestStore, scan, T0, turn, weight, weights } from './support.ts';

describe('visits and offers', () => {
  it('finds the visit of a token until it closes, and then keeps no token', () => {
    const store = openTestStore();
    const visit = { id: 'v_1', openedAtMs: T0, closedAtMs: undefined, origin: 'phone' as const, arm: 'treated' as const, tokenHash: 'h1' };
    store.journal.commit(turn({ inputs: [weight(1)], rows: [{ kind: 'row.visit', visit }] }));
    expect(store.visits.byToken('h1')).toEqual(visit);
    expect(store.visits.byToken('h2')).toBeUndefined();
    store.journal.commit(turn({ inputs: [weight(2)], rows: [{ kind: 'row.visit', visit: { ...visit, closedAtMs: T0 + 5 } }] }));
    expect(store.visits.byToken('h1')).toBeUndefined();
    expect(store.visits.byId('v_1')).toEqual({ ...visit, closedAtMs: T0 + 5, tokenHash: undefined });
  });

  it('gives offers with their present state, oldest first, and keeps every state', () => {
    const store = openTestStore();
    const rows = [
      { kind: 'row.offer' as const, offer: offer('o_1', 'v_1') },
      { kind: 'row.offer' as const, offer: offer('o_2', 'v_1') },
      { kind: 'row.offer-state' as const, offer: 'o_1', state: 'shown' as const, atMs: T0 + 1 },
      { kind: 'row.offer-state' as const, offer: 'o_1', state: 'saved' as const, atMs: T0 + 2 },
      { kind: 'row.offer-state' as const, offer: 'o_unknown', state: 'saved' as const, atMs: T0 + 2 },
    ];
    store.journal.commit(turn({ inputs: [weight(1)], rows }));
    expect(store.offers.ofVisit('v_1')).toEqual([{ ...offer('o_1', 'v_1'), state: 'saved' }, offer('o_2', 'v_1')]);
    expect(store.offers.byId('o_1')?.state).toBe('saved');
    expect(store.database.sqlite.prepare('SELECT offer_id, state FROM offer_states').raw().all()).toEqual([
      ['o_1', 'shown'],
      ['o_1', 'saved'],
    ]);
  });
});

describe('decisions', () => {
  it('are listed newest first, by kind and page by page', () => {
    const store = openTestStore();
    const rows = Array.from({ length: 30 }, (_, index) => ({
      kind: 'row.decision' as const,
      decision: decision(`d_${index}`, {
        atMs: T0 + index,
        kind: index % 3 === 0 ? 'offer' : 'hold',
        reason: index % 3 === 0 ? 'offer' : 'budget',
      }),
    }));
    store.journal.commit(turn({ inputs: [weight(1)], rows }));
    const ids = (query: Parameters<typeof store.decisions.list>[0]) => store.decisions.list(query).map(({ id }) => id);
    expect(ids({ limit: 4 })).toEqual(['d_29', 'd_28', 'd_27', 'd_26']);
    expect(ids({ limit: 3, beforeMs: T0 + 26 })).toEqual(['d_25', 'd_24', 'd_23']);
    expect(ids({ limit: 3, kind: 'offer' })).toEqual(['d_27', 'd_24', 'd_21']);
    expect(ids({ limit: 2, kind: 'hold', beforeMs: T0 + 2 })).toEqual(['d_1']);
    expect(store.decisions.byId('d_3')).toEqual(rows[3]?.decision);
  });
});

describe('money', () => {
  it('adds up sales, redemptions and outcomes since a time', () => {
    const store = openTestStore();
    const sale = { till: 't', lines: [{ sku: 'a', quantity: 1, cents: 100 }], visit: undefined, link: undefined };
    const outcome = { campaign: 'spring', converted: true, salesCents: 10, profitCents: 4 };
    store.journal.commit(
      turn({
        inputs: [weight(1)],
        rows: [
          { kind: 'row.sale', sale: { ...sale, receipt: '1', atMs: T0 - 1, totalCents: 1_000 } },
          { kind: 'row.sale', sale: { ...sale, receipt: '2', atMs: T0, totalCents: 200 } },
          { kind: 'row.sale', sale: { ...sale, receipt: '3', atMs: T0 + 1, totalCents: 30, visit: 'v_1', link: 'tag' } },
          { kind: 'row.redemption', redemption: { offer: 'o', receipt: '3', till: 't', campaign: 'spring', discountCents: 7, atMs: T0 } },
          { kind: 'row.outcome', outcome: { ...outcome, atMs: T0, arm: 'treated' } },
          { kind: 'row.outcome', outcome: { ...outcome, atMs: T0, arm: 'treated', converted: false, profitCents: -3 } },
        ],
      }),
    );
    expect(store.money.since(T0)).toEqual({
      sales: 2,
      salesCents: 230,
      linkedSales: 1,
      linkedSalesCents: 30,
      redemptions: 1,
      discountCents: 7,
    });
    expect(store.outcomes.sumsSince(T0)).toEqual({
      treated: { visits: 2, conversions: 1, profitCents: 1, profitCentsSquared: 25, salesCents: 20 },
      holdout: { visits: 0, conversions: 0, profitCents: 0, profitCentsSquared: 0, salesCents: 0 },
    });
    expect(store.money.since(T0 + 100)).toMatchObject({ sales: 0, salesCents: 0, discountCents: 0 });
  });

  it('keeps minutes by zone and adds them up', () => {
    const { journal, minutes } = openTestStore();
    const counts = (sales: number) =>
      Object.fromEntries(TALLY_NAMES.map((name) => [name, name === 'sales' ? sales : 0])) as Record<TallyName, number>;
    const minute = (startMs: number, sales: number) => ({
      startMs,
      cells: [
        { zone: undefined, visits: 1, counts: counts(sales) },
        { zone: 'dairy', visits: 2, counts: counts(10 * sales) },
      ],
    });
    const rows = [minute(T0, 1), minute(T0 + 60_000, 2), minute(T0 + 60_000, 3)].map((each) => ({
      kind: 'row.minute' as const,
      minute: each,
    }));
    journal.commit(turn({ inputs: [weight(1)], rows }));
    expect(minutes.between(T0, T0 + 120_000)).toEqual([minute(T0, 1), minute(T0 + 60_000, 3)]);
    expect(minutes.between(T0 + 1, T0 + 60_000)).toEqual([]);
    expect(minutes.sumsSince(T0).sales).toBe(44);
    expect(minutes.sumsSince(T0 + 120_000).sales).toBe(0);
  });
});

describe('the outbox', () => {
  it('is the one that the uploader asks for: newest or oldest first, gone when acknowledged', () => {
    const store = openTestStore();
    const outbox: Outbox = store.outbox;
    for (let seq = 1; seq <= 5; seq += 1) store.journal.commit(turn({ inputs: [weight(seq)], batches: [`"é${seq}"`], atMs: T0 + seq }));
    expect(outbox.pending({ order: 'newest', limit: 2 }).map(({ seq }) => seq)).toEqual([5, 4]);
    expect(outbox.pending({ order: 'oldest', limit: 2 })).toEqual([
      { seq: 1, createdAtMs: T0 + 1, body: '"é1"' },
      { seq: 2, createdAtMs: T0 + 2, body: '"é2"' },
    ]);
    outbox.acknowledge([5, 1, 1], T0 + 9);
    expect(outbox.stats()).toEqual({ pendingBatches: 3, pendingBytes: 15, oldestAtMs: T0 + 2, lastAcknowledgedAtMs: T0 + 9 });
  });
});

describe('device credentials', () => {
  it('verify the secret that was issued, until it is replaced or removed', () => {
    const { devices } = openTestStore();
    const secret = devices.issue('shelf-03', T0);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(devices.verify('shelf-03', secret)).toBe(true);
    expect(devices.verify('shelf-03', Buffer.from(secret))).toBe(true);
    expect(devices.verify('shelf-03', `${secret}x`)).toBe(false);
    expect(devices.verify('shelf-04', secret)).toBe(false);
    const next = devices.issue('shelf-03', T0 + 1);
    expect([secret, next].map((each) => devices.verify('shelf-03', each))).toEqual([false, true]);
    expect(devices.list()).toEqual([{ device: 'shelf-03', addedAtMs: T0 + 1 }]);
    expect([devices.remove('shelf-03'), devices.remove('shelf-03'), devices.verify('shelf-03', next)]).toEqual([true, false, false]);
  });

  it('never has the secret itself on disk, and refuses one that could be guessed', () => {
    const store = openTestStore();
    const secret = store.devices.issue('shelf-03', T0);
    expect(JSON.stringify(store.database.sqlite.prepare('SELECT * FROM devices').all())).not.toContain(secret);
    expect(() => store.devices.add({ device: 'shelf-04', secret: 'password123', nowMs: T0 })).toThrow(/shorter than 22/);
  });
});

describe('managers', () => {
  it('are the accounts that the pages ask for; sessions end by time, by sign-out and with the account', () => {
    const store = openTestStore();
    const accounts: ManagerAccounts = store.managers;
    expect(accounts.isSetUp()).toBe(false);
    accounts.create({ name: 'kim', passwordHash: '$argon2id$', role: 'manager', atMs: T0 });
    expect(accounts.isSetUp()).toBe(true);
    expect(accounts.find('kim')).toEqual({ name: 'kim', passwordHash: '$argon2id$', role: 'manager' });
    expect(() => accounts.create({ name: 'kim', passwordHash: 'other', role: 'admin', atMs: T0 })).toThrow();
    for (const idHash of ['a', 'b']) accounts.saveSession({ idHash, name: 'kim', createdAtMs: T0, expiresAtMs: T0 + 100 });
    expect(accounts.findSession('a', T0 + 99)).toEqual({ name: 'kim', role: 'manager', createdAtMs: T0 });
    expect(accounts.findSession('a', T0 + 100)).toBeUndefined();
    accounts.touchSession('a', T0 + 500);
    expect(accounts.findSession('a', T0 + 100)).toBeDefined();
    accounts.endSession('a');
    expect(accounts.findSession('a', T0)).toBeUndefined();
    store.database.sqlite.exec("DELETE FROM managers WHERE name = 'kim'");
    expect(accounts.findSession('b', T0)).toBeUndefined();
  });
});

describe('the audit trail', () => {
  it('holds together, and shows where it was changed', () => {
    const store = openTestStore();
    for (let seq = 1; seq <= 5; seq += 1) {
      const entries = ['x', 'y', 'z'].map((action) => ({
        kind: 'row.audit' as const,
        entry: { atMs: T0 + seq, action, detail: `${seq}` },
      }));
      store.journal.commit(turn({ inputs: [weight(seq)], rows: entries }));
    }
    store.managers.recordAudit({ atMs: T0 + 9, action: 'login', detail: 'kim' });
    expect(store.audit.list(2).map(({ action }) => action)).toEqual(['login', 'z']);
    expect(store.audit.firstBroken()).toBeUndefined();
    const { sqlite } = store.database;
    const breaks: [string, number][] = [
      ["UPDATE audit SET detail = 'forged' WHERE no = 8", 7],
      ['DELETE FROM audit WHERE no = 5', 4],
      ['UPDATE audit SET hash = NULL WHERE no = 3', 1],
      ['UPDATE audit SET hash = NULL WHERE no = 16', 16],
    ];
    for (const [sql, broken] of breaks) {
      sqlite.exec(`SAVEPOINT before; ${sql}`);
      expect(store.audit.firstBroken()).toBe(broken);
      sqlite.exec('ROLLBACK TO before; RELEASE before');
    }
    expect(store.audit.head()).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the quarantine', () => {
  const entry = (n: number) => ({
    atMs: T0 + n,
    topic: `t/${n}`,
    client: n % 2 === 0 ? 'shelf-03' : undefined,
    reason: 'json',
    detail: 'd',
    excerpt: '{',
  });

  it('lists what came last, on disk or not yet', () => {
    const store = openTestStore();
    store.quarantine.add(entry(1));
    store.quarantine.flush(T0);
    store.quarantine.add(entry(2));
    store.quarantine.add(entry(3));
    expect(store.quarantine.list(2)).toEqual([entry(3), entry(2)]);
    expect(store.quarantine.list(9)).toEqual([entry(3), entry(2), entry(1)]);
  });

  it('rides along with the turns, at most once a second', () => {
    const store = openTestStore();
    const onDisk = () => store.database.sqlite.prepare('SELECT count(*) FROM quarantine').pluck().get();
    store.quarantine.add(entry(1));
    store.journal.commit(turn({ inputs: [weight(1)], atMs: T0 }));
    store.quarantine.add(entry(2));
    store.journal.commit(turn({ inputs: [weight(2)], atMs: T0 + 500 }));
    expect(onDisk()).toBe(1);
    store.journal.commit(turn({ inputs: [weight(3)], atMs: T0 + 1_000 }));
    expect(onDisk()).toBe(2);
  });

  it('is bounded on disk and in memory, and counts what it could not keep', () => {
    const store = openTestStore();
    for (let n = 0; n < 1_000; n += 1) {
      store.quarantine.add(entry(n));
      if (n % 50 === 49) store.quarantine.flush(T0);
    }
    expect(store.quarantine.dropped).toBe(0);
    expect(store.quarantine.list(10_000)).toHaveLength(QUARANTINE_ROWS);
    for (let n = 0; n < 100; n += 1) store.quarantine.add(entry(n));
    expect(store.quarantine.dropped).toBe(36);
  });
});

it('names a visit for every input that is about one', () => {
  const store = openTestStore();
  store.journal.commit(turn({ inputs: [...weights(1, 2), scan(3, 'v_1')] }));
  expect(store.database.sqlite.prepare('SELECT kind, subject FROM inbox').raw().all()).toEqual([
    ['shelf.weight', null],
    ['shelf.weight', null],
    ['visit.scanned', 'v_1'],
  ]);
});
