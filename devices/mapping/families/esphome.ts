import type { MappingFamily } from './family.ts';

const flag = { path: '$', map: { ON: true, OFF: false, on: true, off: false } } as const;

/**
 * ESPHome nodes over MQTT: bare values, so what a value means must be in the name of its entity (`shelf_weight`, `door`, `aisle_motion`). A weight is in
 * grams unless the name ends with `_kg`.
 */
export const ESPHOME = {
  spec: {
    name: 'esphome',
    title: 'ESPHome',
    description:
      'Bare values; known by the name of the node. The names of its entities say what they measure: weight, distance, temperature, motion, door, button',
    messages: [
      {
        topic: '{device}/status',
        payload: 'text',
        readings: [{ kind: 'device.status', fields: { online: { path: '$', map: { online: true, offline: false } } } }],
      },
      {
        topic: '{device}/sensor/{entity}/state',
        payload: 'text',
        when: "$ != 'nan' and lower($) != 'unknown' and lower($) != 'unavailable'",
        readings: [
          {
            kind: 'shelf.weight',
            optional: true,
            when: "endsWith($entity, 'weight_kg') or endsWith($entity, 'mass_kg')",
            fields: { slot: { topic: 'entity' }, grams: { path: '$', unit: 'kg' } },
          },
          {
            kind: 'shelf.weight',
            optional: true,
            when: "endsWith($entity, 'weight') or endsWith($entity, 'weight_g') or endsWith($entity, 'grams')",
            fields: { slot: { topic: 'entity' }, grams: '$' },
          },
          {
            kind: 'distance',
            optional: true,
            when: "contains($entity, 'distance') and not endsWith($entity, '_cm') and not endsWith($entity, '_mm')",
            fields: { metres: '$' },
          },
          { kind: 'distance', optional: true, when: "endsWith($entity, 'distance_cm')", fields: { metres: { path: '$', unit: 'cm' } } },
          { kind: 'distance', optional: true, when: "endsWith($entity, 'distance_mm')", fields: { metres: { path: '$', unit: 'mm' } } },
          {
            kind: 'climate',
            optional: true,
            when: "contains($entity, 'temperature') and not contains($entity, 'internal') and not contains($entity, 'esp')",
            fields: { temperatureC: '$' },
          },
          { kind: 'climate', optional: true, when: "contains($entity, 'humidity')", fields: { humidityPercent: '$' } },
          {
            kind: 'climate',
            optional: true,
            when: "contains($entity, 'illuminance') or endsWith($entity, 'lux')",
            fields: { illuminanceLux: '$' },
          },
          { kind: 'climate', optional: true, when: "contains($entity, 'co2')", fields: { co2Ppm: '$' } },
          {
            kind: 'presence',
            optional: true,
            when: "endsWith($entity, 'people') or endsWith($entity, 'people_count') or endsWith($entity, 'target_count')",
            fields: { count: '$' },
          },
          {
            kind: 'device.status',
            optional: true,
            when: "contains($entity, 'wifi_signal') or endsWith($entity, 'rssi')",
            fields: { rssiDbm: '$' },
          },
          {
            kind: 'device.status',
            optional: true,
            when: "endsWith($entity, 'battery') or endsWith($entity, 'battery_level')",
            fields: { batteryPercent: '$' },
          },
          { kind: 'device.status', optional: true, when: "endsWith($entity, 'uptime')", fields: { uptimeMs: { path: '$', unit: 's' } } },
        ],
      },
      {
        topic: '{device}/binary_sensor/{entity}/state',
        payload: 'text',
        readings: [
          {
            kind: 'contact',
            optional: true,
            when: "contains($entity, 'door') or contains($entity, 'contact') or contains($entity, 'window') or contains($entity, 'drawer')",
            fields: { open: flag },
          },
          {
            kind: 'occupancy',
            optional: true,
            when: "contains($entity, 'motion') or contains($entity, 'pir') or contains($entity, 'occupancy') or contains($entity, 'presence')",
            fields: { occupied: flag },
          },
          { kind: 'vibration', optional: true, when: "contains($entity, 'vibration')", fields: { active: flag } },
          { kind: 'reach', optional: true, when: "contains($entity, 'reach') or contains($entity, 'hand')", fields: { active: flag } },
          {
            kind: 'button',
            optional: true,
            when: "contains($entity, 'button')",
            fields: { action: { path: '$', map: { ON: 'press', OFF: 'release' } } },
          },
        ],
      },
      { topic: ['{device}/debug', '{device}/{component}/{entity}/command'], ignore: 'not-a-value' },
    ],
  },
  extras: {
    reads: ['{device}/+/+/command'],
    examples: [
      { topic: '{device}/sensor/shelf_weight/state', payload: '1242.5', reads: ['shelf.weight'] },
      { topic: '{device}/binary_sensor/aisle_motion/state', payload: 'ON', reads: ['occupancy'] },
    ],
    setup: "In the node's YAML: mqtt: { broker: {host}, port: {port}, username: {user}, password: {password}, topic_prefix: {device} }",
  },
} satisfies MappingFamily;
