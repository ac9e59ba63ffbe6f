import type { MappingFamily } from './family.ts';

const STATE = { path: 'state', map: { on: true, off: false } } as const;

/** Viseron: whether a camera sees a person, and whether it is there. Who that person is, or which car, is nobody's business. */
export const VISERON = {
  spec: {
    name: 'viseron',
    title: 'Viseron',
    description: 'Whether a camera sees a person, and its connection; known by the camera identifier',
    messages: [
      {
        topic: ['viseron/binary_sensor/{device}_object_detected_person/state'],
        readings: [{ kind: 'occupancy', fields: { occupied: STATE } }],
      },
      { topic: ['viseron/binary_sensor/{device}_connected/state'], readings: [{ kind: 'device.status', fields: { online: STATE } }] },
      { topic: 'viseron/binary_sensor/{entity}_motion_detected/state', ignore: 'picture-motion' },
      { topic: 'viseron/binary_sensor/{entity}_recorder/state', ignore: 'recorder' },
      { topic: 'viseron/{rest...}', ignore: 'other-entity' },
    ],
  },
  extras: {
    bridgeTopics: ['viseron/#'],
    examples: [
      {
        topic: 'viseron/binary_sensor/{device}_object_detected_person/state',
        payload: '{"state":"on","attributes":{"name":"Aisle Object Detected Person","domain":"binary_sensor"}}',
        reads: ['occupancy'],
      },
    ],
    setup: 'In config.yaml: mqtt: { broker: {host}, port: {port}, username: {user}, password: {password}, client_id: viseron }',
  },
} satisfies MappingFamily;
