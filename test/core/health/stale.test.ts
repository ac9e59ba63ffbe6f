import { describe, expect, it } from 'vitest';
import { isDue } from '../../../agent/core/due.ts';
import { flapsLastHour } from '../../../agent/core/health/flapping.ts';
import { dayKindOf } from '../../../agent/core/health/round.ts';
import { staleSlotSince } from '../../../agent/core/health/stale.ts';
import { ROUND_MS } from '../../../agent/core/health/usual.ts';
import { readState, writeState } from '../../../agent/core/snapshot.ts';
import { healthFindings } from '../../../agent/runtime/health-findings.ts';
import { CoreDriver, START_MS } from '../../support/core-driver.ts';

const findings = (driver: CoreDriver) =>
  healthFindings({ state: driver.state, nowMs: driver.nowMs, startedAtMs: START_MS }).filter(
    ({ sentence }) => !/since the start/.test(sentence),
  );

/** Other devices of the sample store keep talking, so that only one is in question. */
function others(driver: CoreDriver): void {
  for (const { id } of driver.state.store?.map.devices ?? []) {
    if (id !== 'shelf-03') driver.reading(id, { kind: 'device.status', online: true });
  }
}

describe('a device gone quiet', () => {
  it('makes the stock it weighed stale, raises one problem that says so, and both end when it speaks again', () => {
    const driver = new CoreDriver();
    driver.reading('shelf-03', { kind: 'shelf.weight', slot: '03-1', grams: 2_000 });
    expect(staleSlotSince(driver.state, '03-1', driver.nowMs)).toBeUndefined();
    driver.wait(60 * 60_000);
    others(driver);
    expect(staleSlotSince(driver.state, '03-1', driver.nowMs)).toBe(START_MS);
    expect(findings(driver)).toEqual([
      expect.objectContaining({
        id: 'device:shelf-03',
        sentence: expect.stringMatching(/quiet for 60 min$/),
        hint: expect.stringContaining('slot 03-1'),
      }),
    ]);
    driver.reading('shelf-03', { kind: 'shelf.weight', slot: '03-1', grams: 2_000 });
    expect(staleSlotSince(driver.state, '03-1', driver.nowMs)).toBeUndefined();
    expect(findings(driver)).toEqual([]);
  });

  it('is stale at once when it says that it is offline', () => {
    const driver = new CoreDriver();
    driver.reading('shelf-03', { kind: 'shelf.pick', slot: '03-1', count: 1 });
    driver.reading('shelf-03', { kind: 'device.status', online: false });
    expect(staleSlotSince(driver.state, '03-1', driver.nowMs)).toBe(driver.nowMs);
  });

  it('stays stale when it is taken out of the store', () => {
    const driver = new CoreDriver();
    driver.reading('shelf-03', { kind: 'shelf.pick', slot: '03-1', count: 1 });
    const map = driver.state.store?.map;
    if (map === undefined) throw new Error('no store');
    driver.wait(1_000).input({ kind: 'store.configured', store: { ...map, devices: map.devices.filter(({ id }) => id !== 'shelf-03') } });
    expect(staleSlotSince(driver.state, '03-1', driver.nowMs)).toBe(START_MS);
  });
});

describe('a connection that breaks all the time', () => {
  it('is a problem from the second loss in an hour on, and none an hour later', () => {
    const driver = new CoreDriver();
    for (let n = 0; n < 6; n++) {
      driver.reading('shelf-03', { kind: 'device.status', online: true });
      driver.reading('shelf-03', { kind: 'device.status', online: false });
    }
    driver.reading('shelf-03', { kind: 'device.status', online: true });
    const health = driver.state.health.devices.get('shelf-03');
    expect(health && flapsLastHour(health)).toBe(6);
    others(driver);
    expect(findings(driver).map(({ id }) => id)).toEqual(['flapping:shelf-03']);
  });
});

describe('rounds of the health of devices', () => {
  it('close by a tick, once, and go on after a snapshot as without one', () => {
    const driver = new CoreDriver();
    expect(isDue(driver.state, driver.nowMs + ROUND_MS)).toBe(false);
    driver.reading('shelf-03', { kind: 'climate', temperatureC: 20 });
    driver.wait(ROUND_MS);
    expect(isDue(driver.state, driver.nowMs)).toBe(true);
    const copy = readState(writeState(driver.state));
    driver.tick();
    expect(driver.state.health.isWhole).toBe(true);
    const other = new CoreDriver(undefined, copy);
    expect(writeState(other.state)).toContain('"roundMs"');
  });

  it.each([
    ['2026-06-01', 0],
    ['2026-06-05', 0],
    ['2026-06-06', 1],
    ['2026-06-07', 2],
  ])('%s is a day of kind %d', (day, kind) => {
    expect(dayKindOf(day)).toBe(kind);
  });
});
