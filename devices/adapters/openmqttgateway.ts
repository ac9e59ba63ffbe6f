import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { type BeaconFrame, beaconInManufacturerData, beaconInServiceData, canonicalBeacon, iBeaconIdentity } from './beacon-identity.ts';
import { BTHOME_SERVICE, btHomeBodies, readBtHome } from './bthome.ts';
import { ignored, malformed, readingsOf, type Said, unreadable } from './decoded.ts';
import { numberOf, shortText, textOf } from './foreign-values.ts';
import { macDigits } from './hardware-address.ts';
import { type JsonObject, parseJsonObject } from './json-payload.ts';
import { radioBodies, scaleGrams, sensorBodies, wiredBodies } from './openmqttgateway-sensors.ts';
import type { Placements } from './placements.ts';

/**
 * OpenMQTTGateway and Theengs Gateway: the gateway is a scanner, a decoded sensor a device of its own that is known by its address. An iBeacon
 * is known by its uuid, major and minor, however often its address changes.
 */
export function createOpenMqttGatewayAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'OpenMQTTGateway, Theengs Gateway',
    description: 'Bluetooth gateways; known by the gateway name in the topic, decoded sensors by their address',
    form: 'code',
    topics: [
      '+/{device}/BTtoMQTT',
      '+/{device}/BTtoMQTT/+',
      '+/{device}/LWT',
      '+/{device}/CLIMAtoMQTT/#',
      '+/{device}/DHTtoMQTT',
      '+/{device}/BME280toMQTT',
      '+/{device}/BH1750toMQTT',
      '+/{device}/HCSR501toMQTT',
      '+/{device}/RTL_433toMQTT/#',
      '+/{device}/SYStoMQTT',
      '+/{device}/presence',
      '+/presence/{device}',
      '+/home_presence/{device}',
    ],
    examples: [
      {
        topic: 'home/{device}/BTtoMQTT/5210A84690AC',
        payload:
          '{"id":"52:10:A8:46:90:AC","mac_type":1,"rssi":-77,"brand":"GENERIC","model":"iBeacon","model_id":"IBEACON","mfid":"4c00","uuid":"1de4b189115e45f6b44e509352269977","major":0,"minor":0,"txpower":-66}',
        reads: ['ble.sighting'],
      },
      { topic: 'home/{device}/LWT', payload: 'online', reads: ['device.status'] },
    ],
    setup:
      "In the gateway's MQTT settings: server {host}, port {port}, user {user}, password {password}; base topic home/, gateway name {device}",
    matches: (topic) => TOPIC.test(topic),
    recognises: (text) => text.startsWith('{') && /"(?:servicedata|manufacturerdata|model_id|mac_type)"/.test(text),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'openmqttgateway';
const TOPIC = /(?:^|\/)(?:[A-Za-z0-9_]+toMQTT|home_presence|presence)(?:\/|$)|^[^/]+\/[^/]+\/(?:LWT|version)$|\/commands\/MQTTto/;
/** Sensors that are wired to the gateway itself: each is on a topic named after it. */
const WIRED = /^(?:CLIMA|DHT|BME280|BMP280|HTU21|AHT|DS1820|SHTC3|BH1750|TSL2561|HCSR501|HCSR04|GPIOInput|sensor)toMQTT$/i;

/** What Theengs calls things that people carry. */
const WORN: ReadonlySet<string> = new Set(['PHONE', 'WATCH', 'HEALTH', 'RING']);

interface Place {
  readonly gateway: string;
  readonly channel: 'bluetooth' | 'wired' | 'rtl433' | 'radio' | 'lwt' | 'system' | 'other';
  readonly last: string | undefined;
}

function placeOf(topic: string): Place {
  const parts = topic.split('/');
  const at = parts.indexOf('BTtoMQTT');
  if (at > 0) return { gateway: parts[at - 1]!, channel: 'bluetooth', last: parts[at + 1] };
  const other = parts.findIndex((part) => part.endsWith('toMQTT') && part !== 'SYStoMQTT');
  if (other > 0) {
    const channel = WIRED.test(parts[other]!) ? 'wired' : parts[other] === 'RTL_433toMQTT' ? 'rtl433' : 'radio';
    return { gateway: parts[other - 1]!, channel, last: parts[other + 1] };
  }
  const presence = parts.findIndex((part) => part === 'presence' || part === 'home_presence');
  if (presence >= 0) {
    // `home/presence/<gateway>` (OpenMQTTGateway) or `home/<gateway>/presence` (Theengs).
    return { gateway: parts[presence + 1] ?? parts[presence - 1] ?? '', channel: 'bluetooth', last: undefined };
  }
  const last = parts[parts.length - 1];
  const gateway = parts[parts.length - 2] ?? '';
  return {
    gateway,
    channel: last === 'LWT' ? 'lwt' : last === 'SYStoMQTT' ? 'system' : last === 'version' ? 'other' : 'bluetooth',
    last: undefined,
  };
}

function decode(placements: Placements, message: DeviceMessage): Decoded {
  if (message.topic.includes('/commands/')) return ignored('command');
  const place = placeOf(message.topic);
  const gateway = placements.speaker(message, FAMILY, place.gateway);
  switch (place.channel) {
    case 'lwt': {
      const text = shortText(message.payload, 16);
      if (text !== 'online' && text !== 'offline') return malformed('schema', 'expected online or offline');
      return readingsOf(message, [{ source: gateway, body: { kind: 'device.status', online: text === 'online' } }]);
    }
    case 'other':
      return ignored('gateway-info');
    case 'radio':
      // A code from a remote control, infrared or LoRa: what it means only its owner knows.
      return ignored(/\/(?:WebUI|LOG|SYS|SSD1306|Z2M)toMQTT/.test(message.topic) ? 'gateway-info' : 'radio-code');
    case 'wired':
    case 'rtl433':
    case 'system':
    case 'bluetooth': {
      const json = parseJsonObject(message.payload);
      if (!json.ok) return unreadable(json.error);
      if (place.channel === 'system') {
        const body = systemStatus(json.value);
        return readingsOf(message, Object.keys(body).length > 1 ? [{ source: gateway, body }] : []);
      }
      if (place.channel === 'wired')
        return readingsOf(
          message,
          wiredBodies(json.value, message.topic).map((body) => ({ source: gateway, body })),
        );
      if (place.channel === 'rtl433') return radioSensor(json.value, { placements, message });
      if (json.value['weighing_mode'] === 'person' || (json.value['type'] === 'BODY' && json.value['weight'] !== undefined))
        return ignored('body-weight');
      if (WORN.has(String(json.value['type'])) || /^(?:MS-CDP|GAEN|APPLE)/.test(textOf(json.value['model_id']) ?? '')) {
        // Phones, watches and bands are strangers', unless the store says that one is its own.
        const address = addressOf(json.value, place.last);
        if (address === undefined || !placements.isTag(address)) return ignored('not-a-tag');
      }
      const bthome = bthomeSaid(json.value, { placements, topicName: place.last });
      if (bthome !== undefined) return readingsOf(message, bthome, { nothing: 'no-reading' });
      if (json.value['success'] !== undefined && json.value['service'] !== undefined) return ignored('command-result');
      return advertisement(json.value, { placements, message, gateway, topicName: place.last });
    }
  }
}

/** A sensor on 433 or 868 MHz is a device of its own, known by model and id as rtl_433 prints them. */
function radioSensor(
  json: JsonObject,
  { placements, message }: { readonly placements: Placements; readonly message: DeviceMessage },
): Decoded {
  const [model, id] = [textOf(json['model']), json['id']];
  if (model === undefined || (typeof id !== 'number' && typeof id !== 'string')) return ignored('radio-code');
  const source = placements.find(FAMILY, `${model}/${String(id)}`);
  return readingsOf(
    message,
    radioBodies(json).map((body) => ({ source, body })),
  );
}

function systemStatus(json: JsonObject): ReadingBody {
  const uptimeS = numberOf(json['uptime']);
  const rssiDbm = numberOf(json['rssi']);
  const firmware = textOf(json['version']);
  return {
    kind: 'device.status',
    ...(uptimeS !== undefined && { uptimeMs: uptimeS * 1_000 }),
    ...(rssiDbm !== undefined && { rssiDbm }),
    ...(firmware !== undefined && { firmware }),
  };
}

interface About {
  readonly placements: Placements;
  readonly message: DeviceMessage;
  readonly gateway: Said['source'];
  readonly topicName: string | undefined;
}

function advertisement(json: JsonObject, about: About): Decoded {
  const { placements, message, gateway } = about;
  const address = addressOf(json, about.topicName);
  if (json['cipher'] !== undefined && address !== undefined && placements.isPlaced(FAMILY, address)) return ignored('encrypted');
  const sensed = sensorBodies(json);
  const rssiDbm = numberOf(json['rssi']);
  const said: Said[] = [];
  if (sensed.length > 0) {
    const sensor = placements.find(FAMILY, address ?? textOf(json['name']) ?? textOf(json['id']));
    for (const body of sensed) said.push({ source: sensor, body });
    const batteryPercent = numberOf(json['batt']);
    if (batteryPercent !== undefined || rssiDbm !== undefined) {
      said.push({
        source: sensor,
        body: { kind: 'device.status', ...(batteryPercent !== undefined && { batteryPercent }), ...(rssiDbm !== undefined && { rssiDbm }) },
      });
    }
  }
  const grams = scaleGrams(json);
  if (grams !== undefined) {
    const scale = placements.find(FAMILY, address ?? textOf(json['name']) ?? textOf(json['id']));
    return readingsOf(message, [{ source: scale, body: { kind: 'shelf.weight', slot: scale.slotOf(), grams } }]);
  }
  const beacon = beaconOf(json, address);
  const isOwn = beacon !== undefined && placements.isTag(beacon.identity);
  // A sensor on the wall is no tag, unless the store says that it is one.
  if (rssiDbm !== undefined && beacon !== undefined && (sensed.length === 0 || isOwn)) {
    const { identity, txPowerDbm } = beacon;
    said.push({
      source: gateway,
      body: { kind: 'ble.sighting', beacon: placements.beacon(identity), rssiDbm, ...(txPowerDbm !== undefined && { txPowerDbm }) },
    });
  }
  return readingsOf(message, said, { nothing: 'nothing-known' });
}

/** The open service data of a BTHome sensor that the gateway did not decode. */
function bthomeSaid(
  json: JsonObject,
  { placements, topicName }: { readonly placements: Placements; readonly topicName: string | undefined },
): readonly Said[] | undefined {
  const [service, data] = [textOf(json['servicedatauuid']), textOf(json['servicedata'])];
  if (service?.toLowerCase().replace(/^0x/, '') !== BTHOME_SERVICE || data === undefined || !/^(?:[0-9A-Fa-f]{2}){1,64}$/.test(data))
    return undefined;
  const read = readBtHome(Buffer.from(data, 'hex'));
  if (read.kind !== 'objects') return undefined;
  const source = placements.find(FAMILY, addressOf(json, topicName) ?? textOf(json['name']));
  return btHomeBodies(read.objects, source).map((body) => ({ source, body }));
}

/** The address is in `mac` when the id is something else, and sometimes only in the topic. */
function addressOf(json: JsonObject, topicName: string | undefined): string | undefined {
  return [textOf(json['mac']), textOf(json['id']), topicName].find((name) => name !== undefined && macDigits(name) !== undefined);
}

function beaconOf(json: JsonObject, address: string | undefined): BeaconFrame | undefined {
  const power = numberOf(json['txpower']);
  const identity = iBeaconIdentity(json['uuid'], json['major'], json['minor']);
  if (identity !== undefined) return { identity, ...(power !== undefined && { txPowerDbm: power }) };
  const raw = textOf(json['manufacturerdata']);
  const frame = raw === undefined ? undefined : beaconInManufacturerData(raw);
  const service = textOf(json['servicedatauuid'])?.toLowerCase().replace(/^0x/, '') === 'feaa' ? textOf(json['servicedata']) : undefined;
  const eddystone = service === undefined ? undefined : beaconInServiceData(`aafe${service}`);
  if (eddystone !== undefined) return eddystone;
  // Without a calibrated frame `txpower` is the power sent with, which says nothing about a metre's distance.
  return frame ?? (address === undefined ? undefined : { identity: canonicalBeacon(address) });
}
