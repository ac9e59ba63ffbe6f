import type { z } from 'zod';
import type { DeviceId, StoreId } from '../../agent/core/ids.ts';
import type { Reading, ReadingBody } from '../../agent/core/reading.ts';
import { NATIVE_ROOT } from '../topics.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import { DEVICE_TIME_FORM, parseDeviceTime } from './device-time.ts';
import { DEVICE_JSON_LIMITS, decodeText, type JsonObject, parseJsonObject } from './json-payload.ts';
import { NATIVE_BODIES, type NativeBody, statusBody } from './native-body.ts';
import { NATIVE_EVENTS, NATIVE_STATE, type NativeKind, type NativeState } from './native-schemas.ts';
import { NativeTopics } from './native-topic.ts';

/**
 * The agent's own device form: JSON on `endcap/v1/<store>/<device>/<channel>`. Messages of another store, of the agent itself, of kinds and
 * channels we do not know, and camera frames are ignored by name; everything else becomes readings or is malformed.
 */
export function createNativeAdapter(settings: { readonly store: StoreId }): Adapter {
  const topics = new NativeTopics(settings.store);
  return {
    name: 'native',
    title: 'Endcap native',
    description: 'JSON events with id, at and kind; state and availability are retained',
    form: 'code',
    topics: [`${NATIVE_ROOT}{store}/{device}/event`, `${NATIVE_ROOT}{store}/{device}/state`, `${NATIVE_ROOT}{store}/{device}/availability`],
    examples: [
      {
        topic: `${NATIVE_ROOT}{store}/{device}/event`,
        payload: '{"id":"e-1","at":"2026-03-01T10:00:00.000Z","kind":"shelf.pick","slot":"03-2","count":1}',
        reads: ['shelf.pick'],
      },
      { topic: `${NATIVE_ROOT}{store}/{device}/availability`, payload: 'online', reads: ['device.status'] },
    ],
    matches: (topic) => topic.startsWith(NATIVE_ROOT),
    decode: (message) => decode(topics, message),
  };
}

function decode(topics: NativeTopics, message: DeviceMessage): Decoded {
  const topic = topics.read(message.topic);
  switch (topic.kind) {
    case 'device':
      return decodeChannel(topic.device, topic.channel, message);
    case 'other-store':
      return ignored('other-store');
    case 'own':
      return ignored('own-topic');
    case 'unknown':
      return ignored('unknown-topic');
    case 'bad-device-id':
      return malformed('bad-device-id', 'the device in the topic must be an id of 1 to 64 characters');
  }
}

function decodeChannel(device: DeviceId, channel: string, message: DeviceMessage): Decoded {
  switch (channel) {
    case 'event':
      // A retained event is an old one that the broker repeats to every new subscriber.
      return message.retain ? ignored('retained-event') : decodeEvent(device, message);
    case 'state':
    case 'availability':
      return decodeStatus({ device, channel, message });
    case 'frame':
      return ignored('frame');
    case 'set':
      return ignored('own-topic');
    default:
      return ignored('unknown-channel');
  }
}

function decodeEvent(device: DeviceId, message: DeviceMessage): Decoded {
  const json = parseJsonObject(message.payload);
  if (!json.ok) return malformed(json.error.reason, json.error.detail);
  const kind = json.value['kind'];
  if (typeof kind !== 'string') return malformed('schema', 'kind: expected the name of a reading kind');
  const reader = EVENT_READERS.get(kind);
  if (reader === undefined) return ignored('unknown-kind');
  const event = reader(json.value);
  if (event.kind === 'fault') return malformed('schema', event.detail);
  const atMs = parseDeviceTime(event.at);
  if (atMs === undefined) return malformed('bad-time', `at: expected ${DEVICE_TIME_FORM}`);
  return readings({ id: event.id, device, atMs, ...event.body });
}

interface ReadEvent {
  readonly kind: 'event';
  readonly id: string;
  readonly at: string;
  readonly body: ReadingBody;
}

type EventReader = (json: JsonObject) => ReadEvent | { readonly kind: 'fault'; readonly detail: string };

const READERS_BY_KIND: Readonly<Record<NativeKind, EventReader>> = {
  'shelf.weight': reader(NATIVE_EVENTS['shelf.weight'], NATIVE_BODIES['shelf.weight']),
  'shelf.pick': reader(NATIVE_EVENTS['shelf.pick'], NATIVE_BODIES['shelf.pick']),
  'shelf.return': reader(NATIVE_EVENTS['shelf.return'], NATIVE_BODIES['shelf.return']),
  'rfid.read': reader(NATIVE_EVENTS['rfid.read'], NATIVE_BODIES['rfid.read']),
  presence: reader(NATIVE_EVENTS.presence, NATIVE_BODIES.presence),
  dwell: reader(NATIVE_EVENTS.dwell, NATIVE_BODIES.dwell),
  flow: reader(NATIVE_EVENTS.flow, NATIVE_BODIES.flow),
  'ble.sighting': reader(NATIVE_EVENTS['ble.sighting'], NATIVE_BODIES['ble.sighting']),
  'camera.detections': reader(NATIVE_EVENTS['camera.detections'], NATIVE_BODIES['camera.detections']),
  'door.count': reader(NATIVE_EVENTS['door.count'], NATIVE_BODIES['door.count']),
  'pos.sale': reader(NATIVE_EVENTS['pos.sale'], NATIVE_BODIES['pos.sale']),
  climate: reader(NATIVE_EVENTS.climate, NATIVE_BODIES.climate),
  context: reader(NATIVE_EVENTS.context, NATIVE_BODIES.context),
  contact: reader(NATIVE_EVENTS.contact, NATIVE_BODIES.contact),
  occupancy: reader(NATIVE_EVENTS.occupancy, NATIVE_BODIES.occupancy),
  vibration: reader(NATIVE_EVENTS.vibration, NATIVE_BODIES.vibration),
  button: reader(NATIVE_EVENTS.button, NATIVE_BODIES.button),
  reach: reader(NATIVE_EVENTS.reach, NATIVE_BODIES.reach),
  stop: reader(NATIVE_EVENTS.stop, NATIVE_BODIES.stop),
  queue: reader(NATIVE_EVENTS.queue, NATIVE_BODIES.queue),
  heat: reader(NATIVE_EVENTS.heat, NATIVE_BODIES.heat),
  distance: reader(NATIVE_EVENTS.distance, NATIVE_BODIES.distance),
};

/** A Map, because kinds come from the wire and `constructor` is not one. */
const EVENT_READERS: ReadonlyMap<string, EventReader> = new Map(Object.entries(READERS_BY_KIND));

function reader<T extends { readonly id: string; readonly at: string }>(
  schema: z.ZodType<T>,
  toBody: (event: T) => NativeBody,
): EventReader {
  return (json) => {
    const parsed = schema.safeParse(json);
    if (!parsed.success) return { kind: 'fault', detail: describeFirst(parsed.error) };
    const body = toBody(parsed.data);
    return body.kind === 'fault' ? body : { kind: 'event', id: parsed.data.id, at: parsed.data.at, body };
  };
}

interface StatusMessage {
  readonly device: DeviceId;
  readonly channel: 'state' | 'availability';
  readonly message: DeviceMessage;
}

/** Accepts the words `online` and `offline`, which is what last wills usually say, and objects. */
function decodeStatus({ device, channel, message }: StatusMessage): Decoded {
  const text = decodeText(message.payload, DEVICE_JSON_LIMITS.maxBytes);
  if (!text.ok) return malformed(text.error.reason, text.error.detail);
  // An empty payload is how a retained message is deleted.
  if (text.value === '') return ignored('cleared');
  const state = text.value === 'online' || text.value === 'offline' ? { online: text.value === 'online' } : undefined;
  if (state !== undefined) return status({ device, channel, message, state, text: text.value });
  const json = parseJsonObject(message.payload);
  if (!json.ok) return malformed(json.error.reason, json.error.detail);
  const parsed = NATIVE_STATE.safeParse(json.value);
  if (!parsed.success) return malformed('schema', describeFirst(parsed.error));
  return status({ device, channel, message, state: parsed.data, text: text.value });
}

function status({
  device,
  channel,
  message,
  state,
  text,
}: StatusMessage & { readonly state: NativeState; readonly text: string }): Decoded {
  const body = statusBody(state);
  if (body === undefined) return ignored('empty-state');
  const atMs = state.at === undefined ? message.receivedAtMs : parseDeviceTime(state.at);
  if (atMs === undefined) return malformed('bad-time', `at: expected ${DEVICE_TIME_FORM}`);
  // A status has no id of its own; the same words at the same moment are the same status.
  const id = state.id ?? `${channel}:${message.receivedAtMs}:${fingerprint(text)}`;
  return readings({ id, device, atMs, ...body });
}

/** 32-bit FNV-1a in base 36: enough to tell apart two messages of one millisecond, and the same on every machine. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

function describeFirst(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'not as expected' : `${issue.path.join('.')}: ${issue.message}`.slice(0, 200);
}

function readings(reading: Reading): Decoded {
  return { kind: 'readings', readings: [reading] };
}

function ignored(reason: string): Decoded {
  return { kind: 'ignored', reason };
}

function malformed(reason: string, detail: string): Decoded {
  return { kind: 'malformed', reason, detail };
}
