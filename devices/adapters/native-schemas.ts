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
const contextTopic = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}$/, 'expected 1 to 64 characters of A-Z a-z 0-9 _ . : / -');
const slotOfMany = id.optional().describe('Without it, somewhere on the fixture of the device');

const seat = z.int().min(0).max(9_999).describe('Of one person while in view; somebody else has it afterwards');

/** What the body of each kind holds besides its kind, for every form that devices speak; `context` says its end in two ways. */
const BODIES = {
  'shelf.weight': { slot: id, grams: z.number().min(-10_000).max(1_000_000) },
  'shelf.pick': { slot: id, count: z.int().min(1).max(1_000) },
  'shelf.return': { slot: id, count: z.int().min(1).max(1_000) },
  'rfid.read': { epc: id, rssiDbm: dbm.optional() },
  presence: { count: z.int().min(0).max(10_000), zone: id.optional().describe('Without it, the zone of the device') },
  dwell: { zone: id, ms: z.int().min(0).max(86_400_000).describe('How long somebody who left the zone had been there') },
  flow: { from: id, to: id, count: z.int().min(1).max(10_000) },
  'ble.sighting': { beacon: id, rssiDbm: dbm, txPowerDbm: dbm.optional() },
  'camera.detections': {
    people: z.array(person).max(200),
    partial: z.boolean().optional().describe('Only some of those in the picture: says nothing about how many there are'),
  },
  'door.count': {
    in: z.int().min(0).max(1_000),
    out: z.int().min(0).max(1_000),
    zone: id.optional().describe('Without it, the zone of the device'),
  },
  'pos.sale': {
    receipt: id,
    lines: z.array(saleLine).min(1).max(500),
    codes: z
      .array(z.string().regex(/^[\x21-\x7e]{1,512}$/, 'expected a code of 1 to 512 printable characters'))
      .max(20)
      .describe('Offer codes given at the till, long or short form'),
    visit: id.optional(),
  },
  climate: {
    temperatureC: z.number().min(-60).max(85).optional(),
    humidityPercent: z.number().min(0).max(100).optional(),
    illuminanceLux: z.number().min(0).max(200_000).optional(),
    co2Ppm: z.number().min(0).max(40_000).optional(),
  },
  contact: { open: z.boolean().describe('Of a door, flap or drawer') },
  occupancy: { occupied: z.boolean() },
  vibration: { active: z.boolean(), slot: slotOfMany },
  button: {
    action: z.string().regex(/^[a-z0-9][a-z0-9_.:-]{0,63}$/, 'expected 1 to 64 characters of a-z 0-9 _ . : -, such as "single"'),
  },
  reach: {
    active: z.boolean(),
    slot: slotOfMany,
    fixture: id.optional(),
    confidence: unit.optional(),
    basis: z.enum(['hand', 'change', 'both']).optional().describe('What a camera saw of it'),
    seat: seat.optional(),
  },
  stop: { seat, active: z.boolean(), fixture: id.optional().describe('Without it, out of view: the seat is free') },
  queue: {
    till: id,
    length: z.int().min(0).max(1_000),
    waitMs: z.int().min(0).max(86_400_000).describe('How long somebody who joins now would wait'),
    left: z.int().min(0).max(1_000).optional().describe('People who left the queue since the last message'),
    leftMs: z.int().min(0).max(86_400_000).optional().describe('How long they waited, together'),
  },
  heat: {
    cells: z
      .array(z.object({ cell: z.int().min(0).max(4_095), seconds: z.number().min(0).max(60_000), people: z.int().min(0).max(1_000) }))
      .max(4_096)
      .describe('Where on the floor people were in the last minute'),
  },
  distance: { metres: z.number().min(0).max(1_000), slot: slotOfMany },
} as const;

const untilText = { topic: contextTopic, value: text.max(256), until: time.describe('When it stops being true') };

/** What a device may say of itself. */
const STATUS = {
  online: z.boolean().optional(),
  batteryPercent: z.number().min(0).max(100).optional(),
  rssiDbm: dbm.optional(),
  uptimeMs: z.number().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  firmware: text.max(64).optional(),
};

function event<K extends string, S extends z.ZodRawShape>(kind: K, shape: S) {
  return z.object({ ...envelope, kind: z.literal(kind), ...shape });
}

function body<K extends string, S extends z.ZodRawShape>(kind: K, shape: S) {
  return z.object({ kind: z.literal(kind), ...shape });
}

/**
 * What each kind of native event must look like. Unknown keys are dropped; a value outside its physical range is refused and never pulled
 * into range, because a wrong number that looks right is worse than none.
 */
export const NATIVE_EVENTS = {
  'shelf.weight': event('shelf.weight', BODIES['shelf.weight']),
  'shelf.pick': event('shelf.pick', BODIES['shelf.pick']),
  'shelf.return': event('shelf.return', BODIES['shelf.return']),
  'rfid.read': event('rfid.read', BODIES['rfid.read']),
  presence: event('presence', BODIES.presence),
  dwell: event('dwell', BODIES.dwell),
  flow: event('flow', BODIES.flow),
  'ble.sighting': event('ble.sighting', BODIES['ble.sighting']),
  'camera.detections': event('camera.detections', BODIES['camera.detections']),
  'door.count': event('door.count', BODIES['door.count']),
  'pos.sale': event('pos.sale', BODIES['pos.sale']),
  climate: event('climate', BODIES.climate),
  context: event('context', untilText),
  contact: event('contact', BODIES.contact),
  occupancy: event('occupancy', BODIES.occupancy),
  vibration: event('vibration', BODIES.vibration),
  button: event('button', BODIES.button),
  reach: event('reach', BODIES.reach),
  stop: event('stop', BODIES.stop),
  queue: event('queue', BODIES.queue),
  heat: event('heat', BODIES.heat),
  distance: event('distance', BODIES.distance),
} as const;

/** A kind that a native event may carry. */
export type NativeKind = keyof typeof NATIVE_EVENTS;

/** A valid event of one kind, as it was on the wire. */
export type NativeEvent<K extends NativeKind> = z.output<(typeof NATIVE_EVENTS)[K]>;

/** What a device may say of itself on `state` (and, as an object, on `availability`): every field optional. */
export const NATIVE_STATE = z.object({ id: id.optional(), at: time.optional(), ...STATUS });

/** A valid state message, as it was on the wire. */
export type NativeState = z.output<typeof NATIVE_STATE>;

/** What the body of a reading must look like, whatever form it came in: the same ranges for every device family. */
export const READING_BODIES = {
  'shelf.weight': body('shelf.weight', BODIES['shelf.weight']),
  'shelf.pick': body('shelf.pick', BODIES['shelf.pick']),
  'shelf.return': body('shelf.return', BODIES['shelf.return']),
  'rfid.read': body('rfid.read', BODIES['rfid.read']),
  presence: body('presence', BODIES.presence),
  dwell: body('dwell', BODIES.dwell),
  flow: body('flow', BODIES.flow),
  'ble.sighting': body('ble.sighting', BODIES['ble.sighting']),
  'camera.detections': body('camera.detections', BODIES['camera.detections']),
  'door.count': body('door.count', BODIES['door.count']),
  'pos.sale': body('pos.sale', BODIES['pos.sale']),
  climate: body('climate', BODIES.climate),
  context: body('context', { topic: contextTopic, value: untilText.value, untilMs: z.int().min(0) }),
  contact: body('contact', BODIES.contact),
  occupancy: body('occupancy', BODIES.occupancy),
  vibration: body('vibration', BODIES.vibration),
  button: body('button', BODIES.button),
  reach: body('reach', BODIES.reach),
  stop: body('stop', BODIES.stop),
  queue: body('queue', BODIES.queue),
  heat: body('heat', BODIES.heat),
  distance: body('distance', BODIES.distance),
  'device.status': body('device.status', STATUS),
} as const;
