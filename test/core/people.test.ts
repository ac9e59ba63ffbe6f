import { describe, expect, it } from 'vitest';
import { readState, writeState } from '../../agent/core/snapshot.ts';
import { CoreDriver } from '../support/core-driver.ts';

describe('people that a camera counts', () => {
  it('are counted in the zone it names, and without one in its own', () => {
    const driver = new CoreDriver();
    driver.reading('scan-coffee', { kind: 'presence', count: 3, zone: 'care' });
    driver.wait(1_000).reading('scan-coffee', { kind: 'presence', count: 2 });
    expect([...driver.state.people].map(([zone, { count }]) => [zone, count])).toEqual([
      ['care', 3],
      ['coffee', 2],
    ]);
  });

  it('in a zone that the store does not have are nobody', () => {
    const driver = new CoreDriver();
    driver.reading('scan-coffee', { kind: 'presence', count: 3, zone: 'nowhere' });
    driver.reading('scan-coffee', { kind: 'dwell', zone: 'nowhere', ms: 4_000 });
    expect(driver.state.people.size).toBe(0);
    expect(driver.state.today.zones.has('nowhere')).toBe(false);
  });

  it('and how long they stayed outlast a snapshot, beside visits and not among them', () => {
    const driver = new CoreDriver();
    driver.reading('scan-coffee', { kind: 'dwell', zone: 'coffee', ms: 4_000 });
    driver.wait(500).reading('scan-coffee', { kind: 'dwell', zone: 'coffee', ms: 8_000 });
    const again = readState(writeState(driver.state));
    expect(again.today.zones.get('coffee')).toEqual({ visits: 0, dwellMs: 0, offers: 0, stays: 2, stayMs: 12_000 });
  });
});
