import { z } from 'zod';
import { ID_PATTERN } from '../../agent/core/ids.ts';
import { DEVICE_TIME_FORM } from './device-time.ts';

const id = z.string().regex(ID_PATTERN, 'expected 1 to 64 characters of A-Z a-z 0-9 _ . : - beginning with a letter or digit');
const time = z.string().max(40).meta({ format: 'date-time', description: DEVICE_TIME_FORM });
const dbm = z.number().min(-130).max(30);
const unit = z.number().min(0).max(1);
/** Free text: no control characters and no halves of characters, which could not be stored as UTF-8. */
const text = z.string().regex(/^[^\p{Cc}\p{Cs}]*$/u, 'expected text without control characters');

const envelope = {
  id: id.describe('Unique per device; a redelivery carries the same id'),
  at: time.describe('When it happened, by the device clock'),
};

const person = z.object({ x: unit, y: unit, w: unit, h: unit, confidence: unit, track: id.optional() });
const saleLine = z.object({
  sku: id,
  quantity: z.number().min(-10_000).max(10_000),
  cents: z.int().min(-100_000_000).max(100_000_000).describe('Paid for the whole line, after discounts'),
});

/**
 * What each kind of native event must look like. Unknown keys are dropped; a value outside its physical range is refused and never pulled
 * into range, because a wrong number that looks right is worse than none.
 */
export const NATIVE_EVENTS = {
  'shelf.weight': z.object({ ...envelope, kind: z.literal('shelf.weight'), slot: id, grams: z.number().min(-10_000).max(1_000_000) }),
  'shelf.pick': z.object({ ...envelope, kind: z.literal('shelf.pick'), slot: id, count: z.int().min(1).max(1_000) }),
  'shelf.return': z.object({ ...envelope, kind: z.literal('shelf.return'), slot: id, count: z.int().min(1).max(1_000) }),
  'rfid.read': z.object({ ...envelope, kind: z.literal('rfid.read'), epc: id, rssiDbm: dbm }),
  presence: z.object({ ...envelope, kind: z.literal('presence'), count: z.int().min(0).max(10_000) }),
  'ble.sighting': z.object({ ...envelope, kind: z.literal('ble.sighting'), beacon: id, rssiDbm: dbm, txPowerDbm: dbm.optional() }),
  'camera.detections': z.object({ ...envelope, kind: z.literal('camera.detections'), people: z.array(person).max(200) }),
  'door.count': z.object({ ...envelope, kind: z.literal('door.count'), in: z.int().min(0).max(1_000), out: z.int().min(0).max(1_000) }),
  'pos.sale': z.object({
    ...envelope,
    kind: z.literal('pos.sale'),
    receipt: id,
    lines: z.array(saleLine).min(1).max(500),
    codes: z
      .array(z.string().regex(/^[\x21-\x7e]{1,512}$/, 'expected a code of 1 to 512 printable characters'))
      .max(20)
      .describe('Offer codes given at the till, long or short form'),
    visit: id.optional(),
  }),
  climate: z.object({
    ...envelope,
    kind: z.literal('climate'),
    temperatureC: z.number().min(-60).max(85).optional(),
    humidityPercent: z.number().min(0).max(100).optional(),
    illuminanceLux: z.number().min(0).max(200_000).optional(),
    co2Ppm: z.number().min(0).max(40_000).optional(),
  }),
  context: z.object({
    ...envelope,
    kind: z.literal('context'),
    topic: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}$/, 'expected 1 to 64 characters of A-Z a-z 0-9 _ . : / -'),
    value: text.max(256),
    until: time.describe('When it stops being true'),
  }),
} as const;

/** A kind that a native event may carry. */
export type NativeKind = keyof typeof NATIVE_EVENTS;

/** A valid event of one kind, as it was on the wire. */
export type NativeEvent<K extends NativeKind> = z.output<(typeof NATIVE_EVENTS)[K]>;

/** What a device may say of itself on `state` (and, as an object, on `availability`): every field optional. */
export const NATIVE_STATE = z.object({
  id: id.optional(),
  at: time.optional(),
  online: z.boolean().optional(),
  batteryPercent: z.number().min(0).max(100).optional(),
  rssiDbm: dbm.optional(),
  uptimeMs: z.number().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  firmware: text.max(64).optional(),
});

/** A valid state message, as it was on the wire. */
export type NativeState = z.output<typeof NATIVE_STATE>;
