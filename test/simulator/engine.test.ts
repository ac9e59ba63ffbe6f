import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdapterRegistry } from '../../devices/adapters/registry.ts';
import { truthLine } from '../../devices/simulator/ground-truth.ts';
import { scenarioSchema } from '../../devices/simulator/scenario.ts';
import { nativeJson } from '../../devices/simulator/sim-event.ts';
import { sampleStore } from '../support/sample-store.ts';
import { facts, messages, quietScenario, type Run, run, START_MS } from './support.ts';

/** Everything that can go wrong, goes wrong a little. */
const NOISY = {
  dropOutShare: 0.02,
  duplicateShare: 0.02,
  lateShare: 0.02,
  latencyMs: 20,
  clockOffsetMs: { sd: 200 },
  malformedShare: 0.02,
};

function text({ events, truth }: Run): string {
  return `${events.map((event) => JSON.stringify(event)).join('\n')}\n${truth.map(truthLine).join('')}`;
}

describe('the same seed', () => {
  it('gives the same events and the same truth, byte for byte', () => {
    const scenario = quietScenario({ noise: NOISY });
    expect(text(run(scenario))).toBe(text(run(scenario)));
  });

  it('gives another day with another number', () => {
    const scenario = quietScenario();
    expect(text(run(scenario, { seed: 1 }))).not.toBe(text(run(scenario, { seed: 2 })));
  });
});

describe('the stream of events', () => {
  const anyScenario = fc.record({
    seed: fc.nat(10_000),
    rate: fc.integer({ min: 0, max: 400 }),
    cartTagShare: fc.double({ min: 0, max: 1, noNaN: true }),
    pickShare: fc.double({ min: 0, max: 1, noNaN: true }),
    noisy: fc.boolean(),
    shelfReports: fc.constantFrom('events', 'weight', 'both', 'mixed'),
  });

  it('is in order of time, holds only native messages that the agent reads, and ends with the scenario', () => {
    const registry = createAdapterRegistry({ store: 'demo' });
    fc.assert(
      fc.property(anyScenario, ({ seed, rate, cartTagShare, pickShare, noisy, shelfReports }) => {
        const scenario = quietScenario({
          durationMinutes: 5,
          arrivals: { perHour: Array.from({ length: 24 }, () => rate) },
          shoppers: { cartTagShare },
          habits: { pickShare },
          devices: { shelfReports },
          noise: noisy ? { ...NOISY, malformedShare: 0 } : {},
        });
        const { events } = run(scenario, { seed });
        let lastMs = 0;
        const misread: unknown[] = [];
        for (const event of events) {
          if (event.atMs < lastMs) misread.push(event);
          lastMs = event.atMs;
          if (event.kind !== 'message' || !('body' in event.message)) continue;
          const decoded = registry.decode({
            topic: `endcap/v1/demo/${event.device}/${event.channel}`,
            payload: Buffer.from(nativeJson(event.message)),
            retain: false,
            receivedAtMs: event.atMs,
          });
          const { id, deviceAtMs: atMs, body } = event.message;
          if (!isDeepStrictEqual(decoded, { kind: 'readings', readings: [{ id, device: event.device, atMs, ...body }] }))
            misread.push(event);
        }
        expect(misread).toEqual([]);
        expect(events.length).toBeGreaterThan(0);
        expect(lastMs).toBeLessThanOrEqual(START_MS + 5 * 60_000);
      }),
      { numRuns: 20 },
    );
  });

  it('never repeats a message id on a device unless the message is sent again', () => {
    const { events } = run(quietScenario());
    const ids = messages(events).map(({ device, id }) => `${device} ${id}`);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the laws of the store', () => {
  const laws = fc.record({
    seed: fc.nat(10_000),
    extraUnitsMean: fc.double({ min: 0, max: 3, noNaN: true }),
    compareShare: fc.constantFrom(0, 0.5, 1),
  });

  it('lets nobody pick who does not stand there, return what they do not hold, or pay for anything else', () => {
    fc.assert(
      fc.property(laws, ({ seed, extraUnitsMean, compareShare }) => {
        const { truth } = run(quietScenario({ durationMinutes: 30, habits: { extraUnitsMean, compareShare } }), { seed });
        const standing = new Map<string, string>();
        const held = new Map<string, Map<string, number>>();
        for (const row of truth) {
          if (row.kind === 'stop') standing.set(row.shopper, row.fixture);
          if (row.kind === 'pick' || row.kind === 'return') {
            expect(standing.get(row.shopper)).toBe(row.fixture);
            const basket = held.get(row.shopper) ?? new Map<string, number>();
            held.set(row.shopper, basket.set(row.sku, (basket.get(row.sku) ?? 0) + (row.kind === 'pick' ? row.count : -row.count)));
            expect(basket.get(row.sku)).toBeGreaterThanOrEqual(0);
            expect(row.stock).toBeGreaterThanOrEqual(0);
          }
          if (row.kind === 'purchase') {
            const units = [...(held.get(row.shopper) ?? [])].filter(([, count]) => count > 0);
            expect(Object.fromEntries(row.lines.map(({ sku, quantity }) => [sku, quantity]))).toEqual(Object.fromEntries(units));
            held.delete(row.shopper);
          }
          if (row.kind === 'left') {
            const rest = [...(held.get(row.shopper)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
            expect(rest).toBe(0);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('keeps every unit: what was there, minus picks, plus returns and refills, is what is left', () => {
    const { truth } = run(quietScenario({ arrivals: { factor: 2 } }));
    const stock = new Map<string, number>();
    for (const row of truth) {
      if (row.kind !== 'pick' && row.kind !== 'return' && row.kind !== 'restock') continue;
      const change = row.kind === 'pick' ? -row.count : row.count;
      const before = stock.get(row.slot);
      if (before !== undefined) expect(row.stock).toBe(before + change);
      stock.set(row.slot, row.stock);
    }
    expect(facts(truth, 'restock').length).toBeGreaterThan(0);
  });

  it('spends no more than the budget, and counts everybody in and out', () => {
    const { events, truth } = run(quietScenario());
    const budgets = new Map(facts(truth, 'arrived').map((row) => [row.shopper, row.budgetCents]));
    for (const { shopper, paidCents } of facts(truth, 'purchase')) expect(paidCents).toBeLessThanOrEqual(budgets.get(shopper) ?? 0);
    const doors = messages(events).flatMap(({ body }) => (body.kind === 'door.count' ? [body] : []));
    expect(doors.filter((body) => body.in === 1).length).toBe(facts(truth, 'arrived').length);
    expect(doors.filter((body) => body.out === 1).length).toBe(facts(truth, 'left').length);
  });
});

describe('ground truth', () => {
  it('names the message of every pick and return that a counting sensor sent, and nothing else', () => {
    const { events, truth } = run(quietScenario({ devices: { shelfReports: 'events' } }));
    const sent = messages(events).flatMap(({ device, id, body }) =>
      body.kind === 'shelf.pick' || body.kind === 'shelf.return' ? [`${device} ${id} ${body.kind} ${body.slot} ${body.count}`] : [],
    );
    const told = [...facts(truth, 'pick'), ...facts(truth, 'return')].map(
      (row) => `${row.fixture} ${row.message} shelf.${row.kind} ${row.slot} ${row.count}`,
    );
    expect(sent.length).toBeGreaterThan(100);
    expect([...sent].sort()).toEqual(told.sort());
  });

  it('has a sale at the till for every purchase, with the same lines', () => {
    const { events, truth } = run(quietScenario());
    const sales = messages(events).flatMap(({ device, body }) =>
      body.kind === 'pos.sale' ? [{ till: device, receipt: body.receipt, lines: body.lines }] : [],
    );
    expect(sales).toEqual(facts(truth, 'purchase').map(({ till, receipt, lines }) => ({ till, receipt, lines })));
    expect(new Set(sales.map(({ receipt }) => receipt)).size).toBe(sales.length);
    expect(sales.length).toBeGreaterThan(20);
  });

  it('weighs what is in the slot', () => {
    const store = sampleStore();
    const { events, truth } = run(
      quietScenario({ devices: { shelfReports: 'weight' }, noise: { weightGrams: 0, weightDriftGramsPerHour: 0 } }),
      { store },
    );
    const grams = new Map(store.products.map(({ sku, unitGrams }) => [sku, unitGrams ?? 0]));
    const skus = new Map(store.slots.map(({ id, sku }) => [id, sku]));
    const lastChange = new Map<string, { stock: number; atMs: number }>();
    for (const row of truth) if (row.kind === 'pick' || row.kind === 'return' || row.kind === 'restock') lastChange.set(row.slot, row);
    const lastWeight = new Map<string, { grams: number; atMs: number }>();
    for (const { body, atMs } of messages(events)) if (body.kind === 'shelf.weight') lastWeight.set(body.slot, { grams: body.grams, atMs });
    let compared = 0;
    for (const [slot, { stock, atMs }] of lastChange) {
      const weight = lastWeight.get(slot);
      if (weight === undefined || weight.atMs <= atMs) continue;
      expect(weight.grams).toBeCloseTo(stock * (grams.get(skus.get(slot) ?? '') ?? 0), 1);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(20);
    expect(messages(events).some(({ body }) => body.kind === 'shelf.pick')).toBe(false);
  });
});

describe('arrivals', () => {
  it('follow the local hour, or the hour that the scenario fixes', () => {
    const perHour = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 300 : 0));
    const arrivals = { perHour, factor: 1 };
    // 10:00 UTC is 11:00 in Berlin: an hour of nobody, then an hour of many.
    const byClock = facts(run(quietScenario({ arrivals, durationMinutes: 120 })).truth, 'arrived').map((row) =>
      new Date(row.atMs).getUTCHours(),
    );
    expect(new Set(byClock)).toEqual(new Set([11]));
    expect(byClock.length).toBeGreaterThan(200);
    const fixed = facts(run(quietScenario({ arrivals, durationMinutes: 60, startsAtHour: 12.5 })).truth, 'arrived');
    expect(fixed.length).toBeGreaterThan(90);
    expect(Math.max(...fixed.map((row) => new Date(row.atMs).getUTCMinutes()))).toBeLessThan(30);
  });

  it('turn away at the door of a full store', () => {
    const { truth } = run(quietScenario({ arrivals: { maxInStore: 3 } }));
    let inside = 0;
    for (const row of truth) {
      if (row.kind === 'arrived') inside += 1;
      if (row.kind === 'left') inside -= 1;
      expect(inside).toBeLessThanOrEqual(3);
    }
    expect(facts(truth, 'turned-away').length).toBeGreaterThan(0);
  });
});

describe('scenarioSchema', () => {
  it('has a default for every field', () => {
    expect(scenarioSchema.parse({})).toMatchObject({
      speed: 1,
      noise: { pathLossExponent: 2 },
      shoppers: { types: { persuadable: { offerEffect: 0.5 } } },
    });
  });

  it('refuses what it does not know', () => {
    expect(scenarioSchema.safeParse({ shoppers: { phonShare: 0.5 } }).success).toBe(false);
    expect(scenarioSchema.safeParse({ speed: 101 }).success).toBe(false);
  });
});
