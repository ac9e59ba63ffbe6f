import { describe } from 'vitest';
import { decoderOf, itDecodes, type Read, type Refused } from './capture-table.ts';

const decode = decoderOf({
  devices: [
    { id: 'fridge', adapter: 'lorawan', knownAs: 'fridge-3' },
    { id: 'tag-7', adapter: 'ruuvi', knownAs: 'C8:25:2D:8E:9C:2C' },
    { id: 'exit', adapter: 'people-counters', knownAs: 'exit', counts: 'out' },
    { id: 'cam', adapter: 'video-pipelines', knownAs: 'cam', frame: [1000, 500] },
    { id: 'ours', adapter: 'tasmota', knownAs: 'a4:c1:38:aa:bb:cc' },
  ],
});

/** What vendors' documentation shows, with optional fields, nulls and other firmware. */
const READS: readonly Read[] = [
  [
    'The Things Stack, Dragino door',
    'v3/shop@ttn/devices/door-1/up',
    { received_at: '2026-03-01T10:00:00.123456789Z', uplink_message: { decoded_payload: { DOOR_OPEN_STATUS: 1, BAT_V: 3.1 } } },
    [{ device: 'lorawan:door-1', kind: 'contact', open: true, atMs: 1_772_359_200_123 }],
  ],
  [
    'ChirpStack 4, Milesight climate',
    'application/7/device/24e124136b501234/event/up',
    { time: '2026-03-01T10:00:00Z', deviceInfo: { deviceName: 'fridge-3' }, object: { temperature: 4.2, humidity: null, battery: 88 } },
    [
      { device: 'fridge', kind: 'climate', temperatureC: 4.2 },
      { device: 'fridge', kind: 'device.status', batteryPercent: 88 },
    ],
  ],
  [
    'ChirpStack 3, occupancy',
    'application/7/device/24e1/event/up',
    { deviceName: 'wc', object: { occupancy: 'vacant' } },
    [{ kind: 'occupancy', occupied: false }],
  ],
  [
    'Milesight button',
    'milesight/uplink',
    { devEUI: '24E1', deviceName: 'b', object: { button_status: 'short press' } },
    [{ kind: 'button', action: 'single' }],
  ],
  [
    'Meraki MV, a zone',
    '/merakimv/Q2XX-1/61234',
    { ts: 1_772_359_200_000, counts: { person: 0 } },
    [{ device: 'meraki:61234', kind: 'presence', count: 0 }],
  ],
  [
    'Meraki MT',
    'meraki/v1/mt/L_1/ble/00:11:22:33:44:55/temperature',
    { ts: '2026-03-01T10:00:00Z', fahrenheit: 41, celsius: 5 },
    [{ kind: 'climate', temperatureC: 5 }],
  ],
  [
    'Zebra on a topic of its own',
    'shop/reads',
    { type: 'SIMPLE', timestamp: '2026-03-01T10:00:00.278+0000', data: { eventNum: 1, format: 'epc', idHex: 'E280', peakRssi: -52 } },
    [{ kind: 'rfid.read', epc: 'E280', rssiDbm: -52, atMs: 1_772_359_200_278 }],
  ],
  [
    'MOKO, a beacon without a frame',
    '/MK110/c0ffee123456/send',
    { msg_id: 3070, device_info: { mac: 'c0ffee123456' }, data: [{ rssi: -63, mac: 'c0ffee000001' }, { type: 'other' }] },
    [{ kind: 'ble.sighting', beacon: 'c0:ff:ee:00:00:01', rssiDbm: -63 }],
  ],
  [
    'Cassia, an iBeacon in raw form',
    'cassia/hall/scan',
    { bdaddrs: [{ bdaddr: 'C0:FF:EE:00:00:01' }], rssi: -58, adData: '0201061AFF4C0002151DE4B189115E45F6B44E50935226997700010002C5' },
    [{ device: 'cassia:hall', beacon: '1de4b189-115e-45f6-b44e-509352269977-1-2' }],
  ],
  [
    'Ruuvi data format 5, the vector of its specification',
    'ruuvi/AA:BB:CC:00:11:22/C8:25:2D:8E:9C:2C',
    { gw_mac: 'AA:BB:CC:00:11:22', rssi: -63, ts: '1772359200', data: '0201061BFF99040512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F' },
    [
      { device: 'tag-7', kind: 'climate', temperatureC: 24.3, humidityPercent: 53.49, atMs: 1_772_359_200_000 },
      { device: 'tag-7', kind: 'device.status', batteryPercent: 98 },
    ],
  ],
  [
    'Ruuvi data format 5, nothing measured',
    'ruuvi/AA:BB:CC:00:11:22/C8:25:2D:8E:9C:2C',
    { rssi: -63, data: '0201061BFF9904058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF' },
    [{ kind: 'ble.sighting', beacon: 'c8:25:2d:8e:9c:2c' }],
  ],
  [
    'Z-Wave, a door',
    'zwave/Hall/Door/113/0/Access_Control/Door_state',
    { time: 1_772_359_200_000, value: 23 },
    [{ device: 'zwave-js:Hall_Door', kind: 'contact', open: false }],
  ],
  [
    'Z-Wave, named topics',
    'zwave/nodeID_5/sensor_multilevel/endpoint_0/Air_temperature',
    { time: 1_772_359_200_000, value: 21.3 },
    [{ kind: 'climate', temperatureC: 21.3 }],
  ],
  [
    'rtl_433 in Fahrenheit',
    'rtl_433/attic/events',
    { model: 'Acurite-Tower', id: 11, temperature_F: 41, humidity: 30 },
    [{ humidityPercent: 30 }, { temperatureC: 5 }],
  ],
  [
    'a Milesight counter at an exit',
    'counters/exit',
    {
      device_info: { device_name: 'x' },
      time_info: { time: '2026-03-01T10:00:00+00:00' },
      line_trigger_data: [{ line: 1, in: 1, out: 0 }],
    },
    [{ device: 'exit', kind: 'door.count', in: 0, out: 1 }],
  ],
  [
    'a Milesight region on a topic of its own',
    'vs/1',
    { device_info: { device_sn: 'S1' }, region_trigger_data: { region_count_data: [{ region: 1, current_total: 3 }] } },
    [{ device: 'people-counters:S1', kind: 'presence', count: 3 }],
  ],
  [
    'Hikvision, an interval',
    'counters/door',
    {
      eventType: 'PeopleCounting',
      dateTime: '2026-03-01T10:00:00+00:00',
      peopleCounting: { statisticalMethods: 'timeRange', enter: 4, exit: '2' },
    },
    [{ kind: 'door.count', in: 4, out: 2 }],
  ],
  [
    'DL Streamer, a person and a bottle',
    'analytics/aisle',
    {
      objects: [
        { detection: { bounding_box: { x_min: 0.1, y_min: 0.2, x_max: 0.3, y_max: 0.9 }, confidence: 0.8, label: 'person' }, id: 4 },
        { detection: { bounding_box: { x_min: 0, y_min: 0, x_max: 1, y_max: 1 }, confidence: 0.8, label: 'bottle' } },
      ],
    },
    [{ kind: 'camera.detections', people: [{ x: 0.1, y: 0.2, confidence: 0.8, track: '4' }] }],
  ],
  [
    'DeepStream in pixels of a known picture',
    'analytics/cam',
    { '@timestamp': '2026-03-01T10:00:00Z', sensorId: 'cam', objects: ['7|100|50|200|450|Person', '8|0|0|9|9|Car'] },
    [{ device: 'cam', people: [{ x: 0.1, y: 0.1, track: '7' }] }],
  ],
  [
    'DeepStream of an unknown picture',
    'analytics/other',
    { sensorId: 'x', objects: ['7|100|50|200|450|Person'] },
    [{ kind: 'presence', count: 1 }],
  ],
  ['Zigbee2MQTT 1, plain availability', 'zigbee2mqtt/door/availability', 'offline', [{ device: 'zigbee2mqtt:door', online: false }]],
  ['Zigbee2MQTT 1, plain bridge state', 'zigbee2mqtt/bridge/state', 'online', [{ device: 'zigbee2mqtt:bridge', online: true }]],
  [
    'Zigbee2MQTT, nulls',
    'zigbee2mqtt/th',
    { temperature: null, humidity: '51.5', battery: null, contact: null, action: null },
    [{ kind: 'climate', humidityPercent: 51.5 }],
  ],
  ['Zigbee2MQTT, a click of old', 'zigbee2mqtt/b', { click: 'double', linkquality: 7 }, [{ kind: 'button', action: 'double' }]],
  [
    'Tasmota as a Zigbee bridge',
    'tele/zb/SENSOR',
    { ZbReceived: { '0x4773': { Device: '0x4773', Name: 'Back_door', Contact: 1, BatteryPercentage: 90, Endpoint: 1 } } },
    [
      { device: 'tasmota:Back_door', kind: 'contact', open: true },
      { device: 'tasmota:Back_door', batteryPercent: 90 },
    ],
  ],
  [
    'Tasmota, a thermometer over Bluetooth',
    'tele/gw/SENSOR',
    { Time: 'x', 'ATC-aabbcc': { mac: 'a4c138aabbcc', Temperature: 21.5, Humidity: 40, RSSI: -70 } },
    [{ device: 'ours', kind: 'climate', temperatureC: 21.5 }],
  ],
  [
    'Theengs, a button',
    'home/gw/BTtoMQTT/A4C138000009',
    { id: 'A4:C1:38:00:00:09', button: 'double press' },
    [{ kind: 'button', action: 'double' }],
  ],
  [
    'Frigate under another prefix',
    'nvr/events',
    { type: 'new', before: {}, after: { camera: 'aisle', label: 'person', false_positive: false } },
    [{ device: 'frigate:aisle', kind: 'occupancy', occupied: true }],
  ],
];

const NOT_FOR_US: readonly Refused[] = [
  ['a join of a LoRaWAN sensor', 'application/7/device/24e1/event/join', {}, 'ignored network-event'],
  ['where Xovis sees people', 'counters/x', { live_data: { frames: [] } }, 'ignored positions'],
  [
    'totals since midnight',
    'counters/x',
    { device_info: {}, line_total_data: [{ line: 1, in_counted: 100, out_counted: 90 }] },
    'ignored running-total',
  ],
  [
    'totals of Hikvision',
    'counters/x',
    { peopleCounting: { statisticalMethods: 'realTime', enter: 90, exit: 80 } },
    'ignored running-total',
  ],
  ['a bottle', 'analytics/a', { objects: [{ detection: { bounding_box: {}, label: 'bottle' } }] }, 'ignored not-a-person'],
  ['a heartbeat of a reader', 'zebra/door/mgmt', { type: 'heartbeat' }, 'ignored heartbeat'],
  ['a radar’s distances', 'tele/r/SENSOR', { LD2410: { Distance: [1, 2, 3] } }, 'ignored no-reading'],
  ['a setting of a Z-Wave node', 'zwave/Hall/112/0/5', { value: 3 }, 'ignored nothing-relevant'],
  [
    'minus three hundred degrees',
    'v3/a/devices/d/up',
    { uplink_message: { decoded_payload: { temperature: -300 } } },
    'malformed out-of-range',
  ],
  ['half a person', 'counters/x', { device_info: {}, line_trigger_data: [{ in: 0.5, out: 0 }] }, 'malformed schema'],
  ['a word that is no state', 'application/7/device/24e1/event/up', { object: { magnet_status: 'ajar' } }, 'malformed field'],
  ['an endless weight', 'milesight/x', '{"devEUI":"1","object":{"weight_kg":1e309}}', 'malformed schema'],
];

describe('more vendors', () => {
  itDecodes(decode, { reads: READS, refused: NOT_FOR_US });
});
