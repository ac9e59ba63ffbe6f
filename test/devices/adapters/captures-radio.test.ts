import { ADVERTISEMENT, BEACON, describeCaptures, type Read, type Refused } from './capture-table.ts';

const heard = (rssiDbm: number, beacon = BEACON) => [{ kind: 'ble.sighting', beacon, rssiDbm }];
const read = (epc: string) => ({ kind: 'rfid.read', epc });
const GATEWAY = 'home/gw/BTtoMQTT/A4C138000001';

function theengs(said: object): object {
  return { id: 'A4:C1:38:00:00:01', rssi: -66, ...said };
}

function inventory(epc: object): string {
  return JSON.stringify({
    timestamp: '2026-03-01T10:00:00.1Z',
    hostname: 'dock',
    eventType: 'tagInventory',
    tagInventoryEvent: { antennaPort: 1, ...epc },
  });
}

const READS: readonly Read[] = [
  [
    'MOKO, the older protocol',
    '/MK107/c0ffee000009/send',
    {
      msg_id: 3004,
      device_info: { device_id: 'g', mac: 'c0ffee000009' },
      data: [
        {
          type: 0,
          value: { type: 'ibeacon', mac: 'C0FFEE000001', rssi: -70, uuid: '1DE4B189115E45F6B44E509352269977', major: 1, minor: 2 },
        },
        { type: 8, value: { type: 'unknown', mac: 'C0FFEE000001', rssi: -71, raw: ADVERTISEMENT } },
        { type: 8, value: { type: 'unknown', mac: 'C0FFEE000001', rssi: -72, 'raw data': ADVERTISEMENT } },
      ],
    },
    [...heard(-70), ...heard(-71), ...heard(-72)],
  ],
  [
    'MOKO, the gateway is there',
    '/MK107/c0ffee000009/send',
    { msg_id: 3003, device_info: { mac: 'c0ffee000009' }, data: { net_state: 'online' } },
    [{ kind: 'device.status', online: true }],
  ],
  [
    'April Brother',
    'abgw/1',
    {
      v: 1,
      mid: 12,
      mac: 'C0FFEE000009',
      devices: [
        [0, 'C0FFEE000001', -81, ADVERTISEMENT],
        [3, 'C0FFEE000002', -90, '020106'],
      ],
      rssi: -40,
    },
    [...heard(-81), ...heard(-90, 'c0:ff:ee:00:00:02')],
  ],
  [
    'HCBG',
    'GwData',
    {
      pkt_type: 'scan_report',
      gw_addr: 'c0ffee000009',
      data: {
        dev_infos: [{ addr: 'c0ffee000001', rssi: -61, ibcn_uuid: '1de4b189-115e-45f6-b44e-509352269977', ibcn_major: 1, ibcn_minor: 2 }],
      },
    },
    heard(-61),
  ],
  [
    'Cassia, a list',
    'cassia/hall/scan',
    [
      { bdaddrs: [{ bdaddr: 'C0:FF:EE:00:00:01' }], rssi: -58, adData: ADVERTISEMENT },
      { bdaddrs: [{ bdaddr: 'C0:FF:EE:00:00:02' }], rssi: -59 },
    ],
    [...heard(-58), ...heard(-59, 'c0:ff:ee:00:00:02')],
  ],
  [
    'Minew, a beacon that measures nothing',
    '/gw/x/status',
    [
      {
        type: 'iBeacon',
        mac: 'C0FFEE000001',
        rssi: -60,
        ibeaconUuid: '1DE4B189115E45F6B44E509352269977',
        ibeaconMajor: 1,
        ibeaconMinor: 2,
        temperature: 0,
        humidity: 0,
        battery: 0,
      },
    ],
    heard(-60),
  ],
  [
    'Ingics, warmth in front of a sensor',
    'ingics/gw',
    '$GPRP,C0FFEE000001,C0FFEE000009,-82,02010612FF2C0883BC380120C0086608000048080400',
    [
      { kind: 'occupancy', occupied: true },
      { kind: 'climate', temperatureC: 22.4 },
    ],
  ],
  [
    'room-assistant, the tag by its own name',
    'room-assistant/sensor/ble-tag-seven-tracker/attributes',
    { tagId: BEACON, distances: { hall: { distance: 1, outOfRange: false } } },
    heard(-59),
  ],
  [
    'room-assistant, an instance that is away',
    'room-assistant/status/hall',
    'offline',
    [{ device: 'room-assistant:hall', kind: 'device.status', online: false }],
  ],
  [
    'OpenMQTTGateway, Eddystone undecoded',
    GATEWAY,
    theengs({ servicedata: '00e7c0ffee000000000000000000000000010000', servicedatauuid: '0xfeaa' }),
    heard(-66, 'c0ffee00000000000000-000000000001'),
  ],
  [
    'OpenMQTTGateway, BTHome undecoded',
    GATEWAY,
    theengs({ servicedata: '40016402c409', servicedatauuid: 'fcd2' }),
    [{ kind: 'climate', temperatureC: 25 }, { batteryPercent: 100 }],
  ],
  [
    'Theengs, a button that was pressed',
    GATEWAY,
    theengs({ model_id: 'H5122', button: 'pressed' }),
    [{ kind: 'button', action: 'single' }, { kind: 'device.status' }],
  ],
  [
    'Ruuvi, decoded by its gateway',
    'ruuvi/c0:ff:ee:00:00:09/c0:ff:ee:00:00:01',
    { rssi: -60, ts: 1_772_359_200, dataFormat: 5, temperature: 4.5, humidity: 61 },
    [{ kind: 'climate', temperatureC: 4.5, humidityPercent: 61 }],
  ],
  [
    'Impinj, one read a line',
    'impinj/dock/events',
    `${inventory({ epcHex: 'E28001' })}\r\n${inventory({ epcHex: 'E28002' })}\r\n`,
    [read('E28001'), read('E28002')],
  ],
  ['Impinj, base64 of web addresses', 'impinj/dock/events', inventory({ epc: '4oARkaUDAGXybMv_' }), [read('E2801191A5030065F26CCBFF')]],
  ['Tasmota, a Wiegand card', 'tele/gate/SENSOR', { Time: 'x', Wiegand: { UID: 4_302_741_608, Size: 34 } }, [read('4302741608')]],
];

const REFUSED: readonly Refused[] = [
  ['a phone', GATEWAY, theengs({ brand: 'APPLE', model_id: 'APPLE', type: 'PHONE', track: true, prmac: true }), 'ignored not-a-tag'],
  ['a watch', GATEWAY, theengs({ model_id: 'APPLEWATCH', type: 'WATCH', unlocked: true }), 'ignored not-a-tag'],
  ['a laptop', GATEWAY, theengs({ model_id: 'MS-CDP', type: 'UNIQ', device: 'laptop', prmac: true }), 'ignored not-a-tag'],
  ['the heart of somebody', GATEWAY, theengs({ model_id: 'H10', type: 'HEALTH', bpm: 71 }), 'ignored not-a-tag'],
  ['somebody on a scale that names no mode', GATEWAY, theengs({ type: 'BODY', unit: 'kg', weight: 61.3 }), 'ignored body-weight'],
  ['somebody’s keys', 'espresense/devices/tile:c0ffee/office', { id: 'tile:c0ffee', rssi: -80 }, 'ignored not-a-tag'],
  ['who is in which room', 'room-assistant/device_tracker/ble-x/state', 'home', 'ignored follows-people'],
  ['a gateway’s page', 'home/gw/WebUItoMQTT', { displayMetric: true }, 'ignored gateway-info'],
  ['a KGateway that is alive', 'kbeacon/publish/C0FFEE000009', { msg: 'alive', gmac: 'C0FFEE000009' }, 'ignored gateway-info'],
  ['an HCBG gateway that is alive', 'GwData', { pkt_type: 'state', gw_addr: 'c0ffee000009', data: {} }, 'ignored gateway-info'],
  [
    'a reader that starts',
    'impinj/dock/events',
    { eventType: 'inventoryStatus', inventoryStatusEvent: { inventoryStatus: 'running' } },
    'ignored reader-status',
  ],
  ['a read without a number', 'impinj/dock/events', inventory({ tidHex: 'E280' }), 'ignored no-epc'],
  ['half of a stream', 'impinj/dock/events', `${inventory({ epcHex: 'E28001' })}\n{"timestamp":`, 'malformed not-json'],
  ['MessagePack on a topic that nobody knows', 'gateways/1', Buffer.of(0x86, 0xa1, 0x76, 0xff), 'ignored message-pack'],
  ['where a lorry is', '86000000/data', { state: { reported: { latlng: '54.1,25.2', sp: 0 } } }, 'ignored positions'],
  ['somebody’s scale at home', 'miscale/ana/weight', '71.2', 'ignored body-weight'],
];

describeCaptures('tags and radios', { reads: READS, refused: REFUSED });
