import type { MappingFamily } from './family.ts';
import { sensorReadings, switchReadings } from './named-values.ts';

const ROOTS = ['homeassistant', 'statestream', 'hass', 'ha'] as const;
const at = (rest: string) => ROOTS.map((root) => `${root}/${rest}`);
const NAME = 'lower($device)';

/**
 * Home Assistant's statestream: the state of each entity as a bare value. Units are elsewhere and depend on its owner's country, so that a weight or
 * temperature is read only where the name of the entity ends with one. Who is at home is nobody's business.
 */
export const HOME_ASSISTANT = {
  spec: {
    name: 'home-assistant',
    title: 'Home Assistant statestream',
    description: 'Doors, motion, buttons, humidity, light, CO2; weight (_g, _kg) and temperature (_c, _f) by name. Known by the entity',
    messages: [
      { topic: at('status'), ignore: 'host-state' },
      { topic: [...at('{component}/{object}/config'), ...at('{component}/{node}/{object}/config')], ignore: 'discovery' },
      { topic: [...at('person/{rest...}'), ...at('device_tracker/{rest...}')], ignore: 'follows-people' },
      {
        topic: at('binary_sensor/{device}/state'),
        payload: 'text',
        readings: switchReadings(NAME),
      },
      { topic: at('sensor/{device}/state'), payload: 'text', readings: sensorReadings(NAME, { weight: false, temperature: false }) },
      { topic: at('{component}/{rest...}'), ignore: 'other-entity' },
    ],
  },
  extras: {
    bridgeTopics: ['homeassistant/#'],
    examples: [
      { topic: 'homeassistant/binary_sensor/{device}/state', payload: 'on', reads: ['contact'] },
      { topic: 'homeassistant/sensor/{device}_weight_kg/state', payload: '1.25', reads: ['shelf.weight'] },
    ],
    setup:
      "In Home Assistant's configuration.yaml: mqtt_statestream: { base_topic: homeassistant, publish_attributes: false }, and an MQTT bridge to {host}:{port}",
  },
} satisfies MappingFamily;
