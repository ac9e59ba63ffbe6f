import type { MappingFamily } from './family.ts';
import { FLAG } from './named-values.ts';

/** Programs that are called ble2mqtt: what a Bluetooth sensor measured, as one JSON object on a topic with its address. */
export const BLE2MQTT = {
  spec: {
    name: 'ble2mqtt',
    title: 'ble2mqtt',
    description: 'Climate, doors, motion and buttons over Bluetooth; known by the address in the topic',
    messages: [
      {
        topic: ['ble2mqtt/state', 'ble2mqtt/bridge/state'],
        payload: 'text',
        device: { constant: 'bridge' },
        readings: [{ kind: 'device.status', fields: { online: { path: '$', map: { online: true, offline: false } } } }],
      },
      {
        topic: ['ble2mqtt/{device}/availability', 'ble2mqtt/{device}/status'],
        payload: 'text',
        readings: [{ kind: 'device.status', fields: { online: { path: '$', map: { online: true, offline: false } } } }],
      },
      {
        topic: ['ble2mqtt/{device}', 'ble2mqtt/{device}/state'],
        readings: [
          { kind: 'contact', optional: true, fields: { open: { ...FLAG, path: 'open' } } },
          { kind: 'occupancy', optional: true, fields: { occupied: { ...FLAG, path: 'motion' } } },
          { kind: 'button', optional: true, when: "click != ''", fields: { action: { expression: 'lower(click)' } } },
          {
            kind: 'climate',
            optional: true,
            fields: { temperatureC: 'temperature', humidityPercent: 'humidity', illuminanceLux: 'illuminance' },
          },
          { kind: 'device.status', optional: true, beside: true, fields: { batteryPercent: 'battery' } },
        ],
      },
      { topic: 'ble2mqtt/{rest...}', ignore: 'other-attribute' },
    ],
  },
  extras: {
    bridgeTopics: ['ble2mqtt/#'],
    examples: [
      { topic: 'ble2mqtt/{device}', payload: '{"battery":81,"linkquality":60,"temperature":21.4,"humidity":44}', reads: ['climate'] },
    ],
  },
} satisfies MappingFamily;
