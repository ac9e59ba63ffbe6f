import { describe, expect, it } from 'vitest';
import { writeState } from '../../agent/core/snapshot.ts';
import { CoreDriver, replyOf, visitIn } from '../support/core-driver.ts';

const PHONE = visitIn('treated');

/** A cart heard at one scanner for some seconds. */
function hear(driver: CoreDriver, tag: string, zone: string, seconds: number, rssiDbm = -55): void {
  for (let second = 0; second < seconds; second++)
    driver.wait(1_000).reading(`scan-${zone}`, { kind: 'ble.sighting', beacon: tag, rssiDbm });
}

describe('a cart tag', () => {
  it('lying at the entrance is nobody, and is somebody once it moves', () => {
    const driver = new CoreDriver();
    hear(driver, 'cart-01', 'entrance', 30);
    expect(driver.state.visits.size).toBe(0);
    hear(driver, 'cart-01', 'coffee', 12);
    expect([...driver.state.visits.values()].map(({ origin, place }) => [origin, place?.zone])).toEqual([['tag', 'coffee']]);
  });

  it('moves only when another zone is stronger by the hysteresis for the settling time', () => {
    const driver = new CoreDriver();
    hear(driver, 'cart-01', 'coffee', 5, -60);
    for (let second = 0; second < 20; second++) {
      driver.wait(500).reading('scan-coffee', { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm: -60 });
      driver.wait(500).reading('scan-care', { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm: -58 });
    }
    expect(driver.state.tags.get('cart-01')?.place?.zone).toBe('coffee');
    for (let second = 0; second < 10; second++)
      driver.wait(500).reading('scan-care', { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm: -50 });
    expect(driver.state.tags.get('cart-01')?.place?.zone).toBe('care');
  });

  it('joined by a phone hands over what was done with it, and the anonymous visit ends without an outcome', () => {
    const driver = new CoreDriver();
    hear(driver, 'cart-01', 'coffee', 5);
    driver.pick('03-2');
    driver.open(PHONE, { tag: 'cart-01' });
    const visit = driver.state.visits.get(PHONE);
    expect([...(visit?.interest.keys() ?? [])]).toEqual(['coffee-02']);
    expect(visit?.place?.zone).toBe('coffee');
    expect(driver.state.visits.size).toBe(1);
    expect(driver.rows('row.outcome')).toEqual([]);
  });

  it('of a stranger leaves no trace in state', () => {
    const driver = new CoreDriver();
    driver.reading('scan-coffee', { kind: 'ble.sighting', beacon: 'AA:BB:CC:DD:EE:FF', rssiDbm: -40 });
    expect(writeState(driver.state)).not.toContain('AA:BB');
  });

  it('that the store does not own cannot be joined', () => {
    const driver = new CoreDriver();
    expect(replyOf(driver.open(PHONE, { tag: 'cart-99' }))).toEqual({ kind: 'unknown-tag' });
  });
});

describe('a shelf event', () => {
  it("with two shoppers side by side is nobody's for sure when the floor says so", () => {
    const driver = new CoreDriver();
    driver.open('v_1', { fixture: 'shelf-03' });
    driver.open('v_2', { fixture: 'shelf-03' });
    driver.pick('03-2');
    expect(driver.decisions()).toEqual([]);
    expect(driver.state.today.fixtures.get('shelf-03')?.interactions).toBe(1);
  });

  it('goes to the shopper at the fixture rather than to the one elsewhere in the zone', () => {
    const driver = new CoreDriver();
    driver.open('v_1', { fixture: 'shelf-04' });
    driver.open('v_2', { fixture: 'shelf-03' });
    driver.pick('03-2');
    expect(driver.state.visits.get('v_2')?.interactions).toHaveLength(1);
    expect(driver.state.visits.get('v_1')?.interactions).toHaveLength(0);
  });

  it('is less certain the more people a camera counts', () => {
    const confidences = [1, 2, 4].map((people) => {
      const driver = new CoreDriver();
      driver.open(PHONE, { fixture: 'shelf-03' });
      driver.reading('cam-coffee', { kind: 'presence', count: people });
      driver.pick('03-2');
      return driver.state.visits.get(PHONE)?.interactions[0]?.confidence ?? 0;
    });
    expect(confidences[0]).toBeGreaterThan(0.8);
    expect(confidences[1]).toBeLessThan(confidences[0] ?? 0);
    expect(confidences[2]).toBeLessThan(confidences[1] ?? 0);
  });

  it("moves the fixture's own display, whoever it was, and the message goes away by itself", () => {
    const driver = new CoreDriver();
    driver.pick('03-2');
    const shown = driver.effects.flatMap((effect) => (effect.kind === 'act.display' ? [effect.show?.title] : []));
    expect(shown).toEqual(['Espresso beans 500 g']);
    const cleared = driver.wait(60_000).tick();
    expect(cleared).toContainEqual({ kind: 'act.display', device: 'display-03', fixture: 'shelf-03', show: undefined });
  });

  it("late is kept for the device's health and for nothing else", () => {
    const driver = new CoreDriver();
    driver.open(PHONE, { fixture: 'shelf-03' });
    driver.reading('shelf-03', { kind: 'shelf.pick', slot: '03-2', count: 1 }, { late: true });
    expect(driver.state.visits.get(PHONE)?.interactions).toEqual([]);
    expect(driver.state.devices.get('shelf-03')?.messagesToday).toBe(1);
  });
});

describe('weight on a slot', () => {
  const weigh = (driver: CoreDriver, weights: readonly number[]) => {
    for (const grams of weights) driver.wait(500).reading('shelf-03', { kind: 'shelf.weight', slot: '03-2', grams });
    return driver.state.visits.get(PHONE)?.interactions.map(({ kind }) => kind) ?? [];
  };
  it.each([
    ['one taken', [5_100, 5_101, 4_700, 4_590, 4_591], ['pick']],
    ['two taken at once', [5_100, 5_100, 4_080, 4_080], ['pick']],
    ['one put back', [4_590, 4_590, 5_100, 5_100, 5_101, 5_100, 5_100], ['return']],
    ['a hand on the plate', [5_100, 5_100, 6_900, 7_400, 5_101, 5_100], []],
    ['drift', [5_100, 5_102, 5_104, 5_106, 5_108, 5_110], []],
  ])('%s', (_name, weights, expected) => {
    const driver = new CoreDriver();
    driver.open(PHONE, { fixture: 'shelf-03' });
    expect(weigh(driver, weights)).toEqual(expected);
  });
});

describe('a visit', () => {
  it('ends when idle, writes its outcome once if it was eligible and may be measured, and frees its tag', () => {
    const driver = new CoreDriver();
    driver.open(PHONE, { fixture: 'shelf-03', tag: 'cart-01' });
    driver.pick('03-2');
    driver.reading('till-1', {
      kind: 'pos.sale',
      receipt: 's1',
      lines: [{ sku: 'coffee-02', quantity: 1, cents: 899 }],
      codes: [],
      visit: PHONE,
    });
    for (let minute = 0; minute < 45; minute++) driver.wait(60_000).tick();
    expect(driver.state.visits.size).toBe(0);
    expect(driver.state.tags.get('cart-01')?.visit).toBeUndefined();
    expect(driver.rows('row.outcome').map(({ outcome }) => outcome)).toEqual([
      expect.objectContaining({ arm: 'treated', campaign: 'coffee-20', converted: true, salesCents: 899, profitCents: 379 }),
    ]);
  });

  it('without consent to measurement is not linked to its purchase', () => {
    const driver = new CoreDriver();
    driver.open(PHONE, { fixture: 'shelf-03', consents: { offers: true } });
    driver.reading('till-1', {
      kind: 'pos.sale',
      receipt: 's1',
      lines: [{ sku: 'coffee-02', quantity: 1, cents: 899 }],
      codes: [],
      visit: PHONE,
    });
    expect(driver.rows('row.sale').map(({ sale }) => sale.visit)).toEqual([undefined]);
    expect(driver.state.today.salesCents).toBe(899);
  });

  it('that withdraws its consent loses its open offers at once', () => {
    const driver = new CoreDriver();
    driver.open(PHONE, { fixture: 'shelf-03' });
    driver.pick('03-2');
    const effects = driver.input({ kind: 'visit.consented', visit: PHONE, consents: { offers: false }, textVersion: '1' });
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'act.withdraw', state: 'withdrawn' }));
  });

  it('standing long at a fixture is interest, noticed once', () => {
    const driver = new CoreDriver();
    driver.open(PHONE, { fixture: 'shelf-03' });
    for (let second = 0; second < 80; second += 10) driver.wait(10_000).tick();
    expect(driver.state.visits.get(PHONE)?.interactions.map(({ kind }) => kind)).toEqual(['dwell']);
  });
});

describe('a clock set back for good', () => {
  it('ends what the old time had promised and goes on from the new time', () => {
    const driver = new CoreDriver();
    driver.open(PHONE, { fixture: 'shelf-03' });
    driver.pick('03-2');
    const toMs = driver.nowMs - 86_400_000;
    driver.input({ kind: 'clock.set', toMs });
    expect(driver.state.visits.size).toBe(0);
    expect([...driver.state.offers.values()].map(({ offer }) => offer.state)).toEqual(['withdrawn']);
    expect(driver.state.nowMs).toBe(toMs);
  });
});
