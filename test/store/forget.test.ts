import { describe, expect, it } from 'vitest';
import type { RowEffect } from '../../agent/core/effect.ts';
import type { LoggedInput } from '../../agent/core/input.ts';
import { PERSONAL_TABLES } from '../../agent/store/personal.ts';
import type { Store } from '../../agent/store/store.ts';
import { decision, filesContaining, offer, openTestStore, scan, T0, tempDir, turn, weight } from './support.ts';

const CANARY = 'v_canary7Q2x9';
const SECRET_SKU = 'sku-canary-3hG8';

function sale(seq: number, visit: string): LoggedInput {
  const reading = {
    id: `s${seq}`,
    device: 'till-1',
    atMs: T0,
    kind: 'pos.sale' as const,
    receipt: `r${seq}`,
    lines: [{ sku: 'milk', quantity: 1, cents: 199 }],
    codes: ['CODE-canary'],
    visit,
  };
  return { seq, atMs: T0 + seq, input: { kind: 'reading', reading } };
}

/** All that can be written about one visit, redeemed offer and linked sale included. */
function rowsAbout(visit: string, options: { readonly sku: string; readonly no: number }): RowEffect[] {
  const { sku, no } = options;
  return [
    {
      kind: 'row.visit',
      visit: { id: visit, openedAtMs: T0, closedAtMs: undefined, origin: 'phone', arm: 'treated', tokenHash: `hash-${visit}` },
    },
    { kind: 'row.consent', consent: { visit, purpose: 'offers', granted: true, textVersion: '1', atMs: T0, untilMs: T0 + 1 } },
    { kind: 'row.decision', decision: decision(`d_${no}`, { visit, sku }) },
    { kind: 'row.offer', offer: { ...offer(`o_${no}`, visit), sku } },
    { kind: 'row.offer-state', offer: `o_${no}`, state: 'shown', atMs: T0 },
    {
      kind: 'row.redemption',
      redemption: { offer: `o_${no}`, receipt: `r${no}`, till: 'till-1', campaign: 'spring', discountCents: 50, atMs: T0 },
    },
    {
      kind: 'row.sale',
      sale: { receipt: `r${no}`, till: 'till-1', atMs: T0, lines: [], totalCents: 199, visit, link: 'code' },
    },
  ];
}

/** A store with strangers around the one visit that will be erased. */
function busyStore(dir: string): Store {
  const store = openTestStore({ dir });
  let seq = 0;
  for (let other = 0; other < 40; other += 1) {
    const visit = other === 20 ? CANARY : `v_other${other}`;
    const sku = other === 20 ? SECRET_SKU : `sku-${other}`;
    const inputs = [weight(++seq), scan(++seq, visit, sku), sale(++seq, visit), weight(++seq)];
    store.journal.commit(turn({ inputs, rows: rowsAbout(visit, { sku, no: other }) }));
    if (other === 25) store.journal.saveSnapshot({ seq, atMs: T0, format: 1, body: `{"visits":["${CANARY}"]}`.repeat(500) });
  }
  return store;
}

function erase(store: Store, visit: string): void {
  const seq = store.journal.lastSeq() + 1;
  const input = { kind: 'visit.erased' as const, visit };
  store.journal.commit(turn({ inputs: [{ seq, atMs: T0, input }], rows: [{ kind: 'row.forget', visit }] }));
}

describe('forgetting a visit', () => {
  it('removes every row at once, and keeps money without the link', () => {
    const store = busyStore(tempDir());
    const before = store.money.since(0);
    erase(store, CANARY);
    const left = store.personal.everythingAbout(CANARY);
    expect(
      Object.entries(left)
        .filter(([, rows]) => rows.length > 0)
        .map(([table]) => table),
    ).toEqual(['inbox', 'forgets']);
    expect(store.money.since(0)).toEqual(before);
    expect(store.redemptions.byOffer('o_20')).toMatchObject({ discountCents: 50 });
    expect(store.visits.byToken(`hash-${CANARY}`)).toBeUndefined();
    expect(store.visits.byToken('hash-v_other3')?.id).toBe('v_other3');
  });

  it('leaves the log readable until the next snapshot, so that a crash in between comes back to the same state', () => {
    const dir = tempDir();
    const store = busyStore(dir);
    erase(store, CANARY);
    expect(store.journal.pendingForgets()).toEqual({ count: 1, oldestAtMs: T0 });
    store[Symbol.dispose]();
    const reopened = openTestStore({ dir });
    const about = [...reopened.journal.read(0)].filter(({ input }) => JSON.stringify(input).includes(CANARY));
    expect(about.map(({ input }) => input.kind)).toEqual(['visit.scanned', 'reading', 'visit.erased']);
  });

  it('leaves no trace in any file once the next snapshot is taken', () => {
    const dir = tempDir();
    const store = busyStore(dir);
    expect(filesContaining(dir, CANARY)).not.toEqual([]);
    erase(store, CANARY);
    expect(filesContaining(dir, CANARY)).not.toEqual([]);
    store.journal.saveSnapshot({ seq: store.journal.lastSeq(), atMs: T0, format: 1, body: '{"visits":[]}' });
    expect(filesContaining(dir, CANARY)).toEqual([]);
    expect(filesContaining(dir, SECRET_SKU)).toEqual([]);
    expect(store.journal.pendingForgets()).toEqual({ count: 0, oldestAtMs: undefined });
    expect(store.database.sqlite.prepare('SELECT count(*) FROM snapshots').pluck().get()).toBe(1);
  });

  it('keeps every position of the log, and of a sale the sale', () => {
    const store = busyStore(tempDir());
    const before = [...store.journal.read(0)];
    erase(store, CANARY);
    store.journal.saveSnapshot({ seq: store.journal.lastSeq(), atMs: T0, format: 1, body: '' });
    const after = [...store.journal.read(0)];
    expect(after.map(({ seq }) => seq)).toEqual([...before.map(({ seq }) => seq), before.length + 1]);
    const changed = after.filter((entry, index) => JSON.stringify(entry) !== JSON.stringify(before[index]));
    expect(changed.map(({ input }) => input)).toEqual([
      { kind: 'tick' },
      { kind: 'reading', reading: { ...lineOf(before, 'pos.sale'), codes: [] } },
      { kind: 'tick' },
    ]);
  });

  it('blanks what still arrives about a forgotten visit', () => {
    const dir = tempDir();
    const store = busyStore(dir);
    erase(store, CANARY);
    const seq = store.journal.lastSeq() + 1;
    store.journal.commit(turn({ inputs: [{ seq, atMs: T0, input: { kind: 'scored', request: 'r', visit: CANARY, scores: [] } }] }));
    expect([...store.journal.read(seq - 1)].map(({ input }) => input)).toEqual([{ kind: 'tick' }]);
  });

  it('waits for a snapshot that no longer knows the visit', () => {
    const store = busyStore(tempDir());
    const before = store.journal.lastSeq();
    erase(store, CANARY);
    store.journal.saveSnapshot({ seq: before, atMs: T0, format: 1, body: CANARY });
    expect(store.journal.pendingForgets().count).toBe(1);
    store.journal.saveSnapshot({ seq: before + 1, atMs: T0, format: 1, body: '' });
    expect(store.journal.pendingForgets().count).toBe(0);
    expect(store.journal.snapshot()?.seq).toBe(before + 1);
  });
});

function lineOf(log: readonly LoggedInput[], kind: string): object {
  for (const { input } of log) {
    if (input.kind !== 'reading' || input.reading.kind !== kind || !JSON.stringify(input).includes(CANARY)) continue;
    const { visit: _visit, ...rest } = input.reading as { visit?: string };
    return rest;
  }
  throw new Error(`no ${kind} in the log`);
}

describe('what is held about a visit', () => {
  it('names every table that has a column for a visit or an offer', () => {
    const { sqlite } = openTestStore().database;
    const columns = sqlite
      .prepare<[], { table: string; column: string }>(
        `SELECT m.name AS "table", c.name AS "column" FROM sqlite_schema AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'`,
      )
      .all();
    const personal = columns.filter(({ column }) => /visit(_id)?$|^subject$|^offer(_id)?$/.test(column)).map(({ table }) => table);
    const registered = PERSONAL_TABLES.map(({ table }) => table);
    expect(personal.length).toBeGreaterThan(5);
    expect(personal.filter((table) => !registered.includes(table))).toEqual([]);
  });

  it('is exported completely, table by table, with JSON unpacked', () => {
    const store = busyStore(tempDir());
    const all = store.personal.everythingAbout(CANARY);
    expect(Object.keys(all)).toEqual(PERSONAL_TABLES.map(({ table }) => table));
    expect(Object.fromEntries(Object.entries(all).map(([table, rows]) => [table, rows.length]))).toEqual({
      inbox: 2,
      visits: 1,
      consents: 1,
      decisions: 1,
      offer_states: 1,
      redemptions: 1,
      offers: 1,
      sales: 1,
      forgets: 0,
    });
    expect(all['decisions']).toEqual([expect.objectContaining({ body: expect.objectContaining({ sku: SECRET_SKU }) })]);
  });

  it('is everything: no other table names the visit or its offer', () => {
    const store = busyStore(tempDir());
    const tables = store.database.sqlite
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all();
    const withVisit = tables.filter((table) => {
      const text = JSON.stringify(store.database.sqlite.prepare(`SELECT * FROM ${table}`).all());
      return text.includes(CANARY) || text.includes('"o_20"');
    });
    const exported = Object.entries(store.personal.everythingAbout(CANARY)).filter(([, rows]) => rows.length > 0);
    // Snapshots hold the state, which is built from the log; they are replaced, not exported.
    expect(withVisit.filter((table) => table !== 'snapshots').sort()).toEqual(exported.map(([table]) => table).sort());
  });
});
