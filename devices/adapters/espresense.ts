import { ID_PATTERN } from '../../agent/core/ids.ts';
import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { ignored, malformed, readingsOf, unreadable } from './decoded.ts';
import { flagOf, numberOf, shortText, textOf } from './foreign-values.ts';
import { type JsonObject, parseJsonObject } from './json-payload.ts';
import type { Placements } from './placements.ts';

/**
 * ESPresense nodes, version 4 (`espresense/devices/<id>/<node>`) and 2 (`espresense/rooms/<node>`). A node is a scanner. What ESPresense knows
 * only by the habits of its maker (`apple:1006:10-12`, a visitor's phone) is never followed.
 */
export function createEspresenseAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'ESPresense',
    description: 'Bluetooth scanner nodes, firmware 2 to 4; the node name is what the device is known as',
    form: 'code',
    topics: ['espresense/devices/+/{device}', 'espresense/rooms/{device}', 'espresense/rooms/{device}/+'],
    examples: [
      {
        topic: 'espresense/devices/iBeacon:1d4b2e16-481e-4579-8b35-ffc32e4a1758-100-1/{device}',
        payload:
          '{"mac":"5a3f1c9d0e42","id":"iBeacon:1d4b2e16-481e-4579-8b35-ffc32e4a1758-100-1","rssi@1m":-59,"rssi":-72.35,"distance":3.42,"int":1032}',
        reads: ['ble.sighting'],
      },
      { topic: 'espresense/rooms/{device}/status', payload: 'online', reads: ['device.status'] },
    ],
    setup:
      "On the node's page (http://<node>.local): MQTT server {host}, port {port}, user {user}, password {password}; room name {device}",
    matches: (topic) => topic.startsWith('espresense/'),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'espresense';

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const [, branch, first, second, ...more] = message.topic.split('/', 6);
  if (more.length === 1 && more[0] === 'set') return ignored('command');
  if (branch === 'settings') return ignored('setting');
  if (more.length > 0 || first === undefined || first === '') return ignored('unknown-topic');
  switch (branch) {
    case 'devices':
      return second === undefined ? ignored('unknown-topic') : sighting(placements, message, { node: second, named: first });
    case 'rooms':
      return second === undefined
        ? sighting(placements, message, { node: first, named: undefined })
        : ofNode(placements, message, { node: first, channel: second });
    case 'companion':
      return ignored('room-decision');
    case 'settings':
      return ignored('setting');
    default:
      return ignored('unknown-topic');
  }
}

function sighting(
  placements: Placements,
  message: DeviceMessage,
  about: { readonly node: string; readonly named: string | undefined },
): Decoded {
  if (message.payload.length === 0) return ignored('cleared');
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  const identity = textOf(json.value['id']) ?? about.named ?? textOf(json.value['mac']);
  if (identity === undefined) return malformed('schema', 'id: expected the identity of what was heard');
  const rssiDbm = numberOf(json.value['rssi']);
  if (rssiDbm === undefined) return malformed('schema', 'rssi: expected a number');
  if (!placements.isTag(identity) && (FINGERPRINTS.test(identity) || !ID_PATTERN.test(identity))) return ignored('not-a-tag');
  const txPowerDbm = numberOf(json.value['rssi@1m']);
  const body: ReadingBody = {
    kind: 'ble.sighting',
    beacon: placements.beacon(identity),
    rssiDbm,
    ...(txPowerDbm !== undefined && { txPowerDbm }),
  };
  return readingsOf(message, [{ source: placements.speaker(message, FAMILY, about.node), body }]);
}

/** Names that ESPresense makes up from what phones, watches and laptops of one make have in common: strangers, whoever they are. */
const FINGERPRINTS =
  /^(?:apple|msft|samsung|google|sd|md|mifit|garmin|fitbit|huawei|sonos|bose|gatt|name|disc|exp|ad|mi|roomba|flora|query|random|tile):/i;

function ofNode(
  placements: Placements,
  message: DeviceMessage,
  { node, channel }: { readonly node: string; readonly channel: string },
): Decoded {
  if (channel === 'telemetry') return telemetry(placements, message, node);
  const text = shortText(message.payload);
  if (text === undefined) return malformed('schema', `${channel}: expected a short text`);
  const body = nodeReading(channel, text);
  if (channel === 'raw_weight') return ignored('uncalibrated');
  if (body === undefined) return ignored(SETTINGS.has(channel) ? 'setting' : 'unknown-channel');
  if (body === 'unreadable') return malformed('schema', `${channel}: not as expected`);
  return readingsOf(message, [{ source: placements.speaker(message, FAMILY, node), body }]);
}

/** What a node measures besides; some firmware puts the name of the chip before it (`bme280_temperature`). */
function nodeReading(channel: string, text: string): ReadingBody | 'unreadable' | undefined {
  if (channel === 'status')
    return text === 'online' || text === 'offline' ? { kind: 'device.status', online: text === 'online' } : 'unreadable';
  if (channel === 'motion' || channel === 'pir' || channel === 'radar') {
    const occupied = flagOf(text);
    return occupied === undefined ? 'unreadable' : { kind: 'occupancy', occupied };
  }
  // `button` alone says that one of them is pressed, which each says itself.
  if (/^button_\d$/.test(channel)) {
    const pressed = flagOf(text);
    return pressed === undefined ? 'unreadable' : { kind: 'button', action: pressed ? 'press' : 'release' };
  }
  const measured = /^(?:[a-z0-9]+_)?(temperature|humidity|lux|co2)$/i.exec(channel)?.[1]?.toLowerCase();
  if (measured === undefined) return undefined;
  const value = numberOf(text) ?? Number.NaN;
  if (measured === 'temperature') return { kind: 'climate', temperatureC: value };
  if (measured === 'humidity') return { kind: 'climate', humidityPercent: value };
  return measured === 'lux' ? { kind: 'climate', illuminanceLux: value } : { kind: 'climate', co2Ppm: value };
}

function telemetry(placements: Placements, message: DeviceMessage, node: string): Decoded {
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  const body = telemetryStatus(json.value);
  return readingsOf(message, Object.keys(body).length > 1 ? [{ source: placements.speaker(message, FAMILY, node), body }] : []);
}

function telemetryStatus(json: JsonObject): ReadingBody {
  const uptimeS = numberOf(json['uptime']);
  const rssiDbm = numberOf(json['rssi']);
  const firmware = textOf(json['ver']) ?? textOf(json['version']);
  return {
    kind: 'device.status',
    ...(uptimeS !== undefined && { uptimeMs: uptimeS * 1_000 }),
    ...(rssiDbm !== undefined && { rssiDbm }),
    ...(firmware !== undefined && { firmware }),
  };
}

/** Retained settings of a node that it echoes back. */
const SETTINGS = new Set([
  'max_distance',
  'absorption',
  'tx_ref_rssi',
  'rx_adj_rssi',
  'query',
  'include',
  'exclude',
  'known_macs',
  'known_irks',
  'count_ids',
  'arduino_ota',
  'auto_update',
  'prerelease',
  'led_1',
  'led_2',
  'pir_timeout',
  'radar_timeout',
  'button_1_timeout',
  'button_2_timeout',
  'switch_1_timeout',
  'switch_2_timeout',
  'enroll',
  'enrolling',
  'forget_after_ms',
  'skip_distance',
  'skip_ms',
  'requery_ms',
  'known_names',
]);
