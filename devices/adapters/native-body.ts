import type { DeviceStatus, ReadingBody } from '../../agent/core/reading.ts';
import { climateOf } from './climate.ts';
import { DEVICE_TIME_FORM, parseDeviceTime } from './device-time.ts';
import type { NativeEvent, NativeKind, NativeState } from './native-schemas.ts';

/** A reading's body, or the one thing about it that the schema could not say. */
export type NativeBody = ReadingBody | { readonly kind: 'fault'; readonly detail: string };

type BodyOf = { readonly [K in NativeKind]: (event: NativeEvent<K>) => NativeBody };

/** Turns a valid native event into the body of a reading: the agent's words, milliseconds, and nothing that was not asked for. */
export const NATIVE_BODIES: BodyOf = {
  'shelf.weight': ({ slot, grams }) => ({ kind: 'shelf.weight', slot, grams }),
  'shelf.pick': ({ slot, count }) => ({ kind: 'shelf.pick', slot, count }),
  'shelf.return': ({ slot, count }) => ({ kind: 'shelf.return', slot, count }),
  'rfid.read': ({ epc, rssiDbm }) =>
    rssiDbm === undefined ? { kind: 'rfid.read', epc: tidyEpc(epc) } : { kind: 'rfid.read', epc: tidyEpc(epc), rssiDbm },
  presence: ({ count, zone }) => (zone === undefined ? { kind: 'presence', count } : { kind: 'presence', count, zone }),
  dwell: ({ zone, ms }) => ({ kind: 'dwell', zone, ms }),
  flow: ({ from, to, count }) => ({ kind: 'flow', from, to, count }),
  'ble.sighting': ({ beacon, rssiDbm, txPowerDbm }) =>
    txPowerDbm === undefined ? { kind: 'ble.sighting', beacon, rssiDbm } : { kind: 'ble.sighting', beacon, rssiDbm, txPowerDbm },
  'camera.detections': ({ people, partial }) => ({
    kind: 'camera.detections',
    ...(partial !== undefined && { partial }),
    people: people.map(({ x, y, w, h, confidence, track }) =>
      track === undefined ? { x, y, w, h, confidence } : { x, y, w, h, confidence, track },
    ),
  }),
  'door.count': (event) =>
    event.zone === undefined
      ? { kind: 'door.count', in: event.in, out: event.out }
      : { kind: 'door.count', in: event.in, out: event.out, zone: event.zone },
  'pos.sale': ({ receipt, lines, codes, visit }) =>
    visit === undefined ? { kind: 'pos.sale', receipt, lines, codes } : { kind: 'pos.sale', receipt, lines, codes, visit },
  climate: (event) =>
    climateOf(event)[0] ?? { kind: 'fault', detail: 'expected at least one of temperatureC, humidityPercent, illuminanceLux, co2Ppm' },
  context: ({ topic, value, until }) => {
    const untilMs = parseDeviceTime(until);
    if (untilMs === undefined) return { kind: 'fault', detail: `until: expected ${DEVICE_TIME_FORM}` };
    return { kind: 'context', topic, value, untilMs };
  },
  contact: ({ open }) => ({ kind: 'contact', open }),
  occupancy: ({ occupied }) => ({ kind: 'occupancy', occupied }),
  vibration: ({ active, slot }) => (slot === undefined ? { kind: 'vibration', active } : { kind: 'vibration', active, slot }),
  button: ({ action }) => ({ kind: 'button', action }),
  reach: ({ active, slot, fixture, confidence, basis, seat }) => ({
    kind: 'reach',
    active,
    ...(slot !== undefined && { slot }),
    ...(fixture !== undefined && { fixture }),
    ...(confidence !== undefined && { confidence }),
    ...(basis !== undefined && { basis }),
    ...(seat !== undefined && { seat }),
  }),
  stop: ({ seat, active, fixture }) => (fixture === undefined ? { kind: 'stop', seat, active } : { kind: 'stop', seat, active, fixture }),
  queue: ({ till, length, waitMs, left, leftMs }) => ({
    kind: 'queue',
    till,
    length,
    waitMs,
    ...(left !== undefined && { left }),
    ...(leftMs !== undefined && { leftMs }),
  }),
  heat: ({ cells }) => ({ kind: 'heat', cells }),
  distance: ({ metres, slot }) => (slot === undefined ? { kind: 'distance', metres } : { kind: 'distance', metres, slot }),
};

/** What a state message says about the device, or `undefined` when it says nothing that we know. */
export function statusBody(state: NativeState): DeviceStatus | undefined {
  const { online, batteryPercent, rssiDbm, uptimeMs, firmware } = state;
  const said = {
    ...(online !== undefined && { online }),
    ...(batteryPercent !== undefined && { batteryPercent }),
    ...(rssiDbm !== undefined && { rssiDbm }),
    ...(uptimeMs !== undefined && { uptimeMs }),
    ...(firmware !== undefined && { firmware }),
  };
  return Object.keys(said).length > 0 ? { kind: 'device.status', ...said } : undefined;
}

/** An EPC as the agent spells it: two readers may spell the same tag in different case; a hexadecimal EPC is one tag either way. */
export function tidyEpc(epc: string): string {
  return /^[0-9A-Fa-f]+$/.test(epc) ? epc.toUpperCase() : epc;
}
