import { describe, expect, it } from 'vitest';
import { UNSURVEYED } from '../../../agent/core/locate/radio.ts';
import { readState, writeState } from '../../../agent/core/snapshot.ts';
import type { Doorway, StoreMap } from '../../../agent/core/store-map.ts';
import { CoreDriver } from '../../support/core-driver.ts';
import { sampleStore } from '../../support/sample-store.ts';

const DOOR: Doorway = {
  first: 'scan-entrance',
  second: 'scan-porch',
  sides: [
    { name: 'inside', zone: 'entrance', isInside: true, meanDbm: [-60, -75], variance: [16, 16, 4] },
    { name: 'outside', isInside: false, meanDbm: [-75, -60], variance: [16, 16, 4] },
  ],
};

/** The sample store with a second scanner outside of its door. */
function store(): StoreMap {
  const { devices } = sampleStore();
  const entrance = devices.find(({ id }) => id === 'scan-entrance')!;
  return sampleStore({
    devices: [...devices, { ...entrance, id: 'scan-porch', name: 'Porch' }],
    calibration: { ...UNSURVEYED, doorways: [DOOR] },
  });
}

/** A cart heard at the door's receivers (and others) for some seconds. */
function hear(driver: CoreDriver, seconds: number, heard: Readonly<Record<string, number>>): void {
  for (let second = 0; second < seconds; second++) {
    driver.wait(1_000);
    for (const [device, rssiDbm] of Object.entries(heard)) driver.reading(device, { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm });
  }
}

const INSIDE = { 'scan-entrance': -60, 'scan-porch': -75 };
const OUTSIDE = { 'scan-entrance': -75, 'scan-porch': -60 };

function placeOf(driver: CoreDriver) {
  return driver.state.tags.get('cart-01')?.place?.zone;
}

describe('a cart at a door with two receivers', () => {
  it('is in no zone while it is outside, in the entrance soon after it came in, and its visit has left with it', () => {
    const driver = new CoreDriver(store());
    hear(driver, 10, OUTSIDE);
    expect([placeOf(driver), driver.state.visits.size]).toEqual([undefined, 0]);
    hear(driver, 20, INSIDE);
    expect(placeOf(driver)).toBe('entrance');
    driver.open('v_1', { tag: 'cart-01' });
    expect(driver.state.visits.get('v_1')?.place?.zone).toBe('entrance');
    hear(driver, 25, OUTSIDE);
    expect([placeOf(driver), driver.state.visits.get('v_1')?.place]).toEqual([undefined, undefined]);
  });

  it('among the shelves is where other scanners hear it, however faintly the door does', () => {
    const driver = new CoreDriver(store());
    hear(driver, 10, INSIDE);
    // Far from the door the two receivers say nothing of use: as faint as outside.
    hear(driver, 20, { 'scan-entrance': -88, 'scan-porch': -84, 'scan-care': -55 });
    expect(placeOf(driver)).toBe('care');
  });

  it('one of whose receivers is dead stays what it was said to be', () => {
    const driver = new CoreDriver(store());
    hear(driver, 10, INSIDE);
    hear(driver, 60, { 'scan-entrance': -75 });
    expect(placeOf(driver)).toBe('entrance');
  });

  it('that only one working receiver hears is on that one’s side', () => {
    const driver = new CoreDriver(store());
    hear(driver, 10, INSIDE);
    for (let second = 0; second < 60; second++) {
      driver.reading('scan-entrance', { kind: 'ble.sighting', beacon: 'AA:BB:CC:DD:EE:FF', rssiDbm: -60 });
      hear(driver, 1, { 'scan-porch': -62 });
    }
    expect(placeOf(driver)).toBeUndefined();
  });

  it('goes on from a snapshot as if nothing had happened', () => {
    const driver = new CoreDriver(store());
    hear(driver, 10, OUTSIDE);
    const resumed = new CoreDriver(store());
    Object.assign(resumed, { state: readState(writeState(driver.state)), seq: driver.seq, nowMs: driver.nowMs });
    hear(driver, 15, INSIDE);
    hear(resumed, 15, INSIDE);
    expect(JSON.parse(writeState(resumed.state))).toEqual(JSON.parse(writeState(driver.state)));
  });
});
