import { type Measured, measured, newClockWatch, watchClock } from './clock-watch.ts';
import { consentFor } from './consent.ts';
import type { StepContext } from './context.ts';
import { noteTooOld } from './health/too-old.ts';
import type { VisitId, ZoneId } from './ids.ts';
import { type Sighted, sightTag, sightTrack } from './place.ts';
import type { Reading } from './reading.ts';
import { isStaffTag } from './restraint/staff.ts';
import type { TagTrack } from './state.ts';
import { countVisit } from './tally.ts';
import { SECOND_MS } from './units.ts';
import type { Visit } from './visit.ts';
import { addDwell, leaveStore, moveTo, openVisit } from './visits.ts';

/** A fixture named by a shelf event or a code is believed this long before the tag's zone takes over. */
const FIXTURE_BELIEF_MS = 90 * SECOND_MS;
/** Smallest step in which a tag's sightings add up to dwell. */
const DWELL_STEP_MS = 5 * SECOND_MS;
/** A phone heard this recently says where its shopper is, wherever the cart was left. */
const PHONE_BELIEF_MS = 10 * SECOND_MS;

type BeaconSighting = Extract<Reading, { readonly kind: 'ble.sighting' }>;

/**
 * A scanner heard a beacon: a store-owned tag, or the phone of `visit`, which broadcasts because its shopper asked for it. All others are
 * strangers and leave nothing.
 */
export function sightBeacon(
  context: StepContext,
  reading: BeaconSighting,
  heard: { readonly zone: ZoneId | undefined; readonly visit: VisitId | undefined },
): void {
  const when = whenHeard(context, reading);
  // A batch that waited for long would put its people where they were.
  if (when.kind === 'too-old') return noteTooOld(context.state, reading.device, context.nowMs);
  const lagMs = when.kind === 'earlier' ? when.lagMs : 0;
  const sighting = { device: reading.device, zone: heard.zone, rssiDbm: reading.rssiDbm, lagMs };
  if (heard.visit !== undefined) {
    const visit = context.state.visits.get(heard.visit);
    if (visit?.phone === undefined || consentFor(visit, 'offers', context.nowMs) === undefined) return;
    return follow(context, visit, { track: visit.phone, ...sightTrack(context, visit.phone, sighting) });
  }
  if (!context.store.tags.has(reading.beacon)) return;
  const known = context.state.tags.get(reading.beacon)?.place !== undefined;
  const sighted = sightTag(context, { ...sighting, tag: reading.beacon });
  const { track, moved } = sighted;
  const visit = track.visit === undefined ? undefined : context.state.visits.get(track.visit);
  if (visit !== undefined) {
    const phoneSeenAtMs = visit.phone?.place?.seenAtMs;
    if (phoneSeenAtMs === undefined || context.nowMs - phoneSeenAtMs > PHONE_BELIEF_MS) follow(context, visit, sighted);
    return;
  }
  if (track.place === undefined) return;
  // A cart that starts to move, or is first heard among the shelves, has somebody pushing it.
  const inUse = !isStaffTag(context, reading.beacon) && moved && (known || context.store.zones.get(track.place.zone)?.kind === 'aisle');
  if (inUse) openVisit(context, { id: context.nextId('vt'), origin: 'tag', tag: reading.beacon });
}

function whenHeard({ state, nowMs }: StepContext, reading: BeaconSighting): Measured {
  const track = state.devices.get(reading.device);
  if (track === undefined) return { kind: 'now' };
  track.clock ??= newClockWatch(nowMs);
  watchClock(track.clock, reading.atMs, nowMs);
  return measured(track.clock, reading.atMs, nowMs);
}

/** A visit is where its tag is, unless something more exact was said of it a moment ago. */
function follow(context: StepContext, visit: Visit, seen: Sighted & { readonly track: TagTrack }): void {
  if (seen.left) return leaveStore(context, visit);
  const { place } = seen.track;
  if (place === undefined) return;
  if (seen.moved || visit.place === undefined) return moveTo(context, visit, place);
  if (visit.place.zone !== place.zone) {
    if (context.nowMs - visit.place.seenAtMs > FIXTURE_BELIEF_MS) moveTo(context, visit, place);
    return;
  }
  if (context.nowMs - visit.dwellCountedAtMs >= DWELL_STEP_MS) addDwell(context, visit);
  if (visit.place.fixture === undefined || context.nowMs - visit.place.seenAtMs > FIXTURE_BELIEF_MS) {
    visit.place = { ...place, sinceMs: visit.place.sinceMs };
  }
  countVisit(context, place.zone, visit.id);
}
