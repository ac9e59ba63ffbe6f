import type { MappingSpec } from '../mapping-schema.ts';
import type { MappingFamily } from './family.ts';
import { FLAG, onlyWhere, sensorReadings, switchReadings } from './named-values.ts';

/** The convention allows no capital letters. */
const NAME = '$property';
/** A property is a number or is on or off; which of them only its value shows. */
const IS_SWITCH = "endsAny($, 'true|false|open|closed')";
const STATE = { ready: true, sleeping: true, alert: true, init: true, lost: false, disconnected: false } as const;
/** What every property of a device is at: with the version as a level of its own since 5. */
const at = (rest: string) => [`homie/5/{device}/${rest}`, `homie/{device}/${rest}`];

/** A bare value whose meaning is in a name. What somebody weighs is not ours. */
function bare(name: string): Omit<MappingSpec['messages'][number], 'topic'> {
  return {
    payload: 'text',
    when: "not hasAny($node, 'body|person')",
    readings: [
      ...onlyWhere(`not ${IS_SWITCH}`, sensorReadings(name, { weight: true, temperature: true })),
      ...onlyWhere(IS_SWITCH, switchReadings(name, ['door', 'window', 'drawer', 'open', 'contact'])),
    ],
    otherwise: [{ when: "hasAny($node, 'body|person')", ignore: 'body-weight' }],
  };
}

/** The Homie convention, versions 3 to 5: bare values, so that the name of a property says what it is. */
export const HOMIE = {
  spec: {
    name: 'homie',
    title: 'Homie convention 3 to 5',
    description: 'Bare values by the name of the property: weight, temperature, motion, door, button; known by the device id',
    messages: [
      {
        topic: at('$state'),
        payload: 'text',
        readings: [{ kind: 'device.status', fields: { online: { path: '$', map: STATE } } }],
      },
      { topic: at('$online'), payload: 'text', readings: [{ kind: 'device.status', fields: { online: FLAG } }] },
      { topic: at('$stats/battery'), payload: 'text', readings: [{ kind: 'device.status', fields: { batteryPercent: '$' } }] },
      {
        topic: at('$stats/uptime'),
        payload: 'text',
        readings: [{ kind: 'device.status', fields: { uptimeMs: { path: '$', unit: 's' } } }],
      },
      { topic: at('$fw/version'), payload: 'text', readings: [{ kind: 'device.status', fields: { firmware: '$' } }] },
      {
        topic: [
          `homie/5/{device}/\${attribute}`,
          `homie/{device}/\${attribute}`,
          `homie/5/{device}/\${attribute}/{rest...}`,
          `homie/{device}/\${attribute}/{rest...}`,
        ],
        ignore: 'attribute',
      },
      {
        topic: [...at(`{node}/\${attribute}`), ...at(`{node}/{property}/\${attribute}`)],
        ignore: 'attribute',
      },
      { topic: [...at('{node}/{property}/set'), ...at('{node}/{property}/$target')], ignore: 'command' },
      // A property that is only called `state` is what its node is called.
      { topic: [...at('{node}/state'), ...at('{node}/value')], ...bare('$node') },
      { topic: at('{node}/{property}'), ...bare(NAME) },
    ],
  },
  extras: {
    bridgeTopics: ['homie/#'],
    examples: [
      { topic: 'homie/{device}/scale/weight', payload: '1242.5', reads: ['shelf.weight'] },
      { topic: 'homie/5/{device}/climate/temperature', payload: '21.5', reads: ['climate'] },
      { topic: 'homie/{device}/$state', payload: 'lost', reads: ['device.status'] },
    ],
    setup: 'In the configuration of the device: MQTT host {host}, port {port}, user {user}, password {password}, base topic homie/',
  },
} satisfies MappingFamily;
