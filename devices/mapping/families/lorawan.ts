import type { MappingSpec } from '../mapping-schema.ts';
import type { MappingFamily } from './family.ts';

type Readings = NonNullable<MappingSpec['messages'][number]['readings']>;

/** What the decoders of LoRaWAN sensors (Milesight, Dragino, Elsys, Browan, Tektelic ...) call what they measure, below `base`. */
function sensed(base: string): Readings {
  const at = (name: string) => `${base}.${name}`;
  const first = (...names: readonly string[]) => ({ expression: names.map(at).join(' ?? ') });
  return [
    {
      kind: 'climate',
      optional: true,
      fields: {
        temperatureC: first('temperature', 'TempC_SHT', 'TempC_DS', 'Temperature', 'temp', 'temperature_1'),
        humidityPercent: first('humidity', 'Hum_SHT', 'Humidity', 'hum', 'relative_humidity_2'),
        illuminanceLux: first('illuminance', 'ILL_lux', 'ILL_lx', 'Illuminance', 'lux', 'light'),
        co2Ppm: first('co2', 'co2_ppm', 'CO2'),
      },
    },
    {
      kind: 'contact',
      optional: true,
      fields: {
        open: {
          expression: first('magnet_status', 'magnet', 'DOOR_OPEN_STATUS', 'door_open_status', 'door', 'door_status').expression,
          map: {
            open: true,
            opened: true,
            OPEN: true,
            '1': true,
            true: true,
            close: false,
            closed: false,
            CLOSED: false,
            CLOSE: false,
            '0': false,
            false: false,
          },
        },
      },
    },
    {
      kind: 'occupancy',
      optional: true,
      fields: {
        occupied: {
          expression: first('occupancy', 'pir_status', 'pir', 'occupied').expression,
          map: {
            occupied: true,
            trigger: true,
            '1': true,
            '2': true,
            true: true,
            motion: true,
            vacant: false,
            idle: false,
            normal: false,
            '0': false,
            false: false,
          },
        },
      },
    },
    // How often something moved since the last message, or whether it did.
    {
      kind: 'occupancy',
      optional: true,
      when: `not defined(${at('occupancy')}) and defined(${at('motion')})`,
      fields: { occupied: { expression: `${at('motion')} != 0 and ${at('motion')} != false and ${at('motion')} != 'none'` } },
    },
    {
      kind: 'button',
      optional: true,
      fields: {
        action: {
          expression: first('button_status', 'button_event', 'press').expression,
          map: {
            short_press: 'single',
            'short press': 'single',
            short: 'single',
            single: 'single',
            double_press: 'double',
            'double press': 'double',
            double: 'double',
            long_press: 'long',
            'long press': 'long',
            long: 'long',
          },
        },
      },
    },
    {
      kind: 'presence',
      optional: true,
      fields: { count: first('people_count', 'people_counter_all', 'region_1_count', 'people_total_counts') },
    },
    {
      kind: 'door.count',
      optional: true,
      fields: { in: first('period_in', 'line_1_period_in'), out: first('period_out', 'line_1_period_out') },
    },
    { kind: 'shelf.weight', optional: true, fields: { grams: { path: at('weight_g') } } },
    { kind: 'shelf.weight', optional: true, fields: { grams: { path: at('weight_kg'), unit: 'kg' } } },
    { kind: 'distance', optional: true, fields: { metres: { path: at('distance_mm'), unit: 'mm' } } },
    {
      kind: 'device.status',
      optional: true,
      beside: true,
      fields: { batteryPercent: { expression: `number(${at('battery')}) <= 100 ? ${at('battery')} : null` } },
    },
  ];
}

/** LoRaWAN sensors behind a network server that decodes them: ChirpStack 3 and 4, The Things Stack, and gateways (Milesight) with one inside. */
export const LORAWAN = {
  spec: {
    name: 'lorawan',
    title: 'LoRaWAN: ChirpStack, The Things Stack, Helium, Milesight gateways',
    description: 'Decoded uplinks of climate, door, occupancy, button and people sensors; known by the device name, its id or its EUI',
    messages: [
      {
        topic: 'v3/{application}/devices/{device}/up',
        at: { path: 'received_at', form: 'iso' },
        readings: sensed('uplink_message.decoded_payload'),
      },
      { topic: 'v3/{application}/devices/{device}/{rest...}', ignore: 'network-event' },
      {
        topic: 'application/{application}/device/{eui}/event/up',
        device: { expression: 'deviceInfo.deviceName ?? deviceName ?? $eui' },
        at: { path: 'time', form: 'iso' },
        readings: sensed('object'),
      },
      // The network server asks the sensor for its battery; 255 and 0 say that it does not know or has none.
      {
        topic: 'application/{application}/device/{eui}/event/status',
        device: { expression: 'deviceInfo.deviceName ?? deviceName ?? $eui' },
        at: { path: 'time', form: 'iso' },
        when: 'batteryLevel > 0 and batteryLevelUnavailable != true and externalPowerSource != true',
        readings: [{ kind: 'device.status', fields: { batteryPercent: 'batteryLevel' } }],
      },
      {
        topic: 'application/{application}/device/{eui}/rx',
        device: { expression: 'deviceName ?? $eui' },
        at: { path: 'time', form: 'iso' },
        readings: sensed('object'),
      },
      { topic: 'application/{application}/device/{eui}/{rest...}', ignore: 'network-event' },
      { topic: ['{region}/gateway/{gateway}/{rest...}', 'gateway/{gateway}/{rest...}'], ignore: 'network-event' },
      {
        topic: 'helium/{eui}/rx',
        device: { expression: 'name ?? dev_eui ?? $eui' },
        at: { path: 'reported_at', form: 'any' },
        readings: sensed('decoded.payload'),
      },
      { topic: 'helium/{rest...}', ignore: 'network-event' },
      // The Things Network, version 2.
      {
        topic: '{application}/devices/{device}/up',
        at: { path: 'metadata.time', form: 'iso' },
        when: 'defined(payload_fields) or defined(payload_raw)',
        readings: sensed('payload_fields'),
      },
      {
        topic: 'milesight/{rest...}',
        device: { expression: 'deviceName ?? devEUI' },
        at: { path: 'time', form: 'iso' },
        when: 'defined(devEUI)',
        readings: sensed('object'),
      },
    ],
  },
  extras: {
    bridgeTopics: ['application/#', 'v3/#', 'milesight/#', 'helium/#'],
    examples: [
      {
        topic: 'v3/shop@ttn/devices/{device}/up',
        payload:
          '{"end_device_ids":{"device_id":"{device}"},"received_at":"2026-03-01T10:00:00.123Z","uplink_message":{"f_port":85,"decoded_payload":{"battery":92,"temperature":4.3,"humidity":61.5}}}',
        reads: ['climate', 'device.status'],
      },
      {
        topic: 'application/7/device/24e124136b501234/event/up',
        payload:
          '{"time":"2026-03-01T10:00:00.123Z","deviceInfo":{"deviceName":"{device}","devEui":"24e124136b501234"},"object":{"battery":99,"magnet_status":"open"}}',
        reads: ['contact', 'device.status'],
      },
    ],
    setup: "In the network server's MQTT integration: server {host}:{port}, user {user}, password {password}",
  },
} satisfies MappingFamily;
