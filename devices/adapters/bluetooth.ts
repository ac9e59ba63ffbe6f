import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { type AdvertisedData, EDDYSTONE_SERVICE, type HeardIdentity, identityIn, isToken } from './bluetooth-frames.ts';
import { BTHOME_SERVICE, btHomeBodies, readBtHome } from './bthome.ts';
import { ignored, malformed, readingsOf, type Said, unreadable } from './decoded.ts';
import { isObject, numberOf, textOf } from './foreign-values.ts';
import { macDigits } from './hardware-address.ts';
import { type JsonObject, parseJsonObject } from './json-payload.ts';
import type { Placements, Source } from './placements.ts';

/**
 * What a Bluetooth radio hears, one message an advertisement: `bluetooth/<scanner>/advertisement` with the signal and the parts that mean something as
 * hex. The agent's own radio says it this way, and so may any small program beside another radio. iBeacon, AltBeacon, Eddystone (UID, EID, TLM) and
 * BTHome version 2.
 */
export function createBluetoothAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: BLUETOOTH,
    title: 'Bluetooth, by the agent itself',
    description:
      'iBeacon and Eddystone tags, BTHome version 2 sensors; a sensor is known by its address. The radio of this machine is `bluetooth.scanner`',
    form: 'code',
    topics: ['bluetooth/{device}/advertisement'],
    examples: [
      {
        topic: 'bluetooth/{device}/advertisement',
        payload: '{"rssi":-67,"manufacturer":{"004c":"02151de4b189115e45f6b44e50935226997700000001c5"}}',
        reads: ['ble.sighting'],
      },
      {
        topic: 'bluetooth/{device}/advertisement',
        payload: '{"address":"a4:c1:38:00:00:01","rssi":-60,"services":{"fcd2":"400005015f06d204"}}',
        reads: ['shelf.weight', 'device.status'],
      },
    ],
    setup:
      'In the configuration of the agent: bluetooth: { scanner: {device} }; in devices: { id: {device}, adapter: bluetooth, role: scanner }',
    matches: (topic) => TOPIC.test(topic),
    decode: (message) => decode(placements, message),
  };
}

/** Key of the family, and first level of its topics. */
export const BLUETOOTH = 'bluetooth';

const TOPIC = /^bluetooth\/[^/]+\/advertisement$/;
/** More than any advertisement holds. */
const MAX_PARTS = 16;

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  const scanner = placements.speaker(message, BLUETOOTH, message.topic.split('/', 2)[1]);
  const rssiDbm = numberOf(json.value['rssi']);
  const address = json.value['address'] === undefined ? undefined : (textOf(json.value['address']) ?? '');
  if (address !== undefined && macDigits(address) === undefined) return malformed('schema', 'address: expected a Bluetooth address');
  const data = dataOf(json.value);
  if (typeof data === 'string') return malformed('schema', data);
  const sensor = address === undefined ? undefined : placements.find(BLUETOOTH, address);
  const said: Said[] = [];
  const bthome = data.services[BTHOME_SERVICE];
  if (bthome !== undefined && sensor !== undefined) {
    const message = readBtHome(Buffer.from(bthome, 'hex'));
    if (message.kind === 'malformed') return malformed('schema', message.detail);
    if (message.kind === 'other-version') return ignored('other-bthome-version');
    if (message.kind === 'encrypted') return ignored('encrypted');
    const bodies = btHomeBodies(message.objects, sensor);
    const status = bodies[bodies.length - 1];
    // What a sensor says of itself and how well it is received is one thing.
    if (status?.kind === 'device.status' && rssiDbm !== undefined) bodies[bodies.length - 1] = { ...status, rssiDbm };
    for (const body of bodies) said.push({ source: sensor, body });
  }
  const telemetry = sensor === undefined ? undefined : telemetryIn(data.services[EDDYSTONE_SERVICE]);
  if (sensor !== undefined && telemetry !== undefined) for (const body of telemetry) said.push({ source: sensor, body });
  const hasStatus = said.some(({ body }) => body.kind === 'device.status');
  if (rssiDbm !== undefined) said.push(...heard({ placements, data, address, rssiDbm, scanner, sensor, hasStatus }));
  return readingsOf(message, said, { nothing: 'nothing-known' });
}

interface Heard {
  readonly placements: Placements;
  readonly data: AdvertisedData;
  readonly address: string | undefined;
  readonly rssiDbm: number;
  readonly scanner: Source;
  readonly sensor: Source | undefined;
  /** It said something of itself already. */
  readonly hasStatus: boolean;
}

/** A sighting of a tag or token; of a sensor that is none only how well it is received. */
function heard({ placements, data, address, rssiDbm, scanner, sensor, hasStatus }: Heard): Said[] {
  const frame = identityIn(data, placements);
  const isSensor = sensor?.placed !== undefined || data.services[BTHOME_SERVICE] !== undefined;
  const status: Said[] =
    isSensor && sensor !== undefined && !hasStatus ? [{ source: sensor, body: { kind: 'device.status', rssiDbm } }] : [];
  if (isSensor && !isKnown(frame, address, placements)) return status;
  const beacon = frame?.beacon ?? (address === undefined ? undefined : placements.beacon(address));
  if (beacon === undefined) return status;
  const txPowerDbm = frame?.txPowerDbm;
  const body: ReadingBody = {
    kind: 'ble.sighting',
    beacon,
    rssiDbm,
    ...(txPowerDbm !== undefined && { txPowerDbm }),
  };
  return [...status, { source: scanner, body }];
}

/** A tag of the store or a token, which may measure besides. */
function isKnown(frame: HeardIdentity | undefined, address: string | undefined, placements: Placements): boolean {
  if (frame !== undefined) return frame.isTag || isToken(frame.beacon);
  return address !== undefined && placements.isTag(address);
}

/** Eddystone telemetry: temperature (-128 means none) and time since start. Its millivolts are of a battery that nobody here knows, so no per cent. */
function telemetryIn(frame: string | undefined): readonly ReadingBody[] | undefined {
  if (frame === undefined || !/^2000[0-9a-f]{24}$/i.test(frame)) return undefined;
  const bytes = Buffer.from(frame, 'hex');
  const eighths = bytes.readInt16BE(4);
  const uptimeMs = bytes.readUInt32BE(10) * 100;
  const status: ReadingBody = { kind: 'device.status', uptimeMs };
  return eighths === -32_768 ? [status] : [{ kind: 'climate', temperatureC: Math.round((eighths / 256) * 100) / 100 }, status];
}

/** The parts of the advertisement, or what is wrong with them. Services are named by 4 hex digits or a UUID; the usual long form of the former is one. */
function dataOf(json: JsonObject): AdvertisedData | string {
  const manufacturer = partsOf(json['manufacturer'], (name) => (/^[0-9a-f]{4}$/.test(name) ? name : undefined));
  if (manufacturer === undefined) return 'manufacturer: expected hex by company, such as {"004c":"0215..."}';
  const services = partsOf(json['services'], shortService);
  return services === undefined ? 'services: expected hex by service, such as {"fcd2":"40..."}' : { manufacturer, services };
}

/** A service by its 4 hex digits where it has them, else by its UUID; `undefined` when it is none. */
export function shortService(name: string): string | undefined {
  const long = /^0000([0-9a-f]{4})-0000-1000-8000-00805f9b34fb$/.exec(name);
  if (long !== null) return long[1];
  return /^[0-9a-f]{4}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name) ? name : undefined;
}

function partsOf(given: unknown, nameOf: (name: string) => string | undefined): Readonly<Record<string, string>> | undefined {
  if (given === undefined || given === null) return {};
  if (!isObject(given)) return undefined;
  const entries = Object.entries(given);
  if (entries.length > MAX_PARTS) return undefined;
  const parts: Record<string, string> = {}; // The names are hexadecimal, so that none of them means anything to an object.
  for (const [written, hex] of entries) {
    const name = nameOf(written.toLowerCase());
    if (name === undefined || typeof hex !== 'string' || hex.length > 510 || !/^(?:[0-9a-f]{2})*$/i.test(hex)) return undefined;
    parts[name] = hex.toLowerCase();
  }
  return parts;
}
