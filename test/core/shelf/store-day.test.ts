import { describe, expect, it } from 'vitest';
import { compileStore } from '../../../agent/core/compiled-store.ts';
import { takeCount, takeWeight } from '../../../agent/core/shelf/shelf.ts';
import type { ShelfEvent } from '../../../agent/core/shelf/shelf-event.ts';
import { createShelf } from '../../../agent/core/shelf/shelf-state.ts';
import { facts, messages, quietScenario, run } from '../../simulator/support.ts';
import { sampleStore } from '../../support/sample-store.ts';

/** Plays a simulated store's shelf messages through the shelves, at their time of arrival. */
function playDay(shelfReports: string) {
  const store = compileStore(sampleStore());
  const { events, truth } = run(quietScenario({ devices: { shelfReports } }));
  const shelf = createShelf();
  const told: ShelfEvent[] = [];
  for (const { body, deviceAtMs, atMs } of messages(events)) {
    if (body.kind !== 'shelf.weight' && body.kind !== 'shelf.pick' && body.kind !== 'shelf.return') continue;
    const slot = store.slots.get(body.slot);
    if (slot === undefined) continue;
    const now = { store, slot, nowMs: atMs, isAlone: false };
    const event =
      body.kind === 'shelf.weight'
        ? takeWeight(shelf, now, { atMs: deviceAtMs, grams: body.grams })
        : takeCount(shelf, now, { kind: body.kind === 'shelf.pick' ? 'pick' : 'return', units: body.count, atMs: deviceAtMs });
    if (event !== undefined) told.push(event);
  }
  return { shelf, store, told, truth };
}

function unitsTaken(told: readonly ShelfEvent[]): number {
  return told.reduce((sum, { kind, units }) => sum + (kind === 'pick' || kind === 'sweep' ? units : 0), 0);
}

describe('the shelves of a simulated store', () => {
  it.each(['events', 'weight', 'both'])('that report %s tell of what was taken once', (reports) => {
    const { told, truth } = playDay(reports);
    const taken = facts(truth, 'pick').reduce((sum, { count }) => sum + count, 0);
    expect(taken).toBeGreaterThan(100);
    // What is taken and put back between two reports of a scale that reports once a minute leaves no trace.
    expect(unitsTaken(told)).toBeGreaterThan(0.95 * taken);
    expect(unitsTaken(told)).toBeLessThan(1.02 * taken);
  });

  it.each(['weight', 'both'])('that report %s know what is left in every slot', (reports) => {
    const { shelf, truth, store } = playDay(reports);
    const left = new Map<string, number>();
    for (const row of truth) if ('stock' in row && row.stock !== undefined) left.set(row.slot, row.stock);
    const checked = [...left].filter(([slot]) => shelf.stocks.get(slot)?.units !== undefined);
    expect(checked.length).toBeGreaterThan(0.9 * left.size);
    const wrong = checked.filter(([slot, stock]) => shelf.stocks.get(slot)?.units !== stock);
    expect(wrong.length).toBeLessThanOrEqual(Math.ceil(0.05 * store.slots.size));
  });
});
