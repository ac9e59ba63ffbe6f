import type { MappingFamily } from './family.ts';
import { sensorReadings, switchReadings } from './named-values.ts';

const NAME = 'lower($entity)';
const BODY = "contains(lower($entity), 'weight') and hasAny(lower($entity), 'body_weight|person|miscale|mi_scale|bathroom_scale')";

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
        readings: sensorReadings(NAME, { weight: true, temperature: true }),
        otherwise: [{ when: BODY, ignore: 'body-weight' }],
      },
      {
        topic: '{device}/binary_sensor/{entity}/state',
        payload: 'text',
        readings: switchReadings(NAME),
      },
      {
        topic: '{device}/text_sensor/{entity}/state',
        payload: 'text',
        readings: [{ kind: 'rfid.read', optional: true, when: "hasAny(lower($entity), 'rfid|nfc|tag|epc|uid')", fields: { epc: '$' } }],
      },
      {
        topic: '{device}/event/{entity}/state',
        when: 'defined(event_type)',
        readings: [{ kind: 'button', fields: { action: { expression: 'lower(event_type)' } } }],
      },
      {
        topic: '{device}/number/{entity}/state',
        payload: 'text',
        readings: [
          { kind: 'presence', optional: true, when: "endsAny(lower($entity), 'people_counter|people_count')", fields: { count: '$' } },
        ],
        otherwise: [{ ignore: 'setting' }],
      },
      {
        topic: ['switch', 'light', 'fan', 'cover', 'lock', 'select', 'climate', 'text', 'media_player'].map(
          (component) => `{device}/${component}/{entity}/state`,
        ),
        ignore: 'other-entity',
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
