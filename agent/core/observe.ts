import { recordSale } from './attribute.ts';
import type { StepContext } from './context.ts';
import { noteDevice, noteStatus } from './device-health.ts';
import type { ZoneId } from './ids.ts';
import type { ReadingInput } from './input.ts';
import { peopleSeen, stayed } from './people.ts';
import { sightTag } from './place.ts';
import type { Reading } from './reading.ts';
import { observeReach, observeShelf, observeTag } from './shelf/react.ts';
import { putBounded, STATE_LIMITS } from './state.ts';
import { count, countVisit } from './tally.ts';
import { SECOND_MS } from './units.ts';
import { addDwell, moveTo, openVisit } from './visits.ts';

/** A fixture named by a shelf event or a code is believed this long before the tag's zone takes over. */
const FIXTURE_BELIEF_MS = 90 * SECOND_MS;
/** Smallest step in which a tag's sightings add up to dwell. */
const DWELL_STEP_MS = 5 * SECOND_MS;

/** Places a reading in the store and lets it have its effect. A late one only counts for its device, or as money when it is a sale. */
export function observe(context: StepContext, input: ReadingInput): void {
  const { reading } = input;
  noteDevice(context, reading, input.late === true);
  if (input.late === true && reading.kind !== 'pos.sale') return;
  switch (reading.kind) {
    case 'shelf.pick':
    case 'shelf.return':
    case 'shelf.weight':
      return observeShelf(context, reading);
    case 'ble.sighting':
      return sighting(context, reading);
    case 'presence':
      return peopleSeen(context, reading.zone ?? zoneOf(context, reading), reading.count);
    case 'camera.detections':
      return reading.partial === true ? undefined : peopleSeen(context, zoneOf(context, reading), reading.people.length);
    case 'door.count':
      count(context, 'doorIn', zoneOf(context, reading), reading.in);
      return count(context, 'doorOut', zoneOf(context, reading), reading.out);
    case 'pos.sale':
      return recordSale(context, { pos: reading, till: reading.device, offers: input.offers ?? [] });
    case 'context':
      return putBounded(context.state.context, reading.topic, { value: reading.value, untilMs: reading.untilMs }, STATE_LIMITS.context);
    case 'device.status':
      return noteStatus(context, reading);
    case 'rfid.read':
      return observeTag(context, { epc: reading.epc, fixture: context.store.devices.get(reading.device)?.fixture });
    case 'reach':
      if (!reading.active) return;
      return observeReach(context, { slot: reading.slot, fixture: context.store.devices.get(reading.device)?.fixture });
    case 'dwell':
      return stayed(context, reading.zone, reading.ms);
    case 'flow':
    case 'climate':
    case 'contact':
    case 'occupancy':
    case 'vibration':
    case 'button':
    case 'distance':
      // Kept in the log and in the device's health; nothing decides on them yet.
      return;
  }
}

function sighting(context: StepContext, reading: Extract<Reading, { readonly kind: 'ble.sighting' }>): void {
  if (!context.store.tags.has(reading.beacon)) return;
  const zone = zoneOf(context, reading);
  const known = context.state.tags.get(reading.beacon)?.place !== undefined;
  const { track, moved } = sightTag(context, { tag: reading.beacon, device: reading.device, zone, rssiDbm: reading.rssiDbm });
  const place = track.place;
  if (place === undefined) return;
  const visit = track.visit === undefined ? undefined : context.state.visits.get(track.visit);
  if (visit === undefined) {
    // A cart that starts to move, or is first heard among the shelves, has somebody pushing it.
    const inUse = moved && (known || context.store.zones.get(place.zone)?.kind === 'aisle');
    if (inUse) openVisit(context, { id: context.nextId('vt'), origin: 'tag', tag: reading.beacon });
    return;
  }
  if (moved || visit.place === undefined) return moveTo(context, visit, place);
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

function zoneOf(context: StepContext, reading: Reading): ZoneId | undefined {
  const device = context.store.devices.get(reading.device);
  if (device?.zone !== undefined) return device.zone;
  return device?.fixture === undefined ? undefined : context.store.fixtures.get(device.fixture)?.zone;
}
