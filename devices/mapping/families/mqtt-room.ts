import type { MappingFamily } from './family.ts';

/** The `mqtt_room` form that many small scanners share (room-assistant 1, ESP32-mqtt-room, Happy Bubbles): the room is the scanner. */
export const MQTT_ROOM = {
  spec: {
    name: 'mqtt-room',
    title: 'mqtt_room scanners',
    description: 'room-assistant 1, ESP32-mqtt-room and Happy Bubbles; known by the name of the room',
    messages: [
      {
        topic: ['room_presence/{device}', 'happy-bubbles/ble/{device}/raw/{address}', 'happy-bubbles/ble/{device}/ibeacon/{address}'],
        when: 'defined(rssi)',
        readings: [
          {
            kind: 'ble.sighting',
            fields: {
              beacon: {
                expression: 'iBeacon(uuid, major, minor) ?? beaconIn(data) ?? id ?? mac',
              },
              rssiDbm: 'rssi',
              txPowerDbm: { expression: '`rssi@1m` ?? txPower ?? (defined(major) ? number(tx_power) : null)' },
            },
          },
        ],
      },
    ],
  },
  extras: {
    examples: [
      {
        topic: 'room_presence/{device}',
        payload: '{"id":"2f234757-cf6d-4a0f-adf2-f4911ba9ffa6-1-2","name":"cart 17","rssi":-71,"distance":2.1}',
        reads: ['ble.sighting'],
      },
    ],
  },
} satisfies MappingFamily;
