import type { MappingFamily } from './family.ts';

/** GS1 EPCIS 2.0 events as JSON: tags that were seen (`OBSERVE`) at a read point. What was packed, shipped or sold is business, not a sighting. */
export const EPCIS = {
  spec: {
    name: 'epcis',
    title: 'EPCIS 2.0 events (Nedap and others)',
    description: 'Tags seen at a read point, as ObjectEvents; known by the id of the read point, or by the name in epcis/<name>',
    messages: [
      {
        topic: ['epcis/{device}', 'epcis/{device}/{rest...}'],
        device: { expression: '$.readPoint.id ?? $device' },
        each: 'epcList',
        when: "$.action == 'OBSERVE'",
        at: { path: '$.eventTime', form: 'iso' },
        readings: [{ kind: 'rfid.read', fields: { epc: '$' } }],
      },
    ],
  },
  extras: {
    examples: [
      {
        topic: 'epcis/{device}',
        payload:
          '{"type":"ObjectEvent","action":"OBSERVE","eventTime":"2026-03-01T10:00:00.000Z","epcList":["urn:epc:id:sgtin:0614141.107346.2017"],"bizStep":"observing"}',
        reads: ['rfid.read'],
      },
    ],
    recognises: (text: string) => text.includes('"epcList"') && text.includes('"OBSERVE"'),
  },
} satisfies MappingFamily;
