import { describe, expect, it } from 'vitest';
import { writeState } from '../../../agent/core/snapshot.ts';
import type { Visit } from '../../../agent/core/visit.ts';
import { CoreDriver, visitIn } from '../../support/core-driver.ts';

const CAM = 'cam-coffee';

function reach(driver: CoreDriver, seat: number, fixture = 'shelf-03'): void {
  driver.reading(CAM, { kind: 'reach', active: true, fixture, confidence: 0.9, basis: 'both', seat });
}

function stop(driver: CoreDriver, seat: number, fixture?: string): void {
  driver.reading(CAM, { kind: 'stop', seat, active: fixture !== undefined, ...(fixture !== undefined && { fixture }) });
}

function visits(driver: CoreDriver): readonly Visit[] {
  return [...driver.state.visits.values()];
}

describe('somebody whom cameras follow', () => {
  it('is no visit while they only stand there, and an anonymous one once they reach into a shelf', () => {
    const driver = new CoreDriver();
    stop(driver, 4, 'shelf-03');
    expect(visits(driver)).toEqual([]);
    driver.wait(2_000);
    reach(driver, 4);
    expect(visits(driver)).toMatchObject([{ origin: 'camera', place: { fixture: 'shelf-03' } }]);
    expect(visits(driver)[0]?.consents.size).toBe(0);
  });

  it('gets what they picked: the reach beside it says who of several it was', () => {
    const driver = new CoreDriver();
    reach(driver, 1, 'shelf-04');
    stop(driver, 2, 'shelf-03');
    driver.wait(5_000);
    reach(driver, 2);
    driver.wait(800).pick('03-2');
    const [other, mine] = visits(driver);
    expect(mine?.interactions).toMatchObject([{ kind: 'pick', sku: 'coffee-02' }]);
    expect(mine?.interactions[0]?.confidence).toBeGreaterThan(0.7);
    expect(other?.interactions).toEqual([]);
  });

  it('is sure of nothing when two reach at once', () => {
    const driver = new CoreDriver();
    reach(driver, 1);
    reach(driver, 2);
    driver.wait(500).pick('03-2');
    for (const { interactions } of visits(driver)) for (const { confidence } of interactions) expect(confidence).toBeLessThan(0.6);
  });

  it('has considered what they took and put back', () => {
    const driver = new CoreDriver();
    reach(driver, 1);
    driver.wait(500).pick('03-2');
    driver.wait(6_000);
    reach(driver, 1);
    driver.wait(500).putBack('03-2');
    expect(visits(driver)[0]?.interest.get('coffee-02')).toMatchObject({ picks: 1, returns: 1, holding: 0 });
  });

  it('gets no offer: nobody agreed to any', () => {
    const driver = new CoreDriver();
    reach(driver, 1);
    driver.wait(500).pick('03-2');
    expect(driver.offers()).toEqual([]);
  });

  it('ends soon after they are out of view, and the next one with that seat is somebody else', () => {
    const driver = new CoreDriver();
    reach(driver, 1);
    const first = visits(driver)[0]?.id;
    stop(driver, 1);
    driver.wait(3_000);
    reach(driver, 1);
    expect(visits(driver)).toHaveLength(2);
    driver.wait(65_000).tick();
    expect(visits(driver)).toEqual([]);
    expect(driver.rows('row.visit').some(({ visit }) => visit.id === first && visit.closedAtMs !== undefined)).toBe(true);
  });

  it('whose end was lost on the way is gone after a while all the same', () => {
    const driver = new CoreDriver();
    reach(driver, 1);
    driver.wait(50_000);
    reach(driver, 1);
    expect(visits(driver)).toHaveLength(2);
  });
});

describe("a phone's visit", () => {
  it('joins the one who stands at the shelf whose code was scanned, with what they did there', () => {
    const driver = new CoreDriver();
    reach(driver, 1);
    driver.wait(500).pick('03-2');
    driver.wait(4_000).open(visitIn('treated'), { fixture: 'shelf-03' });
    expect(visits(driver)).toMatchObject([{ origin: 'phone', interest: new Map([['coffee-02', { picks: 1 }]]) }]);
    // From now on the camera says where the shopper stands, no more surely than it is known that it is them.
    stop(driver, 1, 'shelf-04');
    const { place } = visits(driver)[0] ?? {};
    expect(place).toMatchObject({ fixture: 'shelf-04' });
    expect(place?.confidence).toBeLessThan(0.9);
  });

  it('joins nobody where two stand alike', () => {
    const driver = new CoreDriver();
    stop(driver, 1, 'shelf-03');
    stop(driver, 2, 'shelf-03');
    driver.open('v_1', { fixture: 'shelf-03' });
    expect([...driver.state.cameras.seats.values()].map(({ visit }) => visit)).toEqual([undefined, undefined]);
  });

  it('joins nobody where more are counted than are followed', () => {
    const driver = new CoreDriver();
    stop(driver, 1, 'shelf-03');
    driver.reading(CAM, { kind: 'presence', zone: 'coffee', count: 4 });
    driver.open('v_1', { fixture: 'shelf-03' });
    expect(driver.state.cameras.seats.get(1)?.visit).toBeUndefined();
  });

  it('joins nobody by only being in the store: the shopper has to do something', () => {
    const driver = new CoreDriver();
    driver.open('v_1');
    stop(driver, 1, 'shelf-03');
    reach(driver, 1);
    expect(visits(driver).map(({ origin }) => origin)).toEqual(['phone', 'camera']);
  });

  it('does not take somebody who has joined another phone', () => {
    const driver = new CoreDriver();
    stop(driver, 1, 'shelf-03');
    driver.open('v_1', { fixture: 'shelf-03' });
    driver.wait(1_000).open('v_2', { fixture: 'shelf-03' });
    expect(driver.state.cameras.seats.get(1)?.visit).toBe('v_1');
  });

  it('that is erased leaves no trace with the seat', () => {
    const driver = new CoreDriver();
    stop(driver, 1, 'shelf-03');
    driver.open('v_gone', { fixture: 'shelf-03' });
    driver.input({ kind: 'visit.erased', visit: 'v_gone' });
    expect(writeState(driver.state)).not.toContain('v_gone');
  });
});
