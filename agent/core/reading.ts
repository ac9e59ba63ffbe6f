import type { DeviceId, FixtureId, SlotId, ZoneId } from './ids.ts';
import type { Cents, Dbm, DurationMs, Grams, Metres, Probability, TimestampMs } from './units.ts';

/**
 * What one device said, in the agent's own words: the form every adapter decodes to.
 * Already validated and inside physical range; not yet placed in the store.
 */
export type Reading = ReadingEnvelope & ReadingBody;

export interface ReadingEnvelope {
  /** Unique per device; a redelivery carries the same id. */
  readonly id: string;
  readonly device: DeviceId;
  /** When it happened, by the device's clock. */
  readonly atMs: TimestampMs;
}

export type ReadingBody =
  | { readonly kind: 'shelf.weight'; readonly slot: SlotId; readonly grams: Grams }
  | { readonly kind: 'shelf.pick'; readonly slot: SlotId; readonly count: number }
  | { readonly kind: 'shelf.return'; readonly slot: SlotId; readonly count: number }
  | RfidRead
  /** How many people are in a zone now: in `zone`, or without it in the zone of the device. */
  | { readonly kind: 'presence'; readonly count: number; readonly zone?: ZoneId }
  /** Somebody left a zone after having been in it for `ms`. */
  | { readonly kind: 'dwell'; readonly zone: ZoneId; readonly ms: DurationMs }
  /** People went from one zone into another. */
  | { readonly kind: 'flow'; readonly from: ZoneId; readonly to: ZoneId; readonly count: number }
  | { readonly kind: 'ble.sighting'; readonly beacon: string; readonly rssiDbm: Dbm; readonly txPowerDbm?: Dbm }
  | CameraDetections
  /** People who came in and went out: of `zone`, or without it of the zone of the device. */
  | { readonly kind: 'door.count'; readonly in: number; readonly out: number; readonly zone?: ZoneId }
  | PosSale
  | Climate
  | { readonly kind: 'context'; readonly topic: string; readonly value: string; readonly untilMs: TimestampMs }
  /** A door, flap or drawer. */
  | { readonly kind: 'contact'; readonly open: boolean }
  /** Somebody is there, or nobody: from a motion or presence sensor that does not count. */
  | { readonly kind: 'occupancy'; readonly occupied: boolean }
  /** Something was moved or shaken; without `slot` somewhere on the device's fixture. */
  | { readonly kind: 'vibration'; readonly active: boolean; readonly slot?: SlotId }
  /** A press or gesture on a button, cube or wall switch; `action` in lower case, such as `single`, `double`, `long`, `flip90`. */
  | { readonly kind: 'button'; readonly action: string }
  | Reach
  | Stop
  | QueueCount
  | HeatCount
  /** How far the nearest thing is from a time-of-flight or ultrasonic sensor. */
  | { readonly kind: 'distance'; readonly metres: Metres; readonly slot?: SlotId }
  | DeviceStatus;

/** A hand in front of a slot or fixture; without both, somewhere on the fixture of the device. */
export interface Reach {
  readonly kind: 'reach';
  /** True when it begins, false when it ends. */
  readonly active: boolean;
  readonly slot?: SlotId;
  readonly fixture?: FixtureId;
  /** That it was one, from a camera. */
  readonly confidence?: Probability;
  /** What a camera saw of it: a hand, something that moved on the shelf, or both. */
  readonly basis?: 'hand' | 'change' | 'both';
  readonly seat?: Seat;
}

/**
 * A number that a camera's person has while in view, and that somebody else gets afterwards: it joins what one person does at the shelves
 * within minutes, and nothing beyond.
 */
export type Seat = number;

/** Somebody whom cameras follow stands at a fixture, or no longer does; without `fixture` they are out of view and the seat is free. */
export interface Stop {
  readonly kind: 'stop';
  readonly seat: Seat;
  readonly active: boolean;
  readonly fixture?: FixtureId;
}

/** People who wait at a till now. */
export interface QueueCount {
  readonly kind: 'queue';
  /** The till, as the queue is named in the configuration. */
  readonly till: string;
  readonly length: number;
  /** How long somebody who joins now would wait. */
  readonly waitMs: DurationMs;
  /** People who left the queue since the last message, and how long they waited together. */
  readonly left?: number;
  readonly leftMs?: DurationMs;
}

/** Where on the floor people were in the last minute: cells of the store's grid, see `heatGrid`. */
export interface HeatCount {
  readonly kind: 'heat';
  readonly cells: readonly { readonly cell: number; readonly seconds: number; readonly people: number }[];
}

/** A tag was read. Readers of near field tags measure no signal. */
export interface RfidRead {
  readonly kind: 'rfid.read';
  readonly epc: string;
  readonly rssiDbm?: Dbm;
}

/** People in one picture. */
export interface CameraDetections {
  readonly kind: 'camera.detections';
  readonly people: readonly DetectedPerson[];
  /** Only some of those in the picture, as from a camera that reports each person by itself: says nothing about how many there are. */
  readonly partial?: boolean;
}

/** A person as a box in the picture: x, y (top-left), w, h in [0, 1] of the frame. `track` means nothing outside its camera. */
export interface DetectedPerson {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly confidence: Probability;
  readonly track?: string;
}

/** A finished sale at a till. `visit` is a visit id, an offer code's visit, or a store-owned tag that the till saw. */
export interface PosSale {
  readonly kind: 'pos.sale';
  readonly receipt: string;
  readonly lines: readonly SaleLine[];
  /** Offer codes given at the till, long or short form. */
  readonly codes: readonly string[];
  readonly visit?: string;
}

export interface SaleLine {
  readonly sku: string;
  readonly quantity: number;
  /** What was paid for the whole line, after discounts. */
  readonly cents: Cents;
}

export interface Climate {
  readonly kind: 'climate';
  readonly temperatureC?: number;
  readonly humidityPercent?: number;
  readonly illuminanceLux?: number;
  readonly co2Ppm?: number;
}

/** What a device says of itself: availability, battery, signal. */
export interface DeviceStatus {
  readonly kind: 'device.status';
  readonly online?: boolean;
  readonly batteryPercent?: number;
  readonly rssiDbm?: Dbm;
  readonly uptimeMs?: DurationMs;
  readonly firmware?: string;
}

export type ReadingKind = ReadingBody['kind'];

/**
 * Every reading kind with how it is treated under overload. `telemetry` may be shed (QoS 0 only) and counted;
 * `event` is served first and never shed.
 */
export const READING_CLASS = {
  'shelf.weight': 'telemetry',
  'shelf.pick': 'event',
  'shelf.return': 'event',
  'rfid.read': 'telemetry',
  presence: 'telemetry',
  dwell: 'telemetry',
  flow: 'telemetry',
  'ble.sighting': 'telemetry',
  'camera.detections': 'telemetry',
  'door.count': 'event',
  'pos.sale': 'event',
  climate: 'telemetry',
  context: 'event',
  contact: 'event',
  occupancy: 'telemetry',
  vibration: 'telemetry',
  button: 'event',
  reach: 'telemetry',
  stop: 'telemetry',
  queue: 'telemetry',
  heat: 'telemetry',
  distance: 'telemetry',
  'device.status': 'telemetry',
} as const satisfies Record<ReadingKind, 'telemetry' | 'event'>;
