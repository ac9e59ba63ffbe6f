import type { ReadingBody } from '../../agent/core/reading.ts';
import { climateOf } from './climate.ts';
import { flagOf, numberOf, textOf } from './foreign-values.ts';
import type { JsonObject } from './json-payload.ts';
import { gramsOf } from './weight-unit.ts';

/** What a decoded sensor says, in the words of Theengs and of the gateway's own sensors. */
export function sensorBodies(json: JsonObject): ReadingBody[] {
  const bodies: ReadingBody[] = [];
  const plain = json['unit'] === 'F' ? celsius(numberOf(json['temp'])) : numberOf(json['temp']);
  const temperatureC = numberOf(json['tempc']) ?? celsius(numberOf(json['tempf'])) ?? plain;
  const [humidityPercent, illuminanceLux, co2Ppm] = [numberOf(json['hum']), numberOf(json['lux']), numberOf(json['co2'])];
  bodies.push(...climateOf({ temperatureC, humidityPercent, illuminanceLux, co2Ppm }));
  const open =
    flagOf(json['open']) ??
    CONTACTS.get(String(json['contact'])) ??
    flagOf(json['contact']) ??
    flagOf(json['door']) ??
    flagOf(json['window']);
  if (open !== undefined) bodies.push({ kind: 'contact', open });
  const occupied = flagOf(json['presence']) ?? flagOf(json['motion']) ?? flagOf(json['occupancy']);
  if (occupied !== undefined) bodies.push({ kind: 'occupancy', occupied });
  // A curtain that moves shakes nothing.
  const active = flagOf(json['vibration']) ?? (json['type'] === 'WCVR' ? undefined : flagOf(json['moving']));
  if (active !== undefined) bodies.push({ kind: 'vibration', active });
  const press = json['button'];
  const action = typeof press === 'string' || typeof press === 'number' ? PRESSES.get(String(press).toLowerCase()) : undefined;
  if (action !== undefined) bodies.push({ kind: 'button', action });
  return bodies;
}

/** Theengs spells presses out; `none` is no press. */
const PRESSES: ReadonlyMap<string, string> = new Map([
  ['press', 'single'],
  ['pressed', 'single'],
  ['single press', 'single'],
  ['single', 'single'],
  ['double press', 'double'],
  ['double', 'double'],
  ['triple press', 'triple'],
  ['triple', 'triple'],
  ['long press', 'long'],
  ['long', 'long'],
  ['hold press', 'hold'],
  // Numbers are those of BTHome, or those that the decoder makes of them.
  ['1', 'single'],
  ['2', 'double'],
  ['3', 'triple'],
  ['4', 'long'],
  ['9', 'long'],
  ['11', 'hold'],
  ['254', 'hold'],
]);

const CONTACTS: ReadonlyMap<string, boolean> = new Map([
  ['open', true],
  ['timeout not closed', true],
  ['closed', false],
]);

function celsius(fahrenheit: number | undefined): number | undefined {
  return fahrenheit === undefined ? undefined : Math.round(((fahrenheit - 32) / 1.8) * 100) / 100;
}

/** A scale that says in which unit something that is nobody was weighed. */
export function scaleGrams(json: JsonObject): number | undefined {
  const weight = numberOf(json['weight']);
  const unit = textOf(json['unit'])?.toLowerCase();
  if (weight === undefined || json['weighing_mode'] === undefined || unit === undefined) return undefined;
  return unit === 'kg' || unit === 'g' || unit === 'oz' ? gramsOf(weight, unit) : unit.startsWith('lb') ? gramsOf(weight, 'lb') : undefined;
}

/** The same for a sensor that is wired to the gateway; an ultrasonic one measures centimetres. */
export function wiredBodies(json: JsonObject, topic: string): readonly ReadingBody[] {
  const centimetres = topic.includes('HCSR04toMQTT') ? numberOf(json['distance']) : undefined;
  return centimetres === undefined ? sensorBodies(json) : [{ kind: 'distance', metres: Math.round(centimetres * 1e4) / 1e6 }];
}

/** What rtl_433 inside the gateway decoded, in its own words; the tyres of a car that drives by are no climate. */
export function radioBodies(json: JsonObject): readonly ReadingBody[] {
  if (json['type'] === 'TPMS') return [];
  const temperatureC = numberOf(json['temperature_C']) ?? celsius(numberOf(json['temperature_F']));
  const bodies: ReadingBody[] = [...climateOf({ temperatureC, humidityPercent: numberOf(json['humidity']) })];
  const open = flagOf(json['contact_open'] ?? json['opened']);
  if (open !== undefined) bodies.push({ kind: 'contact', open });
  const occupied = flagOf(json['motion']);
  if (occupied !== undefined) bodies.push({ kind: 'occupancy', occupied });
  return bodies;
}
