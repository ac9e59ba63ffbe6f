import type { MappingFamily } from './family.ts';

const BUTTON = 'state.buttonevent % 1000';

/** deCONZ: changes of Zigbee sensors as its event stream has them. Times have no zone; temperature and humidity are in hundredths. */
export const DECONZ = {
  spec: {
    name: 'deconz',
    title: 'deCONZ (Phoscon)',
    description: 'Doors, motion, vibration, buttons and climate of Zigbee sensors; known by their address (uniqueid), else by their number',
    messages: [
      {
        topic: ['deconz/{device}', 'deconz/{device}/{rest...}'],
        device: { expression: 'uniqueid ?? id ?? $device' },
        when: "r == 'sensors'",
        readings: [
          { kind: 'contact', optional: true, fields: { open: 'state.open' } },
          { kind: 'occupancy', optional: true, fields: { occupied: 'state.presence' } },
          { kind: 'vibration', optional: true, fields: { active: 'state.vibration' } },
          {
            kind: 'button',
            optional: true,
            // 0 begins a press and 3 ends a long one.
            when: `${BUTTON} != 0 and ${BUTTON} != 3 and ${BUTTON} <= 5`,
            fields: {
              action: {
                expression: `join(text(floor(state.buttonevent / 1000)), ${BUTTON} == 1 ? '_long' : ${BUTTON} == 2 ? '_single' : ${BUTTON} == 4 ? '_double' : '_triple')`,
              },
            },
          },
          {
            kind: 'climate',
            optional: true,
            fields: {
              temperatureC: { expression: 'state.temperature / 100' },
              humidityPercent: { expression: 'state.humidity / 100' },
              illuminanceLux: 'state.lux',
            },
          },
          { kind: 'device.status', optional: true, fields: { batteryPercent: { expression: 'config.battery ?? state.battery' } } },
        ],
        otherwise: [{ when: "defined(r) and r != 'sensors'", ignore: 'other-device' }],
      },
    ],
  },
  extras: {
    bridgeTopics: ['deconz/#'],
    examples: [
      {
        topic: 'deconz/{device}',
        payload: '{"t":"event","e":"changed","r":"sensors","id":"{device}","state":{"lastupdated":"2026-03-01T10:00:00","open":true}}',
        reads: ['contact'],
      },
    ],
    setup:
      'Publish the event stream of deCONZ (its WebSocket) to mqtt://{host}:{port}, user {user}, password {password}, on deconz/{device}',
    recognises: (text: string) => /"t"\s*:\s*"event"/.test(text) && /"r"\s*:\s*"(?:sensors|lights|groups)"/.test(text),
  },
} satisfies MappingFamily;
