import type { DetectedPerson, ReadingBody } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { ignored, malformed, readingsOf, unreadable } from './decoded.ts';
import { flagOf, isObject, numberOf, objectIn, textOf, unixMs, zonedTime } from './foreign-values.ts';
import { type JsonObject, parseJsonObject } from './json-payload.ts';
import { boxOf } from './picture.ts';
import type { Placements, Source } from './placements.ts';

/**
 * Axis cameras: events of AXIS Object Analytics (crossed lines, occupancy, objects in an area) and frames of the scene metadata. All values of an event
 * arrive as text.
 */
export function createAxisAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'Axis cameras',
    description:
      'AXIS Object Analytics and scene metadata; known by the serial number or topic prefix. `counts` says what a crossing means',
    form: 'code',
    topics: ['axis/{device}/#', '{device}/event/#'],
    examples: [
      {
        topic: 'axis/{device}/event/tns:axis/CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1',
        payload:
          '{"topic":"axis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1","timestamp":1772359200000,"serial":"0123456789AB","message":{"source":{},"key":{},"data":{"startTime":"2026-03-01T08:00:00Z","reason":"human","total":"211","totalHuman":"211"}}}',
        reads: ['door.count'],
      },
    ],
    setup:
      "On the camera's page, System, MQTT: host {host}, port {port}, user {user}, password {password}; publish Object Analytics events",
    matches: (topic) => topic.startsWith('axis/') || /\/event\/(?:tns:|CameraApplicationPlatform)/.test(topic),
    recognises: (text) =>
      /"topic"\s*:\s*"(?:axis|tnsaxis|onvif):/.test(text) || (text.includes('"observations"') && text.includes('"bounding_box"')),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'axis';
const MAX_OBSERVATIONS = 200;

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  const prefix = message.topic
    .split('/event/', 1)[0]!
    .replace(/^axis\//, '')
    .split('/analytics', 1)[0];
  const source = placements.speaker(message, FAMILY, prefix, textOf(json.value['serial']));
  // One summary of somebody's whole way through the picture, sent when it is over: its boxes are of the past.
  if (Array.isArray(json.value['classes']) && 'duration' in json.value) return ignored('past-track');
  const frame = objectIn(json.value, 'frame');
  if (frame !== undefined || Array.isArray(json.value['observations'])) return observations(message, source, frame ?? json.value);
  const inner = objectIn(json.value, 'message');
  const data = inner === undefined ? undefined : objectIn(inner, 'data');
  if (data === undefined)
    return 'connected' in json.value || message.topic.endsWith('/connection')
      ? ignored('device-info')
      : malformed('schema', 'message.data: expected an object');
  const name = textOf(json.value['topic']) ?? message.topic;
  // What a camera repeats to a new listener happened before.
  if (json.value['initial'] === true) return ignored('already-happened');
  const body = eventBody(name, data, source);
  if (typeof body === 'string') return ignored(body);
  return readingsOf(message, [{ source, body, atMs: unixMs(json.value['timestamp']) }], { stamped: true });
}

function eventBody(name: string, data: JsonObject, source: Source): ReadingBody | string {
  if (name.includes('IO/Port') || name.includes('DigitalInput')) {
    const state = flagOf(data['state'] ?? data['LogicalState']);
    return state === undefined ? 'other-event' : { kind: 'button', action: state ? 'press' : 'release' };
  }
  if (name.includes('Sensor/PIR')) {
    const occupied = flagOf(data['state'] ?? data['active']);
    return occupied === undefined ? 'other-event' : { kind: 'occupancy', occupied };
  }
  if (!name.includes('ObjectAnalytics') && !name.includes('AOA') && !/Occupancy|PeopleCounter|TrueView/.test(name))
    return /VMD|Motion/.test(name) ? 'picture-motion' : 'other-event';
  // What was counted in an interval that is over.
  if (name.endsWith('Interval')) return 'interval-summary';
  if (name.endsWith('Threshold')) return 'threshold';
  const reason = textOf(data['reason']);
  if (reason !== undefined) {
    if (reason === 'reset') return 'counter-reset';
    if (reason !== 'human') return 'not-a-person';
    return source.placed?.counts === 'out' ? { kind: 'door.count', in: 0, out: 1 } : { kind: 'door.count', in: 1, out: 0 };
  }
  // `human` is how many are in an area now, `totalHuman` how many ever crossed a line.
  const now = numberOf(data['human'] ?? data['occupancy']);
  if (now !== undefined) return { kind: 'presence', count: now };
  if (data['totalHuman'] !== undefined || /cross|line|passage/i.test(textOf(data['scenario']) ?? '')) return 'running-total';
  const people = numberOf(data['total']);
  if (people !== undefined) return { kind: 'presence', count: people };
  const active = flagOf(data['active']);
  if (active === undefined) return 'other-event';
  const classes = textOf(data['classTypes']);
  return classes === undefined || classes === '' || classes.includes('human') ? { kind: 'occupancy', occupied: active } : 'not-a-person';
}

function observations(message: DeviceMessage, source: Source, frame: JsonObject): Decoded {
  const list: unknown = frame['observations'];
  if (!Array.isArray(list) || list.length > MAX_OBSERVATIONS)
    return malformed('schema', `observations: expected at most ${MAX_OBSERVATIONS}`);
  const people: DetectedPerson[] = [];
  for (const observation of list as readonly unknown[]) {
    const person = isObject(observation) ? personIn(observation) : undefined;
    if (person === 'faulty') return malformed('schema', 'observations: a person without a bounding box');
    if (person !== undefined) people.push(person);
  }
  const atMs = zonedTime(frame['timestamp']) ?? (list.length > 0 && isObject(list[0]) ? zonedTime(list[0]['timestamp']) : undefined);
  return readingsOf(message, [{ source, body: { kind: 'camera.detections', people }, atMs }], { stamped: true });
}

function personIn(observation: JsonObject): DetectedPerson | 'faulty' | undefined {
  const type = objectIn(observation, 'class');
  if (type?.['type'] !== 'Human') return undefined;
  const box = objectIn(observation, 'bounding_box');
  const [left, top, right, bottom] = ['left', 'top', 'right', 'bottom'].map((edge) => numberOf(box?.[edge]));
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) return 'faulty';
  const track = textOf(observation['track_id']);
  return {
    ...boxOf({ left, top, right, bottom }),
    confidence: numberOf(type['score']) ?? Number.NaN,
    ...(track !== undefined && { track }),
  };
}
