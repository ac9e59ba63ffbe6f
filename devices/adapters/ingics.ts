import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { beaconInAdvertisement } from './beacon-identity.ts';
import { ignored, malformed, readingsOf, type Said, unreadable } from './decoded.ts';
import { isObject, numberOf, unixSeconds } from './foreign-values.ts';
import { macDigits } from './hardware-address.ts';
import { ingicsSensor } from './ingics-sensor.ts';
import { decodeText, parseJsonObject } from './json-payload.ts';
import type { Placements, Source } from './placements.ts';

/**
 * Ingics gateways (iGS): text lines `$GPRP,<tag>,<gateway>,<rssi>,<advertisement>[,<unix time>]`, alone, several to a message, or as `data` of a JSON
 * object. Ingics' own beacons (iBS) also report buttons, doors, motion and climate.
 */
export function createIngicsAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'Ingics gateways',
    description: 'Bluetooth gateways that post $GPRP lines; known by the gateway address in each line, iBS beacons by theirs',
    form: 'code',
    topics: ['ingics/{device}', 'ingics/{device}/+', 'iGS/{device}', 'igs/{device}'],
    examples: [
      {
        topic: 'ingics/{device}',
        payload: '$GPRP,AC233F23BB8C,F90AF395ECD1,-44,0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782527114CB9C5\r\n',
        reads: ['ble.sighting'],
      },
    ],
    setup:
      "On the gateway's page, Applications, MQTT client: host {host}, port {port}, user {user}, password {password}, publish topic ingics/{device}",
    matches: (topic) => /^(?:ingics|igs)[^/]*(?:\/|$)/i.test(topic),
    recognises: (text) => LINE.test(text),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'ingics';
const LINE = /\$(?:GPRP|SRRP|LRAD|LRSR|1MAD|1MSR|HBRP),[0-9A-Fa-f]{12},/;
const MAX_LINES = 1_000;

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const lines = linesOf(message.payload);
  if (!Array.isArray(lines)) return lines;
  const said: Said[] = [];
  let heartbeat = false;
  for (const line of lines) {
    const fields = line.trim().split(',');
    const [type, tag = '', gateway = '', rssi, payload = '', time] = fields;
    if (type === '$HBRP') {
      heartbeat = true;
      continue;
    }
    if (type === undefined || !/^\$(?:GPRP|SRRP|LRAD|LRSR|1MAD|1MSR)$/.test(type))
      return malformed('schema', 'expected lines that begin with $GPRP');
    const address = macDigits(tag);
    if (address === undefined || macDigits(gateway) === undefined)
      return malformed('schema', 'expected $GPRP,<tag>,<gateway>,<rssi>,<payload>');
    const scanner = placements.speaker(message, FAMILY, gateway, /^[^/]+\/([^/]+)/.exec(message.topic)?.[1]);
    const rssiDbm = numberOf(rssi);
    if (rssiDbm === undefined) return malformed('schema', 'rssi: expected a number');
    said.push(...heard({ address, payload, rssiDbm, atMs: unixSeconds(time) }, { placements, scanner }));
  }
  return readingsOf(message, said, { nothing: heartbeat ? 'heartbeat' : 'nothing-heard' });
}

function linesOf(payload: Uint8Array): string[] | Decoded {
  const text = decodeText(payload, 262_144);
  if (!text.ok) return unreadable(text.error);
  const trimmed = text.value.trim();
  if (trimmed === '') return ignored('empty');
  if (!trimmed.startsWith('{')) return bounded(trimmed.split(/\r?\n/));
  const json = parseJsonObject(payload, { maxBytes: 262_144, maxDepth: 4 });
  if (!json.ok) return unreadable(json.error);
  const data: unknown = json.value['data'] ?? json.value['payload'];
  if (typeof data === 'string') return bounded(data.trim().split(/\r?\n/));
  if (Array.isArray(data) && data.every((line): line is string => typeof line === 'string')) return bounded(data);
  return isObject(data) ? malformed('schema', 'data: expected $GPRP lines') : malformed('schema', 'expected $GPRP lines');
}

function bounded(lines: string[]): string[] | Decoded {
  return lines.length > MAX_LINES
    ? malformed('schema', `${lines.length} lines, expected at most ${MAX_LINES}`)
    : lines.filter((line) => line.trim() !== '');
}

interface Heard {
  readonly address: string;
  readonly payload: string;
  readonly rssiDbm: number;
  readonly atMs: number | undefined;
}

function heard({ address, payload, rssiDbm, atMs }: Heard, at: { readonly placements: Placements; readonly scanner: Source }): Said[] {
  const { placements, scanner } = at;
  const bodies: readonly ReadingBody[] = ingicsSensor(payload);
  const sensor = bodies.length > 0 ? placements.find(FAMILY, address) : undefined;
  const said: Said[] = sensor === undefined ? [] : bodies.map((body) => ({ source: sensor, body, atMs }));
  const frame = beaconInAdvertisement(payload);
  const identity = frame?.identity ?? address;
  // A sensor that is placed, or that only could be, is no tag unless the store says so.
  if (bodies.length > 0 && !placements.isTag(identity)) return said;
  const txPowerDbm = frame?.txPowerDbm;
  said.push({
    source: scanner,
    body: { kind: 'ble.sighting', beacon: placements.beacon(identity), rssiDbm, ...(txPowerDbm !== undefined && { txPowerDbm }) },
    atMs,
  });
  return said;
}
