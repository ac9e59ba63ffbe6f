import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Adapter, Decoded, DeviceMessage } from './adapter.ts';
import type { AdapterContext } from './adapter-context.ts';
import { ignored, malformed, readingsOf, type Said, unreadable } from './decoded.ts';
import { flagOf, isObject, numberOf, objectIn, shortText, textOf, unixSeconds } from './foreign-values.ts';
import { type JsonObject, parseJsonObject } from './json-payload.ts';
import type { Placements, Source } from './placements.ts';
import { shellyScripts } from './shelly-scripts.ts';

/**
 * Shelly devices of generation 2 and later: `<prefix>/events/rpc` notifications and `<prefix>/status/<component>`. Known by their topic prefix or by
 * the id they send as `src`.
 */
export function createShellyAdapter({ placements }: AdapterContext): Adapter {
  return {
    name: FAMILY,
    title: 'Shelly Gen2, Gen3, Gen4',
    description:
      'Buttons, motion, climate, doors and battery over RPC notifications; known by the MQTT prefix or device id, what they relay by prefix/bthomedevice:200',
    form: 'code',
    topics: ['{device}/events/rpc', '{device}/status/+', '{device}/online'],
    examples: [
      {
        topic: '{device}/events/rpc',
        payload:
          '{"src":"shellyplus1-08b61fd90730","method":"NotifyEvent","params":{"ts":1772445600.5,"events":[{"component":"input:0","id":0,"event":"single_push","ts":1772445600.5}]}}',
        reads: ['button'],
      },
      {
        topic: '{device}/status/devicepower:0',
        payload: '{"id":0,"battery":{"V":5.46,"percent":73},"external":{"present":false}}',
        reads: ['device.status'],
      },
    ],
    setup:
      "On the device's page, Settings, MQTT: server {host}:{port}, user {user}, password {password}, client id and prefix {device}; RPC and status notifications on",
    matches: (topic) => /\/events\/rpc$|\/status\/[a-z_]+(?::\d+)?$/.test(topic) || /^shelly[^/]*\/online$/.test(topic),
    recognises: (text) => /"method"\s*:\s*"Notify(?:Status|Event|FullStatus)"/.test(text),
    decode: (message) => decode(placements, message),
  };
}

const FAMILY = 'shelly';

function decode(placements: Placements, message: DeviceMessage): Decoded {
  const { topic } = message;
  if (topic.endsWith('/online')) {
    const online = flagOf(shortText(message.payload, 16));
    if (online === undefined) return malformed('schema', 'expected true or false');
    const source = placements.speaker(message, FAMILY, topic.slice(0, -'/online'.length));
    return readingsOf(message, [{ source, body: { kind: 'device.status', online } }]);
  }
  const status = /^(.*)\/status\/([^/]+)$/.exec(topic);
  const json = parseJsonObject(message.payload);
  if (!json.ok) return unreadable(json.error);
  if (status !== null) {
    const source = RELAYED.test(status[2]!)
      ? placements.find(FAMILY, `${status[1]!}/${status[2]!}`)
      : placements.speaker(message, FAMILY, ...namesOf(status[1]!));
    const said = componentBodies(status[2]!, json.value).map((body) => ({ source, body }));
    return readingsOf(message, said, { nothing: 'nothing-relevant' });
  }
  return notification(placements, message, json.value);
}

/** A prefix like `home/terrace` may be known in full or by its last part. */
function namesOf(prefix: string): (string | undefined)[] {
  const slash = prefix.lastIndexOf('/');
  return slash === -1 ? [prefix] : [prefix, prefix.slice(slash + 1)];
}

function notification(placements: Placements, message: DeviceMessage, json: JsonObject): Decoded {
  const prefix = message.topic.endsWith('/events/rpc') ? message.topic.slice(0, -'/events/rpc'.length) : undefined;
  const source = placements.speaker(message, FAMILY, ...(prefix === undefined ? [] : namesOf(prefix)), textOf(json['src']));
  const params = objectIn(json, 'params');
  const method = json['method'];
  if (method !== 'NotifyStatus' && method !== 'NotifyFullStatus' && method !== 'NotifyEvent') {
    return typeof method === 'string' || isObject(json['result'])
      ? ignored('other-rpc')
      : malformed('schema', 'method: expected NotifyStatus or NotifyEvent');
  }
  if (params === undefined) return malformed('schema', 'params: expected an object');
  const atMs = unixSeconds(params['ts']);
  const heard = method === 'NotifyEvent' ? shellyScripts(params, { placements, gateway: source }) : [];
  const name = prefix ?? textOf(json['src']);
  const speaks = (component: string): Source => (RELAYED.test(component) ? placements.find(FAMILY, `${name}/${component}`) : source);
  const said: Said[] =
    method === 'NotifyEvent'
      ? eventsIn(params).map(([component, body]) => ({ source: speaks(component), body, atMs }))
      : Object.entries(params).flatMap(([key, value]) =>
          isObject(value) ? componentBodies(key, value).map((body) => ({ source: speaks(key), body, atMs })) : [],
        );
  return readingsOf(message, [...said, ...heard], { nothing: 'nothing-relevant' });
}

/** A Bluetooth device that a Shelly speaks for is a device of its own, known as `<prefix>/bthomedevice:200`. */
const RELAYED = /^(?:bthomedevice|bthomesensor|blutrv):/;

function eventsIn(params: JsonObject): readonly (readonly [component: string, body: ReadingBody])[] {
  const events: unknown = params['events'];
  if (!Array.isArray(events)) return [];
  return events.slice(0, MAX_EVENTS).flatMap((event: unknown): readonly (readonly [string, ReadingBody])[] => {
    if (!isObject(event)) return [];
    const component = textOf(event['component']) ?? '';
    const action = textOf(event['event']);
    if (action === undefined || !/^(?:input|bthomedevice|bthomesensor|blutrv|button):/.test(component)) return [];
    const press = PRESSES.get(action);
    // The second and later buttons of a remote control.
    const index = event['idx'];
    const which = typeof index === 'number' && index > 0 && index < 16 ? `${index + 1}_` : '';
    return press === undefined ? [] : [[component, { kind: 'button', action: which + press }]];
  });
}

const MAX_EVENTS = 32;

/** Shelly's words for presses in ours. `btn_down` and `btn_up` surround each of the others. */
const PRESSES: ReadonlyMap<string, string> = new Map([
  ['single_push', 'single'],
  ['double_push', 'double'],
  ['triple_push', 'triple'],
  ['long_push', 'long'],
  ['long_double_push', 'long_double'],
  ['long_triple_push', 'long_triple'],
  ['hold_press', 'hold'],
]);

/** What one component says, by its type: the part before the colon. */
function componentBodies(key: string, value: JsonObject): ReadingBody[] {
  switch (key.split(':', 1)[0]) {
    case 'input': {
      const state = value['state'];
      return typeof state === 'boolean' ? [{ kind: 'button', action: state ? 'press' : 'release' }] : [];
    }
    case 'temperature':
      return one(value['tC'], (temperatureC) => ({ kind: 'climate', temperatureC }));
    case 'humidity':
      return one(value['rh'], (humidityPercent) => ({ kind: 'climate', humidityPercent }));
    case 'illuminance':
      return one(value['lux'], (illuminanceLux) => ({ kind: 'climate', illuminanceLux }));
    case 'devicepower':
      return one(objectIn(value, 'battery')?.['percent'], (batteryPercent) => ({ kind: 'device.status', batteryPercent }));
    case 'blutrv':
      return [
        ...one(value['current_C'], (temperatureC): ReadingBody => ({ kind: 'climate', temperatureC })),
        ...one(value['battery'], (batteryPercent): ReadingBody => ({ kind: 'device.status', batteryPercent })),
      ];
    case 'bthomedevice':
      return one(value['battery'], (batteryPercent) => ({ kind: 'device.status', batteryPercent }));
    case 'sys':
      return one(value['uptime'], (uptimeS) => ({ kind: 'device.status', uptimeMs: uptimeS * 1_000 }));
    case 'wifi':
      return one(value['rssi'], (rssiDbm) => ({ kind: 'device.status', rssiDbm }));
    case 'presencezone': {
      const people = numberOf(value['num_objects']);
      if (people !== undefined) return [{ kind: 'presence', count: people }];
      const occupied = flagOf(value['state'] ?? value['value']);
      return occupied === undefined ? [] : [{ kind: 'occupancy', occupied }];
    }
    case 'motion':
    case 'occupancy': {
      const occupied = flagOf(value['motion'] ?? value['state']);
      return occupied === undefined ? [] : [{ kind: 'occupancy', occupied }];
    }
    default:
      return [];
  }
}

function one(value: unknown, body: (number: number) => ReadingBody): ReadingBody[] {
  const number = numberOf(value);
  return number === undefined ? [] : [body(number)];
}
