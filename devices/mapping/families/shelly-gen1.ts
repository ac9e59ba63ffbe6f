import type { MappingFamily } from './family.ts';

const on = { map: { '0': false, '1': true, true: true, false: false, on: true, off: false } } as const;

/** Shelly devices of the first generation: one value a topic under `shellies/<device>`, and JSON for buttons and the motion sensor. */
export const SHELLY_GEN1 = {
  spec: {
    name: 'shelly-gen1',
    title: 'Shelly Gen1',
    description: 'Buttons, doors, motion, vibration, climate and battery; known by the name behind shellies/',
    messages: [
      {
        topic: 'shellies/{device}/input_event/{input}',
        when: "defined(event) and event != ''",
        readings: [
          {
            kind: 'button',
            fields: {
              action: { path: 'event', map: { S: 'single', L: 'long', SS: 'double', SSS: 'triple', SL: 'single_long', LS: 'long_single' } },
            },
          },
        ],
      },
      {
        topic: 'shellies/{device}/online',
        payload: 'text',
        readings: [{ kind: 'device.status', fields: { online: { path: '$', ...on } } }],
      },
      { topic: 'shellies/{device}/sensor/temperature', payload: 'text', readings: [{ kind: 'climate', fields: { temperatureC: '$' } }] },
      { topic: 'shellies/{device}/sensor/humidity', payload: 'text', readings: [{ kind: 'climate', fields: { humidityPercent: '$' } }] },
      { topic: 'shellies/{device}/sensor/lux', payload: 'text', readings: [{ kind: 'climate', fields: { illuminanceLux: '$' } }] },
      {
        topic: 'shellies/{device}/sensor/battery',
        payload: 'text',
        readings: [{ kind: 'device.status', fields: { batteryPercent: '$' } }],
      },
      {
        topic: 'shellies/{device}/sensor/state',
        payload: 'text',
        readings: [{ kind: 'contact', fields: { open: { path: '$', map: { open: true, close: false, closed: false } } } }],
      },
      {
        topic: 'shellies/{device}/sensor/motion',
        payload: 'text',
        readings: [{ kind: 'occupancy', fields: { occupied: { path: '$', ...on } } }],
      },
      {
        topic: 'shellies/{device}/sensor/vibration',
        payload: 'text',
        when: "$ != '-1'",
        readings: [{ kind: 'vibration', fields: { active: { path: '$', ...on } } }],
      },
      {
        topic: 'shellies/{device}/status',
        when: 'defined(motion)',
        readings: [
          { kind: 'occupancy', fields: { occupied: 'motion' } },
          { kind: 'vibration', optional: true, fields: { active: 'vibration' } },
          { kind: 'climate', optional: true, fields: { illuminanceLux: { expression: 'lux.value ?? lux' }, temperatureC: 'tmp.value' } },
          { kind: 'device.status', optional: true, fields: { batteryPercent: { expression: 'bat.value ?? bat' } } },
        ],
      },
      {
        topic: 'shellies/{device}/info',
        readings: [
          {
            kind: 'device.status',
            optional: true,
            fields: {
              rssiDbm: 'wifi_sta.rssi',
              uptimeMs: { path: 'uptime', unit: 's' },
              batteryPercent: 'bat.value',
              firmware: 'update.old_version',
            },
          },
        ],
      },
      { topic: 'shellies/#', ignore: 'nothing-relevant' },
    ],
  },
  extras: {
    bridgeTopics: [],
    examples: [
      { topic: 'shellies/{device}/input_event/0', payload: '{"event":"S","event_cnt":73}', reads: ['button'] },
      { topic: 'shellies/{device}/sensor/state', payload: 'open', reads: ['contact'] },
    ],
    setup:
      "On the device's page, Internet & Security, Advanced: MQTT {host}:{port}, user {user}, password {password}; custom prefix {device}",
  },
} satisfies MappingFamily;
