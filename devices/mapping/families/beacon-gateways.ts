import type { MappingFamily } from './family.ts';

const BEACON = 'iBeacon(uuid, major, minor) ?? beaconIn(adv_data) ?? beaconIn(raw_data) ?? mac';
/** An older protocol has each of what was heard in a `value` of its own. */
const OLDER = 'iBeacon(value.uuid, value.major, value.minor) ?? beaconIn(value.raw) ?? beaconIn(`value.raw data`) ?? value.mac';

/** MOKO gateways (MKGW, MK107, MK110): an envelope with what was heard as a list. */
export const MOKO = {
  spec: {
    name: 'moko',
    title: 'MOKO gateways',
    description: 'Bluetooth gateways of MOKO Smart; known by the gateway address in their messages',
    messages: [
      {
        topic: ['/MK{model}/{device}/send', 'MK{model}/{device}/send', '/moko/{device}/send', 'moko/{device}/send'],
        device: { path: '$.device_info.mac' },
        each: 'data',
        readings: [
          {
            kind: 'ble.sighting',
            optional: true,
            when: 'defined(mac) and defined(rssi)',
            fields: { beacon: { expression: BEACON }, rssiDbm: 'rssi', txPowerDbm: 'rssi_1m' },
          },
          {
            kind: 'ble.sighting',
            optional: true,
            when: 'defined(value.mac) and defined(value.rssi)',
            fields: { beacon: { expression: OLDER }, rssiDbm: 'value.rssi', txPowerDbm: 'value.rssi_1m' },
          },
          { kind: 'device.status', optional: true, fields: { online: { path: 'net_state', map: { online: true, offline: false } } } },
        ],
        otherwise: [{ ignore: 'gateway-info' }],
      },
    ],
  },
  extras: {
    examples: [
      {
        topic: '/moko/{device}/send',
        payload:
          '{"msg_id":3070,"device_info":{"mac":"{device}"},"data":[{"timestamp":1772359200000,"type":"ibeacon","rssi":-63,"mac":"c0ffee000001","uuid":"1de4b189115e45f6b44e509352269977","major":1,"minor":2,"rssi_1m":-59}]}',
        reads: ['ble.sighting'],
      },
    ],
    setup: "In MOKO's app, MQTT settings: host {host}, port {port}, user {user}, password {password}, publish topic /moko/{device}/send",
    recognises: (text: string) => text.includes('"msg_id"') && text.includes('"device_info"') && text.includes('"rssi"'),
  },
} satisfies MappingFamily;

/** Cassia routers: one advertisement a message, raw. */
export const CASSIA = {
  spec: {
    name: 'cassia',
    title: 'Cassia routers',
    description: 'Bluetooth routers; known by the name in the topic cassia/<name>/...',
    messages: [
      {
        topic: ['cassia/{device}/{rest...}', 'cassia/{device}'],
        each: '$',
        when: 'defined(rssi) and defined(bdaddrs[0].bdaddr)',
        readings: [
          {
            kind: 'ble.sighting',
            fields: { beacon: { expression: 'beaconIn(adData) ?? beaconIn(scanData) ?? bdaddrs[0].bdaddr' }, rssiDbm: 'rssi' },
          },
        ],
      },
    ],
  },
  extras: {
    examples: [
      {
        topic: 'cassia/{device}/scan',
        payload:
          '{"bdaddrs":[{"bdaddr":"C0:FF:EE:00:00:01","bdaddrType":"random"}],"chipId":0,"evtType":3,"rssi":-58,"adData":"0201061AFF4C0002151DE4B189115E45F6B44E50935226997700010002C5","name":"(unknown)"}',
        reads: ['ble.sighting'],
      },
    ],
    recognises: (text: string) => text.includes('"bdaddrs"'),
  },
} satisfies MappingFamily;

/** Kontakt.io gateways and portals: a list of what each of them heard. */
export const KONTAKT = {
  spec: {
    name: 'kontakt',
    title: 'Kontakt.io gateways',
    description: 'Bluetooth gateways of Kontakt.io; known by the id that they send as sourceId',
    messages: [
      {
        topic: ['/presence/stream', 'presence/stream', '/presence/stream/{rest...}', 'presence/stream/{rest...}'],
        device: { path: 'sourceId' },
        each: '$',
        at: { path: 'timestamp', form: 'unix-s' },
        when: 'defined(trackingId) and defined(rssi)',
        readings: [{ kind: 'ble.sighting', fields: { beacon: 'trackingId', rssiDbm: 'rssi' } }],
      },
    ],
  },
  extras: {
    bridgeTopics: ['/presence/stream', '/presence/stream/+'],
    examples: [
      {
        topic: '/presence/stream',
        payload:
          '[{"timestamp":1772359200,"sourceId":"{device}","trackingId":"c0:ff:ee:00:00:01","rssi":-71,"proximity":"NEAR","scanType":"BLE"}]',
        reads: ['ble.sighting'],
      },
    ],
  },
} satisfies MappingFamily;

/** April Brother's Bluetooth gateway with JSON as its format: each row is the kind of advertisement, the address, the signal and the advertisement. */
export const APRIL_BROTHER = {
  spec: {
    name: 'april-brother',
    title: 'April Brother gateways',
    description: 'Bluetooth gateways with the format JSON; known by the gateway address that they send as mac',
    messages: [
      {
        topic: ['abgw/{device}', 'aprilbrother/{device}'],
        device: { path: '$.mac' },
        each: 'devices',
        readings: [
          {
            kind: 'ble.sighting',
            optional: true,
            fields: { beacon: { expression: 'beaconIn(`[3]`) ?? `[1]`' }, rssiDbm: '[2]' },
          },
        ],
        otherwise: [{ ignore: 'nothing-heard' }],
      },
    ],
  },
  extras: {
    examples: [
      {
        topic: 'abgw/{device}',
        payload:
          '{"v":1,"mid":12,"time":1772359200,"ip":"10.0.0.7","mac":"{device}","devices":[[0,"C0FFEE000001",-85,"0201061AFF4C0002151DE4B189115E45F6B44E50935226997700010002C5"]],"rssi":-43}',
        reads: ['ble.sighting'],
      },
    ],
    setup:
      'In the gateway configuration tool, MQTT: host {host}, port {port}, user {user}, password {password}, topic abgw/{device}, format JSON',
    recognises: (text: string) => text.includes('"mid"') && /"devices"\s*:\s*\[\s*\[/.test(text),
  },
} satisfies MappingFamily;
