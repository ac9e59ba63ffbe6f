import type { DeviceId, ZoneId } from '../ids.ts';
import type { Doorway, PlacedSide } from '../store-map.ts';
import { type Dbm, type Probability, SECOND_MS, type TimestampMs } from '../units.ts';
import { type DoorwayTrack, newDoorwayTrack, passDoorway } from './doorway.ts';
import { type Heard, hear, recent } from './heard.ts';

/** The sides are weighed this often while a tag is heard. */
const PASS_EVERY_MS = SECOND_MS;
/** A tag not heard at a door for this long comes to it anew. */
const AWAY_AFTER_MS = 30 * SECOND_MS;
/** One receiver must have heard a tag alone for this long before the other's silence says something: now and then each misses one. */
const ALONE_MS = 3 * SECOND_MS;
/** Another scanner must hear a tag this much better than the door does before the door has nothing more to say about it. */
const ELSEWHERE_DB = 6;

/** One tag at one door. Plain data: it is written into snapshots. */
export interface DoorTrail {
  /** Receivers of the door; a tag is at one door at a time. */
  readonly first: DeviceId;
  readonly second: DeviceId;
  readonly heard: Heard;
  readonly track: DoorwayTrack;
  passedAtMs: TimestampMs;
  /** Since when only one of the receivers has heard it. */
  aloneSinceMs: TimestampMs | undefined;
}

/** What a door says of a tag now. */
export interface DoorVerdict {
  readonly side: PlacedSide;
  readonly confidence: Probability;
  /** Zones of the door's other sides. */
  readonly notIn: readonly (ZoneId | undefined)[];
}

/** The door that a scanner is a receiver of, if any. */
export function doorOf(doorways: readonly Doorway[] | undefined, scanner: DeviceId): Doorway | undefined {
  return doorways?.find(({ first, second }) => first === scanner || second === scanner);
}

/** A tag that is heard at a door for the first time. */
export function newDoorTrail({ first, second, sides }: Doorway, nowMs: TimestampMs): DoorTrail {
  return { first, second, heard: new Map(), track: newDoorwayTrack(sides, nowMs), passedAtMs: nowMs, aloneSinceMs: undefined };
}

/** Whether what is remembered is about this door and not too old to go on from. */
export function isAtDoor(trail: DoorTrail | undefined, door: Doorway, nowMs: TimestampMs): trail is DoorTrail {
  return (
    trail !== undefined &&
    trail.first === door.first &&
    trail.second === door.second &&
    trail.track.probabilities.length === door.sides.length &&
    nowMs - trail.passedAtMs < AWAY_AFTER_MS
  );
}

/**
 * Takes in a sighting of one of a door's receivers. Once a second both are weighed together, each as its mean of the last 3 s; `isAwake` says
 * whether a receiver works: the silence of one that does not says nothing, and the other alone cannot tell the sides apart.
 */
export function hearAtDoor(
  trail: DoorTrail,
  door: Doorway,
  heard: {
    readonly scanner: DeviceId;
    readonly rssiDbm: Dbm;
    readonly nowMs: TimestampMs;
    readonly hysteresisDb: number;
    readonly isAwake: (scanner: DeviceId) => boolean;
  },
): void {
  const { scanner, rssiDbm, nowMs, hysteresisDb, isAwake } = heard;
  hear(trail.heard, { scanner, rssiDbm }, nowMs);
  if (nowMs - trail.passedAtMs < PASS_EVERY_MS) return;
  const { firstDbm, secondDbm } = strengths(trail, nowMs);
  if (firstDbm !== undefined && secondDbm !== undefined) trail.aloneSinceMs = undefined;
  else {
    trail.aloneSinceMs ??= nowMs;
    const missing = firstDbm === undefined ? door.first : door.second;
    if (nowMs - trail.aloneSinceMs < ALONE_MS || !isAwake(missing)) return;
  }
  trail.passedAtMs = nowMs;
  passDoorway(trail.track, door.sides, { atMs: nowMs, firstDbm, secondDbm, hysteresisDb });
}

/** On which side of its door a tag is; undefined when that is not known, or when `elsewhereDbm` says that the tag is far from the door. */
export function verdictOf(
  trail: DoorTrail,
  door: Doorway,
  now: { readonly nowMs: TimestampMs; readonly elsewhereDbm: Dbm | undefined },
): DoorVerdict | undefined {
  const { side: number, probabilities } = trail.track;
  const side = number === undefined ? undefined : door.sides[number];
  if (side === undefined || number === undefined) return undefined;
  const { firstDbm, secondDbm } = strengths(trail, now.nowMs);
  const here = Math.max(firstDbm ?? Number.NEGATIVE_INFINITY, secondDbm ?? Number.NEGATIVE_INFINITY);
  if (now.elsewhereDbm !== undefined && now.elsewhereDbm > here + ELSEWHERE_DB) return undefined;
  const notIn = door.sides.flatMap(({ zone }) => (zone === undefined || zone === side.zone ? [] : [zone]));
  return { side, confidence: probabilities[number] ?? 0, notIn };
}

function strengths(trail: DoorTrail, nowMs: TimestampMs): { readonly firstDbm: Dbm | undefined; readonly secondDbm: Dbm | undefined } {
  const means = recent(trail.heard, nowMs);
  const of = (id: DeviceId) => means.find(({ scanner }) => scanner === id)?.rssiDbm;
  return { firstDbm: of(trail.first), secondDbm: of(trail.second) };
}
