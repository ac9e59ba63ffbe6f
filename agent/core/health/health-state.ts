import type { DeviceId, SlotId, ZoneId } from '../ids.ts';
import type { Grams, TimestampMs } from '../units.ts';
import type { Watch } from './usual.ts';

/** How the store's devices usually report and how they report now: plain data, bounded by the plan and `HEALTH_LIMITS`. */
export interface HealthState {
  /** Start of the running round, 0 before the first reading. */
  roundMs: TimestampMs;
  /** Whether the running round was watched from its beginning: half a round says nothing about what is usual. */
  isWhole: boolean;
  readonly devices: Map<DeviceId, DeviceHealth>;
  /** Measured values watched, of all devices together. */
  channels: number;
  /** What the scanners of a zone report together. */
  readonly zones: Map<ZoneId, Watch>;
  /** Which device last said something about a slot, and which last counted the people of a zone. */
  readonly slotSources: Map<SlotId, DeviceId>;
  readonly peopleSources: Map<ZoneId, DeviceId>;
  /** How the idle weight of each slot creeps. */
  readonly creeps: Map<SlotId, Creep>;
}

/** What is remembered of one device. */
export interface DeviceHealth {
  /** Readings in the running round, what it says of itself and what came late left out. */
  readings: number;
  readonly watch: Watch;
  /** What it was expected to say since it fell silent. */
  missed: number;
  /** Times it went offline in the running round, in each of the last rounds (newest last), and on an ordinary day. */
  drops: number;
  readonly latelyDropped: number[];
  dropsADay: number;
  /** Values that it measures, by slot or kind. */
  readonly channels: Map<string, Channel>;
}

/** One measured value of a device: a live one never stands quite still for long. */
export interface Channel {
  value: number;
  /** Readings of the running round, and how many of them differed from the one before. */
  readings: number;
  changes: number;
  readonly watch: Watch;
}

/** Idle weight against time, as decayed sums of a straight line. */
export interface Creep {
  /** Beginning of the rest that is being followed, and its weight when last looked at. */
  restMs: TimestampMs;
  grams: Grams;
  /** All idle movement so far. */
  crept: Grams;
  readonly startMs: TimestampMs;
  weight: number;
  sumT: number;
  sumG: number;
  sumTt: number;
  sumTg: number;
  sumGg: number;
}

/** Most entries; a device or value beyond them is not watched, and still is heard. */
export const HEALTH_LIMITS = { devices: 4_000, channelsEach: 16, channels: 4_000 } as const;

/** A store in which nobody has spoken. */
export function createHealth(): HealthState {
  return {
    roundMs: 0,
    isWhole: false,
    devices: new Map(),
    channels: 0,
    zones: new Map(),
    slotSources: new Map(),
    peopleSources: new Map(),
    creeps: new Map(),
  };
}
