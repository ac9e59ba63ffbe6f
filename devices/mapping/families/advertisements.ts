import type { MappingFamily } from './family.ts';

const BEACON = 'iBeacon(uuid, majorID, minorID) ?? beaconIn(data1) ?? beaconIn(data2) ?? dmac';

/** KBeacon's KGateway: what was heard as a list, decoded or raw. The times have no zone, so the time of receipt counts. */
export const KGATEWAY = {
  spec: {
    name: 'kgateway',
    title: 'KBeacon KGateway',
    description: 'Bluetooth gateways of KBeacon (KKM); known by the gateway address that they send as gmac',
    messages: [
      {
        topic: ['kbeacon/publish/{device}', 'kbeacon/publish', 'kgateway/{device}'],
        device: { path: '$.gmac' },
        each: 'obj',
        when: 'defined(dmac) and defined(rssi)',
        readings: [
          {
            kind: 'ble.sighting',
            fields: {
              beacon: { expression: BEACON },
              rssiDbm: 'rssi',
              txPowerDbm: { expression: 'defined(majorID) ? (refpower ?? refPwr) : null' },
            },
          },
        ],
        otherwise: [{ when: 'not defined(obj)', ignore: 'gateway-info' }, { ignore: 'nothing-heard' }],
      },
      { topic: 'kbeacon/{rest...}', ignore: 'gateway-command' },
    ],
  },
  extras: {
    bridgeTopics: ['kbeacon/publish/#'],
    examples: [
      {
        topic: 'kbeacon/publish/{device}',
        payload:
          '{"msg":"advData","gmac":"{device}","obj":[{"type":1,"dmac":"C0FFEE000001","uuid":"1DE4B189115E45F6B44E509352269977","majorID":1,"minorID":2,"refpower":-59,"rssi":-65,"time":"2026-03-01 10:00:00"}]}',
        reads: ['ble.sighting'],
      },
    ],
    setup: "In the gateway's app, MQTT: host {host}, port {port}, user {user}, password {password}, publish topic kbeacon/publish/{device}",
    recognises: (text: string) => text.includes('"gmac"') && text.includes('"dmac"'),
  },
} satisfies MappingFamily;

/** One raw advertisement a message, with the gateway and the address beside it, as small programs (Mongoose OS KIWI and others) send it. */
export const RAW_ADVERTISEMENTS = {
  spec: {
    name: 'raw-advertisements',
    title: 'Raw advertisements (Mongoose OS KIWI)',
    description: 'Gateways that post { gw, mac, rssi, adv }; known by the name that they send as gw',
    messages: [
      {
        topic: ['kiwi/{device}', 'kiwi/{device}/{rest...}'],
        device: { expression: 'gw ?? $device' },
        when: 'defined(mac) and defined(rssi)',
        readings: [
          {
            kind: 'ble.sighting',
            fields: { beacon: { expression: 'beaconIn(adv) ?? beaconIn(scan) ?? mac' }, rssiDbm: 'rssi' },
          },
        ],
      },
    ],
  },
  extras: {
    examples: [
      {
        topic: 'kiwi/{device}',
        payload:
          '{"gw":"{device}","mac":"c0:ff:ee:00:00:01","rssi":-66,"adv":"0201061aff4c0002151de4b189115e45f6b44e50935226997700010002c5"}',
        reads: ['ble.sighting'],
      },
    ],
    recognises: (text: string) => text.includes('"gw"') && text.includes('"adv"') && text.includes('"rssi"'),
  },
} satisfies MappingFamily;

/** Gateways with the HCBG protocol: what was heard as `data.dev_infos` of a `scan_report`. The times have no zone. */
export const HCBG = {
  spec: {
    name: 'hcbg',
    title: 'HCBG Bluetooth gateways',
    description: 'Bluetooth gateways with the JSON protocol HCBG; known by the gateway address that they send as gw_addr',
    messages: [
      {
        topic: ['hcbg/{device}', 'hcbg/{device}/{rest...}'],
        device: { path: '$.gw_addr' },
        each: 'data.dev_infos',
        when: "$.pkt_type == 'scan_report'",
        readings: [
          {
            kind: 'ble.sighting',
            optional: true,
            fields: {
              beacon: { expression: 'iBeacon(ibcn_uuid, ibcn_major, ibcn_minor) ?? beaconIn(adv_raw) ?? addr' },
              rssiDbm: 'rssi',
            },
          },
        ],
        otherwise: [{ when: "pkt_type != 'scan_report'", ignore: 'gateway-info' }, { ignore: 'nothing-heard' }],
      },
    ],
  },
  extras: {
    examples: [
      {
        topic: 'hcbg/{device}',
        payload:
          '{"pkt_type":"scan_report","gw_addr":"{device}","time":"2026-03-01 10:00:00","data":{"dev_num":1,"dev_infos":[{"addr":"c0ffee000001","rssi":-61,"ibcn_uuid":"1de4b189-115e-45f6-b44e-509352269977","ibcn_major":1,"ibcn_minor":2}]}}',
        reads: ['ble.sighting'],
      },
    ],
    recognises: (text: string) => text.includes('"pkt_type"') && text.includes('"gw_addr"'),
  },
} satisfies MappingFamily;
