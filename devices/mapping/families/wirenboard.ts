import type { MappingFamily } from './family.ts';

const at = (rest: string) => [`/devices/{device}/${rest}`, `devices/{device}/${rest}`];
const NAME = 'lower($control)';

/** Wiren Board controllers: the value of each control as a bare number under `/devices/<device>/controls/<control>`, in metric units. */
export const WIREN_BOARD = {
  spec: {
    name: 'wirenboard',
    title: 'Wiren Board',
    description: 'Climate of wall sensors and other controls in metric units; known by the device in the topic',
    messages: [
      {
        topic: [...at('meta/{rest...}'), ...at('controls/{control}/meta/{rest...}'), ...at('controls/{control}/meta')],
        ignore: 'attribute',
      },
      { topic: at('controls/{control}/on'), ignore: 'command' },
      {
        topic: at('controls/{control}'),
        payload: 'text',
        readings: [
          {
            kind: 'climate',
            optional: true,
            when: `${NAME} == 'temperature' or ${NAME} == 'air temperature'`,
            fields: { temperatureC: '$' },
          },
          { kind: 'climate', optional: true, when: `${NAME} == 'humidity'`, fields: { humidityPercent: '$' } },
          { kind: 'climate', optional: true, when: `${NAME} == 'illuminance'`, fields: { illuminanceLux: '$' } },
          { kind: 'climate', optional: true, when: `${NAME} == 'co2'`, fields: { co2Ppm: '$' } },
        ],
      },
    ],
  },
  extras: {
    bridgeTopics: ['/devices/#'],
    examples: [{ topic: '/devices/{device}/controls/Temperature', payload: '23.4', reads: ['climate'] }],
    setup: 'On the controller, an MQTT bridge to {host}:{port} for /devices/#, user {user}, password {password}',
  },
} satisfies MappingFamily;
