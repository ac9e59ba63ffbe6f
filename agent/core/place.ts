import { hasToldOf } from './clock-watch.ts';
import type { StepContext } from './context.ts';
import type { DeviceId, FixtureId, TagId, ZoneId } from './ids.ts';
import { zoneProbabilities } from './locate/belief.ts';
import { type DoorVerdict, doorOf, hearAtDoor, isAtDoor, newDoorTrail, verdictOf } from './locate/door.ts';
import type { Floor } from './locate/floor.ts';
import { fix, heardLately, isFixDue, newTrail, noteSighting, type Trail } from './locate/follow.ts';
import { shareOf, type ZoneGroup } from './locate/resolution.ts';
import { placeByStrength } from './locate/zone-strength.ts';
import { newTagTrack, type TagTrack } from './state.ts';
import type { Doorway } from './store-map.ts';
import { type Dbm, type DurationMs, SECOND_MS } from './units.ts';
import type { Place } from './visit.ts';

/** A scanner that heard some tag this recently works: that it does not hear this one says something. */
const AWAKE_MS = 10 * SECOND_MS;
/** A zone's strength older than this says nothing about where a tag is now. */
const ELSEWHERE_MS = 3 * SECOND_MS;

/** A place at a fixture, now; undefined for a fixture that does not exist. */
export function placeOf(context: StepContext, at: { readonly fixture: FixtureId; readonly confidence: number }): Place | undefined {
  const fixture = context.store.fixtures.get(at.fixture);
  if (fixture === undefined) return undefined;
  return { zone: fixture.zone, fixture: fixture.id, sinceMs: context.nowMs, seenAtMs: context.nowMs, confidence: at.confidence };
}

/** One scanner heard a tag. `zone` is that of the scanner. */
export interface TagSighting {
  readonly device: DeviceId;
  readonly zone: ZoneId | undefined;
  readonly rssiDbm: Dbm;
  /** How long ago it was heard, where the scanner sends in batches. Doors and zones without positions go by the time of arrival. */
  readonly lagMs: DurationMs;
}

/** What a sighting changed: `moved` says that the tag is in another zone, `left` that it is out of the store, by a door that can tell. */
export interface Sighted {
  readonly moved: boolean;
  readonly left: boolean;
}

/** Follows a store-owned tag through the zones, and gives its track. */
export function sightTag(context: StepContext, sighting: TagSighting & { readonly tag: TagId }): Sighted & { readonly track: TagTrack } {
  const { tags } = context.state;
  const track = tags.get(sighting.tag) ?? newTagTrack();
  const sighted = sightTrack(context, track, sighting);
  if (isKnown(track)) tags.set(sighting.tag, track);
  return { track, ...sighted };
}

/**
 * Takes one sighting into what is known of a tag. With at least three scanners that have a position it is placed on the floor, at most once a
 * second; else by the strength at each zone's scanners. A door whose sides were learned has the last word about who is still outside of it.
 */
export function sightTrack(context: StepContext, track: TagTrack, sighting: TagSighting): Sighted {
  const verdict = atDoor(context, track, sighting);
  if (verdict !== undefined && !verdict.side.isInside) {
    keepTrail(context, track, sighting);
    return placeAtSide(context, track, verdict);
  }
  const before = track.place?.zone;
  // Coming in from the other side of the door: the entrance at once, before other scanners have anything to say.
  const cameIn = verdict !== undefined && track.heldBy === 'door';
  if (cameIn) {
    track.heldBy = undefined;
    placeAtSide(context, track, verdict);
  }
  placeInside(context, track, sighting);
  // Other scanners say where inside; that it is inside, the door knows better.
  if (verdict?.notIn.includes(track.place?.zone)) placeAtSide(context, track, verdict);
  return { moved: track.place !== undefined && track.place.zone !== before, left: false };
}

function isKnown(track: TagTrack): boolean {
  return track.trail !== undefined || track.signals.size > 0 || track.door !== undefined || track.visit !== undefined;
}

/** What the door of this scanner says, or the door that the tag was last at. */
function atDoor(context: StepContext, track: TagTrack, sighting: TagSighting): DoorVerdict | undefined {
  const { nowMs, store } = context;
  const { doorways } = store.map.calibration ?? {};
  if (doorways === undefined || doorways.length === 0) return undefined;
  const here = doorOf(doorways, sighting.device);
  if (here !== undefined) {
    if (!isAtDoor(track.door, here, nowMs)) track.door = newDoorTrail(here, nowMs);
    hearAtDoor(track.door, here, {
      scanner: sighting.device,
      rssiDbm: sighting.rssiDbm,
      nowMs,
      hysteresisDb: store.map.policy.zoneHysteresisDb,
      isAwake: (scanner) => isAwake(context, scanner),
    });
  }
  const door = here ?? (track.door === undefined ? undefined : doorOf(doorways, track.door.first));
  if (door === undefined || !isAtDoor(track.door, door, nowMs)) return undefined;
  return verdictOf(track.door, door, { nowMs, elsewhereDbm: elsewhereDbm(context, track, door) });
}

/** How well the best scanner that does not belong to a door hears the tag. */
function elsewhereDbm(context: StepContext, track: TagTrack, door: Doorway): Dbm | undefined {
  const { nowMs, store } = context;
  const ofDoor = new Set([door.first, door.second].map((id) => store.devices.get(id)?.zone));
  const strengths =
    track.trail === undefined
      ? [...track.signals].flatMap(([zone, { rssiDbm, atMs }]) => (ofDoor.has(zone) || nowMs - atMs > ELSEWHERE_MS ? [] : [rssiDbm]))
      : heardLately(track.trail, nowMs).flatMap(({ scanner, rssiDbm }) =>
          scanner === door.first || scanner === door.second ? [] : [rssiDbm],
        );
  return strengths.length === 0 ? undefined : Math.max(...strengths);
}

function placeAtSide(context: StepContext, track: TagTrack, { side, confidence }: DoorVerdict): Sighted {
  const { nowMs } = context;
  const before = track.place;
  if (!side.isInside) track.heldBy = 'door';
  if (side.zone === undefined) {
    if (side.isInside) return { moved: false, left: false };
    track.place = undefined;
    return { moved: false, left: true };
  }
  const isSame = before?.zone === side.zone;
  track.place = { zone: side.zone, fixture: undefined, sinceMs: isSame ? before.sinceMs : nowMs, seenAtMs: nowMs, confidence };
  return { moved: !isSame, left: false };
}

/** Keeps what the scanners hear up to date while the door decides, so that whoever comes in is placed at once. */
function keepTrail(context: StepContext, track: TagTrack, sighting: TagSighting): void {
  const floor = context.store.floor();
  if (!floor?.numberOf.has(sighting.device)) return;
  const trail = hearOnFloor(context, track, { sighting, floor });
  if (isFixDue(trail, context.nowMs)) fixTrail(context, trail, floor);
}

/** Without a survey every second stands for itself: what was earlier would not help, so the time of arrival does. */
function hearOnFloor(
  context: StepContext,
  track: TagTrack,
  { sighting, floor }: { readonly sighting: TagSighting; readonly floor: Floor },
): Trail {
  track.trail ??= newTrail(context.nowMs);
  const { device: scanner, rssiDbm } = sighting;
  noteSighting(track.trail, { scanner, rssiDbm, lagMs: floor.isSurveyed ? sighting.lagMs : 0 }, context.nowMs);
  return track.trail;
}

function placeInside(context: StepContext, track: TagTrack, sighting: TagSighting): boolean {
  const floor = context.store.floor();
  if (floor === undefined) {
    const { zone, rssiDbm } = sighting;
    if (zone === undefined) return false;
    const before = track.place;
    const moved = placeByStrength(context, track, { zone, rssiDbm });
    const { place } = track;
    if (place !== undefined && place !== before)
      track.place = { ...place, confidence: shareOf(context.store.zoneGroups.get(place.zone), place.confidence) };
    return moved;
  }
  if (!floor.numberOf.has(sighting.device)) return false;
  const trail = hearOnFloor(context, track, { sighting, floor });
  if (!isFixDue(trail, context.nowMs)) return false;
  return placeByTrail(context, { track, trail, floor });
}

function placeByTrail(
  context: StepContext,
  { track, trail, floor }: { readonly track: TagTrack; readonly trail: Trail; readonly floor: Floor },
): boolean {
  const { nowMs } = context;
  fixTrail(context, trail, floor);
  if (trail.zone === undefined) return false;
  const { id: zone } = trail.zone;
  const group = context.store.zoneGroups.get(zone);
  // Zones that scanners cannot tell apart share what is known of all of them.
  const confidence = (group?.zones.length ?? 1) > 1 ? shareOf(group, groupProbability(floor, trail, group)) : trail.zone.confidence;
  const isSame = track.place?.zone === zone;
  track.place = { zone, fixture: undefined, sinceMs: isSame ? (track.place?.sinceMs ?? nowMs) : nowMs, seenAtMs: nowMs, confidence };
  return !isSame;
}

function groupProbability(floor: Floor, trail: Trail, group: ZoneGroup | undefined): number {
  const probabilities = zoneProbabilities(floor, trail.belief);
  return probabilities.reduce((sum, probability, at) => (group?.zones.includes(floor.zones[at]!) === true ? sum + probability : sum), 0);
}

function fixTrail(context: StepContext, trail: Trail, floor: Floor): void {
  const { zoneHysteresisDb, zoneSettleMs } = context.store.map.policy;
  fix(trail, floor, {
    nowMs: context.nowMs,
    reluctance: { hysteresisDb: zoneHysteresisDb, settleMs: zoneSettleMs },
    isAwake: (scanner, atMs) => isAwake(context, scanner) && hasToldOf(context.state.devices.get(scanner)?.clock, atMs, context.nowMs),
  });
}

function isAwake({ state, nowMs }: StepContext, scanner: DeviceId): boolean {
  return nowMs - (state.devices.get(scanner)?.lastSeenAtMs ?? Number.NEGATIVE_INFINITY) <= AWAKE_MS;
}
