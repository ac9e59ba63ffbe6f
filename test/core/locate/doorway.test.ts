import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DoorwaySide, learnDoorway, newDoorwayTrack, passDoorway } from '../../../agent/core/locate/doorway.ts';
import { randomOf } from './radio-world.ts';

const SIDES: readonly DoorwaySide[] = [
  { name: 'inside', meanDbm: [-88, -84], variance: [25, 25, 5] },
  { name: 'outside', meanDbm: [-80, -89], variance: [25, 25, 5] },
];

/** Readings a second apart around the mean of a side; what was said after each. */
function stand(
  side: 0 | 1,
  seconds: number,
  options: { readonly seed: number; readonly fromMs?: number; readonly track?: ReturnType<typeof newDoorwayTrack> },
) {
  const random = randomOf(options.seed);
  const track = options.track ?? newDoorwayTrack(SIDES, options.fromMs ?? 0);
  const noise = () => 5 * (random() + random() + random() - 1.5) * 2;
  const said = Array.from({ length: seconds }, (_, second) => {
    const [first, other] = SIDES[side]!.meanDbm;
    const atMs = (options.fromMs ?? 0) + second * 1_000;
    passDoorway(track, SIDES, { atMs, firstDbm: first + noise(), secondDbm: other + noise(), hysteresisDb: 4 });
    return track.side;
  });
  return { track, said };
}

describe('a tag at the door', () => {
  it('is said to be where it is, with few changes of mind', () => {
    for (const side of [0, 1] as const) {
      const { said } = stand(side, 600, { seed: 3 + side });
      expect(said.filter((one) => one === side).length / said.length).toBeGreaterThan(0.95);
      expect(said.filter((one, at) => at > 0 && one !== said[at - 1]).length).toBeLessThanOrEqual(4);
    }
  });

  it('that comes in is noticed within 20 s in most cases', () => {
    const delays = Array.from({ length: 15 }, (_, seed) => {
      const { track } = stand(1, 120, { seed: seed + 1 });
      return stand(0, 120, { seed: seed + 100, fromMs: 120_000, track }).said.indexOf(0);
    });
    expect(delays.filter((delay) => delay >= 0 && delay <= 20).length).toBeGreaterThanOrEqual(10);
  });

  it('heard twice at one moment is not heard better', () => {
    const track = newDoorwayTrack(SIDES, 0);
    const reading = { atMs: 1_000, firstDbm: -88, secondDbm: -84, hysteresisDb: 4 };
    passDoorway(track, SIDES, reading);
    const once = [...track.probabilities];
    for (let copy = 0; copy < 20; copy++) passDoorway(track, SIDES, reading);
    expect(track.probabilities[0]).toBeCloseTo(once[0]!, 6);
  });

  it('probabilities stay probabilities, whatever is heard in whatever order', () => {
    const strength = fc.option(fc.integer({ min: -130, max: 30 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 1e9 }), firstDbm: strength, secondDbm: strength }), { maxLength: 60 }),
        (readings) => {
          const track = newDoorwayTrack(SIDES, 0);
          for (const reading of readings) {
            passDoorway(track, SIDES, { ...reading, hysteresisDb: 4 });
            expect(track.probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 6);
            expect(track.side).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });

  it('sides are learned from tags that stood there', () => {
    const [side] = learnDoorway([
      {
        name: 'inside',
        tags: [
          [-90, -80].map((dbm) => ({ firstDbm: dbm, secondDbm: dbm + 4 })),
          [-84, -86].map((dbm) => ({ firstDbm: dbm, secondDbm: -82 })),
        ],
      },
    ]);
    expect(side).toEqual({ name: 'inside', meanDbm: [-85, -81.5], variance: [13, 12.5, 12.5] });
  });
});
