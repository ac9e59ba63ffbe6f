import { describe, expect, it } from 'vitest';
import { waitWords } from '../../../agent/core/cameras/queue.ts';
import { trafficOverview } from '../../../agent/core/cameras/traffic-overview.ts';
import { readState, writeState } from '../../../agent/core/snapshot.ts';
import { CoreDriver } from '../../support/core-driver.ts';
import { sampleStore } from '../../support/sample-store.ts';

const STORE = { ...sampleStore(), queues: [{ till: 'till-2', name: 'till 2', alertAt: 4, zone: 'checkout' }] };

function queue(driver: CoreDriver, length: number, forSeconds: number): void {
  for (let at = 0; at < forSeconds; at += 10) {
    driver.reading('cam-coffee', { kind: 'queue', till: 'till-2', length, waitMs: 45_000 * length });
    driver.wait(Math.min(10, forSeconds - at) * 1_000);
  }
}

function alerts(driver: CoreDriver): readonly string[] {
  return driver.effects.flatMap((effect) => (effect.kind === 'act.alert' ? [effect.alert.text] : []));
}

describe('a long queue', () => {
  it('is told to staff once, in words', () => {
    const driver = new CoreDriver(STORE);
    queue(driver, 4, 60);
    queue(driver, 5, 60);
    expect(alerts(driver)).toEqual(['4 people wait at till 2, about 3 minutes']);
  });

  it('that lasts only a moment is not told', () => {
    const driver = new CoreDriver(STORE);
    for (let i = 0; i < 6; i++) {
      queue(driver, 5, 10);
      queue(driver, 3, 10);
    }
    expect(alerts(driver)).toEqual([]);
  });

  it('is told again only after it was clearly shorter for a while', () => {
    const driver = new CoreDriver(STORE);
    queue(driver, 4, 40);
    queue(driver, 3, 120);
    queue(driver, 4, 40);
    expect(alerts(driver)).toHaveLength(1);
    queue(driver, 2, 80);
    queue(driver, 4, 40);
    expect(alerts(driver)).toHaveLength(2);
  });

  it('at a till that the store does not have is nothing', () => {
    const driver = new CoreDriver();
    driver.reading('cam-coffee', { kind: 'queue', till: 'nowhere', length: 9, waitMs: 0 });
    expect(driver.state.cameras.queues.size).toBe(0);
  });

  it.each([
    [20_000, 'less than a minute'],
    [65_000, 'about 1 minute'],
    [200_000, 'about 3 minutes'],
  ])('of %d ms is said as "%s"', (ms, words) => {
    expect(waitWords(ms)).toBe(words);
  });
});

describe('what cameras counted', () => {
  it('is shown by the hour, without the squares that few people passed, and outlasts a snapshot', () => {
    const driver = new CoreDriver(STORE);
    driver.reading('cam-coffee', { kind: 'flow', from: 'entrance', to: 'coffee', count: 2 });
    driver.reading('cam-coffee', { kind: 'flow', from: 'entrance', to: 'nowhere', count: 2 });
    driver.reading('cam-coffee', { kind: 'door.count', in: 3, out: 1, zone: 'entrance' });
    for (const people of [2, 2]) {
      driver.reading('cam-coffee', {
        kind: 'heat',
        cells: [
          { cell: 8, seconds: 30, people },
          { cell: 9, seconds: 9, people: 1 },
          { cell: 4_000, seconds: 1, people: 9 },
        ],
      });
    }
    driver.reading('cam-coffee', { kind: 'queue', till: 'till-2', length: 3, waitMs: 90_000, left: 2, leftMs: 80_000 });
    driver.wait(3_600_000).reading('cam-coffee', { kind: 'flow', from: 'coffee', to: 'care', count: 1 });
    const again = readState(writeState(driver.state));
    if (again.store === undefined) throw new Error('The store is gone');
    const seen = trafficOverview(again, again.store, driver.nowMs);
    expect(seen).toEqual(trafficOverview(driver.state, again.store, driver.nowMs));
    expect(seen.queues).toEqual([]);
    expect(seen.hours).toMatchObject([
      {
        cells: [{ cell: 8, seconds: 60 }],
        flows: [{ from: 'entrance', to: 'coffee', people: 2 }],
        doors: [{ zone: 'entrance', in: 3, out: 1 }],
        queues: [{ till: 'till-2', left: 2, meanWaitMs: 40_000, longest: 3 }],
      },
      { flows: [{ from: 'coffee', to: 'care', people: 1 }] },
    ]);
  });

  it('is kept for a day and no longer', () => {
    const driver = new CoreDriver(STORE);
    for (let hour = 0; hour < 40; hour++)
      driver.wait(3_600_000).reading('cam-coffee', { kind: 'flow', from: 'coffee', to: 'care', count: 1 });
    expect(driver.state.cameras.hours.size).toBe(24);
  });
});
