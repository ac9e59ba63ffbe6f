import { describe, expect, it } from 'vitest';
import { admit } from '../../agent/core/admit.ts';
import { readState, writeState } from '../../agent/core/snapshot.ts';
import { createState } from '../../agent/core/state.ts';
import { step } from '../../agent/core/step.ts';
import type { StoreMap } from '../../agent/core/store-map.ts';
import { CoreDriver } from '../support/core-driver.ts';
import { sampleStore } from '../support/sample-store.ts';

const PLACES: Readonly<Record<string, readonly [number, number]>> = {
  'scan-entrance': [5, 11],
  'scan-coffee': [4, 3],
  'scan-care': [16, 3],
  'scan-checkout': [15, 11],
};

/** The sample store with a place for every scanner. */
function placedStore(changes: Partial<StoreMap> = {}): StoreMap {
  const store = sampleStore(changes);
  return {
    ...store,
    devices: store.devices.map((device) => {
      const at = PLACES[device.id];
      return at === undefined ? device : { ...device, xM: at[0], yM: at[1] };
    }),
  };
}

/** A cart at a place, heard by every scanner as the textbook says, twice a second. */
function push(driver: CoreDriver, [xM, yM]: readonly [number, number], seconds: number): void {
  for (let half = 0; half < 2 * seconds; half++) {
    driver.wait(500);
    for (const [device, [x, y]] of Object.entries(PLACES)) {
      const rssiDbm = Math.round(-59 - 25 * Math.log10(Math.max(0.5, Math.hypot(x - xM, y - yM, 1.3))));
      driver.reading(device, { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm });
    }
  }
}

describe('a cart in a store whose scanners have places', () => {
  it('has a position, and a visit once it leaves the entrance', () => {
    const driver = new CoreDriver(placedStore());
    push(driver, [5, 10.5], 10);
    expect(driver.state.tags.get('cart-01')?.place?.zone).toBe('entrance');
    expect(driver.state.visits.size).toBe(0);
    push(driver, [5, 2], 10);
    const track = driver.state.tags.get('cart-01');
    expect(track?.place?.zone).toBe('coffee');
    expect(Math.hypot((track?.trail?.position?.xM ?? 0) - 5, (track?.trail?.position?.yM ?? 0) - 2)).toBeLessThan(3);
    expect([...driver.state.visits.values()].map(({ origin, place }) => [origin, place?.zone])).toEqual([['tag', 'coffee']]);
  });

  it('says nothing before a second of sightings', () => {
    const driver = new CoreDriver(placedStore());
    driver.reading('scan-coffee', { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm: -50 });
    expect(driver.state.tags.get('cart-01')?.place).toBeUndefined();
  });

  it('goes on from a snapshot exactly as if nothing had happened', () => {
    const driver = new CoreDriver(placedStore());
    push(driver, [5, 10.5], 5);
    const resumed = new CoreDriver(placedStore());
    resumed.state = readState(writeState(driver.state));
    resumed.seq = driver.seq;
    resumed.nowMs = driver.nowMs;
    push(driver, [12, 4], 12);
    push(resumed, [12, 4], 12);
    expect(driver.state.visits.size).toBe(1);
    expect(JSON.parse(writeState(resumed.state))).toEqual(JSON.parse(writeState(driver.state)));
  });

  it('replayed leads to the same state', () => {
    const driver = new CoreDriver(placedStore());
    push(driver, [5, 10.5], 5);
    push(driver, [12, 4], 12);
    const replayed = createState();
    for (const logged of driver.log) step(replayed, logged);
    expect(writeState(replayed)).toBe(writeState(driver.state));
  });

  it('survives a new floor plan that is smaller, with other zones', () => {
    const driver = new CoreDriver(placedStore());
    push(driver, [18, 2], 6);
    expect(driver.state.tags.get('cart-01')?.place?.zone).toBe('care');
    const { zones } = sampleStore();
    const calibration = { txPowerDbm: -59, pathLoss: 2.5, tagHeightM: 1, points: [{ xM: 4, yM: 3, heard: { 'scan-coffee': -60 } }] };
    const smaller = placedStore({ plan: { widthM: 10, depthM: 8 }, zones: zones.slice(0, 2), calibration });
    driver.input({ kind: 'store.configured', store: smaller });
    // Cells of another grid would be other places.
    expect(driver.state.tags.get('cart-01')?.trail?.belief).toEqual([]);
    push(driver, [4, 3], 6);
    expect(driver.state.tags.get('cart-01')?.place?.zone).toBe('coffee');
  });
});

describe('ten thousand strangers', () => {
  it('are turned away before the log, and would leave the state as it was', () => {
    for (const store of [sampleStore(), placedStore()]) {
      const driver = new CoreDriver(store);
      push(driver, [5, 10], 3);
      // The scanner's own health is allowed to move on: it spoke.
      const tagsBefore = writeState({ ...driver.state, devices: new Map(), health: createState().health, nowMs: 0 });
      const address = (n: number) => `AA:BB:CC:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`;
      for (let n = 0; n < 10_000; n++) {
        const reading = {
          id: `s${n}`,
          device: 'scan-coffee',
          atMs: driver.nowMs,
          kind: 'ble.sighting',
          beacon: address(n),
          rssiDbm: -60,
        } as const;
        expect(admit(driver.state, reading)).toBe('stranger');
        driver.input({ kind: 'reading', reading });
      }
      expect(writeState({ ...driver.state, devices: new Map(), health: createState().health, nowMs: 0 })).toBe(tagsBefore);
    }
  });
});
