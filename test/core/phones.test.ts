import { describe, expect, it } from 'vitest';
import { admit } from '../../agent/core/admit.ts';
import { readState, writeState } from '../../agent/core/snapshot.ts';
import { createState } from '../../agent/core/state.ts';
import { step } from '../../agent/core/step.ts';
import { subjectOf } from '../../agent/store/inbox.ts';
import { CoreDriver } from '../support/core-driver.ts';

/** The phone of a visit, heard at one scanner for some seconds. */
function hear(driver: CoreDriver, visit: string, zone: string, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    driver.wait(1_000);
    const { nowMs } = driver;
    driver.input({
      kind: 'reading',
      visit,
      reading: { id: `p${nowMs}`, device: `scan-${zone}`, atMs: nowMs, kind: 'ble.sighting', beacon: 'phone', rssiDbm: -55 },
    });
  }
}

function zoneOf(driver: CoreDriver, visit: string) {
  return driver.state.visits.get(visit)?.place?.zone;
}

describe('a phone that broadcasts', () => {
  it('says where its visit is', () => {
    const driver = new CoreDriver();
    driver.open('v_1');
    driver.input({ kind: 'visit.broadcast', visit: 'v_1', on: true });
    hear(driver, 'v_1', 'coffee', 5);
    expect(zoneOf(driver, 'v_1')).toBe('coffee');
    hear(driver, 'v_1', 'care', 15);
    expect(zoneOf(driver, 'v_1')).toBe('care');
  });

  it('is believed before the cart that was left behind', () => {
    const driver = new CoreDriver();
    driver.open('v_1', { tag: 'cart-01' });
    driver.input({ kind: 'visit.broadcast', visit: 'v_1', on: true });
    hear(driver, 'v_1', 'coffee', 5);
    for (let second = 0; second < 10; second++) {
      hear(driver, 'v_1', 'coffee', 1);
      driver.reading('scan-care', { kind: 'ble.sighting', beacon: 'cart-01', rssiDbm: -40 });
    }
    expect(zoneOf(driver, 'v_1')).toBe('coffee');
  });

  it.each([
    ['without the consent to offers', (driver: CoreDriver) => driver.open('v_1', { consents: { measurement: true } })],
    [
      'after the consent was withdrawn',
      (driver: CoreDriver) => {
        driver.open('v_1');
        driver.input({ kind: 'visit.broadcast', visit: 'v_1', on: true });
        hear(driver, 'v_1', 'coffee', 5);
        driver.input({ kind: 'visit.consented', visit: 'v_1', consents: { offers: false }, textVersion: '1' });
      },
    ],
    [
      'after it was told to stop',
      (driver: CoreDriver) => {
        driver.open('v_1');
        driver.input({ kind: 'visit.broadcast', visit: 'v_1', on: true });
        hear(driver, 'v_1', 'coffee', 5);
        driver.input({ kind: 'visit.broadcast', visit: 'v_1', on: false });
      },
    ],
  ])('is a stranger %s', (_name, prepare) => {
    const driver = new CoreDriver();
    prepare(driver);
    if (driver.state.visits.get('v_1')?.phone === undefined && driver.log.length === 2)
      driver.input({ kind: 'visit.broadcast', visit: 'v_1', on: true });
    const reading = { id: 'x', device: 'scan-care', atMs: driver.nowMs, kind: 'ble.sighting', beacon: 'phone', rssiDbm: -50 } as const;
    expect(admit(driver.state, reading, 'v_1')).toBe('stranger');
    hear(driver, 'v_1', 'care', 10);
    expect(zoneOf(driver, 'v_1')).toBeUndefined();
  });

  it('leaves nothing in the state once its visit is erased, and every log entry about it is found by the visit', () => {
    const driver = new CoreDriver();
    const before = writeState({ ...driver.state, devices: new Map() });
    driver.open('v_1');
    driver.input({ kind: 'visit.broadcast', visit: 'v_1', on: true });
    hear(driver, 'v_1', 'coffee', 5);
    const named = driver.log.filter(({ input }) => JSON.stringify(input).includes('v_1'));
    expect(named.length).toBe(7);
    expect(named.every(({ input }) => subjectOf(input) === 'v_1')).toBe(true);
    driver.input({ kind: 'visit.erased', visit: 'v_1' });
    expect(before).not.toContain('v_1');
    expect(writeState(driver.state)).not.toContain('v_1');
  });

  it('replayed, or resumed from a snapshot, leads to the same state', () => {
    const driver = new CoreDriver();
    driver.open('v_1');
    driver.input({ kind: 'visit.broadcast', visit: 'v_1', on: true });
    hear(driver, 'v_1', 'coffee', 5);
    const resumed = new CoreDriver();
    Object.assign(resumed, { state: readState(writeState(driver.state)), seq: driver.seq, nowMs: driver.nowMs });
    hear(driver, 'v_1', 'care', 12);
    hear(resumed, 'v_1', 'care', 12);
    expect(JSON.parse(writeState(resumed.state))).toEqual(JSON.parse(writeState(driver.state)));
    const replayed = createState();
    for (const logged of driver.log) step(replayed, logged);
    expect(writeState(replayed)).toBe(writeState(driver.state));
  });
});
