import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Source } from './placements.ts';
import { gramsOf } from './weight-unit.ts';

/** What one BTHome advertisement says: objects by their id, in the order of the message. */
export type BtHome =
  | {
      readonly kind: 'objects';
      /** Changes with every new measurement; the same number again is the same message. */
      readonly packetId: number | undefined;
      readonly objects: readonly BtHomeObject[];
      /** Whether it holds a press or turn, which happened once. */
      readonly hasEvent: boolean;
    }
  | { readonly kind: 'encrypted' }
  | { readonly kind: 'other-version' }
  | { readonly kind: 'malformed'; readonly detail: string };

/** One object: its number in the unit of the specification, and its bytes where it is more than a number. */
export interface BtHomeObject {
  readonly id: number;
  readonly value: number;
  readonly bytes: Uint8Array;
}

/** The 16-bit service of BTHome. */
export const BTHOME_SERVICE = 'fcd2';

/**
 * Reads the service data of BTHome version 2 (device information, then objects). An id that is not in the specification ends the reading, because
 * its length is unknown; what came before it holds. Encrypted data must be opened before.
 */
export function readBtHome(data: Uint8Array): BtHome {
  const information = data[0];
  if (information === undefined) return { kind: 'malformed', detail: 'bthome: nothing in it' };
  if (information >> 5 !== 2) return { kind: 'other-version' };
  if ((information & 1) !== 0) return { kind: 'encrypted' };
  const objects: BtHomeObject[] = [];
  let packetId: number | undefined;
  let hasEvent = false;
  for (let at = 1; at < data.length; ) {
    const id = data[at]!;
    at += 1;
    const form = FORMS.get(id);
    if (form === undefined) break;
    const length = form.length === 0 ? data[at] : form.length;
    if (form.length === 0) at += 1;
    if (length === undefined || at + length > data.length)
      return { kind: 'malformed', detail: `bthome: object 0x${id.toString(16).padStart(2, '0')} is cut off` };
    const isNumber = form.length !== 0;
    const value = isNumber ? scaled(littleEndian(data, at, form), form.factor) : 0;
    const bytes = isNumber && !IN_BYTES.has(id) ? NONE : Uint8Array.from(data.subarray(at, at + length));
    at += length;
    if (id === PACKET_ID) packetId = value;
    if (id === BUTTON ? value !== 0 : id === DIMMER && bytes[0] !== 0) hasEvent = true;
    objects.push({ id, value, bytes });
  }
  return { kind: 'objects', packetId, objects, hasEvent };
}

/** What the objects mean for a device of the store; several masses, buttons or distances are channels `mass-1`, `mass-2` ... of it. */
export function btHomeBodies(objects: readonly BtHomeObject[], source: Source): ReadingBody[] {
  const bodies: ReadingBody[] = [];
  const climate: Record<string, number> = {};
  const status: Record<string, number | string> = {};
  let [masses, buttons, distances] = [0, 0, 0];
  let [hasClimate, hasStatus] = [false, false];
  for (const { id, value, bytes } of objects) {
    const climateField = CLIMATE.get(id);
    if (climateField !== undefined) {
      climate[climateField] ??= value;
      hasClimate = true;
    } else if (MASSES.has(id)) {
      masses += 1;
      const slot = source.slotOf(isOneOfMany(objects, MASSES) ? `mass-${masses}` : undefined);
      bodies.push({ kind: 'shelf.weight', slot, grams: gramsOf(value, id === MASS_KG ? 'kg' : 'lb') });
    } else if (DISTANCES.has(id)) {
      distances += 1;
      const slot = isOneOfMany(objects, DISTANCES) ? source.slotOf(`distance-${distances}`) : source.slot;
      bodies.push({ kind: 'distance', metres: id === DISTANCE_MM ? value / 1_000 : value, ...(slot !== undefined && { slot }) });
    } else if (BUTTONS.has(id)) {
      buttons += 1;
      const action = id === BUTTON ? BTHOME_PRESSES.get(value) : TURNS.get(bytes[0] ?? 0);
      if (action !== undefined) bodies.push({ kind: 'button', action: isOneOfMany(objects, BUTTONS) ? `${buttons}_${action}` : action });
    } else if (CONTACTS.has(id)) bodies.push({ kind: 'contact', open: value !== 0 });
    else if (OCCUPANCY.has(id)) bodies.push({ kind: 'occupancy', occupied: value !== 0 });
    else if (SHAKEN.has(id)) {
      bodies.push({ kind: 'vibration', active: value !== 0, ...(source.slot !== undefined && { slot: source.slot }) });
    } else if (id === BATTERY || id === FIRMWARE_4 || id === FIRMWARE_3) {
      hasStatus = true;
      if (id === BATTERY) status['batteryPercent'] = value;
      else status['firmware'] = [...bytes].reverse().join('.');
    }
  }
  if (hasClimate) bodies.push({ kind: 'climate', ...climate });
  if (hasStatus) bodies.push({ kind: 'device.status', ...status });
  return bodies;
}

function isOneOfMany(objects: readonly BtHomeObject[], ids: ReadonlySet<number>): boolean {
  let found = 0;
  for (const { id } of objects) if (ids.has(id)) found += 1;
  return found > 1;
}

/** Bytes of an object that is meant for whoever sent it; the retailer's app may carry its rotating token in it. */
export function rawObject(objects: readonly BtHomeObject[]): Uint8Array | undefined {
  return objects.find(({ id }) => id === RAW)?.bytes;
}

function littleEndian(data: Uint8Array, at: number, { length, isSigned }: Form): number {
  let value = 0;
  for (let index = length - 1; index >= 0; index--) value = value * 256 + data[at + index]!;
  return isSigned && data[at + length - 1]! > 127 ? value - 256 ** length : value;
}

/** Without the noise of binary fractions: 1242 hundredths are 12.42. */
function scaled(value: number, factor: number): number {
  return factor === 1 ? value : Math.round(value * factor * 1e6) / 1e6;
}

const PACKET_ID = 0x00;
const BATTERY = 0x01;
const MASS_KG = 0x06;
const BUTTON = 0x3a;
const DIMMER = 0x3c;
const DISTANCE_MM = 0x40;
const RAW = 0x54;
const FIRMWARE_4 = 0xf1;
const FIRMWARE_3 = 0xf2;
const NONE = new Uint8Array();
/** Objects whose bytes matter one by one: turns and firmware versions. */
const IN_BYTES: ReadonlySet<number> = new Set([DIMMER, FIRMWARE_4, FIRMWARE_3]);
const MASSES: ReadonlySet<number> = new Set([MASS_KG, 0x07]);
const DISTANCES: ReadonlySet<number> = new Set([DISTANCE_MM, 0x41]);
const BUTTONS: ReadonlySet<number> = new Set([BUTTON, DIMMER]);
/** Opening, door, garage door, window. */
const CONTACTS: ReadonlySet<number> = new Set([0x11, 0x1a, 0x1b, 0x2d]);
/** Motion, occupancy, presence. */
const OCCUPANCY: ReadonlySet<number> = new Set([0x21, 0x23, 0x25]);
/** Moving, vibration. */
const SHAKEN: ReadonlySet<number> = new Set([0x22, 0x2c]);
const CLIMATE: ReadonlyMap<number, string> = new Map([
  [0x02, 'temperatureC'],
  [0x45, 'temperatureC'],
  [0x57, 'temperatureC'],
  [0x58, 'temperatureC'],
  [0x03, 'humidityPercent'],
  [0x2e, 'humidityPercent'],
  [0x05, 'illuminanceLux'],
  [0x12, 'co2Ppm'],
]);
/** Presses as BTHome numbers them; 0 is none. */
export const BTHOME_PRESSES: ReadonlyMap<number, string> = new Map([
  [1, 'single'],
  [2, 'double'],
  [3, 'triple'],
  [4, 'long'],
  [5, 'long_double'],
  [6, 'long_triple'],
  [0x80, 'hold'],
  [0xfe, 'hold'],
]);
const TURNS: ReadonlyMap<number, string> = new Map([
  [1, 'rotate_left'],
  [2, 'rotate_right'],
]);

interface Form {
  /** Bytes; 0 where the first byte says it. */
  readonly length: number;
  readonly isSigned: boolean;
  readonly factor: number;
}

const unsigned = (length: number, factor = 1): Form => ({ length, isSigned: false, factor });
const signed = (length: number, factor = 1): Form => ({ length, isSigned: true, factor });

/** Every object of the public specification: also those that mean nothing to a store, whose length must be known to get past them. */
const FORMS: ReadonlyMap<number, Form> = new Map([
  ...range(0x00, 0x01, unsigned(1)),
  [0x02, signed(2, 0.01)],
  [0x03, unsigned(2, 0.01)],
  ...range(0x04, 0x05, unsigned(3, 0.01)),
  ...range(0x06, 0x07, unsigned(2, 0.01)),
  [0x08, signed(2, 0.01)],
  [0x09, unsigned(1)],
  [0x0a, unsigned(3, 0.001)],
  [0x0b, unsigned(3, 0.01)],
  [0x0c, unsigned(2, 0.001)],
  ...range(0x0d, 0x0e, unsigned(2)),
  ...range(0x0f, 0x11, unsigned(1)),
  ...range(0x12, 0x13, unsigned(2)),
  [0x14, unsigned(2, 0.01)],
  ...range(0x15, 0x2f, unsigned(1)),
  [0x3a, unsigned(1)],
  [0x3c, unsigned(2)],
  [0x3d, unsigned(2)],
  [0x3e, unsigned(4)],
  [0x3f, signed(2, 0.1)],
  [0x40, unsigned(2)],
  [0x41, unsigned(2, 0.1)],
  [0x42, unsigned(3, 0.001)],
  [0x43, unsigned(2, 0.001)],
  [0x44, unsigned(2, 0.01)],
  [0x45, signed(2, 0.1)],
  [0x46, unsigned(1, 0.1)],
  [0x47, unsigned(2, 0.1)],
  [0x48, unsigned(2)],
  [0x49, unsigned(2, 0.001)],
  [0x4a, unsigned(2, 0.1)],
  [0x4b, unsigned(3, 0.001)],
  ...range(0x4c, 0x4f, unsigned(4, 0.001)),
  [0x50, unsigned(4)],
  ...range(0x51, 0x52, unsigned(2, 0.001)),
  ...range(0x53, 0x54, unsigned(0)),
  [0x55, unsigned(4, 0.001)],
  [0x56, unsigned(2)],
  [0x57, signed(1)],
  [0x58, signed(1, 0.35)],
  [0x59, signed(1)],
  [0x5a, signed(2)],
  [0x5b, signed(4)],
  [0x5c, signed(4, 0.01)],
  [0x5d, signed(2, 0.001)],
  [0x5e, unsigned(2, 0.01)],
  [0x5f, unsigned(2, 0.1)],
  [0x60, unsigned(1)],
  [0x61, unsigned(2)],
  ...range(0x62, 0x63, signed(4, 0.000001)),
  [0x64, unsigned(1)],
  [0xf0, unsigned(2)],
  [FIRMWARE_4, unsigned(4)],
  [FIRMWARE_3, unsigned(3)],
]);

function range(from: number, to: number, form: Form): readonly (readonly [number, Form])[] {
  return Array.from({ length: to - from + 1 }, (_, index) => [from + index, form] as const);
}
