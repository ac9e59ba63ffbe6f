import { get } from 'sparkplug-payload';
import { expect } from 'vitest';
import { describeCaptures, type Read, type Refused } from './capture-table.ts';

const LORA = 'application/5/device/24e124136b500001/event/up';
const DDATA = 'spBv1.0/store/DDATA/edge/rack';
const sparkplug = get('spBv1.0');

function lora(object: object): object {
  return { time: '2026-03-01T10:00:00Z', deviceInfo: { deviceName: 'd' }, object };
}

function metric(name: string, value: number | string, unit?: string): Uint8Array {
  const type = typeof value === 'string' ? 'String' : 'Double';
  const properties = unit === undefined ? {} : { properties: { engUnit: { type: 'String' as const, value: unit } } };
  return (
    sparkplug?.encodePayload({ timestamp: 1_772_359_200_000, seq: 1, metrics: [{ name, type, value, ...properties }] }) ?? new Uint8Array()
  );
}

function rpc(params: object, method = 'NotifyStatus'): object {
  return { src: 'gw', method, params: { ts: 1_772_359_200, ...params } };
}

const climate = (temperatureC: number) => [{ kind: 'climate', temperatureC }];
const open = (is: boolean) => [{ kind: 'contact', open: is }];
const occupied = (is: boolean) => [{ kind: 'occupancy', occupied: is }];
const pressed = (action: string) => [{ kind: 'button', action }];
const grams = (weight: number) => [{ kind: 'shelf.weight', grams: expect.closeTo(weight, 3) as number }];

const READS: readonly Read[] = [
  [
    'LoRaWAN, a word for the light',
    LORA,
    lora({ battery: 80, illuminance: 'dim', occupancy: 'occupied' }),
    [...occupied(true), { batteryPercent: 80 }],
  ],
  ['LoRaWAN, volts of a battery', LORA, lora({ battery: 3.6, temperature: 25, open: true }), [...climate(25), ...open(true)]],
  ['LoRaWAN, a button with a number for each press', LORA, lora({ button_event: { status: 'double press', msgid: 3 } }), pressed('double')],
  ['LoRaWAN, one of several buttons', LORA, lora({ button_id: 2, msg_id: 7 }), pressed('button_2')],
  [
    'LoRaWAN, how full',
    LORA,
    lora({ battery: 90, distance: 62, remaining: 69 }),
    [{ kind: 'distance', metres: 0.062 }, { batteryPercent: 90 }],
  ],
  ['LoRaWAN, a distance with its unit', LORA, lora({ Bat: 3.2, Distance: '1752 mm' }), [{ kind: 'distance', metres: 1.752 }]],
  [
    'LoRaWAN, values with their names',
    LORA,
    lora({ air_temperature: { unit: '°C', value: 21.5 }, air_humidity: { value: 40 } }),
    [{ kind: 'climate', temperatureC: 21.5, humidityPercent: 40 }],
  ],
  [
    'LoRaWAN, Cayenne at ChirpStack',
    LORA,
    lora({ temperatureSensor: { '1': 4.5 }, humiditySensor: { '2': 60 } }),
    [{ temperatureC: 4.5, humidityPercent: 60 }],
  ],
  [
    'LoRaWAN, in the words of The Things Stack',
    'v3/a/devices/d/up',
    { uplink_message: { decoded_payload: { air: { temperature: 4.5 }, action: { contactState: 'open' } } } },
    [...climate(4.5), ...open(true)],
  ],
  ['Sparkplug, pounds', DDATA, metric('Scale/NetWeight', 2, 'lbs'), grams(907.185)],
  ['Sparkplug, a product with a body', DDATA, metric('Body Lotion/Weight', 0.4, 'kg'), grams(400)],
  ['Sparkplug, people', DDATA, metric('People/Count', 3), [{ kind: 'presence', count: 3 }]],
  ['Sparkplug, a tag', DDATA, metric('Dock/EPC', 'E28011'), [{ kind: 'rfid.read', epc: 'E28011' }]],
  ['Zigbee2MQTT, a thermostat', 'zigbee2mqtt/t', { local_temperature: 21.3, current_heating_setpoint: 19 }, climate(21.3)],
  ['Zigbee2MQTT, a contact as text', 'zigbee2mqtt/d', { contact: 'false' }, open(true)],
  [
    'Zigbee2MQTT, under another base topic',
    'zb/back_door',
    { contact: false, linkquality: 90 },
    [{ device: 'zigbee2mqtt:back_door', kind: 'contact', open: true }],
  ],
  ['Shelly, somebody in a zone', 'gw/events/rpc', rpc({ 'presencezone:200': { id: 200, value: true } }), occupied(true)],
  [
    'Shelly, a radiator valve',
    'gw/events/rpc',
    rpc({ 'blutrv:200': { id: 200, current_C: 20.4, target_C: 22, battery: 90 } }),
    [...climate(20.4), { batteryPercent: 90 }],
  ],
  [
    'Shelly, the second button of a remote',
    'gw/events/rpc',
    rpc({ events: [{ component: 'bthomedevice:200', event: 'single_push', idx: 1 }] }, 'NotifyEvent'),
    pressed('2_single'),
  ],
  ['Z-Wave, just values', 'zwave/Hall/Door/113/0/Access_Control/Door_state', '22', open(true)],
  ['Z-Wave, Fahrenheit', 'zwave/Hall/49/0/Air_temperature', { time: 1_772_359_200_000, value: 41, unit: '°F' }, climate(5)],
  ['Z-Wave, a button', 'zwave/Hall/Button/91/0/scene/001', { time: 1_772_359_200_000, value: 3 }, pressed('double')],
  [
    'deCONZ, a door',
    'events',
    { t: 'event', e: 'changed', r: 'sensors', id: '5', state: { open: true } },
    [{ device: 'deconz:5', kind: 'contact', open: true }],
  ],
  [
    'deCONZ, hundredths of a degree',
    'events',
    { t: 'event', e: 'changed', r: 'sensors', id: '6', state: { temperature: 450 } },
    climate(4.5),
  ],
  ['deCONZ, a button', 'events', { t: 'event', e: 'changed', r: 'sensors', id: '7', state: { buttonevent: 2_004 } }, pressed('2_double')],
  [
    'ble2mqtt',
    'ble2mqtt/c0ffee000001',
    { battery: 81, linkquality: 60, temperature: 21.4, humidity: 44 },
    [{ temperatureC: 21.4, humidityPercent: 44 }, { batteryPercent: 81 }],
  ],
  ['rtl_433, a contact that says when it is shut', 'rtl_433/pi/events', { model: 'DSC-Security', id: 3, closed: 1 }, open(false)],
  [
    'rtl_433, a contact by its switch',
    'rtl_433/pi/events',
    { model: 'Interlogix-Security', subtype: 'contact', id: 'cd9d79', switch1: 'OPEN' },
    open(true),
  ],
  [
    'rtl_433, a door bell',
    'rtl_433/pi/events',
    { model: 'Honeywell-ActivLink', id: 1, device: 'doorbell', alert: 'normal' },
    pressed('press'),
  ],
  ['Homie, a node that is what it measures', 'homie/door-1/contact/state', 'open', open(true)],
  ['ESPHome, Fahrenheit by its name', 'node/sensor/cooler_temperature_f/state', '41', climate(5)],
  ['ESPHome, baby food on a shelf', 'node/sensor/baby_food_weight/state', '812.5', grams(812.5)],
  [
    'Tasmota, a shaken Zigbee sensor',
    'tele/zb/SENSOR',
    { ZbReceived: { '0x01': { Device: '0x01', AqaraVibrationMode: 'tilt' } } },
    [{ kind: 'vibration', active: true }],
  ],
  [
    'Tasmota, the battery of a thermometer it heard',
    'tele/gw/SENSOR',
    { Time: 'x', 'ATC-0000ab': { mac: 'a4c1380000ab', Temperature: 4.5, Battery: 61, RSSI: -70 } },
    [...climate(4.5), { batteryPercent: 61 }],
  ],
  ['OpenMQTTGateway, centimetres', 'home/gw/HCSR04toMQTT', { distance: 114, direction: 'static' }, [{ kind: 'distance', metres: 1.14 }]],
  [
    'a receipt without offer codes',
    'pos/till-1/receipt',
    { receipt: 'R-9', lines: [{ sku: 'a', amount: 2 }] },
    [{ kind: 'pos.sale', codes: [] }],
  ],
];

const REFUSED: readonly Refused[] = [
  ['a sensor that has not learnt its place', LORA, lora({ occupancy: 'first_learn_unfinished' }), 'ignored no-reading'],
  ['an uplink that nobody decoded', LORA, { time: '2026-03-01T10:00:00Z', data: 'AQ==' }, 'ignored not-decoded'],
  ['tonnes', DDATA, metric('Silo/Weight', 2, 't'), 'ignored nothing-relevant'],
  ['a force', DDATA, metric('Plate/Weight', 20, 'N'), 'ignored nothing-relevant'],
  ['a processor', DDATA, metric('CPU/Temperature', 61), 'ignored nothing-relevant'],
  ['volts', DDATA, metric('Battery', 3.6, 'V'), 'ignored nothing-relevant'],
  ['somebody', DDATA, metric('Person/Weight', 72, 'kg'), 'ignored nothing-relevant'],
  [
    'who unlocked a door',
    'zigbee2mqtt/lock',
    { action: 'keypad_unlock', action_user: 3, lock_state: 'unlocked' },
    'ignored identifies-people',
  ],
  ['a code that somebody typed', 'zigbee2mqtt/keypad', { action: 'disarm', action_code: '1234' }, 'ignored identifies-people'],
  ['somebody on an ESPHome scale', 'node/sensor/body_weight/state', '71.2', 'ignored body-weight'],
  ['somebody on a Homie scale', 'homie/5/scale/body-scale/weight', '71.2', 'ignored body-weight'],
  ['a dew point', 'node/sensor/dew_point_temperature/state', '9.5', 'ignored no-reading'],
  ['the warmest of a day', 'node/sensor/cooler_temperature_max/state', '9.5', 'ignored no-reading'],
  ['a plug that is warm', 'tele/plug/SENSOR', { Time: 'x', ENERGY: { Temperature: 41, Power: 12 } }, 'ignored no-reading'],
  [
    'the tyres of a car',
    'rtl_433/pi/events',
    { model: 'Toyota', type: 'TPMS', id: 'fb', pressure_PSI: 33, temperature_C: 20 },
    'ignored tyre-pressure',
  ],
  ['a key that was let go', 'zwave/Hall/Button/91/0/scene/001', { time: 1_772_359_200_000, value: 1 }, 'ignored key-released'],
  ['a lamp of deCONZ', 'events', { t: 'event', e: 'changed', r: 'lights', id: '5', state: { on: true } }, 'ignored other-device'],
  ['a relay', 'node/switch/relay_1/state', 'ON', 'ignored other-entity'],
];

describeCaptures('shelves, doors, buttons and climate', { reads: READS, refused: REFUSED });
