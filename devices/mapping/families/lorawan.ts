import type { MappingSpec } from '../mapping-schema.ts';
import type { MappingFamily } from './family.ts';

type Message = MappingSpec['messages'][number];
type Readings = NonNullable<Message['readings']>;

const first = (...names: readonly string[]) => names.join(' ?? ');
/** A number, also as text; a word is none (`illuminance: "dim"`), and neither is a sensor that says more of a value than the value. */
const number = (...names: readonly string[]) => ({ expression: `numeric(${first(...names)})` });
const OPEN = { open: true, opened: true, OPEN: true, '1': true, true: true };
const CLOSED = { close: false, closed: false, CLOSED: false, CLOSE: false, '0': false, false: false };
const SINGLE = { short_press: 'single', 'short press': 'single', short: 'single', single: 'single' };
const DOUBLE = { double_press: 'double', 'double press': 'double', double: 'double' };
const LONG = { long_press: 'long', 'long press': 'long', long: 'long' };
const LINES = [1, 2, 3, 4] as const;
/** What crossed all lines of a sensor since its last message. */
const crossed = (way: 'in' | 'out') => LINES.map((line) => `(line_${line}_period_${way} ?? 0)`).join(' + ');

/** What the decoders of LoRaWAN sensors (Milesight, Dragino, Elsys, Browan, Tektelic ...) call what they measure. */
const SENSED: Readings = [
  {
    kind: 'climate',
    optional: true,
    fields: {
      temperatureC: number(
        ...['temperature.value', 'temperature', 'TempC_SHT', 'TempC_SHT41', 'TempC_SHT31', 'TempC_DS', 'Temperature', 'temp', 'Temp'],
        ...['temperature_1', 'ambient_temperature', 'sensorTemperature', 'air_temperature.value', 'air.temperature'],
        '`temperatureSensor.1`',
      ),
      humidityPercent: number(
        ...['humidity.value', 'humidity', 'Hum_SHT', 'Hum_SHT41', 'Hum_SHT31', 'Humidity', 'hum', 'relative_humidity_2'],
        ...['relative_humidity', 'relativeHumidity', 'air_humidity.value', 'air.relativeHumidity', '`humiditySensor.2`'],
      ),
      illuminanceLux: number(
        ...['illuminance', 'illumination', 'ILL_lux', 'ILL_lx', 'Illuminance', 'lux.value', 'lux', 'light', 'luminosity_3'],
        ...['air.lightIntensity', '`illuminanceSensor.4`'],
      ),
      co2Ppm: number('co2', 'co2_ppm', 'CO2', 'co2_concentration.value', 'air.co2'),
    },
  },
  {
    kind: 'contact',
    optional: true,
    fields: {
      open: {
        expression: first(
          ...['magnet_status', 'magnet', 'magnet_chn1', 'DOOR_OPEN_STATUS', 'door_open_status', 'door.value', 'door', 'door_status'],
          ...['action.contactState', 'open'],
        ),
        map: { ...OPEN, ...CLOSED },
      },
    },
  },
  {
    kind: 'occupancy',
    optional: true,
    fields: {
      occupied: {
        expression: first('occupancy', 'pir_status', 'pir', 'occupied', 'action.motion.detected'),
        map: {
          ...{ occupied: true, trigger: true, '1': true, '2': true, true: true, motion: true },
          ...{ vacant: false, idle: false, normal: false, '0': false, false: false },
          // A sensor that has not learnt its place, or could not look.
          ...{ first_learn_unfinished: null, collection_failed: null, unknown: null },
        },
      },
    },
  },
  // How often something moved since the last message, or whether it did.
  {
    kind: 'occupancy',
    optional: true,
    when: 'not defined(occupancy) and defined(motion)',
    fields: { occupied: { expression: "motion != 0 and motion != false and motion != 'none'" } },
  },
  {
    kind: 'button',
    optional: true,
    fields: {
      action: {
        expression: first('button_status', 'button_event.status', 'button_event', 'press'),
        map: { ...SINGLE, ...DOUBLE, ...LONG },
      },
    },
  },
  // A panel of several buttons.
  {
    kind: 'button',
    optional: true,
    when: 'defined(button_id) and defined(msg_id)',
    fields: { action: { expression: "join('button_', text(button_id))" } },
  },
  {
    kind: 'presence',
    optional: true,
    fields: { count: number('people_count', 'people_count_all', 'people_counter_all', 'people_total_counts') },
  },
  // Four regions are all there are; a sensor with more of them also sees who is in none.
  {
    kind: 'presence',
    optional: true,
    when: 'defined(region_1_count) and not defined(region_5_count) and not defined(people_count_all)',
    fields: {
      count: { expression: 'region_1_count + (region_2_count ?? 0) + (region_3_count ?? 0) + (region_4_count ?? 0)' },
    },
  },
  {
    kind: 'door.count',
    optional: true,
    fields: {
      in: number('period_in', 'periodic_counter_in', 'people_in'),
      out: number('period_out', 'periodic_counter_out', 'people_out'),
    },
  },
  {
    kind: 'door.count',
    optional: true,
    when: LINES.map((line) => `defined(line_${line}_period_in)`).join(' or '),
    fields: { in: { expression: crossed('in') }, out: { expression: crossed('out') } },
  },
  // Sensors of IMBUILDINGS count both ways of one door.
  {
    kind: 'door.count',
    optional: true,
    when: 'defined(counter_a) and defined(counter_b)',
    fields: { in: number('counter_a'), out: number('counter_b') },
  },
  { kind: 'shelf.weight', optional: true, fields: { grams: { path: 'weight_g' } } },
  { kind: 'shelf.weight', optional: true, fields: { grams: { path: 'weight_kg', unit: 'kg' } } },
  {
    kind: 'distance',
    optional: true,
    fields: {
      metres: { expression: "numeric(distance_mm ?? distance.value ?? distance ?? without(Distance, ' mm'))", unit: 'mm' },
    },
  },
  // Some say volts where others say percent, and no battery of theirs has less than 5 % for long.
  {
    kind: 'device.status',
    optional: true,
    beside: true,
    fields: { batteryPercent: { expression: 'number(battery) <= 100 and number(battery) >= 5 ? battery : null' } },
  },
];

/** Names for uplinks of which nothing is read. */
function nothing(object: string): Message['otherwise'] {
  const totals = ['total_in', 'line_1_total_in', 'total_counter_in', 'people_total_in', 'total_counter_a'];
  return [
    { when: `not defined(${object})`, ignore: 'not-decoded' },
    { when: totals.map((name) => `defined(${object}.${name})`).join(' or '), ignore: 'running-total' },
    { when: `defined(${object}.history)`, ignore: 'history' },
  ];
}

/** An uplink whose decoded values are at a place of their own. */
function uplink(object: string): Pick<Message, 'each' | 'readings' | 'otherwise'> {
  return { each: object, readings: SENSED, otherwise: nothing(object) };
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
        at: { path: '$.received_at', form: 'iso' },
        ...uplink('uplink_message.decoded_payload'),
      },
      { topic: 'v3/{application}/devices/{device}/{rest...}', ignore: 'network-event' },
      {
        topic: 'application/{application}/device/{eui}/event/up',
        device: { expression: '$.deviceInfo.deviceName ?? $.deviceName ?? $eui' },
        at: { path: '$.time', form: 'iso' },
        ...uplink('object'),
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
        device: { expression: '$.deviceName ?? $eui' },
        at: { path: '$.time', form: 'iso' },
        ...uplink('object'),
      },
      { topic: 'application/{application}/device/{eui}/{rest...}', ignore: 'network-event' },
      { topic: ['{region}/gateway/{gateway}/{rest...}', 'gateway/{gateway}/{rest...}'], ignore: 'network-event' },
      {
        topic: 'helium/{eui}/rx',
        device: { expression: '$.name ?? $.dev_eui ?? $eui' },
        at: { path: '$.reported_at', form: 'any' },
        ...uplink('decoded.payload'),
      },
      { topic: 'helium/{rest...}', ignore: 'network-event' },
      // The Things Network, version 2.
      {
        topic: '{application}/devices/{device}/up',
        at: { path: '$.metadata.time', form: 'iso' },
        ...uplink('payload_fields'),
      },
      {
        topic: 'milesight/{rest...}',
        device: { expression: '$.deviceName ?? $.devEUI' },
        at: { path: '$.time', form: 'iso' },
        when: 'defined($.devEUI)',
        ...uplink('object'),
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
