import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zoneProbabilities } from '../../../agent/core/locate/belief.ts';
import { type FloorPlan, layFloor } from '../../../agent/core/locate/floor.ts';
import { fix, isFixDue, newTrail, noteSighting, type Trail } from '../../../agent/core/locate/follow.ts';
import { type Heard, hear, recent } from '../../../agent/core/locate/heard.ts';
import { applyFit, survey } from '../../../agent/core/locate/survey.ts';
import { gridOfStands, hall, RadioWorld } from './radio-world.ts';

const RELUCTANCE = { hysteresisDb: 4, settleMs: 2_000 };
const AWAKE = () => true;

/** Walks a tag along a path at half a metre a second, a step each half second; what was said at every second beside what was true. */
function walk(plan: FloorPlan, world: RadioWorld, path: readonly (readonly [number, number])[]) {
  const floor = layFloor(plan)!;
  const trail = newTrail(0);
  return path.flatMap(([xM, yM], half) => {
    const nowMs = half * 500;
    for (const heard of world.advertise(xM, yM)) noteSighting(trail, heard, nowMs);
    if (half % 2 === 0 || half < 4) return [];
    fix(trail, floor, { nowMs, reluctance: RELUCTANCE, isAwake: AWAKE });
    const { position, zone } = trail;
    return [{ xM, yM, position, zone: zone?.id, truth: xM < 12 ? 'west' : 'east' }];
  });
}

const THERE_AND_BACK = [
  ...Array.from({ length: 90 }, (_, at) => [1 + at / 4, 6] as const),
  ...Array.from({ length: 90 }, (_, at) => [23 - at / 4, 6] as const),
];

function errorOf(said: ReturnType<typeof walk>): number {
  return said.reduce((sum, { position, xM, yM }) => sum + Math.hypot(position!.xM - xM, position!.yM - yM), 0) / said.length;
}

describe('a tag on the floor', () => {
  it('is followed there and back with one change of zone each way, in a building that was surveyed', () => {
    for (const seed of [1, 2, 3]) {
      const world = new RadioWorld(seed);
      const plan = applyFit(hall(), survey(hall(), gridOfStands(world))!.fit);
      const said = walk(plan, world, THERE_AND_BACK);
      expect(errorOf(said)).toBeLessThan(2.2);
      expect(said.filter(({ zone, truth }) => zone === truth).length / said.length).toBeGreaterThan(0.85);
      expect(said.filter(({ zone }, index) => index > 0 && zone !== said[index - 1]!.zone)).toHaveLength(2);
    }
  });

  it('is placed from the scanners alone where nobody surveyed, and better where somebody did', () => {
    const errors = [4, 5, 6].map((seed) => {
      const plain = errorOf(walk(hall(), new RadioWorld(seed), THERE_AND_BACK));
      const world = new RadioWorld(seed);
      const plan = applyFit(hall(), survey(hall(), gridOfStands(world))!.fit);
      return { plain, surveyed: errorOf(walk(plan, world, THERE_AND_BACK)) };
    });
    for (const { plain } of errors) expect(plain).toBeLessThan(6);
    const sum = (pick: (of: (typeof errors)[number]) => number) => errors.reduce((total, of) => total + pick(of), 0);
    expect(sum(({ surveyed }) => surveyed)).toBeLessThan(0.8 * sum(({ plain }) => plain));
  });

  it('gets no position from two scanners, and one from three', () => {
    const { devices, ...rest } = hall();
    expect(layFloor({ ...rest, devices: devices.slice(0, 2) })).toBeUndefined();
    expect(layFloor({ ...rest, devices: devices.slice(0, 3) })).toBeDefined();
  });

  it('stays in its zone when the other is only a little more probable', () => {
    const move = (hysteresisDb: number) => {
      const floor = layFloor(hall())!;
      const trail = newTrail(0);
      const said: (string | undefined)[] = [];
      for (let second = 1; second <= 12; second++) {
        const east = second <= 6 ? -75 : -62;
        const west = second <= 6 ? -62 : -64;
        for (const scanner of ['scan-0', 'scan-2']) noteSighting(trail, { scanner, rssiDbm: west }, second * 1_000);
        for (const scanner of ['scan-1', 'scan-3']) noteSighting(trail, { scanner, rssiDbm: east }, second * 1_000);
        fix(trail, floor, { nowMs: second * 1_000, reluctance: { hysteresisDb, settleMs: 0 }, isAwake: () => false });
        said.push(trail.zone?.id);
      }
      return said.at(-1);
    };
    expect(move(0)).toBe('east');
    expect(move(20)).toBe('west');
  });

  it('waits for the settling time where that is longer than the window', () => {
    const settled = (settleMs: number) => {
      const floor = layFloor(hall())!;
      const trail = newTrail(0);
      for (let second = 1; second <= 20; second++) {
        noteSighting(trail, { scanner: second <= 5 ? 'scan-0' : 'scan-1', rssiDbm: -50 }, second * 1_000);
        fix(trail, floor, { nowMs: second * 1_000, reluctance: { hysteresisDb: 0, settleMs }, isAwake: AWAKE });
        if (trail.zone?.id === 'east') return second;
      }
      return undefined;
    };
    expect(settled(10_000)).toBeGreaterThanOrEqual(settled(3_000)! + 7);
  });

  it('is nearer to a scanner the louder it is there: the probability of its zone grows with the strength', () => {
    const floor = layFloor(hall())!;
    const shares = [-85, -78, -71, -64, -57, -50].map((rssiDbm) => {
      const trail = newTrail(0);
      noteSighting(trail, { scanner: 'scan-0', rssiDbm }, 0);
      for (const scanner of ['scan-1', 'scan-3']) noteSighting(trail, { scanner, rssiDbm: -75 }, 0);
      fix(trail, floor, { nowMs: 1_000, reluctance: RELUCTANCE, isAwake: () => false });
      return zoneProbabilities(floor, trail.belief)[0]!;
    });
    for (let at = 1; at < shares.length; at++) expect(shares[at]).toBeGreaterThan(shares[at - 1]!);
  });

  it('is not near a scanner that works and does not hear it', () => {
    const floor = layFloor(hall())!;
    const share = (isAwake: (scanner: string) => boolean) => {
      const trail = newTrail(0);
      for (const scanner of ['scan-4', 'scan-5']) noteSighting(trail, { scanner, rssiDbm: -75 }, 0);
      fix(trail, floor, { nowMs: 1_000, reluctance: RELUCTANCE, isAwake });
      return zoneProbabilities(floor, trail.belief)[1]!;
    };
    expect(share(() => false)).toBeCloseTo(0.5, 1);
    expect(share((scanner) => scanner === 'scan-1' || scanner === 'scan-3')).toBeLessThan(0.4);
  });

  it('is placed with any of its scanners missing', () => {
    const world = new RadioWorld(7);
    const plan = applyFit(hall(), survey(hall(), gridOfStands(world))!.fit);
    const floor = layFloor(plan)!;
    for (const missing of plan.devices.map(({ id }) => id)) {
      const trail = newTrail(0);
      for (const { atMs, ...heard } of world.stand({ zone: 'west', xM: 4, yM: 6 }, 6).sightings)
        if (heard.scanner !== missing) noteSighting(trail, heard, atMs);
      fix(trail, floor, { nowMs: 6_000, reluctance: RELUCTANCE, isAwake: (scanner) => scanner !== missing });
      expect(Math.hypot(trail.position!.xM - 4, trail.position!.yM - 6)).toBeLessThan(4);
      expect(trail.zone?.id).toBe('west');
    }
  });

  it('that is heard in batches ends up where it would be if every scanner sent at once', () => {
    const world = new RadioWorld(12);
    const floor = layFloor(applyFit(hall(), survey(hall(), gridOfStands(world))!.fit))!;
    const [prompt, batched, muddled] = [newTrail(0), newTrail(0), newTrail(0)];
    const errors = { prompt: 0, batched: 0, muddled: 0 };
    const waiting: { scanner: string; rssiDbm: number; atMs: number }[] = [];
    for (const [half, [xM, yM]] of THERE_AND_BACK.entries()) {
      const nowMs = half * 500;
      for (const heard of world.advertise(xM, yM)) {
        noteSighting(prompt, heard, nowMs);
        waiting.push({ ...heard, atMs: nowMs });
      }
      // Every scanner sends every four seconds, at a second of its own, the newest first.
      const due = waiting.filter(({ scanner }) => half % 8 === Number(scanner.slice(-1)));
      for (const { atMs, ...heard } of due.reverse()) {
        waiting.splice(
          waiting.findIndex((one) => one.atMs === atMs && one.scanner === heard.scanner),
          1,
        );
        noteSighting(batched, { ...heard, lagMs: nowMs - atMs }, nowMs);
        noteSighting(muddled, heard, nowMs);
      }
      const told = (_scanner: string, atMs: number) => atMs <= nowMs - 4_000;
      for (const [name, trail, isAwake] of [
        ['prompt', prompt, AWAKE],
        ['batched', batched, told],
        ['muddled', muddled, AWAKE],
      ] as const) {
        fix(trail, floor, { nowMs, reluctance: RELUCTANCE, isAwake });
        if (half > 20) errors[name] += Math.hypot((trail.position?.xM ?? 0) - xM, (trail.position?.yM ?? 0) - yM);
      }
    }
    expect(errors.batched).toBeLessThan(errors.muddled);
    expect(errors.batched).toBeLessThan(1.6 * errors.prompt);
    // Once all is told, both know the same.
    for (const { atMs, ...heard } of waiting) noteSighting(batched, { ...heard, lagMs: 89_500 - atMs }, 89_500);
    fix(batched, floor, { nowMs: 89_500, reluctance: RELUCTANCE, isAwake: AWAKE });
    const [a, b] = [prompt.position!, batched.position!];
    expect(Math.hypot(a.xM - b.xM, a.yM - b.yM)).toBeLessThan(1.5);
    expect(batched.zone?.id).toBe(prompt.zone?.id);
  });

  it('keeps its zone while nothing is heard of it, and starts anew after a long silence', () => {
    const floor = layFloor(hall())!;
    const trail = newTrail(0);
    noteSighting(trail, { scanner: 'scan-0', rssiDbm: -50 }, 500);
    fix(trail, floor, { nowMs: 1_000, reluctance: RELUCTANCE, isAwake: AWAKE });
    expect(fix(trail, floor, { nowMs: 20_000, reluctance: RELUCTANCE, isAwake: AWAKE })).toBe(false);
    expect(trail.zone?.id).toBe('west');
    noteSighting(trail, { scanner: 'scan-3', rssiDbm: -50 }, 60_000);
    expect([trail.belief, isFixDue(trail, 60_000), isFixDue(trail, 61_000)]).toEqual([[], false, true]);
  });
});

const FLOORS = [layFloor(hall())!, layFloor(applyFit(hall(), survey(hall(), gridOfStands(new RadioWorld(9)))!.fit))!];

/** Anything that radio and a bad network may bring: unknown scanners, nonsense strengths, times in any order. */
const NEWS = fc.record({
  floor: fc.integer({ min: 0, max: 1 }),
  sightings: fc.array(
    fc.record({
      scanner: fc.oneof(
        fc.integer({ min: 0, max: 5 }).map((n) => `scan-${n}`),
        fc.integer({ min: 0, max: 200 }).map((n) => `else-${n}`),
      ),
      rssiDbm: fc.oneof(fc.integer({ min: -130, max: 30 }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e9)),
      atMs: fc.integer({ min: 0, max: 90_000 }),
      lagMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10_000 })),
    }),
    { maxLength: 120 },
  ),
});

describe('whatever is heard', () => {
  it('positions are numbers on the plan, probabilities sum to at most 1, and memory has an end', () => {
    fc.assert(
      fc.property(NEWS, ({ floor: which, sightings }) => {
        const floor = FLOORS[which]!;
        const trail = newTrail(0);
        for (const { atMs, ...sighting } of sightings) {
          noteSighting(trail, sighting, atMs);
          fix(trail, floor, { nowMs: atMs, reluctance: RELUCTANCE, isAwake: AWAKE });
          const { position } = trail;
          if (position !== undefined) {
            expect(position.xM).toBeGreaterThanOrEqual(0);
            expect(position.xM).toBeLessThanOrEqual(24);
            expect(position.yM).toBeGreaterThanOrEqual(0);
            expect(position.yM).toBeLessThanOrEqual(12);
            expect(position.spreadM).toBeLessThan(30);
          }
          const sum = zoneProbabilities(floor, trail.belief).reduce((total, one) => total + one, 0);
          expect(sum).toBeLessThanOrEqual(1 + 1e-9);
          expect(trail.heard.size).toBeLessThanOrEqual(64);
          for (const seconds of trail.heard.values()) expect(seconds.length).toBeLessThanOrEqual(26 * 3);
          expect(trail.belief.length).toBeLessThanOrEqual(2 * floor.columns * floor.rows);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a tag that a thousand scanners claim to hear takes the room of the last 64', () => {
    const heard: Heard = new Map();
    for (let n = 0; n < 1_000; n++) hear(heard, { scanner: `scan-${n}`, rssiDbm: -70 }, n);
    expect([heard.size, [...heard.keys()][0]]).toEqual([64, 'scan-936']);
    expect(recent(heard, 10_000)).toEqual([]);
    expect(heard.size).toBe(0);
  });

  it('a trail written as JSON goes on exactly as the original', () => {
    const copyOf = (trail: Trail): Trail => {
      const { heard, ...rest } = trail;
      const written = JSON.parse(JSON.stringify({ ...rest, heard: [...heard] })) as Omit<Trail, 'heard'> & { heard: [string, number[]][] };
      return { ...written, heard: new Map(written.heard), position: written.position, zone: written.zone, rival: written.rival };
    };
    const world = new RadioWorld(11);
    const floor = FLOORS[1]!;
    let [one, two] = [newTrail(0), newTrail(0)];
    for (const [half, [xM, yM]] of THERE_AND_BACK.entries()) {
      for (const heard of world.advertise(xM, yM)) for (const trail of [one, two]) noteSighting(trail, heard, half * 500);
      for (const trail of [one, two]) fix(trail, floor, { nowMs: half * 500, reluctance: RELUCTANCE, isAwake: AWAKE });
      expect(two).toEqual(one);
      two = copyOf(two);
    }
    expect(one.zone).toBeDefined();
    one = two;
  });
});
