import type { MappingFamily } from './family.ts';

/** A field of the event, which is wrapped once or twice where it was forwarded, or not at all. */
const of = (path: string) => `event.${path} ?? result.event.${path} ?? ${path}`;
const STATES = { NOT_PRESENT: true, PRESENT: false, OPEN: true, CLOSED: false } as const;

/** Disruptive Technologies: events of small wireless sensors, forwarded as their cloud writes them. A proximity sensor on a door sees it when it is shut. */
export const DISRUPTIVE = {
  spec: {
    name: 'disruptive',
    title: 'Disruptive Technologies',
    description: 'Events forwarded from their cloud: doors (proximity, contact), climate, motion, desks, touch; known by the device id',
    messages: [
      {
        topic: ['disruptive/{rest...}'],
        device: { expression: `last(${of('targetName')}, '/')` },
        when: `defined(${of('eventType')})`,
        at: { path: 'event.timestamp', form: 'iso' },
        readings: [
          { kind: 'contact', optional: true, fields: { open: { expression: of('data.objectPresent.state'), map: STATES } } },
          { kind: 'contact', optional: true, fields: { open: { expression: of('data.contact.state'), map: STATES } } },
          {
            kind: 'occupancy',
            optional: true,
            fields: { occupied: { expression: of('data.motion.state'), map: { MOTION_DETECTED: true, NO_MOTION_DETECTED: false } } },
          },
          {
            kind: 'occupancy',
            optional: true,
            fields: { occupied: { expression: of('data.deskOccupancy.state'), map: { OCCUPIED: true, NOT_OCCUPIED: false } } },
          },
          { kind: 'button', optional: true, when: `(${of('eventType')}) == 'touch'`, fields: { action: { constant: 'touch' } } },
          {
            kind: 'climate',
            optional: true,
            fields: {
              temperatureC: { expression: `${of('data.temperature.value')} ?? ${of('data.humidity.temperature')}` },
              humidityPercent: { expression: of('data.humidity.relativeHumidity') },
              co2Ppm: { expression: of('data.co2.ppm') },
            },
          },
          { kind: 'device.status', optional: true, fields: { batteryPercent: { expression: of('data.batteryStatus.percentage') } } },
        ],
      },
    ],
  },
  extras: {
    bridgeTopics: ['disruptive/#'],
    examples: [
      {
        topic: 'disruptive/events',
        payload:
          '{"event":{"eventId":"e1","targetName":"projects/p1/devices/{device}","eventType":"objectPresent","data":{"objectPresent":{"state":"NOT_PRESENT","updateTime":"2026-03-01T10:00:00Z"}},"timestamp":"2026-03-01T10:00:00.7Z"}}',
        reads: ['contact'],
      },
    ],
    recognises: (text: string) => /"targetName"\s*:\s*"\/?proj/.test(text) && text.includes('"eventType"'),
  },
} satisfies MappingFamily;
