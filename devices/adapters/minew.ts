import type { Climate } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { type BeaconFrame, beaconInAdvertisement, iBeaconIdentity } from './beacon-identity.ts';
import { climateOf } from './climate.ts';
import { ignored, malformed, readingsOf, type Said, unreadable } from './decoded.ts';
import { isObject, numberOf, textOf, unixMs, zonedTime } from './foreign-values.ts';
import { macDigits } from './hardware-address.ts';
import { type JsonObject, parseJson } from './json-payload.ts';
import type { Placements, Source } from './placements.ts';

/**
 * Minew gateways (G1, MG3, MG4): an array of what was heard, one row an advertisement, with a row for the gateway itself. Known by the gateway's
 * address, or by the name in `/gw/<name>/status`.
 */
export function createMinewAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'Minew gateways',
    description: 'Bluetooth gateways that post arrays; known by the gateway address in topic and message',
    form: 'code',
    topics: ['/gw/{device}/status', 'gw/{device}/status', '/gw/{device}/action/response'],
    examples: [
      {
        topic: '/gw/{device}/status',
        payload:
          '[{"timestamp":"2026-03-01T10:00:00.000Z","type":"Gateway","mac":"AC233FC07DA5","gatewayFree":42,"gatewayLoad":1.15},{"timestamp":"2026-03-01T10:00:00.000Z","type":"iBeacon","mac":"0BE383050DE8","bleName":"","ibeaconUuid":"6A08635B25F7410A8CF860EEFA2E6EAB","ibeaconMajor":1000,"ibeaconMinor":1500,"rssi":-58,"ibeaconTxPower":-70,"battery":0}]',
        reads: ['ble.sighting'],
      },
    ],
    setup:
      "On the gateway's page, Service, MQTT: mqtt://{host}:{port}, user {user}, password {password}, publish topic /gw/{device}/status, format JSON",
    matches: (topic) => /^\/?gw\/[^/]+\/(?:status|action|response)(?:\/|$)/.test(topic),
    recognises: (text) => /^\s*\[\s*\{/.test(text) && /"type"\s*:\s*"(?:Gateway|iBeacon|Unknown|S1)"/.test(text),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'minew';
/** More rows than any gateway hears in one upload; what is above is refused with the message. */
const MAX_ROWS = 1_000;

function decode(placements: Placements, message: DeviceMessage): Decoded {
  if (message.topic.includes('/action')) return ignored('gateway-command');
  const json = parseJson(message.payload, { maxBytes: 262_144, maxDepth: 8 });
  if (!json.ok) return unreadable(json.error);
  const rows: unknown = isObject(json.value) ? [json.value] : json.value;
  if (!Array.isArray(rows)) return malformed('schema', 'expected an array of what was heard');
  if (rows.length > MAX_ROWS) return malformed('schema', `${rows.length} rows, expected at most ${MAX_ROWS}`);
  const own = rows.find((row): row is JsonObject => isObject(row) && row['type'] === 'Gateway');
  const gateway = placements.speaker(
    message,
    FAMILY,
    /^\/?gw\/([^/]+)/.exec(message.topic)?.[1],
    own === undefined ? undefined : textOf(own['mac']),
  );
  const said: Said[] = [];
  for (const row of rows) {
    if (!isObject(row)) return malformed('schema', 'expected rows that are objects');
    if (row !== own) said.push(...heard(row, { placements, gateway }));
  }
  return readingsOf(message, said, { nothing: 'nothing-heard' });
}

function heard(row: JsonObject, { placements, gateway }: { readonly placements: Placements; readonly gateway: Source }): Said[] {
  const mac = textOf(row['mac']);
  const atMs = typeof row['timestamp'] === 'number' ? unixMs(row['timestamp']) : zonedTime(row['timestamp']);
  const rssiDbm = numberOf(row['rssi']);
  const said: Said[] = [];
  const climate = climateIn(row);
  if (climate !== undefined && mac !== undefined) {
    const source = placements.find(FAMILY, mac);
    said.push({ source, body: climate, atMs });
    const batteryPercent = numberOf(row['battery']);
    if (batteryPercent !== undefined) said.push({ source, body: { kind: 'device.status', batteryPercent }, atMs });
  }
  const frame = frameOf(row, mac);
  if (frame === undefined || rssiDbm === undefined || (climate !== undefined && !placements.isTag(frame.identity))) return said;
  const { identity, txPowerDbm } = frame;
  said.push({
    source: gateway,
    body: { kind: 'ble.sighting', beacon: placements.beacon(identity), rssiDbm, ...(txPowerDbm !== undefined && { txPowerDbm }) },
    atMs,
  });
  return said;
}

function frameOf(row: JsonObject, mac: string | undefined): BeaconFrame | undefined {
  const identity = iBeaconIdentity(row['ibeaconUuid'], row['ibeaconMajor'], row['ibeaconMinor']);
  const power = numberOf(row['ibeaconTxPower']);
  if (identity !== undefined) return { identity, ...(power !== undefined && { txPowerDbm: power }) };
  const raw = textOf(row['rawData']);
  const frame = raw === undefined ? undefined : beaconInAdvertisement(raw);
  return frame ?? (mac === undefined || macDigits(mac) === undefined ? undefined : { identity: mac });
}

function climateIn(row: JsonObject): Climate | undefined {
  // Rows of beacons have fields for what they do not measure, at 0.
  if (row['type'] === 'iBeacon') return undefined;
  return climateOf({ temperatureC: numberOf(row['temperature']), humidityPercent: numberOf(row['humidity']) })[0];
}
