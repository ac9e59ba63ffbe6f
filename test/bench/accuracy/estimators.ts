import { type ClockWatch, hasToldOf, measured, newClockWatch, watchClock } from '../../../agent/core/clock-watch.ts';
import { calibrate } from '../../../agent/core/locate/calibrate.ts';
import { type Floor, type FloorPlan, layFloor } from '../../../agent/core/locate/floor.ts';
import { fix, newTrail, noteSighting, type Reluctance } from '../../../agent/core/locate/follow.ts';
import type { Second } from './score.ts';
import { type Hall, type Sample, standsOf, storeOf, type Walk, zoneOf } from './walks.ts';

/** The policy's defaults: 4 dB against the present zone, 2 s to settle. */
export const DEFAULT_RELUCTANCE: Reluctance = { hysteresisDb: 4, settleMs: 2_000 };

const WINDOW_MS = 3_000;

/** Says where the beacon is, second by second, given everything up to then; made anew for every walk. */
export interface Estimator {
  readonly name: string;
  /** `others` are the walks it may learn from. */
  start(hall: Hall, others: readonly Walk[]): Follower;
}

/** Follows one walk; `hear` in order of time, then `estimate` at the end of each second. */
export interface Follower {
  hear(sample: Sample): void;
  estimate(atMs: number): Second['said'];
}

/** Runs one walk through an estimator: one estimate a second, the truth is the last position on record. `arrived` is what is heard instead, and when. */
export function follow(hall: Hall, walk: Walk, follower: Follower, arrived: readonly Sample[] = walk.samples): readonly Second[] {
  const seconds: Second[] = [];
  let [next, passed] = [0, 0];
  const endMs = walk.samples.at(-1)?.atMs ?? 0;
  for (let atMs = 1_000; atMs <= endMs; atMs += 1_000) {
    while (next < arrived.length && arrived[next]!.atMs <= atMs) follower.hear(arrived[next++]!);
    while (passed < walk.samples.length && walk.samples[passed]!.atMs <= atMs) passed++;
    const last = walk.samples[passed - 1];
    if (last === undefined || last.atMs <= atMs - WINDOW_MS) continue;
    const truth = { xM: last.xM, yM: last.yM, zone: zoneOf(hall, last) };
    seconds.push({ atMs, said: follower.estimate(atMs), truth });
  }
  return seconds;
}

/** The agent's own filter, surveyed with the other walks. */
export const surveyed: Estimator = {
  name: 'agent, surveyed by the other walks',
  start: (hall, others) => filter(hall, surveyedPlan(hall, others)),
};

/** The agent's own filter with nothing but the scanners' positions. */
export const unsurveyed: Estimator = {
  name: 'agent, positions only',
  start: (hall) => filter(hall, storeOf(hall)),
};

/** The agent's own filter without memory: every estimate from its 3 s alone, without hysteresis. */
export const memoryless: Estimator = {
  name: 'agent, surveyed, each 3 s alone',
  start: (hall, others) => {
    const plan = surveyedPlan(hall, others);
    const floor = layFloor(plan)!;
    let samples: readonly Sample[] = [];
    return {
      hear: (sample) => {
        samples = [...samples.filter(({ atMs }) => atMs > sample.atMs - WINDOW_MS), sample];
      },
      estimate: (atMs) => {
        const follower = filter(hall, plan, floor);
        for (const sample of samples) if (sample.atMs > atMs - WINDOW_MS) follower.hear(sample);
        return follower.estimate(atMs);
      },
    };
  },
};

/** The scanner that heard best on average is the place. */
export const strongest: Estimator = {
  name: 'strongest of the 4 main scanners',
  start: (hall) =>
    windowed(hall, (means) => {
      const mains = means.filter(({ id }) => hall.main.includes(id));
      const best = (mains.length > 0 ? mains : means).reduce((a, b) => (b.dbm > a.dbm ? b : a));
      return hall.scanners.get(best.id)!;
    }),
};

/** Mean of the scanners' positions, weighted by amplitude. */
export const centroid: Estimator = {
  name: 'weighted centroid',
  start: (hall) =>
    windowed(hall, (means) => {
      const weights = means.map(({ dbm }) => 10 ** (dbm / 20));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const along = (axis: 'xM' | 'yM') =>
        means.reduce((sum, { id }, index) => sum + (weights[index]! * hall.scanners.get(id)![axis]) / total, 0);
      return { xM: along('xM'), yM: along('yM') };
    }),
};

/** The hall's store with what a survey along the given walks finds. */
export function surveyedPlan(hall: Hall, walks: readonly Walk[]): FloorPlan {
  const { calibration, offsetsDb } = calibrate(standsOf(walks), hall.scanners);
  const plan = storeOf(hall);
  return {
    ...plan,
    calibration,
    devices: plan.devices.map((device) => ({ ...device, offsetDb: offsetsDb.get(device.id) ?? 0 })),
  };
}

function filter(hall: Hall, plan: FloorPlan, floor: Floor = layFloor(plan)!): Follower {
  const trail = newTrail(0);
  const clocks = new Map<string, ClockWatch>();
  return {
    hear: ({ scanner, rssiDbm, atMs, deviceAtMs = atMs, isAnother = false }) => {
      const clock = clocks.get(scanner) ?? newClockWatch(atMs);
      clocks.set(scanner, clock);
      watchClock(clock, deviceAtMs, atMs);
      const when = measured(clock, deviceAtMs, atMs);
      if (!isAnother && when.kind !== 'too-old')
        noteSighting(trail, { scanner, rssiDbm, lagMs: when.kind === 'earlier' ? when.lagMs : 0 }, atMs);
    },
    estimate: (nowMs) => {
      fix(trail, floor, {
        nowMs,
        reluctance: DEFAULT_RELUCTANCE,
        isAwake: (scanner, atMs) => hasToldOf(clocks.get(scanner), atMs, nowMs),
      });
      const { position, zone } = trail;
      return position === undefined || zone === undefined ? undefined : { ...position, zone: hall.main.indexOf(zone.id) };
    },
  };
}

function windowed(
  hall: Hall,
  place: (means: readonly { readonly id: string; readonly dbm: number }[]) => { readonly xM: number; readonly yM: number },
): Follower {
  let samples: Sample[] = [];
  return {
    hear: (sample) => void samples.push(sample),
    estimate: (atMs) => {
      samples = samples.filter((sample) => sample.atMs > atMs - WINDOW_MS);
      const ids = [...new Set(samples.map(({ scanner }) => scanner))];
      const means = ids.map((id) => {
        const own = samples.filter(({ scanner }) => scanner === id);
        return { id, dbm: own.reduce((sum, { rssiDbm }) => sum + rssiDbm, 0) / own.length };
      });
      if (means.length === 0) return undefined;
      const { xM, yM } = place(means);
      return { xM, yM, zone: zoneOf(hall, { xM, yM }) };
    },
  };
}
