import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { beaconInAdvertisement } from './beacon-identity.ts';
import { climateOf } from './climate.ts';
import { ignored, malformed, readingsOf, type Said, unreadable } from './decoded.ts';
import { numberOf, textOf, unixSeconds } from './foreign-values.ts';
import { macDigits } from './hardware-address.ts';
import { type JsonObject, parseJsonObject } from './json-payload.ts';
import type { Placements } from './placements.ts';
import { ruuviTag } from './ruuvi-tag.ts';

/** Ruuvi Gateway: one advertisement a message, raw, on `ruuvi/<gateway>/<tag>`. Gateways are scanners; RuuviTags also measure. */
export function createRuuviAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'Ruuvi Gateway, RuuviTag',
    description: 'Tags of any maker, and climate of RuuviTags; gateways and tags are known by their address',
    form: 'code',
    topics: ['ruuvi/{device}/+', 'ruuvi/{device}'],
    examples: [
      {
        topic: 'ruuvi/{device}/C8:25:2D:8E:9C:2C',
        payload:
          '{"gw_mac":"{device}","rssi":-63,"aoa":[],"gwts":"1772359200","ts":"1772359200","data":"0201061BFF99040512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F","coords":""}',
        reads: ['climate', 'device.status'],
      },
      {
        topic: 'ruuvi/{device}/C0:FF:EE:00:00:01',
        payload: '{"gw_mac":"{device}","rssi":-71,"ts":"1772359200","data":"0201061AFF4C0002151DE4B189115E45F6B44E50935226997700010002C5"}',
        reads: ['ble.sighting'],
      },
    ],
    setup:
      "On the gateway's page, Custom server, MQTT: {host}:{port}, user {user}, password {password}, prefix ruuvi/{device}/, data format raw",
    matches: (topic) => topic.startsWith('ruuvi/'),
    recognises: (text) => text.includes('"gw_mac"'),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'ruuvi';

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const [, node, last] = message.topic.split('/', 4);
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  const gateway = placements.speaker(message, FAMILY, node, textOf(json.value['gw_mac']));
  if (last === 'gw_status') {
    const state = textOf(json.value['state']);
    if (state !== 'online' && state !== 'offline') return malformed('schema', 'state: expected online or offline');
    return readingsOf(message, [{ source: gateway, body: { kind: 'device.status', online: state === 'online' } }]);
  }
  const raw = textOf(json.value['data']);
  const address = [last, node, textOf(json.value['mac'])].find((name) => name !== undefined && macDigits(name) !== undefined);
  if (raw === undefined && address !== undefined && numberOf(json.value['dataFormat']) !== undefined)
    return decodedAlready(placements, message, { json: json.value, address });
  if (raw === undefined || !/^(?:[0-9A-Fa-f]{2})+$/.test(raw)) return ignored('no-advertisement');
  const atMs = unixSeconds(json.value['ts']);
  const rssiDbm = numberOf(json.value['rssi']);
  const measured = ruuviTag(/FF(9904[0-9A-F]+)/i.exec(raw)?.[1] ?? '');
  const said: Said[] = [];
  if (measured.length > 0 && address !== undefined) {
    const source = placements.find(FAMILY, address);
    for (const body of measured) said.push({ source, body, atMs });
  }
  const frame = beaconInAdvertisement(raw);
  const identity = frame?.identity ?? address;
  if (rssiDbm !== undefined && identity !== undefined && (measured.length === 0 || placements.isTag(identity))) {
    const txPowerDbm = frame?.txPowerDbm;
    const body = {
      kind: 'ble.sighting',
      beacon: placements.beacon(identity),
      rssiDbm,
      ...(txPowerDbm !== undefined && { txPowerDbm }),
    } as const;
    said.push({ source: gateway, body, atMs });
  }
  return readingsOf(message, said, { nothing: 'nothing-known' });
}

/** A gateway that decodes what its tags say and leaves the advertisement out. */
function decodedAlready(
  placements: Placements,
  message: DeviceMessage,
  { json, address }: { readonly json: JsonObject; readonly address: string },
): Decoded {
  const [temperatureC, humidityPercent, co2Ppm] = [numberOf(json['temperature']), numberOf(json['humidity']), numberOf(json['CO2'])];
  const [body] = climateOf({ temperatureC, humidityPercent, co2Ppm });
  if (body === undefined) return ignored('nothing-known');
  return readingsOf(message, [{ source: placements.find(FAMILY, address), body, atMs: unixSeconds(json['ts']) }]);
}
