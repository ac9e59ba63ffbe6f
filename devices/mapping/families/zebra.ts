import type { MappingFamily } from './family.ts';

/** Zebra FX readers with the IoT Connector: one tag event a message, on the topic that is set as tag data interface. */
export const ZEBRA = {
  spec: {
    name: 'zebra',
    title: 'Zebra FX7500, FX9600',
    description: 'RFID reads of the IoT Connector; known by the name in the topic zebra/<name>/...',
    messages: [
      {
        topic: ['zebra/{device}/{rest...}', 'zebra/{device}'],
        each: '$',
        when: 'defined(data.idHex)',
        at: { path: 'timestamp', form: 'iso' },
        readings: [{ kind: 'rfid.read', fields: { epc: 'data.idHex', rssiDbm: 'data.peakRssi' } }],
        otherwise: [
          { when: "type == 'heartbeat'", ignore: 'heartbeat' },
          { when: 'defined(type)', ignore: 'reader-status' },
        ],
      },
    ],
  },
  extras: {
    examples: [
      {
        topic: 'zebra/{device}/tevents',
        payload:
          '{"data":{"eventNum":13,"format":"epc","idHex":"e2801190a5021f80055817ca","antenna":1,"peakRssi":-52,"reads":3},"timestamp":"2026-03-01T10:00:00.278+0000","type":"CUSTOM"}',
        reads: ['rfid.read'],
      },
    ],
    setup:
      "On the reader's page, IoT Connector, MQTT: server {host}:{port}, user {user}, password {password}, tag data topic zebra/{device}/tevents",
    recognises: (text: string) => text.includes('"idHex"') && text.includes('"data"'),
  },
} satisfies MappingFamily;
