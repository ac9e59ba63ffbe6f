import type { StepContext } from './context.ts';
import type { DeviceId, FixtureId, TagId, ZoneId } from './ids.ts';
import type { Floor } from './locate/floor.ts';
import { fix, isFixDue, newTrail, noteSighting, type Trail } from './locate/follow.ts';
import { placeByStrength } from './locate/zone-strength.ts';
import { newTagTrack, type TagTrack } from './state.ts';
import { type Dbm, SECOND_MS } from './units.ts';
import type { Place } from './visit.ts';

/** A scanner that heard some tag this recently works: that it does not hear this one says something. */
const AWAKE_MS = 10 * SECOND_MS;

/** A place at a fixture, now; undefined for a fixture that does not exist. */
export function placeOf(context: StepContext, at: { readonly fixture: FixtureId; readonly confidence: number }): Place | undefined {
  const fixture = context.store.fixtures.get(at.fixture);
  if (fixture === undefined) return undefined;
  return { zone: fixture.zone, fixture: fixture.id, sinceMs: context.nowMs, seenAtMs: context.nowMs, confidence: at.confidence };
}

/**
 * Follows a store-owned tag through the zones. With at least three scanners that have a position it is placed on the floor, at most
 * once a second; else by the strength at each zone's scanners. Returns the tag's track; `moved` says that its zone changed.
 */
export function sightTag(
  context: StepContext,
  sighting: { readonly tag: TagId; readonly device: DeviceId; readonly zone: ZoneId | undefined; readonly rssiDbm: Dbm },
): { track: TagTrack; moved: boolean } {
  const { state, store } = context;
  const track = state.tags.get(sighting.tag) ?? newTagTrack();
  const floor = store.floor();
  if (floor === undefined) {
    const { tag, zone, rssiDbm } = sighting;
    if (zone === undefined) return { track, moved: false };
    state.tags.set(tag, track);
    return { track, moved: placeByStrength(context, track, { tag, zone, rssiDbm }) };
  }
  if (!floor.numberOf.has(sighting.device)) return { track, moved: false };
  state.tags.set(sighting.tag, track);
  track.trail ??= newTrail(context.nowMs);
  noteSighting(track.trail, { scanner: sighting.device, rssiDbm: sighting.rssiDbm }, context.nowMs);
  if (!isFixDue(track.trail, context.nowMs)) return { track, moved: false };
  return { track, moved: placeByTrail(context, { track, trail: track.trail, floor }) };
}

function placeByTrail(
  context: StepContext,
  { track, trail, floor }: { readonly track: TagTrack; readonly trail: Trail; readonly floor: Floor },
): boolean {
  const { state, nowMs } = context;
  const { zoneHysteresisDb, zoneSettleMs } = context.store.map.policy;
  fix(trail, floor, {
    nowMs,
    reluctance: { hysteresisDb: zoneHysteresisDb, settleMs: zoneSettleMs },
    isAwake: (scanner) => nowMs - (state.devices.get(scanner)?.lastSeenAtMs ?? Number.NEGATIVE_INFINITY) <= AWAKE_MS,
  });
  if (trail.zone === undefined) return false;
  const { id: zone, confidence } = trail.zone;
  const isSame = track.place?.zone === zone;
  track.place = { zone, fixture: undefined, sinceMs: isSame ? (track.place?.sinceMs ?? nowMs) : nowMs, seenAtMs: nowMs, confidence };
  return !isSame;
}
