import { describe, expect, it } from 'vitest';
import { zoneAt } from '../../../agent/core/locate/outline.ts';
import { crossingDelaysS, readDoor, scoreDoor, summariseDoor } from '../../bench/accuracy/doorway.ts';
import { centroid, follow, surveyed } from '../../bench/accuracy/estimators.ts';
import { type Second, scoreWalk, summarise } from '../../bench/accuracy/score.ts';
import { readHall, storeOf, zoneOf } from '../../bench/accuracy/walks.ts';
import { median } from '../../bench/figure.ts';

const hall = readHall('../shared/data/ble-walks');
const tags = readDoor('../shared/data/ble-vestibule');

/** A walk as its true and said zones, a second each. */
function secondsOf(truth: string, said: string): readonly Second[] {
  return [...truth].map((zone, at) => ({
    atMs: (at + 1) * 1_000,
    truth: { zone: Number(zone), xM: 0, yM: 0 },
    said: said[at] === '-' ? undefined : { zone: Number(said[at]), xM: 3, yM: 4 },
  }));
}

describe('the score of a walk', () => {
  it.each([
    ['perfect', '000111', '000111', { right: 6, falseChanges: 0, delaysMs: [0] }],
    ['late by two seconds', '000111', '000001', { right: 4, falseChanges: 0, delaysMs: [2_000] }],
    ['early by a second', '000111', '001111', { right: 5, falseChanges: 0, delaysMs: [0] }],
    ['never', '000111', '000000', { right: 3, falseChanges: 0, delaysMs: [Number.POSITIVE_INFINITY] }],
    ['a slip counts there and back', '000000', '001000', { right: 5, falseChanges: 2, delaysMs: [] }],
    ['flicker around a real change counts beyond the first', '000111', '000101', { right: 5, falseChanges: 2, delaysMs: [0] }],
    ['the wrong zone first', '000111', '000221', { right: 4, falseChanges: 1, delaysMs: [2_000] }],
    ['silence is wrong and is no change', '0000', '0--0', { right: 2, falseChanges: 0, delaysMs: [] }],
  ])('%s', (_name, truth, said, expected) => {
    expect(scoreWalk('walk', secondsOf(truth, said))).toMatchObject(expected);
  });

  it('adds errors up over what was said', () => {
    expect(summarise([scoreWalk('walk', secondsOf('0000', '0--0'))]).meanErrorM).toBe(5);
  });
});

describe.skipIf(hall === undefined)('on recorded walks (../shared/data/ble-walks)', () => {
  it("the zones' outlines are the floor nearest to each main scanner", () => {
    const { zones, plan } = storeOf(hall!);
    for (let xM = 0.3; xM < plan.widthM; xM += 0.9)
      for (let yM = 0.3; yM < plan.depthM; yM += 0.9) expect(zoneAt(zones, { xM, yM })).toBe(zoneOf(hall!, { xM, yM }));
  });

  it('the filter surveyed by the other walks does far better than the weighted centroid', () => {
    const run = (estimator: typeof surveyed) =>
      summarise(
        hall!.walks.map((walk) => {
          const others = hall!.walks.filter((other) => other !== walk);
          return scoreWalk(walk.name, follow(hall!, walk, estimator.start(hall!, others)));
        }),
      );
    const [ours, base] = [run(surveyed), run(centroid)];
    expect(ours.rightShare).toBeGreaterThan(0.82);
    expect(ours.rightShare).toBeGreaterThan(base.rightShare);
    expect(ours.meanErrorM).toBeLessThan(2.2);
    expect(ours.falsePerMinute).toBeLessThan(1);
    expect(ours.medianDelayS).toBeLessThan(4);
  });

  it('the same walk gives the same seconds, whatever was followed before', () => {
    const [walk, ...others] = hall!.walks;
    const once = follow(hall!, walk!, surveyed.start(hall!, others));
    expect(follow(hall!, walk!, surveyed.start(hall!, others))).toEqual(once);
  });
});

describe.skipIf(tags === undefined)('on tags recorded at a door (../shared/data/ble-vestibule)', () => {
  it('sides are told apart for tags that were not learned from, calmly and soon', () => {
    const { balanced, changesPerMinute } = summariseDoor(scoreDoor(tags!));
    expect(balanced).toBeGreaterThan(0.9);
    expect(changesPerMinute).toBeLessThan(0.5);
    expect(median(crossingDelaysS(tags!))).toBeLessThan(25);
  });
});
