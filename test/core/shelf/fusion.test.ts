import { describe, expect, it } from 'vitest';
import type { ReadingBody } from '../../../agent/core/reading.ts';
import { readState, writeState } from '../../../agent/core/snapshot.ts';
import { benchFusion } from '../../bench/shelf-fusion.ts';
import { f1Of, strictF1Of } from '../../bench/shelf-score.ts';
import { CoreDriver, visitIn } from '../../support/core-driver.ts';
import { sampleStore } from '../../support/sample-store.ts';

const PHONE = visitIn('treated');
const LANE = { emptyM: 0.8, unitM: 0.1 };

/** The sample store with a distance sensor in slot 03-2, espresso beans of 510 g. */
function driver(): CoreDriver {
  const slots = sampleStore().slots.map((slot) => (slot.id === '03-2' ? { ...slot, distance: LANE } : slot));
  const made = new CoreDriver(sampleStore({ slots }));
  made.open(PHONE, { fixture: 'shelf-03' });
  return made;
}

/** Seconds of readings, five a second. */
function play(made: CoreDriver, seconds: number, ...bodies: readonly ReadingBody[]): void {
  for (let n = 0; n < 5 * seconds; n++) {
    made.wait(200);
    for (const body of bodies) made.reading('shelf-03', body);
  }
}

const grams = (units: number): ReadingBody => ({ kind: 'shelf.weight', slot: '03-2', grams: 510 * units });
const metres = (units: number): ReadingBody => ({ kind: 'distance', slot: '03-2', metres: LANE.emptyM - LANE.unitM * units });

function acts(made: CoreDriver): readonly string[] {
  return made.state.visits.get(PHONE)?.interactions.map(({ kind, sku }) => `${kind} ${sku}`) ?? [];
}

describe('a scale and a distance sensor', () => {
  it('that saw the same are one pick', () => {
    const made = driver();
    play(made, 3, grams(6), metres(6));
    play(made, 4, grams(5), metres(5));
    expect(acts(made)).toEqual(['pick coffee-02']);
    expect(made.state.shelf.stocks.get('03-2')?.units).toBe(5);
  });

  it('that saw different things leave it open what happened', () => {
    const made = driver();
    play(made, 3, grams(6), metres(6));
    play(made, 4, grams(4), metres(5));
    expect(acts(made)).toEqual([]);
    expect(made.state.shelf.stocks.get('03-2')?.doubtful).toBeGreaterThan(0);
    expect(made.state.today.fixtures.get('shelf-03')?.interactions).toBe(1);
  });

  it('of which one sees nothing happen do not agree either', () => {
    const made = driver();
    play(made, 3, grams(6), metres(6));
    play(made, 4, grams(5), metres(6));
    expect(acts(made)).toEqual([]);
  });

  it('whose hand in the way of the distance moves about agree on what the hand took', () => {
    const made = driver();
    play(made, 3, grams(6), metres(6));
    for (const at of [0.1, 0.16, 0.07, 0.2]) play(made, 0.2, grams(6), { kind: 'distance', slot: '03-2', metres: at });
    play(made, 4, grams(5), metres(5));
    expect(acts(made)).toEqual(['pick coffee-02']);
  });

  it('of which only the distance sensor is there count by it', () => {
    const made = driver();
    play(made, 2, metres(6));
    play(made, 2, metres(4));
    play(made, 2, metres(5));
    expect(acts(made)).toEqual(['pick coffee-02', 'return coffee-02']);
    expect(made.state.shelf.stocks.get('03-2')).toMatchObject({ units: 5, source: 'distance' });
  });
});

describe('vibration', () => {
  const shake = (made: CoreDriver, slot?: string) =>
    made.reading('shelf-03', { kind: 'vibration', active: true, ...(slot === undefined ? {} : { slot }) });

  it('without a change of weight is a product considered, once', () => {
    const made = driver();
    play(made, 2, grams(6));
    shake(made, '03-2');
    for (let second = 0; second < 8; second++) {
      play(made, 1, grams(6));
      shake(made, '03-2');
      made.tick();
    }
    expect(acts(made)).toEqual(['try coffee-02']);
  });

  it('beside a pick is the pick', () => {
    const made = driver();
    play(made, 2, grams(6));
    shake(made, '03-2');
    play(made, 6, grams(5));
    made.tick();
    expect(acts(made)).toEqual(['pick coffee-02']);
  });

  it('of a fixture says that somebody stands there, and of no product', () => {
    const made = driver();
    shake(made);
    made.wait(5_000).tick();
    expect(acts(made)).toEqual([]);
    expect(made.state.today.fixtures.get('shelf-03')?.interactions).toBe(1);
    expect(made.state.visits.get(PHONE)?.place?.fixture).toBe('shelf-03');
  });

  it('that waits for an explanation outlasts a snapshot', () => {
    const made = driver();
    shake(made, '03-2');
    made.state = readState(writeState(made.state));
    made.wait(5_000).tick();
    expect(acts(made)).toEqual(['try coffee-02']);
  });
});

describe('at the shelf, with other sensors beside the scales', () => {
  const rows = benchFusion('test', [5]);

  it('tags tell two products of one weight apart that scales cannot', () => {
    for (const { alone, fused } of rows.filter(({ scene }) => scene === 'same weight')) {
      expect(strictF1Of(alone)).toBeLessThan(0.6);
      expect(f1Of(fused)).toBeGreaterThan(0.9);
      expect(fused.falseReports).toBe(0);
    }
  });

  it.each(rows.map(({ scene, with: sensors, noise }) => [scene, sensors, noise] as const))(
    '"%s" with %s at %d times the noise is told right',
    (scene, sensors, noise) => {
      const row = rows.find((one) => one.scene === scene && one.with === sensors && one.noise === noise);
      expect(f1Of(row!.fused)).toBeGreaterThanOrEqual(0.9);
    },
  );
});
