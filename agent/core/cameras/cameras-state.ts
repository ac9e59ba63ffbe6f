import type { FixtureId, SlotId, VisitId, ZoneId } from '../ids.ts';
import type { Seat } from '../reading.ts';
import type { DurationMs, Probability, TimestampMs } from '../units.ts';

/** What cameras told of the last hours, of queues now, and of those in view. Counts, and seats that are given to the next one. */
export interface CamerasState {
  /** By start of the hour, oldest first. */
  readonly hours: Map<TimestampMs, HourSeen>;
  /** By till. */
  readonly queues: Map<string, QueueTrack>;
  readonly seats: Map<Seat, SeatTrack>;
}

/** One hour of the store as cameras saw it. */
export interface HourSeen {
  /** People by `from to`, zones with a space between them. */
  readonly flows: Map<string, number>;
  /** By cell of the store's grid: person-seconds, and how often somebody was counted there in a minute. */
  readonly heat: Map<number, { seconds: number; people: number }>;
  /** By zone, `''` for doors of no zone. */
  readonly doors: Map<ZoneId, { in: number; out: number }>;
  readonly queues: Map<string, { left: number; leftMs: DurationMs; longest: number }>;
}

/** The queue at one till. */
export interface QueueTrack {
  length: number;
  waitMs: DurationMs;
  atMs: TimestampMs;
  /** Since when it is as long as staff want to hear of, and since when it no longer is. */
  longSinceMs: TimestampMs | undefined;
  shortSinceMs: TimestampMs | undefined;
  told: boolean;
}

/** Somebody in view of cameras, as long as they are. */
export interface SeatTrack {
  fixture: FixtureId | undefined;
  seenAtMs: TimestampMs;
  /** Their visit: an anonymous one since they first reached for something, or a phone's that joined. */
  visit: VisitId | undefined;
  /** That the visit is theirs: 1 for the anonymous one. */
  confidence: Probability;
  reach:
    | { readonly fixture: FixtureId; readonly slot: SlotId | undefined; readonly atMs: TimestampMs; readonly confidence: Probability }
    | undefined;
}

/** Most entries of each table; the oldest gives way, and of one hour's tables the newcomer is left out. */
export const CAMERA_LIMITS = { hours: 24, flows: 1_000, doors: 256, queues: 64, seats: 512 } as const;

/** What is known before any camera spoke. */
export function createCamerasState(): CamerasState {
  return { hours: new Map(), queues: new Map(), seats: new Map() };
}
