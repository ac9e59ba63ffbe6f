import { describe, expect, it } from 'vitest';
import { UNSURVEYED } from '../../../agent/core/locate/radio.ts';
import { zoneGroups } from '../../../agent/core/locate/resolution.ts';
import type { Calibration, StoreMap } from '../../../agent/core/store-map.ts';
import { CoreDriver, visitIn } from '../../support/core-driver.ts';
import { sampleStore } from '../../support/sample-store.ts';

const PHONE = visitIn('treated');

function surveyed(calibration: Partial<Calibration>, changes: Partial<StoreMap> = {}): StoreMap {
  return sampleStore({ ...changes, calibration: { ...UNSURVEYED, ...calibration } });
}

function groupsOf(store: StoreMap): readonly string[] {
  return [...new Set([...zoneGroups(store).values()].map(({ zones }) => zones.join('+')))];
}

describe('zones that scanners can tell apart', () => {
  // Sides of the sample store's zones: entrance and checkout 6.3 m, coffee and care 8.9 m.
  it.each([
    ['all of them without a survey', sampleStore(), ['entrance', 'coffee', 'care', 'checkout']],
    ['all of them where they are large enough', surveyed({ smallestZoneM: 6 }), ['entrance', 'coffee', 'care', 'checkout']],
    [
      'small ones together with the neighbour along the longest border',
      surveyed({ smallestZoneM: 7 }),
      ['entrance+coffee', 'care+checkout'],
    ],
    ['none of them where the scanners are too few', surveyed({ smallestZoneM: 30 }), ['entrance+coffee+care+checkout']],
    ['not those that a survey found alike', surveyed({ alike: [['coffee', 'care']] }), ['entrance', 'coffee+care', 'checkout']],
    [
      'whatever a survey says of zones that are gone',
      surveyed({ alike: [['coffee', 'deli']] }),
      ['entrance', 'coffee', 'care', 'checkout'],
    ],
  ])('%s', (_name, store, expected) => {
    expect(groupsOf(store)).toEqual(expected);
  });
});

/** A cart with a phone, heard in the care zone; then something is taken from a shelf. */
function heardInCare(store: StoreMap, slot: string): CoreDriver {
  const driver = new CoreDriver(store);
  driver.open(PHONE, { tag: 'cart-01' });
  for (let second = 0; second < 5; second++)
    driver.wait(1_000).reading('scan-care', { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm: -50 });
  driver.pick(slot);
  return driver;
}

describe('an offer', () => {
  it('follows a pick in the zone that the cart is in, and none in the next one, where they are told apart', () => {
    expect(heardInCare(sampleStore(), '07-1').offers()).toHaveLength(1);
    expect(heardInCare(sampleStore(), '03-2').state.visits.get(PHONE)?.interactions).toEqual([]);
  });

  it('follows a pick in either of two zones that are not, less surely', () => {
    const store = surveyed({ alike: [['coffee', 'care']] });
    const surely = heardInCare(sampleStore(), '07-1').state.visits.get(PHONE)?.interactions[0]?.confidence ?? 0;
    for (const slot of ['07-1', '03-2']) {
      const { interactions } = heardInCare(store, slot).state.visits.get(PHONE)!;
      expect(interactions).toHaveLength(1);
      expect(interactions[0]!.confidence).toBeLessThan(surely);
    }
  });

  it('is not made on the word of scanners that cannot tell the zone from one that is off limits', () => {
    const zones = sampleStore().zones.map((zone) => (zone.id === 'checkout' ? { ...zone, offersAllowed: false } : zone));
    const reasons = (store: StoreMap) => {
      const driver = new CoreDriver(store);
      driver.open(PHONE, { tag: 'cart-01' });
      for (let second = 0; second < 5; second++)
        driver.wait(1_000).reading('scan-care', { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm: -50 });
      driver.input({ kind: 'visit.scanned', visit: PHONE, sku: 'shampoo-01' });
      return driver.decisions().map(({ reason }) => reason);
    };
    expect(reasons(sampleStore({ zones }))).toEqual(['offer']);
    expect(reasons(surveyed({ alike: [['care', 'checkout']] }, { zones }))).toEqual(['zone-off-limits']);
  });
});
