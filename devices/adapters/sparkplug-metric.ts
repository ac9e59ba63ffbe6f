import type { ReadingBody } from '../../agent/core/reading.ts';
import { tidyEpc } from './native-body.ts';
import type { Source, WeightUnit } from './placements.ts';
import { gramsOf } from './weight-unit.ts';

/** A metric with its name from the message or from the birth. */
export interface NamedMetric {
  readonly name: string;
  readonly value: unknown;
  /** Engineering unit, where the birth gives one. */
  readonly unit: string | undefined;
}

/** What a metric means, by the last part of its name; what stands before is the channel (`Slot3/Weight`). `undefined` for what is not for us. */
export function metricBody({ name, value, unit }: NamedMetric, source: Source): ReadingBody | undefined {
  const slash = name.lastIndexOf('/');
  const channel = slash === -1 ? undefined : name.slice(0, slash);
  const last = name
    .slice(slash + 1)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  if (value === null || value === undefined) return undefined;
  const number = typeof value === 'boolean' ? Number(value) : Number(value);
  const flag = typeof value === 'boolean' ? value : undefined;
  if (last === 'count' && /(?:^|\/)(?:people|persons?|visitors|occupancy)$/i.test(channel ?? ''))
    return { kind: 'presence', count: number };
  if (last === 'epc' && typeof value === 'string' && value !== '') return { kind: 'rfid.read', epc: tidyEpc(value) };
  if (/^(?:net|gross)?(?:weight|mass)$/.test(last)) {
    if (OF_SOMEBODY.test(channel ?? '')) return undefined;
    // A unit that is no weight, or of a lorry, is not one of ours.
    if (unit !== undefined && unit.trim() !== '' && unitOf(unit) === undefined) return undefined;
    return { kind: 'shelf.weight', slot: source.slotOf(channel), grams: gramsOf(number, unitOf(unit) ?? source.placed?.weightUnit ?? 'g') };
  }
  if (/^(?:ambient|air|room)?temp(?:erature)?c?$/.test(last))
    return OF_MACHINES.test(channel ?? '')
      ? undefined
      : { kind: 'climate', temperatureC: isFahrenheit(unit) ? (number - 32) / 1.8 : number };
  if (/^(?:relative)?humidity$/.test(last)) return { kind: 'climate', humidityPercent: number };
  if (/^(?:illuminance|lux)$/.test(last)) return { kind: 'climate', illuminanceLux: number };
  if (/^co2(?:ppm)?$/.test(last)) return { kind: 'climate', co2Ppm: number };
  if (/^battery(?:level|percent)?$/.test(last) && !/v/i.test(unit ?? '')) return { kind: 'device.status', batteryPercent: number };
  if (/^(?:people|person)(?:count)?$|^occupancycount$/.test(last)) return { kind: 'presence', count: number };
  if (flag === undefined) return undefined;
  if (/^(?:motion|occupancy|occupied|presence)$/.test(last)) return { kind: 'occupancy', occupied: flag };
  if (/^(?:dooropen|open|opened)$/.test(last)) return { kind: 'contact', open: flag };
  if (/^vibration$/.test(last)) return { kind: 'vibration', active: flag };
  return undefined;
}

function unitOf(text: string | undefined): WeightUnit | undefined {
  return UNITS.get(text?.trim().toLowerCase() ?? '');
}

function isFahrenheit(unit: string | undefined): boolean {
  return unit !== undefined && /^(?:°|deg)?\s*f/i.test(unit.trim());
}

/** What stands before a weight that is no shelf's: the whole of a level, because body lotion is on a shelf. */
const OF_SOMEBODY = /(?:^|\/)(?:person|body|employee|user)(?:\/|$)/i;
/** What stands before a temperature that is not a room's. */
const OF_MACHINES = /cpu|gpu|mainboard|motherboard|motor|engine|compressor/i;

const UNITS: ReadonlyMap<string, WeightUnit> = new Map([
  ...(['g', 'gram', 'grams', 'gr'] as const).map((text) => [text, 'g'] as const),
  ...(['kg', 'kgs', 'kilogram', 'kilograms'] as const).map((text) => [text, 'kg'] as const),
  ...(['lb', 'lbs', 'pound', 'pounds', 'lbm'] as const).map((text) => [text, 'lb'] as const),
  ...(['oz', 'ounce', 'ounces'] as const).map((text) => [text, 'oz'] as const),
]);
