import { recordSale } from './attribute.ts';
import { observeCamera } from './cameras/observe-camera.ts';
import { observeSeatReach } from './cameras/seats.ts';
import { observeDoor } from './cameras/traffic.ts';
import type { StepContext } from './context.ts';
import { noteDevice, noteStatus } from './device-health.ts';
import type { ZoneId } from './ids.ts';
import type { ReadingInput } from './input.ts';
import { peopleSeen, stayed } from './people.ts';
import type { Reading } from './reading.ts';
import { observeDistance, observeVibration } from './shelf/feel.ts';
import { observeReach, observeShelf, observeTag } from './shelf/react.ts';
import { sightBeacon } from './sighting.ts';
import { putBounded, STATE_LIMITS } from './state.ts';

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
      return sightBeacon(context, reading, { zone: zoneOf(context, reading), visit: input.visit });
    case 'presence':
      return peopleSeen(context, reading.zone ?? zoneOf(context, reading), reading.count);
    case 'camera.detections':
      return reading.partial === true ? undefined : peopleSeen(context, zoneOf(context, reading), reading.people.length);
    case 'door.count':
      return observeDoor(context, reading, reading.zone ?? zoneOf(context, reading));
    case 'pos.sale':
      return recordSale(context, { pos: reading, till: reading.device, offers: input.offers ?? [] });
    case 'context':
      return putBounded(context.state.context, reading.topic, { value: reading.value, untilMs: reading.untilMs }, STATE_LIMITS.context);
    case 'device.status':
      return noteStatus(context, reading);
    case 'rfid.read':
      return observeTag(context, { epc: reading.epc, fixture: context.store.devices.get(reading.device)?.fixture });
    case 'reach':
      observeSeatReach(context, reading);
      if (!reading.active) return;
      return observeReach(context, {
        slot: reading.slot,
        fixture: reading.fixture ?? context.store.devices.get(reading.device)?.fixture,
      });
    case 'vibration':
      return observeVibration(context, reading);
    case 'distance':
      return observeDistance(context, reading);
    case 'dwell':
      return stayed(context, reading.zone, reading.ms);
    case 'stop':
    case 'queue':
    case 'heat':
    case 'flow':
      return observeCamera(context, reading);
    case 'climate':
    case 'contact':
    case 'occupancy':
    case 'button':
      // Kept in the log and in the device's health; nothing decides on them yet.
      return;
  }
}

function zoneOf(context: StepContext, reading: Reading): ZoneId | undefined {
  const device = context.store.devices.get(reading.device);
  if (device?.zone !== undefined) return device.zone;
  return device?.fixture === undefined ? undefined : context.store.fixtures.get(device.fixture)?.zone;
}
