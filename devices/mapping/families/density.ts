import type { MappingFamily } from './family.ts';

/** Density: one event for each person who passes a doorway, 1 in and -1 out. `count` is Density's own sum for a space of several doorways. */
export const DENSITY = {
  spec: {
    name: 'density',
    title: 'Density Entry',
    description: 'People in and out, one event each; known by the id of the doorway',
    messages: [
      {
        topic: ['density/{device}', 'density/{device}/{rest...}'],
        device: { expression: 'doorway_id ?? $device' },
        at: { path: 'timestamp', form: 'iso' },
        readings: [
          {
            kind: 'door.count',
            optional: true,
            fields: { in: { path: 'direction', map: { '1': 1, '-1': 0 } }, out: { path: 'direction', map: { '1': 0, '-1': 1 } } },
          },
        ],
      },
    ],
  },
  extras: {
    examples: [
      {
        topic: 'density/{device}',
        payload: '{"space_id":"spc_1","doorway_id":"{device}","direction":1,"count":12,"timestamp":"2026-03-01T10:00:00.000Z"}',
        reads: ['door.count'],
      },
    ],
    recognises: (text: string) => text.includes('"doorway_id"') && text.includes('"direction"'),
  },
} satisfies MappingFamily;
