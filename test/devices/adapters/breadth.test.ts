import { describe, expect, it } from 'vitest';
import { ADVERTISEMENT, BEACON, decoderOf, itDecodes, type Read, type Refused } from './capture-table.ts';

const decode = decoderOf({
  devices: [
    { id: 'gauge', adapter: 'homie', knownAs: 'scale-7', weightUnit: 'kg', slot: '07-1' },
    { id: 'hall', adapter: 'disruptive', knownAs: 'bchonol7' },
    { id: 'scale', adapter: 'openmqttgateway', knownAs: '5C:CA:D3:00:00:01', slot: '02-1' },
  ],
  tags: [BEACON],
});

/** What the documentation of each family shows. */
const READS: readonly Read[] = [
  ['Homie 4 weight', 'homie/shelf-1/scale/weight', '1242.5', [{ device: 'homie:shelf-1', kind: 'shelf.weight', grams: 1_242.5 }]],
  ['Homie weight in the unit of the device', 'homie/scale-7/scale/weight', '1.25', [{ device: 'gauge', slot: '07-1', grams: 1_250 }]],
  ['Homie 5 temperature', 'homie/5/env-1/climate/temperature', '21.5', [{ device: 'homie:env-1', kind: 'climate', temperatureC: 21.5 }]],
  ['Homie door', 'homie/door-1/sensor/door', 'true', [{ kind: 'contact', open: true }]],
  ['Homie motion', 'homie/m-1/sensor/motion', 'false', [{ kind: 'occupancy', occupied: false }]],
  ['Homie device lost', 'homie/door-1/$state', 'lost', [{ device: 'homie:door-1', online: false }]],
  ['Homie 3 battery', 'homie/door-1/$stats/battery', '88', [{ batteryPercent: 88 }]],
  [
    'Home Assistant door',
    'homeassistant/binary_sensor/back_door/state',
    'on',
    [{ device: 'home-assistant:back_door', kind: 'contact', open: true }],
  ],
  ['Home Assistant weight in pounds', 'statestream/sensor/bin_weight_lb/state', '2', [{ kind: 'shelf.weight', grams: 907.184_74 }]],
  ['Home Assistant humidity', 'homeassistant/sensor/cellar_humidity/state', '61.2', [{ kind: 'climate', humidityPercent: 61.2 }]],
  ['Home Assistant temperature with its unit', 'homeassistant/sensor/cellar_temperature_f/state', '68', [{ temperatureC: 20 }]],
  ['Wiren Board', '/devices/wb-msw-v3_21/controls/Temperature', '23.4', [{ device: 'wirenboard:wb-msw-v3_21', temperatureC: 23.4 }]],
  [
    'KGateway, decoded and raw, signal as text',
    'kbeacon/publish/68B9D3DFE78C',
    {
      msg: 'advData',
      gmac: '68B9D3DFE78C',
      obj: [
        {
          type: 1,
          dmac: 'DD3304130897',
          uuid: '7777772E6B6B6D636E2E636F6D000001',
          majorID: 2,
          minorID: 30_025,
          refpower: -59,
          rssi: -65,
          time: '2021-10-08 13:42:48',
        },
        { dmac: '4105020A33DD', rssi: '-50', data1: ADVERTISEMENT },
        { type: 16, dmac: 'DD3304130897', refPwr: -14, url: '00', rssi: -64 },
      ],
    },
    [
      { beacon: '7777772e-6b6b-6d63-6e2e-636f6d000001-2-30025', rssiDbm: -65, txPowerDbm: -59 },
      { beacon: BEACON, rssiDbm: -50 },
      { beacon: 'dd:33:04:13:08:97', rssiDbm: -64 },
    ],
  ],
  [
    'KIWI on a topic of its own',
    'ble',
    { gw: 'esp32-ce12ba', mac: '7f:d3:87:0b:ac:d5', rssi: -16, adv: ADVERTISEMENT },
    [{ device: 'raw-advertisements:esp32-ce12ba', beacon: BEACON }],
  ],
  [
    'Happy Bubbles, raw',
    'happy-bubbles/ble/kitchen/raw/c0ffee000001',
    { hostname: 'kitchen', mac: 'c0ffee000001', rssi: '-68', is_scan_response: '0', type: '3', data: ADVERTISEMENT },
    [{ beacon: BEACON, rssiDbm: -68 }],
  ],
  [
    'Tasmota, a beacon it hears',
    'tele/ib/SENSOR',
    { Time: '2021-02-04T23:20:22', IBEACON: { MAC: 'FFFFA0003B19', NAME: 'iB1', RSSI: -81, STATE: 'ON', PERSEC: 10 } },
    [{ device: 'tasmota:ib', kind: 'ble.sighting', beacon: 'ff:ff:a0:00:3b:19', rssiDbm: -81 }],
  ],
  [
    'Tasmota, an iBeacon',
    'tele/ib/SENSOR',
    { IBEACON: { MAC: 'FFFFA0003B19', UID: '1DE4B189115E45F6B44E509352269977', MAJOR: '0001', MINOR: '0002', RSSI: -70, STATE: 'ON' } },
    [{ beacon: BEACON }],
  ],
  ['Tasmota, RFID at 125 kHz', 'tele/r/SENSOR', { Time: 'x', RDM6300: { UID: '8D00166A' } }, [{ kind: 'rfid.read', epc: '8D00166A' }]],
  ['Tasmota, a button of old', 'stat/t/BUTTON1', { ACTION: 'SINGLE' }, [{ kind: 'button', action: 'single' }]],
  [
    'Shelly as a Bluetooth scanner',
    'shelly-1/events/rpc',
    {
      src: 'shelly-1',
      method: 'NotifyEvent',
      params: {
        ts: 1_772_445_600,
        events: [
          {
            component: 'script:1',
            event: 'ble.scan_result',
            data: [2, [['c0:ff:ee:00:00:01', -50, Buffer.from(ADVERTISEMENT, 'hex').toString('base64'), '']]],
          },
        ],
      },
    },
    [{ device: 'shelly:shelly-1', kind: 'ble.sighting', beacon: BEACON, rssiDbm: -50 }],
  ],
  [
    'Shelly, a BLU door heard by a script',
    'shelly-1/events/rpc',
    {
      method: 'NotifyEvent',
      params: {
        events: [
          {
            component: 'script:1',
            event: 'shelly-blu',
            data: { encryption: false, BTHome_version: 2, window: 1, battery: 90, rssi: -60, address: '11:22:33:44:55:66' },
          },
        ],
      },
    },
    [{ kind: 'contact', open: true }, { batteryPercent: 90 }],
  ],
  [
    'Shelly BLU remote, third button',
    'shelly-blu/events/11:22:33:44:55:66',
    { BTHome_version: 2, button: [0, 0, 1, 0], battery: 80 },
    [{ action: '3_single' }, { batteryPercent: 80 }],
  ],
  [
    'Zigbee2MQTT, a value a topic',
    'zigbee2mqtt/back door/contact',
    'false',
    [{ device: 'zigbee2mqtt:back_door', kind: 'contact', open: true }],
  ],
  ['Zigbee2MQTT, an action on its topic', 'zigbee2mqtt/b1/action', 'double', [{ kind: 'button', action: 'double' }]],
  [
    'Zigbee2MQTT, a device with such a name',
    'zigbee2mqtt/shop/contact',
    { contact: true },
    [{ device: 'zigbee2mqtt:shop_contact', open: false }],
  ],
  [
    'Zigbee2MQTT, last seen in milliseconds',
    'zigbee2mqtt/d',
    { contact: true, last_seen: 1_772_359_200_000 },
    [{ atMs: 1_772_359_200_000 }],
  ],
  [
    'OpenMQTTGateway, a wired sensor',
    'home/gw/CLIMAtoMQTT/htu',
    { tempc: 25.3, tempf: 77.6, hum: 56.5 },
    [{ device: 'openmqttgateway:gw', temperatureC: 25.3 }],
  ],
  ['OpenMQTTGateway, Fahrenheit by its unit', 'home/gw/CLIMAtoMQTT/ds1820/0x28', { temp: 68, unit: 'F' }, [{ temperatureC: 20 }]],
  [
    'OpenMQTTGateway, rtl_433',
    'home/gw/RTL_433toMQTT/X/1',
    { model: 'X', id: 1, temperature_C: 4.5, humidity: 40 },
    [{ device: 'openmqttgateway:X_1', temperatureC: 4.5 }],
  ],
  [
    'Theengs, something on a scale',
    'home/gw/BTtoMQTT/5CCAD3000001',
    { id: '5C:CA:D3:00:00:01', rssi: -60, type: 'SCALE', weighing_mode: 'object', unit: 'lb', weight: 2 },
    [{ device: 'scale', slot: '02-1', grams: 907.184_74 }],
  ],
  [
    'Theengs, SwitchBot contact',
    'home/gw/BTtoMQTT/AABBCC000001',
    { id: 'AA:BB:CC:00:00:01', type: 'CTMO', cont: true, contact: 'timeout not closed', motion: true, batt: 65 },
    [{ kind: 'contact', open: true }, { occupied: true }, { batteryPercent: 65 }],
  ],
  [
    'Theengs, a Shelly BLU button',
    'home/gw/BTtoMQTT/AABBCC000001',
    { id: 'AA:BB:CC:00:00:01', model_id: 'SBBT-002C', button: 2 },
    [{ action: 'double' }],
  ],
  ['ESPresense, a button', 'espresense/rooms/office/button_1', 'ON', [{ kind: 'button', action: 'press' }]],
  ['ESPresense, climate by its chip', 'espresense/rooms/office/bme280_temperature', '21.5', [{ temperatureC: 21.5 }]],
  ['ESPHome, an event', 'node/event/doorbell/state', { event_type: 'double_click' }, [{ kind: 'button', action: 'double_click' }]],
  ['ESPHome, a tag', 'node/text_sensor/nfc_tag/state', '74-10-37-94', [{ kind: 'rfid.read', epc: '74-10-37-94' }]],
  [
    'ChirpStack, battery of a sensor',
    'application/7/device/24e1/event/status',
    { deviceInfo: { deviceName: 'd' }, batteryLevel: 87.4, batteryLevelUnavailable: false },
    [{ batteryPercent: 87.4 }],
  ],
  [
    'Helium',
    'helium/24e1/rx',
    { name: 'fridge', reported_at: 1_772_359_200_000, decoded: { payload: { temperature: 4.5 } } },
    [{ device: 'lorawan:fridge', atMs: 1_772_359_200_000 }],
  ],
  [
    'Elsys, movements counted',
    'application/7/device/24e1/event/up',
    { object: { temperature: 21, motion: 3, light: 120 } },
    [{ illuminanceLux: 120 }, { occupied: true }],
  ],
  [
    'Disruptive Technologies, a door',
    'disruptive/x',
    {
      event: {
        targetName: 'projects/p/devices/bchonol7',
        eventType: 'objectPresent',
        data: { objectPresent: { state: 'NOT_PRESENT' } },
        timestamp: '2026-03-01T10:00:00.7Z',
      },
    },
    [{ device: 'hall', kind: 'contact', open: true, atMs: 1_772_359_200_700 }],
  ],
  [
    'EPCIS',
    'epcis/dock',
    { type: 'ObjectEvent', action: 'OBSERVE', eventTime: '2026-03-01T10:00:00Z', epcList: ['urn:epc:id:sgtin:0614141.107346.2017'] },
    [{ device: 'epcis:dock', epc: 'urn:epc:id:sgtin:0614141.107346.2017' }],
  ],
  // Ruuvi: vectors of the specification for C5, and made by it for 6 and E1.
  [
    'Ruuvi data format C5',
    'ruuvi/gw/C8:25:2D:8E:9C:2C',
    { rssi: -63, data: '15FF9904C512FC5394C37CAC364200CDCBB8334C884F' },
    [{ temperatureC: 24.3, humidityPercent: 53.49 }, { kind: 'device.status' }],
  ],
  [
    'Ruuvi Air, data format 6',
    'ruuvi/gw/C8:25:2D:8E:9C:2C',
    { rssi: -63, data: '17FF990406170C5668C79E007000C90501D9FFCD004C884F' },
    [{ temperatureC: 29.5, humidityPercent: 55.3, co2Ppm: 201 }],
  ],
  [
    'Zebra, several in one message',
    'zebra/door/tevents',
    [{ data: { idHex: 'e280', peakRssi: -50 }, type: 'SIMPLE' }, { data: { idHex: 'e281' } }],
    [{ epc: 'e280', rssiDbm: -50 }, { epc: 'e281' }],
  ],
  [
    'KGateway, one that is not in a list',
    'kbeacon/publish/68B9D3DFE78C',
    { gmac: '68B9D3DFE78C', obj: { dmac: '4105020A33DD', rssi: -50 } },
    [{ beacon: '41:05:02:0a:33:dd' }],
  ],
  [
    'Shelly, a BLU device that it speaks for',
    'shelly-1/events/rpc',
    { src: 'shelly-1', method: 'NotifyStatus', params: { ts: 1_772_445_600, 'bthomedevice:200': { id: 200, rssi: -61, battery: 90 } } },
    [{ device: 'shelly:shelly-1_bthomedevice:200', batteryPercent: 90 }],
  ],
  ['a number with a comma', 'homie/env-1/climate/temperature', '21,5', [{ temperatureC: 21.5 }]],
  ['a byte order mark', 'zigbee2mqtt/d', '\ufeff{"contact":true}', [{ kind: 'contact', open: false }]],
];

const NOT_FOR_US: readonly Refused[] = [
  ['a face', 'double-take/matches/john', { match: { name: 'john' } }, 'ignored identifies-people'],
  ['a plate', 'cameras/drive/lpr', '123ABC', 'ignored identifies-people'],
  ['a phone', 'owntracks/ana/phone', { _type: 'location', lat: 1, lon: 2 }, 'ignored follows-people'],
  ['who is home', 'homeassistant/person/ana/state', 'home', 'ignored follows-people'],
  ['coordinates of tags', 'dwm/node/c69f/uplink/location', { position: { x: 1, y: 2, z: 0, quality: 65 } }, 'ignored positions'],
  ['discovery', 'homeassistant/sensor/x/config', {}, 'ignored discovery'],
  ['discovery of a node', 'homeassistant/binary_sensor/espresense_1/motion/config', {}, 'ignored discovery'],
  ['Home Assistant itself', 'homeassistant/status', 'online', 'ignored host-state'],
  ['a lamp', 'homeassistant/light/hall/state', 'on', 'ignored other-entity'],
  ['a temperature without its unit', 'homeassistant/sensor/cellar_temperature/state', '68', 'ignored no-reading'],
  ['a weight without its unit', 'homeassistant/sensor/bin_weight/state', '68', 'ignored no-reading'],
  ['a door bell', 'homeassistant/binary_sensor/doorbell/state', 'on', 'ignored no-reading'],
  ['unavailable', 'homeassistant/binary_sensor/back_door/state', 'unavailable', 'ignored unavailable'],
  ['unknown', 'homie/env-1/climate/temperature', 'unknown', 'ignored unavailable'],
  ['nan', 'frigate/aisle/person', 'NaN', 'ignored unavailable'],
  ['a Homie attribute', 'homie/env-1/climate/temperature/$unit', '°C', 'ignored attribute'],
  ['a Homie description', 'homie/5/env-1/$description', { version: 1 }, 'ignored attribute'],
  ['a Homie command', 'homie/lamp/relay/power/set', 'true', 'ignored command'],
  ['a beacon that Tasmota lost', 'tele/ib/SENSOR', { IBEACON: { MAC: 'A4C1387FC1E1', RSSI: -56, STATE: 'OFF' } }, 'ignored no-reading'],
  ['a reader without a tag', 'tele/r/SENSOR', { RDM6300: { UID: '00000000' } }, 'ignored no-reading'],
  [
    'somebody’s weight',
    'home/gw/BTtoMQTT/5CCAD3000001',
    { id: '5C:CA:D3:00:00:01', weighing_mode: 'person', unit: 'kg', weight: 72.45, impedance: 503 },
    'ignored body-weight',
  ],
  [
    'a curtain that moves',
    'home/gw/BTtoMQTT/AABBCC000001',
    { id: 'AA:BB:CC:00:00:01', type: 'WCVR', moving: true },
    'ignored nothing-known',
  ],
  ['a code of a remote control', 'home/gw/433toMQTT', { value: 1_315_156, protocol: 1, length: 24, delay: 317 }, 'ignored radio-code'],
  ['a command to a gateway', 'home/gw/commands/MQTTtoBT/config', { interval: 0 }, 'ignored command'],
  ['counts of a load cell without calibration', 'espresense/rooms/office/raw_weight', '8388', 'ignored uncalibrated'],
  ['a setting of a node', 'espresense/rooms/office/max_distance/set', '5', 'ignored command'],
  ['a setting of a beacon', 'espresense/settings/phone:x/config', { id: 'phone:x', name: 'Ana' }, 'ignored setting'],
  [
    'a way that is over',
    'axis/1/analytics/tracks',
    { id: 't', classes: [{ type: 'Human', score: 0.9 }], duration: 4.2, observations: [{ bounding_box: {} }] },
    'ignored past-track',
  ],
  [
    'what an Axis camera repeats',
    'axis/1/event/tns:axis/CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1',
    { topic: 'axis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1', initial: true, message: { data: { reason: 'human' } } },
    'ignored already-happened',
  ],
  ['another value of a Zigbee device', 'zigbee2mqtt/back door/linkquality', '87', 'ignored other-attribute'],
  ['a LoRaWAN gateway', 'eu868/gateway/0016c001f153a14c/event/up', Buffer.of(8, 1, 18), 'ignored network-event'],
  [
    'a battery that nobody knows',
    'application/7/device/24e1/event/status',
    { batteryLevel: 0, batteryLevelUnavailable: true },
    'ignored no-reading',
  ],
  [
    'goods that were packed',
    'epcis/dock',
    { type: 'ObjectEvent', action: 'ADD', epcList: ['urn:epc:id:sgtin:0614141.107346.2017'] },
    'ignored no-reading',
  ],
  ['the distance of somebody to a radar', 'node/sensor/moving_distance/state', '120', 'ignored no-reading'],
  ['one of several counts of a radar', 'node/sensor/ld2450_moving_target_count/state', '2', 'ignored no-reading'],
  ['how loud a tag is', 'node/sensor/cart_17_rssi/state', '-71', 'ignored no-reading'],
  ['the battery of a thermometer, as if it were warm', 'homie/env-1/climate/temperature-level', '87', 'ignored no-reading'],
  ['a door that is low on battery', 'homeassistant/binary_sensor/front_door_battery_low/state', 'on', 'ignored no-reading'],
  ['a lock on a door', 'node/binary_sensor/front_door_lock/state', 'ON', 'ignored no-reading'],
  ['a laser that sees nothing', 'tele/t/SENSOR', { Time: 'x', VL53L0X: { Distance: 8191 } }, 'ignored no-reading'],
  [
    'a plate by ONVIF',
    'cam/onvif-ej/RuleEngine/LicensePlateRecognition/Plate',
    { UtcTime: '2026-03-01T10:00:00Z', Data: { Plate: '123' } },
    'ignored identifies-people',
  ],
  ['who somebody is, by Frigate', 'frigate/front/classification/staff', 'ana', 'ignored identifies-people'],
  ['gzip', 'zigbee2mqtt/d', Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab), 'malformed compressed'],
  ['MessagePack', 'moko/gw/send', Buffer.of(0x82, 0xa1, 0x76, 0xa5, 0xff), 'malformed message-pack'],
  ['a picture', 'espresense/rooms/office/telemetry', Buffer.of(0xff, 0xd8, 0xff, 0xe0, 0, 16), 'ignored frame'],
  ['thousands or thousandths', 'homie/shelf-1/scale/weight', '1,242', 'malformed field'],
];

describe('what else a store may own', () => {
  itDecodes(decode, { reads: READS, refused: NOT_FOR_US });

  it('a retained state of any family is no event of now', () => {
    for (const [, topic, payload] of READS) {
      const decoded = decode(topic, payload, true);
      if (decoded.kind === 'readings') expect(decoded.readings.every(({ kind }) => kind === 'device.status')).toBe(true);
    }
  });
});
