import { describe, expect, it } from 'vitest';
import { writeState } from '../../agent/core/snapshot.ts';
import { CoreDriver, visitIn } from '../support/core-driver.ts';
import { sampleStore } from '../support/sample-store.ts';

const ONE = visitIn('treated');
const TWO = visitIn('treated', Number(ONE.slice(2)) + 1);
const THREE = visitIn('treated', Number(TWO.slice(2)) + 1);

/** Both go to the same shelf, the second shortly after the first. */
function go(driver: CoreDriver, visits: readonly string[], fixture: string, apartMs = 4_000): void {
  driver.wait(60_000);
  for (const visit of visits) driver.wait(apartMs).input({ kind: 'visit.placed', visit, fixture });
}

describe('people who walk together', () => {
  function walk(turns: readonly string[], apartMs?: number): CoreDriver {
    const driver = new CoreDriver();
    driver.open(ONE, { fixture: 'shelf-01' });
    driver.open(TWO, { fixture: 'shelf-01' });
    for (const fixture of turns) go(driver, [ONE, TWO], fixture, apartMs);
    return driver;
  }

  it('get one offer between them', () => {
    const driver = walk(['shelf-03', 'shelf-07', 'shelf-11', 'shelf-03']);
    driver.input({ kind: 'visit.scanned', visit: ONE, sku: 'coffee-02' });
    driver.input({ kind: 'visit.scanned', visit: TWO, sku: 'coffee-03' });
    expect(driver.decisions().map(({ visit, reason }) => [visit, reason])).toEqual([
      [ONE, 'offer'],
      [TWO, 'group'],
    ]);
  });

  it.each([
    ['who met twice', ['shelf-03', 'shelf-07'], undefined],
    ['who come a minute later each time', ['shelf-03', 'shelf-07', 'shelf-11', 'shelf-03'], 61_000],
  ] as const)('are not those %s', (_, turns, apartMs) => {
    const driver = walk(turns, apartMs);
    driver.input({ kind: 'visit.scanned', visit: ONE, sku: 'coffee-02' });
    driver.input({ kind: 'visit.scanned', visit: TWO, sku: 'coffee-03' });
    expect(driver.decisions().map(({ reason }) => reason)).toEqual(['offer', 'offer']);
  });

  it('are told apart when one of them goes another way', () => {
    const driver = walk(['shelf-03', 'shelf-07', 'shelf-11']);
    go(driver, [ONE], 'shelf-03');
    go(driver, [TWO], 'shelf-01');
    go(driver, [ONE], 'shelf-07');
    driver.input({ kind: 'visit.scanned', visit: ONE, sku: 'coffee-02' });
    driver.input({ kind: 'visit.scanned', visit: TWO, sku: 'coffee-03' });
    expect(driver.decisions().map(({ reason }) => reason)).toEqual(['offer', 'offer']);
  });

  it('leave no id behind when one of them erases everything', () => {
    const driver = walk(['shelf-03', 'shelf-07', 'shelf-11', 'shelf-03']);
    driver.open(THREE);
    driver.input({ kind: 'visit.erased', visit: ONE });
    expect(writeState(driver.state)).not.toContain(`"${ONE}"`);
  });
});

describe('staff', () => {
  const store = sampleStore({ tags: [...sampleStore().tags, { id: 'badge-1', name: 'Badge', staff: true }] });

  function badgeIn(driver: CoreDriver, zone: string): void {
    for (let n = 0; n < 6; n++) driver.wait(1_000).reading(`scan-${zone}`, { kind: 'ble.sighting', beacon: 'badge-1', rssiDbm: -50 });
  }

  it('with a tag of its own is never a visit and never a shopper', () => {
    const driver = new CoreDriver(store);
    badgeIn(driver, 'entrance');
    badgeIn(driver, 'coffee');
    driver.pick('03-2');
    expect(driver.state.visits.size).toBe(0);
    expect(driver.state.today.funnel[0]).toBe(0);
  });

  it('at a shelf makes it less sure that a shopper took something', () => {
    const confidence = (isStaffThere: boolean): number => {
      const driver = new CoreDriver(store);
      if (isStaffThere) badgeIn(driver, 'coffee');
      driver.open(ONE, { fixture: 'shelf-03' });
      driver.pick('03-2');
      return driver.state.visits.get(ONE)?.interactions[0]?.confidence ?? 0;
    };
    expect(confidence(true)).toBeLessThan(confidence(false));
  });

  it('that fills a shelf is recognised, gets no offer and is taken out of the figures', () => {
    const driver = new CoreDriver();
    driver.reading('scan-entrance', { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm: -50 });
    for (let n = 0; n < 8; n++) driver.wait(1_000).reading('scan-coffee', { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm: -45 });
    const visit = [...driver.state.visits.values()][0];
    expect(driver.state.today.funnel[0]).toBe(1);
    if (visit === undefined) throw new Error('the cart is no visit');
    visit.place = { zone: 'coffee', fixture: 'shelf-03', sinceMs: driver.nowMs, seenAtMs: driver.nowMs, confidence: 1 };
    driver.reading('shelf-03', { kind: 'shelf.return', slot: '03-2', count: 6 });
    expect(visit.staff).toBe('restocking');
    expect(driver.state.today.funnel).toEqual([0, 0, 0, 0, 0, 0]);
    driver.wait(30 * 60_000).tick();
    expect(driver.rows('row.outcome')).toEqual([]);
  });
});
