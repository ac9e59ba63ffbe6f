import type { MappingFamily } from './family.ts';

/** Impinj R700 and other readers with the IoT device interface: EPCs as hex or base64, signal in hundredths of a dBm. */
export const IMPINJ = {
  spec: {
    name: 'impinj',
    title: 'Impinj R700',
    description:
      'RFID reads over the IoT device interface; known by the host name of the reader. Its event topic is set there, for example impinj/<name>/events',
    messages: [
      {
        topic: ['impinj/{device}/{rest...}', 'impinj/{device}', 'r700/{device}/{rest...}'],
        device: { expression: 'hostname ?? $device' },
        each: '$',
        when: 'defined(tagInventoryEvent)',
        at: { path: 'timestamp', form: 'iso' },
        readings: [
          {
            kind: 'rfid.read',
            optional: true,
            fields: {
              epc: { expression: 'tagInventoryEvent.epcHex ?? hexOfBase64(tagInventoryEvent.epc)' },
              rssiDbm: { path: 'tagInventoryEvent.peakRssiCdbm', unit: 'cdBm' },
            },
          },
        ],
        otherwise: [
          { when: 'defined(inventoryStatusEvent)', ignore: 'reader-status' },
          { when: 'defined(gpiTransitionEvent)', ignore: 'other-input' },
          { when: 'defined(tagInventoryEvent)', ignore: 'no-epc' },
        ],
      },
    ],
  },
  extras: {
    examples: [
      {
        topic: 'impinj/{device}/events',
        payload:
          '{"timestamp":"2026-03-01T10:00:00.278427551Z","hostname":"{device}","eventType":"tagInventory","tagInventoryEvent":{"epcHex":"E2801190A5021F80055817CA","antennaPort":1,"peakRssiCdbm":-2650,"transmitPowerCdbm":3000}}',
        reads: ['rfid.read'],
      },
    ],
    setup: "On the reader's page, MQTT: broker {host}:{port}, user {user}, password {password}, event topic impinj/{device}/events",
    recognises: (text: string) => text.includes('"tagInventoryEvent"') || /"eventType"\s*:\s*"(?:tagInventory|inventoryStatus)/.test(text),
  },
} satisfies MappingFamily;
