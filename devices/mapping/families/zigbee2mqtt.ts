import type { MappingSpec } from '../mapping-schema.ts';
import type { MappingFamily } from './family.ts';
import { FLAG, type Readings } from './named-values.ts';

/** One value of a device on a topic of its own. */
function bare(attribute: string, reading: Readings[number]): MappingSpec['messages'][number] {
  return { topic: `zigbee2mqtt/{device...}/${attribute}`, payload: 'bare', readings: [reading] };
}

/** Locks and keypads say who opened, and with which code: neither is a press. */
const IS_LOCK = 'defined(lock_state) or defined(action_user) or defined(action_code)';

/** The plain word (version 1), or an object with it. */
const STATE = "contains($, 'online') or contains($, 'offline')";

/**
 * Zigbee2MQTT. `contact` is true while closed; `device_temperature` is the chip's and is not read; `illuminance_lux` is the measured one where an older
 * version also sends a raw `illuminance`. DJT11LM vibration sensors of older versions say `action` only.
 */
export const ZIGBEE2MQTT = {
  spec: {
    name: 'zigbee2mqtt',
    title: 'Zigbee2MQTT',
    description:
      'Doors, motion, vibration, buttons, cubes, light and climate; known by the friendly name. Its bridge is a device of its own (`bridge: true`)',
    messages: [
      {
        topic: ['zigbee2mqtt/bridge/state'],
        payload: 'text',
        device: { constant: 'bridge' },
        when: STATE,
        readings: [{ kind: 'device.status', fields: { online: { expression: "contains($, 'online')" } } }],
      },
      { topic: 'zigbee2mqtt/bridge/#', ignore: 'bridge' },
      {
        topic: ['zigbee2mqtt/{device...}/availability'],
        payload: 'text',
        when: STATE,
        readings: [{ kind: 'device.status', fields: { online: { expression: "contains($, 'online')" } } }],
      },
      { topic: ['zigbee2mqtt/{device...}/set', 'zigbee2mqtt/{device...}/get'], ignore: 'command' },
      // With `output: attribute` each value is a message of its own; a device may be called like one of them, but then it speaks JSON.
      bare('contact', { kind: 'contact', fields: { open: { path: '$', map: { true: false, false: true } } } }),
      bare('occupancy', { kind: 'occupancy', fields: { occupied: FLAG } }),
      bare('presence', { kind: 'occupancy', fields: { occupied: FLAG } }),
      bare('vibration', { kind: 'vibration', fields: { active: FLAG } }),
      bare('action', { kind: 'button', fields: { action: { expression: 'lower($)' } } }),
      bare('temperature', { kind: 'climate', fields: { temperatureC: '$' } }),
      bare('humidity', { kind: 'climate', fields: { humidityPercent: '$' } }),
      bare('illuminance_lux', { kind: 'climate', fields: { illuminanceLux: '$' } }),
      bare('co2', { kind: 'climate', fields: { co2Ppm: '$' } }),
      bare('battery', { kind: 'device.status', fields: { batteryPercent: '$' } }),
      { topic: 'zigbee2mqtt/{device...}/{attribute}', payload: 'bare', ignore: 'other-attribute' },
      {
        topic: 'zigbee2mqtt/{device...}',
        at: { path: 'last_seen', form: 'any' },
        readings: [
          { kind: 'contact', optional: true, fields: { open: { path: 'contact', map: { true: false, false: true } } } },
          { kind: 'occupancy', optional: true, fields: { occupied: { expression: 'occupancy ?? presence' } } },
          { kind: 'vibration', optional: true, fields: { active: 'vibration' } },
          {
            kind: 'vibration',
            optional: true,
            when: "not defined(vibration) and (action == 'vibration' or action == 'tilt' or action == 'drop') and not defined(side)",
            fields: { active: { constant: true } },
          },
          {
            kind: 'button',
            optional: true,
            when: `defined(action) and action != '' and not defined(vibration) and action != 'vibration' and action != 'tilt' and action != 'drop' and not (${IS_LOCK})`,
            fields: { action: { expression: 'lower(action)' } },
          },
          {
            kind: 'button',
            optional: true,
            when: "defined(click) and not defined(action) and click != ''",
            fields: { action: { expression: 'lower(click)' } },
          },
          {
            kind: 'climate',
            optional: true,
            fields: {
              temperatureC: { expression: 'temperature ?? local_temperature' },
              humidityPercent: 'humidity',
              illuminanceLux: { expression: 'illuminance_lux ?? illuminance' },
              co2Ppm: 'co2',
            },
          },
          { kind: 'device.status', optional: true, beside: true, fields: { batteryPercent: 'battery' } },
        ],
        otherwise: [{ when: IS_LOCK, ignore: 'identifies-people' }],
      },
    ],
  },
  extras: {
    bridgeTopics: ['zigbee2mqtt/#'],
    examples: [
      {
        topic: 'zigbee2mqtt/{device}',
        payload: '{"battery":100,"contact":false,"linkquality":87,"voltage":2900}',
        reads: ['contact', 'device.status'],
      },
      { topic: 'zigbee2mqtt/{device}', payload: '{"action":"single","linkquality":10}', reads: ['button'] },
    ],
    // A base topic of one's own.
    recognises: (text: string) =>
      text.includes('"linkquality"') && /"(?:contact|occupancy|presence|vibration|action|temperature)"/.test(text),
    setup: "In Zigbee2MQTT's configuration.yaml: mqtt: { server: mqtt://{host}:{port}, user: {user}, password: {password} }",
  },
} satisfies MappingFamily;
