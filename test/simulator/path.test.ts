import { describe, expect, it } from 'vitest';
import { FloorPlan, startWalk, whereabouts, zoneCrossings } from '../../devices/simulator/path.ts';
import { sampleStore } from '../support/sample-store.ts';

/** Three rooms in a row, each 10 by 10 metres, and one on an island. */
function rooms() {
  const room = (id: string, left: number, kind: 'entrance' | 'aisle' | 'checkout') => ({
    id,
    name: id,
    kind,
    offersAllowed: true,
    outline: [
      { xM: left, yM: 0 },
      { xM: left + 10, yM: 0 },
      { xM: left + 10, yM: 10 },
    ],
  });
  const fixture = (id: string, zone: string, xM: number) => ({ id, name: id, zone, kind: 'shelf' as const, xM, yM: 5 });
  return new FloorPlan(
    sampleStore({
      zones: [room('a', 0, 'entrance'), room('b', 10, 'aisle'), room('c', 20, 'checkout'), room('far', 50, 'aisle')],
      fixtures: [fixture('in-a', 'a', 2), fixture('in-c', 'c', 28), fixture('in-far', 'far', 55)],
    }),
  );
}

describe('a walk', () => {
  it('leads through the rooms in between, by their middles', () => {
    const plan = rooms();
    const way = plan.way(plan.fixture('in-a'), plan.fixture('in-c'));
    expect(way.map(({ zone, xM }) => `${zone} ${xM}`)).toEqual(['a 2', 'a 5', 'b 15', 'c 25', 'c 28']);
  });

  it('is straight inside a room and to where no room leads', () => {
    const plan = rooms();
    expect(plan.way(plan.fixture('in-a'), plan.zoneMiddle('a')).length).toBe(2);
    expect(plan.way(plan.fixture('in-a'), plan.fixture('in-far')).length).toBe(2);
  });

  it('takes as long as its length, and is somewhere on its line at any time', () => {
    const plan = rooms();
    const walk = startWalk(plan.way(plan.fixture('in-a'), plan.fixture('in-c')), { speed: 2, nowMs: 1_000 });
    expect(walk.timesMs.at(-1)).toBe(1_000 + (26 / 2) * 1_000);
    expect(whereabouts(walk, 0)).toEqual({ xM: 2, yM: 5 });
    expect(whereabouts(walk, 1_000 + 6_500)).toMatchObject({ xM: 15, yM: 5 });
    expect(whereabouts(walk, 99_000)).toMatchObject({ xM: 28, yM: 5 });
    expect(zoneCrossings(walk)).toEqual([
      { atMs: 1_000 + 4_000, zone: 'b' },
      { atMs: 1_000 + 9_000, zone: 'c' },
    ]);
  });

  it('goes through the whole sample store', () => {
    const store = sampleStore();
    const plan = new FloorPlan(store);
    for (const from of store.fixtures)
      for (const to of store.fixtures) expect(plan.way(plan.fixture(from.id), plan.fixture(to.id)).length).toBeLessThanOrEqual(6);
  });
});
