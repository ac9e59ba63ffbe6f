import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DoorwaySide, learnDoorway, newDoorwayTrack, passDoorway } from '../../../agent/core/locate/doorway.ts';
import type { Dbm, TimestampMs } from '../../../agent/core/units.ts';
import { percentile } from '../figure.ts';

/** The sides of the recorded door, by number. */
export const SIDES = ['INSIDE', 'IN_VESTIBULE', 'OUTSIDE'] as const;

/** The policy's default. */
const HYSTERESIS_DB = 4;

interface DoorReading {
  readonly atMs: TimestampMs;
  readonly firstDbm: Dbm;
  readonly secondDbm: Dbm;
}

/** A tag that stayed on one side of the door. */
export interface DoorTag {
  readonly name: string;
  readonly side: number;
  readonly readings: readonly DoorReading[];
}

/** How one tag went. */
export interface DoorScore {
  readonly name: string;
  readonly side: number;
  readonly readings: number;
  readonly right: number;
  /** Changes of the side: all are false, and so is going back. */
  readonly changes: number;
  readonly minutes: number;
}

/** Reads the recorded tags; undefined where the folder is absent. */
export function readDoor(folder: string): readonly DoorTag[] | undefined {
  const file = join(folder, 'filtered_rssi.csv');
  if (!existsSync(file)) return undefined;
  const tags = new Map<string, { name: string; side: number; readings: DoorReading[] }>();
  for (const line of readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1)) {
    const [name = '', status = '', at, first, second] = line.split(',');
    const key = `${name} ${status}`;
    const tag = tags.get(key) ?? { name, side: SIDES.indexOf(status as (typeof SIDES)[number]), readings: [] };
    tags.set(key, tag);
    tag.readings.push({ atMs: Number(at), firstDbm: Number(first), secondDbm: Number(second) });
  }
  for (const { readings } of tags.values()) readings.sort((a, b) => a.atMs - b.atMs);
  return [...tags.values()];
}

/** Learns the sides from some tags. */
export function learn(tags: readonly DoorTag[]): readonly DoorwaySide[] {
  return learnDoorway(SIDES.map((name, side) => ({ name, tags: tags.filter((tag) => tag.side === side).map(({ readings }) => readings) })));
}

/** Follows readings in order of time; the side that is said after each. */
export function sidesSaid(sides: readonly DoorwaySide[], readings: readonly DoorReading[]): readonly (number | undefined)[] {
  const track = newDoorwayTrack(sides, readings[0]?.atMs ?? 0);
  return readings.map((reading) => {
    passDoorway(track, sides, { ...reading, hysteresisDb: HYSTERESIS_DB });
    return track.side;
  });
}

/** Leaves each tag out in turn. */
export function scoreDoor(tags: readonly DoorTag[]): readonly DoorScore[] {
  return tags.map((tag) => {
    const said = sidesSaid(learn(tags.filter((other) => other !== tag)), tag.readings);
    return scoreSaid(tag, said);
  });
}

/** The baseline: the side whose mean is nearest to the median of the last 15 readings, leaving each tag out in turn. */
export function scoreNearestMean(tags: readonly DoorTag[]): readonly DoorScore[] {
  return tags.map((tag) => {
    const sides = learn(tags.filter((other) => other !== tag));
    const said = tag.readings.map((_, index) => {
      const last = tag.readings.slice(Math.max(0, index - 14), index + 1);
      const first = percentile(
        last.map(({ firstDbm }) => firstDbm),
        0.5,
      );
      const second = percentile(
        last.map(({ secondDbm }) => secondDbm),
        0.5,
      );
      const away = sides.map(({ meanDbm }) => Math.hypot(meanDbm[0] - first, meanDbm[1] - second));
      return away.indexOf(Math.min(...away));
    });
    return scoreSaid(tag, said);
  });
}

function scoreSaid({ name, side, readings }: DoorTag, said: readonly (number | undefined)[]): DoorScore {
  return {
    name,
    side,
    readings: readings.length,
    right: said.filter((one) => one === side).length,
    changes: said.filter((one, index) => index > 0 && one !== said[index - 1]).length,
    minutes: ((readings.at(-1)?.atMs ?? 0) - (readings[0]?.atMs ?? 0)) / 60_000,
  };
}

/** Mean over the sides of the mean share of right readings of their tags; changes a minute over all. */
export function summariseDoor(scores: readonly DoorScore[]): { readonly balanced: number; readonly changesPerMinute: number } {
  const bySide = SIDES.map((_, side) => {
    const own = scores.filter((score) => score.side === side);
    return own.reduce((sum, { right }) => sum + right, 0) / own.reduce((sum, { readings }) => sum + readings, 0);
  }).filter((share) => !Number.isNaN(share));
  return {
    balanced: bySide.reduce((sum, share) => sum + share, 0) / bySide.length,
    changesPerMinute: scores.reduce((sum, { changes }) => sum + changes, 0) / scores.reduce((sum, { minutes }) => sum + minutes, 0),
  };
}

/**
 * How long a real change takes: two minutes of one tag are followed by those of a tag on another side, from three places of the recording;
 * neither tag was learned from. Seconds until the new side is said, infinite when it never was within three minutes.
 */
export function crossingDelaysS(tags: readonly DoorTag[]): readonly number[] {
  return tags.flatMap((from) =>
    tags.flatMap((to) => {
      if (from.side === to.side) return [];
      const sides = learn(tags.filter((tag) => tag !== from && tag !== to));
      if (sides.some((_, side) => !tags.some((tag) => tag.side === side && tag !== from && tag !== to))) return [];
      return [100, 300, 500].map((start) => {
        const before = from.readings.slice(start, start + 120);
        const after = to.readings.slice(start, start + 150);
        const shiftMs = (before.at(-1)?.atMs ?? 0) + 1_000 - (after[0]?.atMs ?? 0);
        const moved = after.map((reading) => ({ ...reading, atMs: reading.atMs + shiftMs }));
        const said = sidesSaid(sides, [...before, ...moved]).slice(before.length);
        const index = said.indexOf(to.side);
        return index < 0 ? Number.POSITIVE_INFINITY : (moved[index]!.atMs - (before.at(-1)?.atMs ?? 0)) / 1_000;
      });
    }),
  );
}
