import type { MappingFamily } from './family.ts';

/** A value of a node: command class by number or name, endpoint, property; the message holds `value` and the time. */
const topics = (number: number, name: string, property: string) => [
  `zwave/{device...}/${number}/+/${property}`,
  `zwave/{device...}/${name}/+/${property}`,
];
const at = { path: 'time', form: 'unix-ms' } as const;

/** Z-Wave JS UI with its usual topics (value ids or names); units are those of the metric system. */
export const ZWAVE_JS = {
  spec: {
    name: 'zwave-js',
    title: 'Z-Wave JS UI',
    description: 'Doors, motion, climate and battery of Z-Wave devices; known by their place and name in the topic',
    messages: [
      {
        topic: topics(49, 'sensor_multilevel', 'Air_temperature'),
        at,
        readings: [{ kind: 'climate', fields: { temperatureC: 'value' } }],
      },
      { topic: topics(49, 'sensor_multilevel', 'Humidity'), at, readings: [{ kind: 'climate', fields: { humidityPercent: 'value' } }] },
      { topic: topics(49, 'sensor_multilevel', 'Illuminance'), at, readings: [{ kind: 'climate', fields: { illuminanceLux: 'value' } }] },
      {
        topic: topics(49, 'sensor_multilevel', 'Carbon_dioxide_CO2-level'),
        at,
        readings: [{ kind: 'climate', fields: { co2Ppm: 'value' } }],
      },
      {
        topic: [
          ...topics(113, 'notification', 'Access_Control/Door_state'),
          ...topics(113, 'notification', 'Access_Control/Door_state_simple'),
        ],
        at,
        readings: [{ kind: 'contact', fields: { open: { path: 'value', map: { '22': true, '23': false } } } }],
      },
      {
        topic: topics(113, 'notification', 'Home_Security/Motion_sensor_status'),
        at,
        readings: [{ kind: 'occupancy', fields: { occupied: { path: 'value', map: { '0': false, '7': true, '8': true } } } }],
      },
      { topic: topics(48, 'sensor_binary', 'Motion'), at, readings: [{ kind: 'occupancy', fields: { occupied: 'value' } }] },
      { topic: topics(48, 'sensor_binary', 'Door-Window'), at, readings: [{ kind: 'contact', fields: { open: 'value' } }] },
      { topic: topics(128, 'battery', 'level'), at, readings: [{ kind: 'device.status', fields: { batteryPercent: 'value' } }] },
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
    ],
  },
  extras: {
    bridgeTopics: ['zwave/#'],
    examples: [
      { topic: 'zwave/{device}/49/0/Air_temperature', payload: '{"time":1772359200000,"value":21.3}', reads: ['climate'] },
      { topic: 'zwave/{device}/113/0/Access_Control/Door_state', payload: '{"time":1772359200000,"value":22}', reads: ['contact'] },
    ],
    setup: 'In Z-Wave JS UI, Settings, MQTT: host {host}, port {port}, user {user}, password {password}, prefix zwave',
  },
} satisfies MappingFamily;
