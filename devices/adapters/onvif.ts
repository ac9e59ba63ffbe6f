import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { ignored, malformed, readingsOf, unreadable } from './decoded.ts';
import { flagOf, isObject, numberOf, objectIn, shortText, textOf, zonedTime } from './foreign-values.ts';
import { type JsonObject, parseJsonObject } from './json-payload.ts';
import type { Placements, Source } from './placements.ts';

/**
 * ONVIF events over MQTT (`<camera>/onvif-ej/<topic>`), as Bosch, Hanwha and others publish them, with plain values or as `SimpleItem` lists. Only what
 * is about people: occupancy counters, crossed lines, objects inside a field; and digital inputs.
 */
export function createOnvifAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'ONVIF cameras',
    description:
      'Occupancy counters, crossed lines and fields; known by the topic prefix of the camera. `counts` says what a crossing means',
    form: 'code',
    topics: ['{device}/onvif-ej/#'],
    examples: [
      {
        topic: '{device}/onvif-ej/RuleEngine/CountAggregation/OccupancyCounter/&1/Occupancy',
        payload: '{"UtcTime":"2026-03-01T10:00:00.000Z","Source":{"VideoSource":"1","Rule":"Occupancy"},"Data":{"Count":"4"}}',
        reads: ['presence'],
      },
    ],
    setup:
      "On the camera's page, MQTT: broker {host}:{port}, user {user}, password {password}, topic prefix {device}; events of RuleEngine on",
    matches: (topic) => topic.includes('/onvif-ej/') || topic.startsWith('onvif-ej/'),
    recognises: (text) => text.includes('"UtcTime"') && text.includes('"Data"'),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'onvif';

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const at = message.topic.indexOf('onvif-ej/');
  const camera = at <= 0 ? undefined : message.topic.slice(0, at - 1);
  if (message.payload.length === 0) return ignored('cleared');
  const will = shortText(message.payload, 16)?.toLowerCase();
  if (will === 'online' || will === 'offline')
    return readingsOf(message, [
      { source: placements.speaker(message, FAMILY, camera), body: { kind: 'device.status', online: will === 'online' } },
    ]);
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  const event = (at === -1 ? (textOf(json.value['Topic']) ?? message.topic) : message.topic.slice(at + 'onvif-ej/'.length)).replace(
    /tns\w*:/g,
    '',
  );
  const source = placements.speaker(message, FAMILY, camera);
  const data = itemsOf(json.value['Data']);
  if (data === undefined) return malformed('schema', 'Data: expected an object');
  // What a camera repeats to a new listener happened before.
  const isOld = json.value['PropertyOperation'] === 'Initialized';
  const body = bodyOf(event, { data, source, isOld });
  if (typeof body === 'string') return ignored(body);
  if (body === undefined) return malformed('schema', 'Data: no value where this event has one');
  return readingsOf(message, [{ source, body, atMs: zonedTime(json.value['UtcTime']) }], { stamped: true });
}

interface Event {
  readonly data: JsonObject;
  readonly source: Source;
  readonly isOld: boolean;
}

function bodyOf(event: string, { data, source, isOld }: Event): ReadingBody | string | undefined {
  if (/CountAgg?regation\/OccupancyCounter|CountAgg?regation\/Occupancy/.test(event)) {
    const people = numberOf(data['Count'] ?? data['ObjectCount']);
    return people === undefined ? undefined : { kind: 'presence', count: people };
  }
  if (/CountAgg?regation\/Counter/.test(event)) return 'running-total';
  if (event.includes('LineDetector/Crossed') || event.includes('WiseAI/LineCrossing')) {
    // Hanwha also says when the alarm of a crossing ends.
    if (flagOf(data['State']) === false) return 'crossing-over';
    if (isOld) return 'already-happened';
    if (!isPerson(data)) return 'not-a-person';
    return source.placed?.counts === 'out' ? { kind: 'door.count', in: 0, out: 1 } : { kind: 'door.count', in: 1, out: 0 };
  }
  if (/VehicleDetect|LicensePlate|AnimalDetect/.test(event)) return event.includes('Plate') ? 'identifies-people' : 'not-a-person';
  if (/FieldDetector\/ObjectsInside|ObjectDetect(?:ion|or)|PeopleDetect|HumanDetect/.test(event)) {
    if (!isPerson(data)) return 'not-a-person';
    const occupied = flagOf(data['IsInside'] ?? data['State'] ?? data['IsDetected']);
    return occupied === undefined ? undefined : { kind: 'occupancy', occupied };
  }
  if (event.includes('Trigger/DigitalInput')) {
    const state = data['LogicalState'];
    const active = state === 'active' ? true : state === 'inactive' ? false : flagOf(state);
    if (active === undefined) return undefined;
    return isOld ? 'already-happened' : { kind: 'button', action: active ? 'press' : 'release' };
  }
  if (/Face(?:Recognition|Detect)|Recognition\//.test(event)) return 'identifies-people';
  if (/Tamper/.test(event)) return 'tampering';
  return /Motion/.test(event) ? 'picture-motion' : 'other-event';
}

/** Without a class anything that crosses counts: the camera was told what to look for. */
function isPerson(data: JsonObject): boolean {
  const named = textOf(data['ClassTypes']) ?? textOf(data['Class']) ?? textOf(data['ObjectClass']) ?? classIn(data['Object']);
  return named === undefined || /human|person|people/i.test(named);
}

function classIn(object: unknown): string | undefined {
  const first: unknown = isObject(object) && Array.isArray(object['Object']) ? object['Object'][0] : object;
  const appearance = isObject(first) ? objectIn(first, 'Appearance') : undefined;
  const type: unknown = appearance === undefined ? undefined : objectIn(appearance, 'Class')?.['Type'];
  const single: unknown = Array.isArray(type) ? type[0] : type;
  return isObject(single) ? textOf(single['#text']) : textOf(single);
}

/** `{"Count":"4"}` and `{"SimpleItem":[{"Name":"Count","Value":"4"}]}` are the same. */
function itemsOf(section: unknown): JsonObject | undefined {
  if (!isObject(section)) return undefined;
  const items: unknown = section['SimpleItem'];
  if (items === undefined) return section;
  const list: readonly unknown[] = Array.isArray(items) ? items : [items];
  return Object.fromEntries(
    list.slice(0, 64).flatMap((item) => (isObject(item) && typeof item['Name'] === 'string' ? [[item['Name'], item['Value']]] : [])),
  );
}
