import type { DetectedPerson, ReadingBody } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { ignored, malformed, readingsOf, unreadable } from './decoded.ts';
import { numberOf, objectIn, shortText, textOf, unixSeconds } from './foreign-values.ts';
import { type JsonObject, parseJsonObject } from './json-payload.ts';
import { boxInFrame } from './picture.ts';
import type { Placements } from './placements.ts';

/**
 * Frigate: how many people each camera (or Frigate zone) sees, and single people as they are followed. Names, faces, licence plates and
 * descriptions that Frigate adds are never read; cars and cats are not for us.
 */
export function createFrigateAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'Frigate',
    description:
      'People per camera or Frigate zone; known by the name of the camera or zone. With `frame` (picture size) also where they stand',
    form: 'code',
    topics: [
      'frigate/{device}/person',
      'frigate/{device}/person/active',
      'frigate/{device}/status/+',
      'frigate/events',
      'frigate/available',
    ],
    bridgeTopics: ['frigate/#'],
    examples: [
      { topic: 'frigate/{device}/person', payload: '2', reads: ['presence'] },
      { topic: 'frigate/available', payload: 'online', reads: ['device.status'] },
    ],
    setup: "In Frigate's config.yml: mqtt: { enabled: true, host: {host}, port: {port}, user: {user}, password: {password} }",
    matches: (topic) => topic.startsWith('frigate/'),
    // Servers may have a prefix of their own; their events show what they are.
    recognises: (text) => text.includes('"before"') && text.includes('"after"') && text.includes('"false_positive"'),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'frigate';

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const [, first = '', second, third, ...more] = message.topic.split('/', 6);
  if (second === undefined) return ofServer(placements, message, first);
  if (more.length > 0) return ignored('unknown-topic');
  if (second === 'status') return roleStatus(placements, message, { camera: first, role: third });
  if (third === 'snapshot' || second === 'latest') return ignored('frame');
  if (second === 'motion') return ignored('picture-motion');
  if (second === 'classification' || first === 'face_recognition' || first === 'lpr') return ignored('identifies-people');
  if (second === 'person') {
    if (third === 'active') return ignored('active-count');
    return third === undefined ? count(placements, message, first) : ignored('setting');
  }
  if (second === 'review_status' || second === 'all' || second === 'audio') return ignored('not-a-person');
  // What is left two levels below is a count of some other label, below that a switch of the camera.
  return ignored(third === undefined ? 'not-a-person' : 'setting');
}

function ofServer(placements: Placements, message: DeviceMessage, channel: string): Decoded {
  switch (channel) {
    case 'available': {
      const text = shortText(message.payload, 16);
      if (text !== 'online' && text !== 'offline' && text !== 'stopped') return malformed('schema', 'expected online, offline or stopped');
      return readingsOf(message, [
        { source: placements.bridge(FAMILY, FAMILY), body: { kind: 'device.status', online: text === 'online' } },
      ]);
    }
    case 'events':
      return event(placements, message);
    case 'tracked_object_update':
      return ignored('identifies-people');
    case 'reviews':
      return ignored('review');
    case 'triggers':
      return ignored('trigger');
    default:
      return ignored('server-info');
  }
}

function count(placements: Placements, message: DeviceMessage, camera: string): Decoded {
  const text = shortText(message.payload, 32);
  const seen = text === undefined ? undefined : numberOf(text);
  if (seen === undefined || Number.isNaN(seen)) return malformed('schema', 'expected how many people there are');
  return readingsOf(message, [{ source: placements.speaker(message, FAMILY, camera), body: { kind: 'presence', count: seen } }]);
}

/** Without its `detect` stream a camera sees nobody; the other streams do not matter here. */
function roleStatus(
  placements: Placements,
  message: DeviceMessage,
  at: { readonly camera: string; readonly role: string | undefined },
): Decoded {
  if (at.role !== 'detect') return ignored('role-status');
  const text = shortText(message.payload, 16);
  if (text !== 'online' && text !== 'offline' && text !== 'disabled') return malformed('schema', 'expected online, offline or disabled');
  return readingsOf(message, [
    { source: placements.speaker(message, FAMILY, at.camera), body: { kind: 'device.status', online: text === 'online' } },
  ]);
}

function event(placements: Placements, message: DeviceMessage): Decoded {
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  const after = objectIn(json.value, 'after');
  const camera = after === undefined ? undefined : textOf(after['camera']);
  if (after === undefined || camera === undefined) return malformed('schema', 'after.camera: expected the name of a camera');
  if (after['label'] !== 'person') return ignored('not-a-person');
  if (after['false_positive'] === true) return ignored('false-positive');
  if (json.value['type'] === 'end') return ignored('object-gone');
  const source = placements.speaker(message, FAMILY, camera);
  const frame = source.placed?.frame;
  const body = frame === undefined ? ({ kind: 'occupancy', occupied: true } satisfies ReadingBody) : followed(after, frame);
  if (body === undefined) return malformed('schema', 'after.box: expected [left, top, right, bottom] in pixels');
  return readingsOf(message, [{ source, body, atMs: unixSeconds(after['frame_time']) }]);
}

/** One person of perhaps several: Frigate reports each by itself. */
function followed(after: JsonObject, frame: readonly [number, number]): ReadingBody | undefined {
  const box = boxInFrame(after['box'], frame);
  if (box === undefined) return undefined;
  const id = textOf(after['id']);
  const person: DetectedPerson = {
    ...box,
    confidence: numberOf(after['score']) ?? Number.NaN,
    ...(id !== undefined && { track: id }),
  };
  return { kind: 'camera.detections', people: [person], partial: true };
}
