import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { iBeaconIdentity } from './beacon-identity.ts';
import { climateOf } from './climate.ts';
import { ignored, malformed, readingsOf, type Said, type SaidOptions, unreadable } from './decoded.ts';
import { flagOf, isObject, numberOf, objectIn, shortText, textOf } from './foreign-values.ts';
import { type JsonObject, parseJsonObject } from './json-payload.ts';
import { tidyEpc } from './native-body.ts';
import type { Placements, Source } from './placements.ts';
import { zigbeeSaid } from './tasmota-zigbee.ts';
import { gramsOf } from './weight-unit.ts';

/**
 * Tasmota: scales (HX711, whose `Weight` is in kilograms), climate, distance, NFC readers, buttons and switches, from `tele/<topic>/SENSOR`, status
 * replies and results. Its times have no zone, so the time of receipt counts.
 */
export function createTasmotaAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'Tasmota',
    description: 'Scales (HX711), climate, distance, NFC and buttons; known by its Topic',
    form: 'code',
    topics: ['tele/{device}/+', 'stat/{device}/+', 'tasmota/discovery/+/+'],
    examples: [
      {
        topic: 'tele/{device}/SENSOR',
        payload: '{"Time":"2026-03-01T10:58:18","HX711":{"Weight":1.242,"WeightRaw":1242,"AbsRaw":110004}}',
        reads: ['shelf.weight'],
      },
      { topic: 'tele/{device}/LWT', payload: 'Online', reads: ['device.status'] },
    ],
    setup:
      'Backlog MqttHost {host}; MqttPort {port}; MqttUser {user}; MqttPassword {password}; Topic {device}; WeightRes 3; Sensor34 8 1; TelePeriod 10',
    matches: (topic) => TOPIC.test(topic),
    recognises: (text) => /^\s*\{\s*"(?:StatusSNS|STATUSSNS|Time)"\s*:/.test(text),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'tasmota';
/** `%prefix%/%topic%/` by default; owners may put the prefix behind the name. */
const TOPIC = /^(?:[^/]+\/)*(?:tele|stat)\/|^tasmota\/discovery\//;

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const parts = message.topic.split('/');
  if (parts[0] === 'tasmota') return ignored('discovery');
  const channel = parts[parts.length - 1] ?? '';
  const at = parts.findIndex((part) => part === 'tele' || part === 'stat');
  const name = parts.filter((_, index) => index !== at && index !== parts.length - 1).join('/');
  const source = placements.speaker(message, FAMILY, name === '' ? undefined : name);
  if (channel === 'LWT') return lastWill(message, source);
  if (/^(?:INFO\d|LOGGING|UPTIME|POWER\d*|ERROR|BLE|MARGINS|UPGRADE)$/.test(channel)) return ignored('device-info');
  if (channel === 'cmnd' || parts.includes('cmnd')) return ignored('command');
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  const { value } = json;
  if (/^(?:BUTTON|SWITCH)\d*$/.test(channel)) return pressed(message, { source, json: value, channel });
  if (channel === 'STATE' || channel === 'STATUS11') return state(message, { source, json: objectIn(value, 'StatusSTS') ?? value });
  const wrapped = objectIn(value, 'StatusSNS') ?? objectIn(value, 'STATUSSNS');
  if (wrapped !== undefined || channel === 'SENSOR') return sensors(message, { source, json: wrapped ?? value, placements });
  if (channel === 'RESULT') return results(message, { source, json: value });
  return message.as === undefined && at >= 0 ? ignored('unknown-channel') : sensors(message, { source, json: value, placements });
}

interface From {
  readonly source: Source;
  readonly json: JsonObject;
}

function lastWill(message: DeviceMessage, source: Source): Decoded {
  const text = shortText(message.payload, 16)?.toLowerCase();
  if (text !== 'online' && text !== 'offline') return malformed('schema', 'expected Online or Offline');
  return readingsOf(message, [{ source, body: { kind: 'device.status', online: text === 'online' } }]);
}

function state(message: DeviceMessage, { source, json }: From): Decoded {
  const wifi = objectIn(json, 'Wifi');
  const rssiDbm = wifi === undefined ? undefined : numberOf(wifi['Signal']);
  const uptimeS = numberOf(json['UptimeSec']);
  if (rssiDbm === undefined && uptimeS === undefined) return ignored('no-reading');
  const body: ReadingBody = {
    kind: 'device.status',
    ...(rssiDbm !== undefined && { rssiDbm }),
    ...(uptimeS !== undefined && { uptimeMs: uptimeS * 1_000 }),
  };
  return readingsOf(message, [{ source, body }], stamped(json));
}

/** A local time makes each message different, although it names no moment. */
function stamped(json: JsonObject): SaidOptions {
  return { stamped: typeof json['Time'] === 'string' };
}

function sensors(message: DeviceMessage, { source, json, placements }: From & { readonly placements: Placements }): Decoded {
  const isFahrenheit = json['TempUnit'] === 'F';
  const said: Said[] = [];
  const lengthUnit = objectIn(json, 'SR04') === undefined ? 0.001 : 0.01;
  for (const [name, value] of Object.entries(json)) {
    if (name === 'ZbReceived' && isObject(value)) said.push(...zigbeeSaid(value, placements));
    else if (name === 'IBEACON' && isObject(value)) said.push(...heardBeacon(value, { source, placements }));
    else if (isObject(value)) {
      const own = bluetoothSensor(name, value);
      const speaker = own === undefined ? source : placements.find(FAMILY, ...own);
      const bodies = sensor(name, value, { source: speaker, isFahrenheit, lengthUnit });
      const batteryPercent = own === undefined || bodies.length === 0 ? undefined : numberOf(value['Battery']);
      if (batteryPercent !== undefined) bodies.push({ kind: 'device.status', batteryPercent });
      for (const body of bodies) said.push({ source: speaker, body });
    } else if (/^Switch\d+$/.test(name)) {
      const occupied = flagOf(value);
      if (occupied !== undefined && source.placed !== undefined) said.push({ source, body: { kind: 'occupancy', occupied } });
    }
  }
  return readingsOf(message, said, stamped(json));
}

/** A thermometer that the device only heard over Bluetooth is a device of its own, known by its address or the name that Tasmota gives it. */
function bluetoothSensor(name: string, value: JsonObject): readonly (string | undefined)[] | undefined {
  const address = textOf(value['mac']) ?? textOf(value['MAC']);
  const isHeard =
    address !== undefined || (/-[0-9A-Fa-f]{6}$/.test(name) && (value['RSSI'] !== undefined || value['Battery'] !== undefined));
  return isHeard ? [address, name] : undefined;
}

/** A beacon that the device hears; `OFF` says that it was not heard any more, which is no sighting. */
function heardBeacon(value: JsonObject, { source, placements }: { readonly source: Source; readonly placements: Placements }): Said[] {
  const rssiDbm = numberOf(value['RSSI']);
  const address = textOf(value['MAC']);
  const identity = iBeaconIdentity(value['UID'], hexShort(value['MAJOR']), hexShort(value['MINOR'])) ?? address;
  if (rssiDbm === undefined || rssiDbm === 0 || identity === undefined || flagOf(value['STATE']) === false) return [];
  return [{ source, body: { kind: 'ble.sighting', beacon: placements.beacon(identity), rssiDbm } }];
}

/** Tasmota writes the numbers of an iBeacon as hexadecimal text. */
function hexShort(value: unknown): unknown {
  return typeof value === 'string' && /^[0-9A-Fa-f]{4}$/.test(value) ? Number.parseInt(value, 16) : value;
}

interface How {
  readonly source: Source;
  readonly isFahrenheit: boolean;
  /** Metres of one unit of `Distance`: millimetres for time of flight, centimetres for ultrasound. */
  readonly lengthUnit: number;
}

function sensor(name: string, value: JsonObject, how: How): ReadingBody[] {
  const bodies: ReadingBody[] = [];
  const weight = numberOf(value['Weight']);
  if (name.startsWith('HX711') && weight !== undefined) {
    const channel = name === 'HX711' ? undefined : name;
    bodies.push({ kind: 'shelf.weight', slot: how.source.slotOf(channel), grams: gramsOf(weight, how.source.placed?.weightUnit ?? 'kg') });
  }
  const uid = value['UID'];
  const tag = typeof uid === 'number' && Number.isSafeInteger(uid) ? String(uid) : textOf(uid);
  if (tag !== undefined && tag !== '' && /^(?:PN532|RC522|RDM6300|MFRC522|PN71|Wiegand|RFID)/i.test(name) && !/^0+$/.test(tag))
    bodies.push({ kind: 'rfid.read', epc: tidyEpc(tag) });
  const measured = numberOf(value['Temperature']);
  const temperatureC = measured === undefined ? undefined : how.isFahrenheit ? (measured - 32) / 1.8 : measured;
  const humidityPercent = numberOf(value['Humidity']);
  const illuminanceLux = numberOf(value['Illuminance']);
  const co2Ppm = numberOf(value['CarbonDioxide']);
  // The warmth of a chip or a plug is not the room's.
  if (name !== 'ESP32' && name !== 'ENERGY') bodies.push(...climateOf({ temperatureC, humidityPercent, illuminanceLux, co2Ppm }));
  const occupied = flagOf(value['PIR'] ?? value['Motion']);
  if (occupied !== undefined) bodies.push({ kind: 'occupancy', occupied });
  // Radars give a list of distances, which is of no one thing.
  const measuredDistance = Array.isArray(value['Distance']) ? undefined : numberOf(value['Distance']);
  // Time-of-flight chips say 8190 or 8191 where they see nothing.
  const distance = measuredDistance !== undefined && measuredDistance >= 8_190 && name.startsWith('VL53') ? undefined : measuredDistance;
  if (distance !== undefined) {
    const slot = how.source.slot;
    bodies.push({
      kind: 'distance',
      metres: Math.round(distance * (name === 'SR04' ? 0.01 : how.lengthUnit) * 1e6) / 1e6,
      ...(slot !== undefined && { slot }),
    });
  }
  return bodies;
}

/** The older form, on a topic of its own: `stat/<topic>/BUTTON1 {"ACTION":"SINGLE"}`, `SWITCH1 {"STATE":"ON"}`. */
function pressed(message: DeviceMessage, { source, json, channel }: From & { readonly channel: string }): Decoded {
  const action = textOf(json['ACTION'] ?? json['Action'] ?? json['STATE']);
  if (action === undefined || action === '') return ignored('command-result');
  if (channel.startsWith('BUTTON')) return readingsOf(message, [{ source, body: { kind: 'button', action: action.toLowerCase() } }]);
  const occupied = flagOf(action);
  return occupied === undefined ? ignored('command-result') : readingsOf(message, [{ source, body: { kind: 'occupancy', occupied } }]);
}

/** Buttons and switches report on `stat/<topic>/RESULT`: `{"Button1":{"Action":"SINGLE"}}`. */
function results(message: DeviceMessage, { source, json }: From): Decoded {
  for (const [name, value] of Object.entries(json)) {
    if (!/^(?:Button|Switch)\d*$/.test(name) || !isObject(value)) continue;
    const action = textOf(value['Action']);
    if (action === undefined || action === '') continue;
    if (name.startsWith('Button')) return readingsOf(message, [{ source, body: { kind: 'button', action: action.toLowerCase() } }]);
    const occupied = flagOf(action);
    if (occupied !== undefined) return readingsOf(message, [{ source, body: { kind: 'occupancy', occupied } }]);
  }
  return ignored('command-result');
}
