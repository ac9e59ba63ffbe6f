import { expect, it } from 'vitest';
import { Uploader } from '../../sync/uploader.ts';
import { MemoryOutbox } from '../support/memory-outbox.ts';
import { addTestStore, bodyOf, startTestHub, TestClock, totalsOf, visitsRow } from '../support/sync-fixtures.ts';

const STORES = 1_000;
const BATCHES = 3;
/** Requests in flight together, as many sockets as a test may open. */
const TOGETHER = 50;

it('a thousand stores that come back together are told to wait, do, and all arrive once', async () => {
  const clock = new TestClock();
  await using test = await startTestHub({ totalRate: { perSecond: 20, burst: 40 }, now: () => clock.nowMs });
  const random = seeded(7);
  const outboxes: MemoryOutbox[] = [];
  const due: { atMs: number; up: Uploader; outbox: MemoryOutbox }[] = [];
  for (let at = 0; at < STORES; at++) {
    const store = `store-${at}`;
    const outbox = new MemoryOutbox();
    for (let batch = 0; batch < BATCHES; batch++)
      outbox.add(bodyOf(visitsRow({ startMs: batch * 60_000, counts: { visitsOpened: 1 } })), batch);
    const settings = { url: test.url, store, apiKey: await addTestStore(test.hub, store) };
    due.push({ atMs: clock.nowMs, up: new Uploader({ outbox, clock, random, settings }), outbox });
    outboxes.push(outbox);
  }

  const startedMs = clock.nowMs;
  const perSecond = new Map<number, number>();
  while (due.length > 0) {
    due.sort((left, right) => left.atMs - right.atMs);
    // Everybody due at the next moment goes, and time moves to the next one when they have their answers.
    const nextMs = Math.max(clock.nowMs, due[0]!.atMs);
    clock.nowMs = nextMs;
    const now = due.splice(0, due.filter(({ atMs }) => atMs <= nextMs).slice(0, TOGETHER).length);
    const second = Math.floor((nextMs - startedMs) / 1_000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + now.length);
    const waits = await Promise.all(now.map(({ up }) => up.runOnce()));
    for (const [at, one] of now.entries()) {
      if (one.outbox.stats().pendingBatches > 0) due.push({ ...one, atMs: nextMs + waits[at]! });
    }
  }

  expect(outboxes.every((outbox) => outbox.stats().pendingBatches === 0)).toBe(true);
  expect(test.hub.counters).toMatchObject({ stored: STORES * BATCHES, repeated: 0, failures: 0 });
  expect(test.hub.counters.limited).toBeGreaterThan(0);
  expect(totalsOf(await test.hub.store.dailyTotals({ fromDay: '2026-01-01', toDay: '2026-12-31' })).visitsOpened).toBe(STORES * BATCHES);
  // After the first rush the requests are spread out: no later second brings more than a third of the stores.
  const [, ...later] = [...perSecond].sort(([left], [right]) => left - right).map(([, count]) => count);
  expect(Math.max(...later)).toBeLessThan(STORES / 3);
}, 180_000);

/** A small generator with a seed (mulberry32), so that a failing run can be had again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
