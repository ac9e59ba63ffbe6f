import { describe, expect, it } from 'vitest';
import { MOST_TOUCHES, touch } from '../../agent/core/touch.ts';
import { CoreDriver, visitIn } from '../support/core-driver.ts';
import { sampleStore } from '../support/sample-store.ts';

const TREATED = visitIn('treated');

function touchesOf(driver: CoreDriver, visit: string) {
  return driver.state.visits.get(visit)?.touches?.map(({ channel }) => channel);
}

describe('how a visit was reached', () => {
  it('is noted for the phone when it says that it showed the offer, and not before', () => {
    const driver = new CoreDriver(sampleStore({ fixtures: sampleStore().fixtures.map(({ display: _, ...fixture }) => fixture) }));
    driver.open(TREATED, { fixture: 'shelf-03' });
    driver.pick('03-2');
    expect(touchesOf(driver, TREATED)).toBeUndefined();
    driver.input({ kind: 'offer.receipt', visit: TREATED, offer: driver.offers()[0]!.id, state: 'shown' });
    driver.input({ kind: 'offer.receipt', visit: TREATED, offer: driver.offers()[0]!.id, state: 'saved' });
    expect(touchesOf(driver, TREATED)).toEqual(['phone']);
  });

  it.each([
    ['shelf-display', {}],
    ['label', { adapter: 'openepaperlink' }],
  ] as const)('is noted for a %s at the shelf where it stands, and for nobody elsewhere', (channel, changes) => {
    const store = sampleStore();
    const devices = store.devices.map((device) => (device.id === 'display-03' ? { ...device, ...changes } : device));
    const driver = new CoreDriver({ ...store, devices });
    driver.intent = undefined;
    driver.open('v_here', { fixture: 'shelf-03' });
    driver.open('v_there', { fixture: 'shelf-07' });
    driver.pick('03-2');
    expect([touchesOf(driver, 'v_here'), touchesOf(driver, 'v_there')]).toEqual([[channel], undefined]);
  });

  it('is noted for the whole zone where a screen belongs to no shelf', () => {
    const store = sampleStore();
    const devices = store.devices.map(({ fixture, ...device }) =>
      device.id === 'display-03' || fixture === undefined ? device : { ...device, fixture },
    );
    const driver = new CoreDriver({ ...store, devices });
    driver.intent = undefined;
    driver.open('v_here', { fixture: 'shelf-04' });
    driver.pick('03-2');
    expect(touchesOf(driver, 'v_here')).toEqual(['signage']);
  });

  it('is written with its outcome, which names nobody', () => {
    const driver = new CoreDriver();
    driver.open(TREATED, { fixture: 'shelf-03' });
    driver.pick('03-2');
    driver.wait(1_000).input({ kind: 'offer.receipt', visit: TREATED, offer: driver.offers()[0]!.id, state: 'shown' });
    driver.wait(60 * 60_000).tick();
    const outcome = driver.rows('row.outcome')[0]?.outcome;
    expect(outcome?.touches?.map(({ channel }) => channel)).toEqual(['shelf-display', 'phone']);
    expect(outcome?.campaign).toBe('coffee-20');
    expect(JSON.stringify(outcome)).not.toContain(TREATED);
  });

  it('keeps the first touch and the latest ones', () => {
    const driver = new CoreDriver();
    driver.open(TREATED);
    const visit = driver.state.visits.get(TREATED)!;
    for (let i = 0; i < 40; i++) touch(visit, i === 0 ? 'staff' : 'signage', i);
    expect(visit.touches).toHaveLength(MOST_TOUCHES);
    expect([visit.touches?.[0], visit.touches?.at(-1)?.atMs]).toEqual([{ channel: 'staff', atMs: 0 }, 39]);
  });
});
