import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { ignored, malformed, readingsOf, type Said, unreadable } from './decoded.ts';
import { isObject, numberOf, objectIn, shortText, textOf, zonedTime } from './foreign-values.ts';
import { parseJsonObject } from './json-payload.ts';
import type { Placements } from './placements.ts';

/**
 * room-assistant 2: the attributes of a Bluetooth entity hold its distance from each instance. Instances are scanners. It publishes no signal strength,
 * so the distance is turned back into the one it was made of (free space, -59 dBm at a metre).
 */
export function createRoomAssistantAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'room-assistant',
    description: 'Distances of Bluetooth tags from each instance; known by the name of the instance',
    form: 'code',
    topics: [
      'room-assistant/sensor/+/attributes',
      'room-assistant/sensor/+/state',
      'room-assistant/+/+/status',
      'room-assistant/status/{device}',
    ],
    bridgeTopics: ['room-assistant/#'],
    examples: [
      {
        topic: 'room-assistant/sensor/bluetooth-low-energy-presence-2f234757-cf6d-4a0f-adf2-f4911ba9ffa6-1-2/attributes',
        payload:
          '{"distance":1.4,"lastUpdatedAt":"2026-03-01T10:00:00.000Z","distances":{"{device}":{"lastUpdatedTimestamp":"2026-03-01T10:00:00.000Z","distance":1.4,"outOfRange":false}}}',
        reads: ['ble.sighting'],
      },
    ],
    matches: (topic) => topic.startsWith('room-assistant/'),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'room-assistant';
const AT_ONE_METRE_DBM = -59;
const MAX_INSTANCES = 100;

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const [, kind, entity = '', channel] = message.topic.split('/', 5);
  if (kind === 'status' && entity !== '' && channel === undefined) {
    const state = shortText(message.payload, 16);
    if (state !== 'online' && state !== 'offline') return malformed('schema', 'expected online or offline');
    return readingsOf(message, [
      { source: placements.speaker(message, FAMILY, entity), body: { kind: 'device.status', online: state === 'online' } },
    ]);
  }
  if (kind === 'device_tracker' && channel === 'state') return ignored('follows-people');
  if (channel === 'state') return ignored('room-decision');
  if (channel !== 'attributes' || (kind !== 'sensor' && kind !== 'device_tracker')) return ignored('other-entity');
  const named = /(?:^|-)(?:ble|bluetooth-low-energy-presence)-(.+)$/.exec(entity)?.[1];
  if (named === undefined) return ignored('other-entity');
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  const beacon = textOf(json.value['tagId']) ?? named;
  const distances = objectIn(json.value, 'distances');
  if (distances === undefined) return ignored('no-distances');
  const said: Said[] = [];
  for (const [instance, value] of Object.entries(distances).slice(0, MAX_INSTANCES)) {
    if (!isObject(value) || value['outOfRange'] === true) continue;
    const metres = numberOf(value['distance']);
    if (metres === undefined || !(metres > 0)) return malformed('schema', 'distances: expected distances above 0');
    const rssiDbm = Math.round(10 * (AT_ONE_METRE_DBM - 20 * Math.log10(Math.max(metres, 0.1)))) / 10;
    said.push({
      source: placements.speaker(message, FAMILY, instance),
      body: { kind: 'ble.sighting', beacon: placements.beacon(beacon), rssiDbm, txPowerDbm: AT_ONE_METRE_DBM },
      atMs: zonedTime(value['lastUpdatedTimestamp']),
    });
  }
  return readingsOf(message, said, { nothing: 'nothing-near' });
}
