import type { ReadingBody } from '../../agent/core/reading.ts';
import { climateOf } from './climate.ts';
import type { Said } from './decoded.ts';
import { flagOf, isObject, numberOf, textOf } from './foreign-values.ts';
import type { JsonObject } from './json-payload.ts';
import type { Placements } from './placements.ts';

const FAMILY = 'tasmota';
const MAX_DEVICES = 32;

/** What Zigbee devices said to a bridge that runs Tasmota (`ZbReceived`), by short address; known by their name there, else that address. */
export function zigbeeSaid(received: JsonObject, placements: Placements): readonly Said[] {
  return Object.entries(received)
    .slice(0, MAX_DEVICES)
    .flatMap(([address, value]) => {
      if (!isObject(value)) return [];
      const source = placements.find(FAMILY, textOf(value['Name']), textOf(value['Device']) ?? address);
      return bodiesOf(value).map((body) => ({ source, body }));
    });
}

function bodiesOf(value: JsonObject): ReadingBody[] {
  const bodies: ReadingBody[] = [];
  const open = flagOf(value['Contact']);
  if (open !== undefined) bodies.push({ kind: 'contact', open });
  const occupied = flagOf(value['Occupancy']);
  if (occupied !== undefined) bodies.push({ kind: 'occupancy', occupied });
  bodies.push(...climateOf({ temperatureC: numberOf(value['Temperature']), humidityPercent: numberOf(value['Humidity']) }));
  const click = textOf(value['click']) ?? textOf(value['Click']);
  if (click !== undefined && click !== '') bodies.push({ kind: 'button', action: click.toLowerCase() });
  if (textOf(value['AqaraVibrationMode']) !== undefined) bodies.push({ kind: 'vibration', active: true });
  const batteryPercent = numberOf(value['BatteryPercentage']);
  if (batteryPercent !== undefined && bodies.length > 0) bodies.push({ kind: 'device.status', batteryPercent });
  return bodies;
}
