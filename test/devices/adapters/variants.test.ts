import { describe, expect, it } from 'vitest';
import { decoderOf, itDecodes, type Read, type Refused } from './capture-table.ts';

const decode = decoderOf({
  devices: [
    { id: 'cam-1', adapter: 'frigate', knownAs: 'aisle', frame: [1280, 720] },
    { id: 'exit', adapter: 'axis', knownAs: 'B8A44FC5C075', counts: 'out' },
    { id: 'reader', adapter: 'impinj', topic: 'shop/rfid' },
    { id: 'scale', adapter: 'tasmota', knownAs: 'shop/scale', slots: { 'HX711-1': '01-1' }, weightUnit: 'g' },
    { id: 'node', adapter: 'espresense', knownAs: 'office' },
  ],
  tags: ['AA:BB:CC:DD:EE:FF', 'FDA50693-A4E2-4FB1-AFCF-C6EB07647825-10065-19577'],
});

/** What else the families send by their documentation, beyond the captures. */
const READS: readonly Read[] = [
  [
    'ESPresense telemetry',
    'espresense/rooms/office/telemetry',
    { ip: '10.0.0.7', uptime: 5, rssi: -60, ver: 'v4.0.6' },
    [{ device: 'node', kind: 'device.status', uptimeMs: 5_000, rssiDbm: -60, firmware: 'v4.0.6' }],
  ],
  ['ESPresense motion', 'espresense/rooms/office/motion', 'ON', [{ kind: 'occupancy', occupied: true }]],
  [
    'a store tag by its address, in any spelling',
    'espresense/devices/aabbccddeeff/office',
    { rssi: -70 },
    [{ beacon: 'AA:BB:CC:DD:EE:FF' }],
  ],
  [
    'OpenMQTTGateway, raw iBeacon undecoded',
    'home/gw/BTtoMQTT/undecoded',
    { id: '11:22:33:44:55:66', rssi: -71, manufacturerdata: '4c000215fda50693a4e24fb1afcfc6eb0764782527514c79c5' },
    [{ beacon: 'FDA50693-A4E2-4FB1-AFCF-C6EB07647825-10065-19577', rssiDbm: -71, txPowerDbm: -59 }],
  ],
  [
    'OpenMQTTGateway, Fahrenheit only',
    'home/gw/BTtoMQTT/A4C138000001',
    { id: 'A4:C1:38:00:00:01', tempf: 68, batt: 71, rssi: -60 },
    [
      { kind: 'climate', temperatureC: 20 },
      { kind: 'device.status', batteryPercent: 71, rssiDbm: -60 },
    ],
  ],
  [
    'Theengs presence',
    'home/TheengsGateway/presence',
    { id: 'AA:BB:CC:DD:EE:FF', rssi: -66 },
    [{ device: 'openmqttgateway:TheengsGateway', beacon: 'AA:BB:CC:DD:EE:FF' }],
  ],
  ['a gateway that is there', 'home/OpenMQTTGateway/LWT', 'offline', [{ kind: 'device.status', online: false }]],
  [
    'Tasmota with the prefix behind the name, in grams, two cells',
    'shop/scale/tele/SENSOR',
    { Time: '2026-03-01T10:00:00', 'HX711-1': { Weight: 410 } },
    [{ device: 'scale', slot: '01-1', grams: 410 }],
  ],
  [
    'Tasmota weight, which is in kilograms',
    'tele/scale9/SENSOR',
    { Time: '2026-03-01T10:00:00', HX711: { Weight: 1.242, WeightRaw: 4782 } },
    [{ kind: 'shelf.weight', grams: 1_242 }],
  ],
  [
    'a device whose clock was never set, by the time of receipt',
    'shelly-1/events/rpc',
    { method: 'NotifyStatus', params: { ts: 12.5, 'input:0': { id: 0, state: false } } },
    [{ kind: 'button', action: 'release', atMs: 1_790_000_000_000 }],
  ],
  [
    'Tasmota climate in Fahrenheit',
    'tele/t/SENSOR',
    { Time: 'x', SI7021: { Temperature: 68, Humidity: 40 }, TempUnit: 'F' },
    [{ kind: 'climate', temperatureC: 20, humidityPercent: 40 }],
  ],
  ['Tasmota distance', 'tele/t/SENSOR', { Time: 'x', VL53L0X: { Distance: 263 } }, [{ kind: 'distance', metres: 0.263 }]],
  ['Tasmota button', 'stat/t/RESULT', { Button1: { Action: 'DOUBLE' } }, [{ kind: 'button', action: 'double' }]],
  [
    'Tasmota state',
    'tele/t/STATE',
    { Time: 'x', UptimeSec: 448, Wifi: { RSSI: 80, Signal: -60 } },
    [{ kind: 'device.status', rssiDbm: -60, uptimeMs: 448_000 }],
  ],
  ['Tasmota last will', 'tele/t/LWT', 'Offline', [{ online: false }]],
  [
    'Zigbee2MQTT availability',
    'zigbee2mqtt/door/availability',
    { state: 'offline' },
    [{ device: 'zigbee2mqtt:door', kind: 'device.status', online: false }],
  ],
  ['Zigbee2MQTT bridge', 'zigbee2mqtt/bridge/state', { state: 'online' }, [{ device: 'zigbee2mqtt:bridge', online: true }]],
  [
    'Zigbee2MQTT presence (radar)',
    'zigbee2mqtt/radar',
    { presence: false, illuminance: 12 },
    [
      { kind: 'occupancy', occupied: false },
      { kind: 'climate', illuminanceLux: 12 },
    ],
  ],
  [
    'Zigbee2MQTT in a group of topics',
    'zigbee2mqtt/aisle/door',
    { contact: true },
    [{ device: 'zigbee2mqtt:aisle_door', kind: 'contact', open: false }],
  ],
  [
    'Shelly button event',
    'shelly-1/events/rpc',
    {
      src: 's',
      method: 'NotifyEvent',
      params: {
        ts: 1_772_445_600.5,
        events: [
          { component: 'input:0', event: 'double_push' },
          { component: 'sys', event: 'ota_begin' },
        ],
      },
    },
    [{ kind: 'button', action: 'double', atMs: 1_772_445_600_500 }],
  ],
  ['Shelly climate', 'shelly-1/status/temperature:0', { id: 0, tC: 21.4, tF: 70.5 }, [{ kind: 'climate', temperatureC: 21.4 }]],
  [
    'Shelly Gen1 motion',
    'shellies/shellymotionsensor-60A423976594/status',
    { motion: true, timestamp: 1614416952, active: true, vibration: false, lux: 303, bat: 87 },
    [{ occupied: true }, { kind: 'vibration', active: false }, { illuminanceLux: 303 }, { batteryPercent: 87 }],
  ],
  [
    'Shelly BLU door',
    'shelly-blu/events/11:22:33:44:55:66',
    { BTHome_version: 2, window: 1, battery: 90 },
    [{ kind: 'contact', open: true }, { batteryPercent: 90 }],
  ],
  ['Shelly BLU button', 'shelly-blu/events/11:22:33:44:55:66', { BTHome_version: 2, button: 4 }, [{ kind: 'button', action: 'long' }]],
  [
    'Frigate with a known picture',
    'frigate/events',
    {
      type: 'update',
      after: { id: '1.2-abc', camera: 'aisle', label: 'person', score: 0.87, box: [640, 360, 768, 720], frame_time: 1_772_359_200.5 },
    },
    [
      {
        device: 'cam-1',
        kind: 'camera.detections',
        partial: true,
        people: [{ x: 0.5, y: 0.5, w: expect.closeTo(0.1, 6), h: 0.5, confidence: 0.87, track: '1.2-abc' }],
        atMs: 1_772_359_200_500,
      },
    ],
  ],
  [
    'Axis crossline',
    'axis/B8A44FC5C075/event/tns:axis/CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1',
    {
      topic: 'axis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1',
      timestamp: 1_772_359_200_000,
      serial: 'B8A44FC5C075',
      message: { data: { reason: 'human', total: '7' } },
    },
    [{ device: 'exit', kind: 'door.count', in: 0, out: 1 }],
  ],
  [
    'Axis objects in area',
    'axis/1/event/tns:axis/CameraApplicationPlatform/ObjectAnalytics/Device1ScenarioANY',
    {
      topic: 'axis:CameraApplicationPlatform/ObjectAnalytics/Device1ScenarioANY',
      timestamp: 1_759_713_693_673,
      message: { data: { objectId: '370312', active: '0', classTypes: 'human' } },
    },
    [{ kind: 'occupancy', occupied: false }],
  ],
  [
    'Axis occupancy',
    'axis/1/event/tns:axis/CameraApplicationPlatform/ObjectAnalytics/Device1Scenario2',
    {
      topic: 'axis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario2',
      timestamp: 1_759_713_693_673,
      message: { data: { total: '5', human: '3', car: '2' } },
    },
    [{ kind: 'presence', count: 3 }],
  ],
  [
    'Axis scene frame',
    'axis/1/analytics/frame',
    {
      frame: {
        timestamp: '2026-03-01T10:00:00.940582Z',
        observations: [
          { bounding_box: { bottom: 0.8, left: 0.4, right: 0.5, top: 0.2 }, class: { score: 0.75, type: 'Human' }, track_id: '37' },
          { bounding_box: { bottom: 1, left: 0, right: 1, top: 0 }, class: { type: 'Car', score: 0.7 } },
        ],
      },
    },
    [
      {
        kind: 'camera.detections',
        people: [{ x: 0.4, y: 0.2, w: expect.closeTo(0.1, 6), h: expect.closeTo(0.6, 6), confidence: 0.75, track: '37' }],
      },
    ],
  ],
  [
    'ONVIF occupancy, as a list of items',
    'Cam1/onvif-ej/RuleEngine/CountAggregation/OccupancyCounter/&1/Till',
    { UtcTime: '2026-03-01T10:00:00Z', Source: {}, Data: { SimpleItem: [{ Name: 'Count', Value: '4' }] } },
    [{ device: 'onvif:Cam1', kind: 'presence', count: 4 }],
  ],
  [
    'ONVIF line',
    'Cam1/onvif-ej/RuleEngine/LineDetector/Crossed/&1/Door',
    {
      UtcTime: '2026-03-01T10:00:00Z',
      Data: { ObjectId: '7', Object: { Object: [{ Appearance: { Class: { Type: [{ '#text': 'Person' }] } } }] } },
    },
    [{ kind: 'door.count', in: 1, out: 0 }],
  ],
  [
    'Impinj on a topic of its own, EPC in base64',
    'shop/rfid',
    {
      timestamp: '2026-01-01T10:00:00Z',
      eventType: 'tagInventory',
      tagInventoryEvent: { epc: 'ikUCJA==', antennaPort: 1, peakRssiCdbm: -3200 },
    },
    [{ device: 'reader', kind: 'rfid.read', epc: '8A450224', rssiDbm: -32 }],
  ],
  [
    'Impinj on a topic nobody knows',
    'somewhere',
    {
      timestamp: '2026-01-01T10:00:00Z',
      hostname: 'r-1',
      eventType: 'tagInventory',
      tagInventoryEvent: { epcHex: 'E28011', peakRssiCdbm: -3200 },
    },
    [{ kind: 'rfid.read', epc: 'E28011' }],
  ],
  [
    'Ingics lines with sensors among them',
    'ingics/gw',
    '$GPRP,CDCB34E2D0A2,77AE1C1DC33D,-91,02010612FF0D0083BCAD0000A20B4700FFFF14000000\r\n$GPRP,AC233F23BB8C,77AE1C1DC33D,-44,0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782527514C79C5,1772359200\r\n',
    [
      { device: 'ingics:unplaced', kind: 'climate', temperatureC: 29.78, humidityPercent: 71 },
      {
        kind: 'ble.sighting',
        beacon: 'FDA50693-A4E2-4FB1-AFCF-C6EB07647825-10065-19577',
        rssiDbm: -44,
        txPowerDbm: -59,
        atMs: 1_772_359_200_000,
      },
    ],
  ],
  [
    'Ingics door in JSON',
    'ingics/gw',
    { data: ['$GPRP,FDB69134E063,F008D1789200,-75,02010612FF2C0883BC2D0100AAAA04000000310A1000'] },
    [{ kind: 'contact', open: true }],
  ],
  [
    'Minew with a sensor',
    '/gw/ac233fc001ea/status',
    [
      { timestamp: '2026-03-01T10:00:00Z', type: 'Gateway', mac: 'AC233FC001EA' },
      { timestamp: '2026-03-01T10:00:00Z', type: 'S1', mac: 'AC233FA018E3', rssi: -54, battery: 100, temperature: 26.69, humidity: 65.14 },
      {
        timestamp: 1_772_359_200_000,
        type: 'Unknown',
        mac: 'AABBCCDDEEFF',
        rssi: -79,
        rawData: '0201060303E1FF0D16E1FFA10264000832A03F23AC',
      },
    ],
    [
      { kind: 'climate', temperatureC: 26.69, humidityPercent: 65.14 },
      { batteryPercent: 100 },
      { beacon: 'AA:BB:CC:DD:EE:FF', rssiDbm: -79 },
    ],
  ],
  [
    'ESPHome weight in kilograms',
    'shelf-node/sensor/rack_weight_kg/state',
    '1.2345',
    [{ device: 'esphome:shelf-node', kind: 'shelf.weight', grams: 1_234.5 }],
  ],
  ['ESPHome door', 'node/binary_sensor/back_door/state', 'OFF', [{ kind: 'contact', open: false }]],
  [
    'mqtt_room by its iBeacon',
    'room_presence/kitchen',
    { id: '5a3f1c9d0e42', uuid: 'fda50693a4e24fb1afcfc6eb07647825', major: 10065, minor: 19577, rssi: -70 },
    [{ beacon: 'FDA50693-A4E2-4FB1-AFCF-C6EB07647825-10065-19577' }],
  ],
  [
    'SceneScape region',
    'scenescape/event/region/scene-1/queue/count',
    { timestamp: '2026-03-01T10:00:00Z', counts: { person: 2 } },
    [{ device: 'scenescape:queue', kind: 'presence', count: 2 }],
  ],
  [
    'a till',
    'pos/till-1/receipt',
    {
      receipt: 'R-1',
      lines: [
        { sku: 'a', amount: 1.1 },
        { sku: 'b', quantity: -1, amount: -2.5 },
      ],
      codes: ['X'],
    },
    [
      {
        kind: 'pos.sale',
        lines: [
          { sku: 'a', quantity: 1, cents: 110 },
          { sku: 'b', quantity: -1, cents: -250 },
        ],
      },
    ],
  ],
];

/** And what of it is not for us. */
const NOT_FOR_US: readonly Refused[] = [
  [
    'a car',
    'frigate/events',
    { type: 'new', after: { id: 'x', camera: 'aisle', label: 'car', score: 0.9, box: [0, 0, 1, 1] } },
    'ignored not-a-person',
  ],
  ['a count of cats', 'frigate/aisle/cat', '2', 'ignored not-a-person'],
  ['somebody who left', 'frigate/events', { type: 'end', after: { id: 'x', camera: 'aisle', label: 'person' } }, 'ignored object-gone'],
  [
    'a vehicle over a line',
    'Cam1/onvif-ej/RuleEngine/LineDetector/Crossed/&1',
    { Data: { ClassTypes: 'Vehicle' } },
    'ignored not-a-person',
  ],
  [
    'what a camera repeats to a new listener',
    'Cam1/onvif-ej/RuleEngine/LineDetector/Crossed/&1',
    { PropertyOperation: 'Initialized', Data: { ObjectId: '7' } },
    'ignored already-happened',
  ],
  ['a running total', 'Cam1/onvif-ej/RuleEngine/CountAggregation/Counter/&1/In', { Data: { Count: '912' } }, 'ignored running-total'],
  [
    'pictures that move',
    'axis/1/event/tns:axis/CameraApplicationPlatform/VMD/Camera1Profile1',
    { topic: 'axis:CameraApplicationPlatform/VMD/Camera1Profile1', timestamp: 1, message: { data: { active: '1' } } },
    'ignored picture-motion',
  ],
  ['a command', 'zigbee2mqtt/lamp/set', { state: 'ON' }, 'ignored command'],
  ['bridge talk', 'zigbee2mqtt/bridge/devices', '[]', 'ignored bridge'],
  ['a lamp', 'zigbee2mqtt/lamp', { state: 'ON', brightness: 10 }, 'ignored no-reading'],
  ['a sensor that knows nothing', 'node/sensor/room_temperature/state', 'nan', 'ignored unavailable'],
  ['energy', 'tele/plug/SENSOR', { Time: 'x', ENERGY: { Power: 12 } }, 'ignored no-reading'],
  ['an RPC answer', 'shelly-1/events/rpc', { id: 1, src: 's', result: {} }, 'ignored other-rpc'],
  ['heartbeats', 'ingics/gw', '$HBRP,F008D1789200,F008D1789200,-127,00000000', 'ignored heartbeat'],
  ['a visitor’s laptop', 'espresense/devices/msft:cdp/office', { rssi: -80 }, 'ignored not-a-tag'],
  ['a topic that nobody knows', 'weather/outside', { temperature: 3 }, 'ignored unknown-topic'],
];

describe('what families send besides what was captured', () => {
  itDecodes(decode, { reads: READS, refused: NOT_FOR_US });

  it('a press that a broker repeats is not a press; that a device is there still holds', () => {
    expect(decode('zigbee2mqtt/b', { action: 'single', battery: 80 }, true)).toMatchObject({ readings: [{ kind: 'device.status' }] });
    expect(decode('zigbee2mqtt/b', { action: 'single' }, true)).toEqual({ kind: 'ignored', reason: 'retained' });
  });
});
