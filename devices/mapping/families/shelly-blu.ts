import type { MappingFamily } from './family.ts';

/** BTHome numbers presses; a remote control has several buttons. */
function presses(button: string): Readonly<Record<string, string>> {
  const names = {
    '1': 'single',
    '2': 'double',
    '3': 'triple',
    '4': 'long',
    '5': 'long_double',
    '6': 'long_triple',
    '128': 'hold',
    '254': 'hold',
  };
  return Object.fromEntries(Object.entries(names).map(([number, name]) => [number, `${button}${name}`]));
}

/**
 * BTHome devices relayed by Shelly's script, as `shelly-blu/events/<address>`: known by their address, which the script also sends as `address`. BTHome
 * numbers presses; 254 is a hold.
 */
export const SHELLY_BLU = {
  spec: {
    name: 'shelly-blu',
    title: 'Shelly BLU, BTHome over a Shelly script',
    description: 'Motion, doors, buttons, vibration, climate and distance over Bluetooth; known by the address printed on the device',
    messages: [
      {
        topic: 'shelly-blu/events/{device}',
        // Without the key nobody can read it.
        when: 'not (encryption == true and not defined(battery))',
        readings: [
          {
            kind: 'occupancy',
            optional: true,
            fields: { occupied: { expression: '(motion ?? occupancy) == 1 or (motion ?? occupancy) == true' } },
            when: 'defined(motion) or defined(occupancy)',
          },
          {
            kind: 'contact',
            optional: true,
            fields: { open: { expression: '(window ?? door ?? opening) == 1 or (window ?? door ?? opening) == true' } },
            when: 'defined(window) or defined(door) or defined(opening)',
          },
          {
            kind: 'vibration',
            optional: true,
            fields: { active: { expression: 'vibration == 1 or vibration == true' } },
            when: 'defined(vibration)',
          },
          {
            kind: 'button',
            optional: true,
            when: 'defined(button) and not defined(button[1]) and (button[0] ?? button) != 0',
            fields: { action: { expression: 'button[0] ?? button', map: presses('') } },
          },
          // A remote control says of each of its buttons whether it was pressed.
          ...[0, 1, 2, 3].map((index) => ({
            kind: 'button' as const,
            optional: true,
            when: `defined(button[1]) and defined(button[${index}]) and button[${index}] != 0`,
            fields: { action: { path: `button[${index}]`, map: presses(`${index + 1}_`) } },
          })),
          {
            kind: 'climate',
            optional: true,
            fields: {
              temperatureC: { expression: 'temperature[0] ?? temperature' },
              humidityPercent: { expression: 'humidity[0] ?? humidity' },
              illuminanceLux: 'illuminance',
              co2Ppm: 'co2',
            },
          },
          { kind: 'distance', optional: true, fields: { metres: { expression: 'distance_m ?? distance_mm / 1000' } } },
          { kind: 'shelf.weight', optional: true, fields: { grams: { path: 'mass_kg', unit: 'kg' } } },
          { kind: 'device.status', optional: true, beside: true, fields: { batteryPercent: 'battery', rssiDbm: 'rssi' } },
        ],
      },
    ],
  },
  extras: {
    bridgeTopics: ['shelly-blu/#'],
    examples: [
      {
        topic: 'shelly-blu/events/{device}',
        payload:
          '{"encryption":false,"BTHome_version":2,"pid":105,"battery":98,"illuminance":174,"motion":1,"rssi":-70,"address":"e8:e0:7e:d0:f9:89"}',
        reads: ['occupancy', 'climate', 'device.status'],
      },
    ],
    setup:
      'On a Shelly Gen2 device: MQTT {host}:{port}, user {user}, password {password}; install the script ble-shelly-blu with MQTT publishing on',
    recognises: (text: string) => text.includes('"BTHome_version"'),
  },
} satisfies MappingFamily;
