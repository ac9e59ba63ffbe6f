import { describe, expect, it } from 'vitest';
import { calibrate } from '../../../agent/core/locate/calibrate.ts';
import { survey } from '../../../agent/core/locate/survey.ts';
import { gridOfStands, hall, RadioWorld, randomOf } from './radio-world.ts';

const SCANNERS = new Map(hall().devices.map(({ id, xM = 0, yM = 0 }) => [id, { xM, yM, heightM: 2.3 }]));

/** What the law says exactly, from random places. */
function exactStands(law: { readonly txPowerDbm: number; readonly pathLoss: number; readonly offsets: readonly number[] }, places: number) {
  const random = randomOf(5);
  return Array.from({ length: places }, () => {
    const at = { xM: 24 * random(), yM: 12 * random() };
    const heard = [...SCANNERS].map(([id, scanner], index) => {
      const metres = Math.max(0.5, Math.hypot(scanner.xM - at.xM, scanner.yM - at.yM, 1.3));
      const rssiDbm = law.txPowerDbm + law.offsets[index]! - 10 * law.pathLoss * Math.log10(metres);
      return [id, Array.from({ length: 20 }, () => rssiDbm)] as const;
    });
    return { ...at, heard: new Map(heard) };
  });
}

describe('a calibration', () => {
  it('finds the law that the strengths were made by', () => {
    const { calibration, offsetsDb, unexplainedDb } = calibrate(
      exactStands({ txPowerDbm: -61, pathLoss: 2.8, offsets: [2, -2, 1, -1, 3, -3] }, 40),
      SCANNERS,
    );
    expect(calibration.txPowerDbm).toBeCloseTo(-61, 0);
    expect(calibration.pathLoss).toBeCloseTo(2.8, 1);
    expect([...offsetsDb.values()].map(Math.round)).toEqual([2, -2, 1, -1, 3, -3]);
    expect(unexplainedDb).toBeLessThan(0.3);
  });

  it('of one place keeps an exponent that a building can have', () => {
    const { calibration } = calibrate(exactStands({ txPowerDbm: -61, pathLoss: 9, offsets: [0, 0, 0, 0, 0, 0] }, 1), SCANNERS);
    expect(calibration.pathLoss).toBeGreaterThanOrEqual(1.5);
    expect(calibration.pathLoss).toBeLessThanOrEqual(4.5);
  });

  it('of nothing is the textbook', () => {
    expect(calibrate([], SCANNERS).calibration).toEqual({ txPowerDbm: -59, pathLoss: 2.5, tagHeightM: 1, points: [] });
  });
});

describe('a survey', () => {
  it('with several stands a zone leaves whole stands out and says what is left', () => {
    const report = survey(hall(), gridOfStands(new RadioWorld(21)))!;
    expect(report.leftOut).toBe('stands');
    expect(report.rightShare).toBeGreaterThan(0.8);
    expect(report.smallestZoneM).toBeGreaterThan(2);
    expect(report.smallestZoneM).toBeLessThan(20);
    expect(report.confusion.flat().reduce((sum, count) => sum + count, 0)).toBeGreaterThan(200);
    expect(report.alike).toEqual([]);
  });

  it('with one stand a zone leaves out parts of it, and says so', () => {
    const world = new RadioWorld(22);
    const stands = [world.stand({ zone: 'west', xM: 6, yM: 6 }), world.stand({ zone: 'east', xM: 18, yM: 6 })];
    const report = survey(hall(), stands)!;
    expect(report.leftOut).toBe('parts');
    expect(report.rightShare).toBeGreaterThan(0.9);
  });

  it('names zones that cannot be told apart', () => {
    const narrow = (id: string, x0: number) => ({
      ...hall().zones[0]!,
      id,
      outline: [
        { xM: x0, yM: 0 },
        { xM: x0 + 1, yM: 0 },
        { xM: x0 + 1, yM: 12 },
        { xM: x0, yM: 12 },
      ],
    });
    const plan = hall({ zones: [narrow('left', 11), narrow('right', 12)] });
    const world = new RadioWorld(23);
    const stands = [3, 6, 9].flatMap((yM) => [world.stand({ zone: 'left', xM: 11.5, yM }), world.stand({ zone: 'right', xM: 12.5, yM })]);
    expect(survey(plan, stands)?.alike.map(({ zones }) => zones)).toEqual([['left', 'right']]);
  });

  it('is impossible without places for the scanners, or without sightings', () => {
    const stands = [new RadioWorld(24).stand({ zone: 'west', xM: 6, yM: 6 })];
    const homeless = hall().devices.map(({ xM: _x, yM: _y, ...device }) => device);
    expect(survey(hall({ devices: homeless }), stands)).toBeUndefined();
    expect(survey(hall(), [{ zone: 'west', xM: 6, yM: 6, sightings: [] }])).toBeUndefined();
  });
});
