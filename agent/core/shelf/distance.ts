import type { Slot } from '../store-map.ts';
import { type DurationMs, type Metres, SECOND_MS, type TimestampMs } from '../units.ts';

/** Distances within this of each other are one: what a time-of-flight sensor scatters, and goods that lean. */
const SAME_M: Metres = 0.015;
/** A distance counts when it was held for so long, and by so many measurements: hands move more. */
const HELD_MS: DurationMs = 600;
const HELD_TIMES = 3;
/** A sensor that was silent for so long begins anew, and has nothing to say. */
const SILENT_MS: DurationMs = 2 * 60 * SECOND_MS;
/** Distances are taken this much before and after a change of weight, because the two sensors' clocks are not one. */
const SLACK_MS: DurationMs = 500;
/** Deviation of a change of distance, beside what goods stand unevenly. */
const SD_M: Metres = 0.012;
const UNEVEN = 0.15;
/** A change of count is believed when it lies this near to a whole number. */
const SURE_REST = 0.3;
/** A hand or a thing in the way now and then: this share of measurements says nothing about the goods. */
const IN_THE_WAY = 0.06;
const COUNT_RANGE = 8;
/** Levels remembered a slot. */
const MOST_LEVELS = 6;

/** A distance that was held. */
interface Level {
  metres: Metres;
  readonly fromMs: TimestampMs;
  toMs: TimestampMs;
  times: number;
}

/** What the distance sensor of one slot has seen lately, oldest first; the last one may still be too short to count. Plain data. */
export interface DistanceTrack {
  readonly levels: Level[];
  /** Units at the last level that was reported, where the sensor is the slot's only one. */
  units: number | undefined;
}

/** A sensor that has not measured anything. */
export function newDistanceTrack(): DistanceTrack {
  return { levels: [], units: undefined };
}

/** Takes in a measurement; true when the slot has just come to rest at a distance. */
export function measure(track: DistanceTrack, reading: { readonly atMs: TimestampMs; readonly metres: Metres }): boolean {
  const { atMs, metres } = reading;
  const last = track.levels.at(-1);
  if (last !== undefined && (atMs < last.toMs || atMs - last.toMs > SILENT_MS)) {
    // A clock that was set, or a silence: what was before has nothing to do with it.
    if (last.toMs - atMs > 0 && last.toMs - atMs < SECOND_MS) return false;
    track.levels.length = 0;
  }
  const open = track.levels.at(-1);
  if (open !== undefined && Math.abs(open.metres - metres) <= SAME_M) {
    const was = isHeld(open);
    open.times++;
    open.metres += (metres - open.metres) / Math.min(open.times, 8);
    open.toMs = atMs;
    return !was && isHeld(open);
  }
  // What was not held was a hand on its way.
  if (open !== undefined && !isHeld(open)) track.levels.pop();
  track.levels.push({ metres, fromMs: atMs, toMs: atMs, times: 1 });
  if (track.levels.length > MOST_LEVELS) track.levels.shift();
  return false;
}

/** Units that a distance means, not rounded; undefined where the plan does not say how far apart they stand. */
export function unitsAt(slot: Slot, metres: Metres): number | undefined {
  return slot.distance === undefined ? undefined : (slot.distance.emptyM - metres) / slot.distance.unitM;
}

/** The distance that the slot rests at, as units; undefined while something moves, and where a distance says nothing about units. */
export function restingUnits(track: DistanceTrack, slot: Slot): number | undefined {
  const level = track.levels.at(-1);
  return level === undefined || !isHeld(level) ? undefined : unitsAt(slot, level.metres);
}

/** A count that is clear enough to be believed without any other sensor. */
export function sureUnits(units: number): number | undefined {
  const whole = Math.round(units);
  return Math.abs(units - whole) <= SURE_REST ? Math.max(0, whole) : undefined;
}

/** How the count of a slot changed around a change of its weight, as far as its distance sensor saw the time before and after. */
export interface CountChange {
  /** Not rounded; below 0 taken. */
  readonly units: number;
  readonly deviation: number;
}

/** The change of count between the rest before a change of weight and the rest after it; undefined while the sensor has not seen both. */
export function countChange(
  track: DistanceTrack | undefined,
  slot: Slot,
  change: { readonly sinceMs: TimestampMs; readonly atMs: TimestampMs; readonly nowMs: TimestampMs },
): CountChange | undefined {
  if (track === undefined || slot.distance === undefined) return undefined;
  const held = track.levels.filter(isHeld);
  const before = held.filter(({ fromMs }) => fromMs <= change.sinceMs).at(-1);
  const after = held.at(-1);
  if (before === undefined || after === undefined || change.nowMs - after.toMs > 2 * SECOND_MS) return undefined;
  // The same rest over all of it is a change of nothing; else the new one must have begun with the change.
  if (after === before ? after.toMs < change.atMs + SLACK_MS : after.fromMs < change.sinceMs - SLACK_MS) return undefined;
  const unitM = slot.distance.unitM;
  const units = (before.metres - after.metres) / unitM;
  return { units, deviation: Math.hypot(SD_M / Math.abs(unitM), UNEVEN * Math.sqrt(Math.max(1, Math.abs(units)))) };
}

/** How well a count that changed by `units` agrees with what the sensor saw; 1 for one that says nothing, relative to a change of any size. */
export function agreement(seen: CountChange, units: number | undefined): number {
  const flat = 1 / COUNT_RANGE;
  if (units === undefined) return flat;
  const z = (units - seen.units) / seen.deviation;
  return IN_THE_WAY * flat + ((1 - IN_THE_WAY) * Math.exp(-0.5 * z * z)) / (seen.deviation * 2.506_628);
}

/** Whether the sensor saw clearly another change than `units`. */
export function contradicts(seen: CountChange, units: number): boolean {
  return Math.abs(units - seen.units) > Math.max(0.7, 3 * seen.deviation);
}

function isHeld(level: Level): boolean {
  return level.times >= HELD_TIMES && level.toMs - level.fromMs >= HELD_MS;
}
