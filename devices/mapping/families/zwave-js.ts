import type { MappingSpec } from '../mapping-schema.ts';
import type { MappingFamily } from './family.ts';
import type { Readings } from './named-values.ts';

type Message = MappingSpec['messages'][number];

const at = { path: 'time', form: 'unix-ms' } as const;
const FLAGS = { true: true, false: false } as const;
const DOOR = { '22': true, '23': false } as const;
const MOTION = { '0': false, '7': true, '8': true } as const;
/** Central scenes: how often, or how long, a button was pressed. 1 is its release, which ends a long press. */
const PRESSES = { '0': 'single', '1': null, '2': 'long', '3': 'double', '4': 'triple' } as const;
const IS_FAHRENHEIT = "endsWith(unit ?? '', 'F')";

/** A value of a node: command class by number or name, endpoint, property. */
function topics(number: number, name: string, property: string): readonly string[] {
  return [`zwave/{device...}/${number}/+/${property}`, `zwave/{device...}/${name}/+/${property}`];
}

/** The value on these topics as `{"time":...,"value":...}`, or, with "just value", as what it is. */
function value(topic: readonly string[], readings: (path: string) => Readings, otherwise: Message['otherwise'] = []): readonly Message[] {
  return [
    { topic: [...topic], payload: 'bare', readings: readings('$'), otherwise },
    { topic: [...topic], at, readings: readings('value'), otherwise },
  ];
}

const MESSAGES: readonly Message[] = [
  { topic: ['zwave/_CLIENTS/{rest...}', 'zwave/_EVENTS/{rest...}'], ignore: 'gateway-info' },
  ...value(topics(49, 'sensor_multilevel', 'Air_temperature'), (path) => [
    { kind: 'climate', optional: true, when: `not (${IS_FAHRENHEIT})`, fields: { temperatureC: path } },
    { kind: 'climate', optional: true, when: IS_FAHRENHEIT, fields: { temperatureC: { path, unit: 'F' } } },
  ]),
  ...value(topics(49, 'sensor_multilevel', 'Humidity'), (path) => [{ kind: 'climate', fields: { humidityPercent: path } }]),
  ...value(topics(49, 'sensor_multilevel', 'Illuminance'), (path) => [{ kind: 'climate', fields: { illuminanceLux: path } }]),
  ...value(topics(49, 'sensor_multilevel', 'Carbon_dioxide_CO2-level'), (path) => [{ kind: 'climate', fields: { co2Ppm: path } }]),
  ...value(
    [...topics(113, 'notification', 'Access_Control/Door_state'), ...topics(113, 'notification', 'Access_Control/Door_state_simple')],
    (path) => [{ kind: 'contact', fields: { open: { path, map: DOOR } } }],
  ),
  ...value(topics(113, 'notification', 'Home_Security/Motion_sensor_status'), (path) => [
    { kind: 'occupancy', fields: { occupied: { path, map: MOTION } } },
  ]),
  ...value(topics(48, 'sensor_binary', 'Motion'), (path) => [{ kind: 'occupancy', fields: { occupied: { path, map: FLAGS } } }]),
  ...value(topics(48, 'sensor_binary', 'Door-Window'), (path) => [{ kind: 'contact', fields: { open: { path, map: FLAGS } } }]),
  ...value(topics(128, 'battery', 'level'), (path) => [{ kind: 'device.status', fields: { batteryPercent: path } }]),
  ...value(
    topics(91, 'central_scene', 'scene/{scene}'),
    (path) => [{ kind: 'button', optional: true, fields: { action: { path, map: PRESSES } } }],
    [{ ignore: 'key-released' }],
  ),
  {
    topic: 'zwave/{device...}/status',
    at,
    when: 'defined(value)',
    readings: [
      {
        kind: 'device.status',
        optional: true,
        fields: { online: { expression: "value == true or value == 'Alive' or value == 'Awake' or value == 'Asleep'" } },
      },
    ],
  },
  { topic: 'zwave/{rest...}', ignore: 'nothing-relevant' },
];

/** Z-Wave JS UI with its usual topics (value ids or names); what names no unit is in those of the metric system. */
export const ZWAVE_JS = {
  spec: {
    name: 'zwave-js',
    title: 'Z-Wave JS UI',
    description: 'Doors, motion, buttons, climate and battery of Z-Wave devices; known by their place and name in the topic',
    messages: [...MESSAGES],
  },
  extras: {
    bridgeTopics: ['zwave/#'],
    examples: [
      { topic: 'zwave/{device}/49/0/Air_temperature', payload: '21.3', reads: ['climate'] },
      { topic: 'zwave/{device}/113/0/Access_Control/Door_state', payload: '{"time":1772359200000,"value":22}', reads: ['contact'] },
    ],
    setup: 'In Z-Wave JS UI, Settings, MQTT: host {host}, port {port}, user {user}, password {password}, prefix zwave',
  },
} satisfies MappingFamily;
