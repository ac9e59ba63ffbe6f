import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TALLY_NAMES } from '../../../agent/core/effect.ts';
import type { AggregateRow } from '../../../sync/aggregate-row.ts';
import type { HubStore, IncomingBatch } from '../../../sync/hub/hub-store.ts';
import { totalsOf, visitsRow } from '../../support/sync-fixtures.ts';

const range = { fromDay: '2026-03-01', toDay: '2026-03-31' };

/** A batch whose hash is that of its rows. */
export function batch(seq: number, rows: readonly AggregateRow[] = [visitsRow()]): IncomingBatch {
  const hash = createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  return { seq, createdAtMs: seq, hash, content: { kind: 'rows', rows } };
}

/** What every hub store must do, whatever engine is below it. `open` gives an empty database, not migrated yet. */
export function hubStoreContract(name: string, open: () => Promise<HubStore>): void {
  describe(`a hub store on ${name}`, () => {
    let store: HubStore;

    beforeEach(async () => {
      store = await open();
      await store.migrate();
      await store.addStore({ store: 'demo', name: 'Demo', currency: 'EUR', keyHash: 'k1', publicKeyPem: undefined, nowMs: 1 });
      await store.addStore({ store: 'other', name: 'Other', currency: 'SEK', keyHash: 'k2', publicKeyPem: 'pem', nowMs: 1 });
    });

    afterEach(() => store.close());

    const take = (batches: readonly IncomingBatch[], epoch = '1', id = 'demo') =>
      store.takeBatches({ store: id, epoch, batches, nowMs: 1_000 });
    const visitsOpened = async () => totalsOf(await store.dailyTotals(range)).visitsOpened;
    const summary = async (id = 'demo') => (await store.stores({ ...range, offset: 0, limit: 10 })).find((one) => one.store === id)!;

    it('can be migrated again without harm', async () => {
      await take([batch(1)]);
      await store.migrate();
      await store.ping();
      expect(await visitsOpened()).toBe(3);
    });

    it('knows a store by its key until the key is revoked', async () => {
      expect(await store.findKey('k1')).toEqual({ store: 'demo', publicKeyPem: undefined });
      expect(await store.findKey('k2')).toEqual({ store: 'other', publicKeyPem: 'pem' });
      expect(await store.findKey('k3')).toBeUndefined();
      expect(await store.addKey({ store: 'demo', keyHash: 'k3', nowMs: 2 })).toBe('added');
      expect(await store.findKey('k1')).toBeDefined();
      expect(await store.revokeKeys({ store: 'demo', exceptHash: 'k3', nowMs: 3 })).toBe(1);
      expect(await store.findKey('k1')).toBeUndefined();
      expect(await store.findKey('k3')).toBeDefined();
      expect(await store.revokeKeys({ store: 'demo', exceptHash: undefined, nowMs: 4 })).toBe(1);
    });

    it('does not change a store that is there, and gives no key to one that is not', async () => {
      expect(await store.addStore({ store: 'demo', name: 'X', currency: 'USD', keyHash: 'k9', publicKeyPem: undefined, nowMs: 1 })).toBe(
        'exists',
      );
      expect(await store.findKey('k9')).toBeUndefined();
      expect(await store.addKey({ store: 'nobody', keyHash: 'k9', nowMs: 2 })).toBe('unknown');
    });

    it('adds a batch once, however often it comes', async () => {
      expect(await take([batch(1)])).toEqual({ stored: [1], rejected: [], fresh: 1, rows: 1, highestContiguous: 1 });
      expect(await take([batch(1)])).toEqual({ stored: [1], rejected: [], fresh: 0, rows: 0, highestContiguous: 1 });
      expect(await take([batch(2), batch(1), batch(2)])).toMatchObject({ stored: [1, 2], fresh: 1, highestContiguous: 2 });
      expect(await visitsOpened()).toBe(6);
    });

    it('adds a batch once when it comes many times at the same moment', async () => {
      const all = await Promise.all(
        Array.from({ length: 12 }, (_, at) => take(at % 2 === 0 ? [batch(1), batch(2)] : [batch(2), batch(1), batch(3)])),
      );
      expect(all.reduce((sum, { fresh }) => sum + fresh, 0)).toBe(3);
      expect(await visitsOpened()).toBe(9);
    });

    it('reports the contiguous end and the holes', async () => {
      await take([batch(9)]);
      await take([batch(1), batch(2)]);
      expect(await take([batch(5)])).toMatchObject({ highestContiguous: 2 });
      expect(await summary()).toMatchObject({
        highestSeq: 9,
        highestContiguous: 2,
        missing: 5,
        gaps: [
          { fromSeq: 3, toSeq: 4 },
          { fromSeq: 6, toSeq: 8 },
        ],
      });
      expect(await take([batch(3), batch(4), batch(6), batch(7), batch(8)])).toMatchObject({ highestContiguous: 9 });
      expect(await summary()).toMatchObject({ missing: 0, gaps: [] });
    });

    it('finds the contiguous end across many pages of marks', async () => {
      await take(Array.from({ length: 2_500 }, (_, at) => batch(at + 2, [visitsRow({ counts: {} })])));
      expect(await take([batch(1)])).toMatchObject({ highestContiguous: 2_501 });
    });

    it('keeps outboxes of different epochs apart: a replaced disk starts again at 1', async () => {
      await take([batch(1), batch(2)]);
      expect(await take([batch(1, [visitsRow({ counts: { visitsOpened: 50 } })])], '2')).toMatchObject({
        stored: [1],
        fresh: 1,
        highestContiguous: 1,
      });
      expect(await visitsOpened()).toBe(56);
    });

    it('keeps other content under a known number aside instead of adding or dropping it', async () => {
      await take([batch(1)]);
      const forged = batch(1, [visitsRow({ counts: { visitsOpened: 99 } })]);
      expect(await take([forged, batch(2)])).toMatchObject({ stored: [2], rejected: [{ seq: 1, reason: 'conflict' }] });
      expect(await take([forged])).toMatchObject({ rejected: [{ seq: 1, reason: 'conflict' }] });
      expect(await summary()).toMatchObject({ quarantined: 1 });
      expect(await visitsOpened()).toBe(6);
    });

    it('keeps a malformed body aside, once, and goes on', async () => {
      const broken: IncomingBatch = {
        seq: 1,
        createdAtMs: 1,
        hash: 'h',
        content: { kind: 'malformed', body: '{"rows":"\\u0000 \u{1f600}"}' },
      };
      expect(await take([broken, batch(2)])).toEqual({
        stored: [2],
        rejected: [{ seq: 1, reason: 'malformed' }],
        fresh: 1,
        rows: 1,
        highestContiguous: 2,
      });
      expect(await take([broken])).toMatchObject({ stored: [], rejected: [{ seq: 1, reason: 'malformed' }] });
      expect(await summary()).toMatchObject({ quarantined: 1, missing: 0 });
    });

    it('stores nothing of an upload that fails', async () => {
      const bad = batch(2, [visitsRow({ counts: { visitsOpened: 0.5 as number } }), visitsRow({ day: null as unknown as string })]);
      await expect(take([batch(1), bad])).rejects.toThrow();
      expect(await visitsOpened()).toBe(0);
      expect(await take([batch(1)])).toMatchObject({ fresh: 1, highestContiguous: 1 });
    });

    it('adds rows of one key, keeps every count, and gives the cells back', async () => {
      const counts = Object.fromEntries(TALLY_NAMES.map((tally, at) => [tally, at + 1]));
      const everything = visitsRow({ counts });
      const tills: AggregateRow = {
        kind: 'tills',
        level: 'store-quarter',
        startMs: 5,
        day: '2026-03-02',
        counts: { salesCents: -700, sales: 12 },
      };
      await take([batch(1, [everything, everything, tills])]);
      await take([batch(2, [everything])]);
      const [first, ...others] = await store.cells({ store: 'demo', day: '2026-03-02' });
      expect(first).toEqual(tills);
      expect(others).toEqual([
        { ...everything, visits: 36, counts: Object.fromEntries(TALLY_NAMES.map((tally, at) => [tally, 3 * (at + 1)])) },
      ]);
      expect(totalsOf(await store.dailyTotals(range)).salesCents).toBe(3 * (TALLY_NAMES.indexOf('salesCents') + 1) - 700);
    });

    it('tells rows without a zone from those with one', async () => {
      const { zone: _, ...noZone } = visitsRow() as Extract<AggregateRow, { kind: 'visits' }>;
      await take([batch(1, [visitsRow(), noZone])]);
      expect(await store.cells({ store: 'demo', day: '2026-03-02' })).toEqual([noZone, visitsRow()]);
    });

    it('holds sums beyond 32 bits', async () => {
      const large = visitsRow({ counts: { attributedSalesCents: 900_000_000_000 } });
      await take([batch(1, [large]), batch(2, [large])]);
      expect(totalsOf(await store.dailyTotals(range)).attributedSalesCents).toBe(1_800_000_000_000);
    });

    it('totals by day and currency, never across currencies', async () => {
      await take([batch(1), batch(2, [visitsRow({ day: '2026-03-03' })])]);
      await take([batch(1, [visitsRow({ counts: { visitsOpened: 8 } })])], '1', 'other');
      expect(await store.dailyTotals(range)).toMatchObject([
        { day: '2026-03-02', currency: 'EUR', stores: 1, counts: { visitsOpened: 3 } },
        { day: '2026-03-02', currency: 'SEK', stores: 1, counts: { visitsOpened: 8 } },
        { day: '2026-03-03', currency: 'EUR', stores: 1, counts: { visitsOpened: 3 } },
      ]);
      expect(await store.dailyTotals({ fromDay: '2026-03-03', toDay: '2026-03-03' })).toHaveLength(1);
    });

    it('lists stores, silent longest first, by pages', async () => {
      await store.takeBatches({ store: 'other', epoch: '1', batches: [], nowMs: 5_000 });
      const all = await store.stores({ ...range, offset: 0, limit: 10 });
      expect(all.map((one) => [one.store, one.lastSeenAtMs])).toEqual([
        ['demo', undefined],
        ['other', 5_000],
      ]);
      expect((await store.stores({ ...range, offset: 1, limit: 1 })).map((one) => one.store)).toEqual(['other']);
      expect(await store.storeCount()).toBe(2);
    });

    it('publishes only what is newer, and gives a store the newest that names it or all', async () => {
      const publication = (version: number, audience: string) => ({
        version,
        audience,
        body: `b${version}`,
        etag: `"e${version}"`,
        publishedAtMs: 1,
      });
      expect(await store.campaignsVersion()).toBe(0);
      expect(await store.campaignsFor('demo', 7)).toBeUndefined();
      expect(await store.publish(publication(1, '*'))).toBe('published');
      expect(await store.publish(publication(2, 'demo'))).toBe('published');
      expect(await store.publish(publication(2, '*'))).toBe('stale');
      expect(await store.publish(publication(1, 'other'))).toBe('stale');
      expect(await store.campaignsFor('demo', 8)).toEqual(publication(2, 'demo'));
      expect(await store.campaignsFor('other', 8)).toEqual(publication(1, '*'));
      expect(await store.publish(publication(3, '*'))).toBe('published');
      expect(await store.campaignsFor('demo', 9)).toEqual(publication(3, '*'));
      expect((await summary()).lastSeenAtMs).toBe(9);
      expect(await store.campaignsVersion()).toBe(3);
    });

    it('forgets marks and cells by age, and still knows what it has had', async () => {
      await store.takeBatches({ store: 'demo', epoch: '1', batches: [batch(1), batch(2), batch(4)], nowMs: 1_000 });
      await store.takeBatches({ store: 'demo', epoch: '1', batches: [batch(3), batch(7)], nowMs: 9_000 });
      expect(await store.prune({ batchesBeforeMs: 5_000, cellsBeforeDay: '2026-03-03' })).toEqual({ batches: 2, cells: 1, quarantined: 0 });
      expect(await take([batch(1), batch(2), batch(3), batch(4)])).toMatchObject({ stored: [1, 2, 3, 4], fresh: 0, highestContiguous: 4 });
      expect(await take([batch(5), batch(6)])).toMatchObject({ fresh: 2, highestContiguous: 7 });
      expect(await visitsOpened()).toBe(21);
      expect((await summary()).missing).toBe(0);
    });

    it('ends in the same totals whatever is lost, repeated and reordered on the way', async () => {
      let epoch = 100;
      await fc.assert(
        fc.asyncProperty(schedule, async ({ batches, attempts }) => {
          const before = totalsOf(await store.dailyTotals(range));
          const expected = totalsOf([
            { counts: before },
            ...batches.flatMap(({ content }) => (content.kind === 'rows' ? content.rows : [])),
          ]);
          epoch += 1;
          for (const seqs of attempts)
            await take(
              seqs.map((at) => batches[at % batches.length]!),
              String(epoch),
            );
          // Whatever was dropped is sent again in the end: an outbox sends until it is acknowledged.
          const last = await take(batches, String(epoch));
          expect(last.highestContiguous).toBe(batches.length);
          expect(totalsOf(await store.dailyTotals(range))).toEqual(expected);
        }),
        { numRuns: 40 },
      );
    });
  });
}

const rows = fc.array(
  fc.record({
    zone: fc.constantFrom('coffee', 'care'),
    minute: fc.nat(3),
    visitsOpened: fc.nat(20),
    redeemed: fc.nat(3),
    discountCents: fc.nat(900),
  }),
  { minLength: 1, maxLength: 4 },
);

const schedule = fc.record({
  batches: fc.array(rows, { minLength: 1, maxLength: 12 }).map((bodies) =>
    bodies.map((body, at) =>
      batch(
        at + 1,
        body.map(({ zone, minute, ...counts }) => visitsRow({ zone, startMs: minute * 60_000, counts })),
      ),
    ),
  ),
  attempts: fc.array(fc.array(fc.nat(20), { maxLength: 8 }), { maxLength: 8 }),
});
