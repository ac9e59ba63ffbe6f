import type { MappingFamily } from './family.ts';

/** Cisco Meraki: MV cameras count people per zone (zone 0 is the whole picture), MT sensors measure. Zones are known by their id. */
export const MERAKI = {
  spec: {
    name: 'meraki',
    title: 'Cisco Meraki MV, MT',
    description: 'People per camera or zone, light, climate, doors and buttons; known by serial number, zone id or printed address',
    messages: [
      {
        topic: ['/merakimv/{device}/light', 'merakimv/{device}/light'],
        at: { path: 'ts', form: 'unix-ms' },
        readings: [{ kind: 'climate', fields: { illuminanceLux: 'lux' } }],
      },
      {
        topic: ['raw_detections', 'audio_analytics', 'audio_detections', 'custom_analytics', 'custom_analytics/{model}'].flatMap((kind) => [
          `/merakimv/{device}/${kind}`,
          `merakimv/{device}/${kind}`,
        ]),
        ignore: 'other-analytics',
      },
      {
        topic: ['/merakimv/{device}/{zone}', 'merakimv/{device}/{zone}'],
        device: { expression: "$zone == '0' ? $device : $zone" },
        at: { path: 'ts', form: 'unix-ms' },
        readings: [{ kind: 'presence', optional: true, fields: { count: 'counts.person' } }],
        otherwise: [{ when: 'defined(counts)', ignore: 'not-a-person' }, { ignore: 'other-analytics' }],
      },
      {
        topic: ['meraki/v1/mt/{network}/ble/{device}/temperature', 'meraki/v1/mt/{network}/ble/{device}/humidity'],
        at: { path: 'ts', form: 'iso' },
        readings: [
          {
            kind: 'climate',
            optional: true,
            fields: { temperatureC: 'celsius', humidityPercent: { expression: 'humidity ?? relativePercentage' } },
          },
        ],
      },
      {
        topic: 'meraki/v1/mt/{network}/ble/{device}/door',
        at: { path: 'ts', form: 'iso' },
        readings: [{ kind: 'contact', fields: { open: 'open' } }],
      },
      {
        topic: 'meraki/v1/mt/{network}/ble/{device}/co2',
        at: { path: 'ts', form: 'iso' },
        readings: [{ kind: 'climate', fields: { co2Ppm: { expression: 'CO2 ?? co2 ?? concentration' } } }],
      },
      {
        topic: 'meraki/v1/mt/{network}/ble/{device}/buttonPressed',
        at: { path: 'ts', form: 'iso' },
        readings: [{ kind: 'button', fields: { action: { path: 'pressType', map: { short: 'single', long: 'long' } } } }],
      },
      {
        topic: ['meraki/v1/mt/{network}/ble/{device}/usableBattery', 'meraki/v1/mt/{network}/ble/{device}/batteryPercentage'],
        at: { path: 'ts', form: 'iso' },
        readings: [{ kind: 'device.status', fields: { batteryPercent: { expression: 'percentage ?? batteryPercentage' } } }],
      },
      { topic: 'meraki/{rest...}', ignore: 'nothing-relevant' },
    ],
  },
  extras: {
    bridgeTopics: ['/merakimv/#', 'meraki/#'],
    examples: [
      { topic: '/merakimv/{device}/0', payload: '{"ts":1772359200000,"counts":{"person":3}}', reads: ['presence'] },
      {
        topic: 'meraki/v1/mt/L_1/ble/{device}/door',
        payload: '{"ts":"2026-03-01T10:00:00Z","open":true}',
        reads: ['contact'],
      },
    ],
    setup: 'In the Meraki dashboard, Sense (cameras) or Sensors, MQTT: host {host}, port {port}, user {user}, password {password}',
  },
} satisfies MappingFamily;
