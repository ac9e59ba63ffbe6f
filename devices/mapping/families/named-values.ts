import type { MappingSpec } from '../mapping-schema.ts';

/** Readings as a mapping writes them. */
export type Readings = NonNullable<MappingSpec['messages'][number]['readings']>;

/** On and off as programs write them, as the field's own value. */
export const FLAG = {
  path: '$',
  map: { ON: true, OFF: false, on: true, off: false, true: true, false: false, True: true, False: false, '1': true, '0': false },
} as const;

/** Which values may be read although their unit is nowhere said. */
export interface Trusted {
  /** A weight whose name gives no unit is in grams, or in the `weightUnit` of the device. */
  readonly weight: boolean;
  /** A temperature is in degrees Celsius. */
  readonly temperature: boolean;
}

/** What a name ends with that is about the sensor and not about what it measures: `door_battery`, `temperature_offset`. */
const OF_THE_SENSOR = [
  'battery',
  'level',
  'percent',
  'voltage',
  'signal',
  'rssi',
  'lqi',
  'uptime',
  'offset',
  'setpoint',
  '_max',
  '_min',
  '-max',
  '-min',
] as const;
/** Words for what somebody weighs, which is nobody's business; body lotion and baby food are on shelves. */
const OF_SOMEBODY = ['body_weight', 'body-weight', 'body_mass', 'person', 'human_', 'miscale', 'mi_scale', 'bathroom_scale'] as const;
/** Temperatures that are not the room's. */
const OF_OTHERS = ['internal', 'esp', 'cpu', 'chip', 'target', 'dew', 'feels', 'apparent', 'outdoor', 'outside', 'water', 'body'] as const;
/** Counts of what was, and not of who is there. */
const OF_THE_PAST = ['daily', 'total', 'today', 'yesterday', 'hour', 'week', 'month', 'enter', 'exit'] as const;
const OF_THE_SWITCH = ['battery', 'low', 'tamper', 'problem', 'update', 'charging', 'fault', 'lock', 'bell'] as const;

/** A condition that one of the words is in the name, which is an expression. */
function has(name: string, ...words: readonly string[]): string {
  return `hasAny(${name}, '${words.join('|')}')`;
}

function ends(name: string, ...words: readonly string[]): string {
  return `endsAny(${name}, '${words.join('|')}')`;
}

/**
 * What a bare number on a topic means, by the name that the topic has for it. `name` is an expression in lower case. What is said of the chip, of a
 * calibration or of somebody's distance to a radar is no reading.
 */
export function sensorReadings(name: string, trusted: Trusted): Readings {
  const weight = `${has(name, 'weight', 'mass')} and not ${has(name, 'raw', 'tare', 'calib', ...OF_SOMEBODY)}`;
  const distance = `contains(${name}, 'distance') and not ${has(name, 'moving', 'still', 'detection', 'target', 'max')}`;
  const centimetres = ends(name, 'cm');
  const millimetres = ends(name, 'mm');
  const number = { optional: true } as const;
  const measured = `not ${ends(name, ...OF_THE_SENSOR)}`;
  const temperature = `contains(${name}, 'temperature') and not ${has(name, ...OF_OTHERS)}`;
  const fahrenheit = ends(name, '_f', '-f', 'fahrenheit');
  const values: Readings = [
    {
      ...number,
      kind: 'shelf.weight',
      when: `${weight} and ${ends(name, 'kg')}`,
      fields: { slot: { expression: name }, grams: { path: '$', unit: 'kg' } },
    },
    {
      ...number,
      kind: 'shelf.weight',
      when: `${trusted.weight ? ends(name, 'weight', 'mass', '_g', '-g', 'grams') : ends(name, '_g', '-g', 'grams')} and ${weight}`,
      fields: { slot: { expression: name }, grams: '$' },
    },
    ...(trusted.weight
      ? []
      : [
          {
            ...number,
            kind: 'shelf.weight' as const,
            when: `${weight} and ${ends(name, 'lb', 'lbs')}`,
            fields: { slot: { expression: name }, grams: { path: '$', unit: 'lb' } },
          },
        ]),
    {
      ...number,
      kind: 'distance',
      when: `${distance} and ${trusted.weight ? `not ${ends(name, 'cm', 'mm')}` : ends(name, '_m', 'meters', 'metres')}`,
      fields: { metres: '$' },
    },
    { ...number, kind: 'distance', when: `${distance} and ${centimetres}`, fields: { metres: { path: '$', unit: 'cm' } } },
    { ...number, kind: 'distance', when: `${distance} and ${millimetres}`, fields: { metres: { path: '$', unit: 'mm' } } },
    ...(trusted.temperature
      ? [
          { ...number, kind: 'climate' as const, when: `${temperature} and not ${fahrenheit}`, fields: { temperatureC: '$' } },
          {
            ...number,
            kind: 'climate' as const,
            when: `${temperature} and ${fahrenheit}`,
            fields: { temperatureC: { path: '$', unit: 'F' } },
          },
        ]
      : [
          { ...number, kind: 'climate' as const, when: `${ends(name, 'temperature_c', 'celsius')}`, fields: { temperatureC: '$' } },
          {
            ...number,
            kind: 'climate' as const,
            when: `${ends(name, 'temperature_f', 'fahrenheit')}`,
            fields: { temperatureC: { path: '$', unit: 'F' } },
          },
        ]),
    {
      ...number,
      kind: 'climate',
      when: `contains(${name}, 'humidity') and not ${has(name, 'soil', 'absolute')}`,
      fields: { humidityPercent: '$' },
    },
    {
      ...number,
      kind: 'climate',
      when: `contains(${name}, 'illuminance') or ${ends(name, 'lux')} and not contains(${name}, 'raw')`,
      fields: { illuminanceLux: '$' },
    },
    {
      ...number,
      kind: 'climate',
      when: `${has(name, 'co2', 'carbon_dioxide')} and not ${has(name, 'eco2', 'temperature', 'humidity')}`,
      fields: { co2Ppm: '$' },
    },
    {
      ...number,
      kind: 'presence',
      when: `${ends(name, 'people', 'people_count', 'people-count', 'person_count', 'target_count', 'people_counter')} and not ${has(name, 'moving', 'still', 'zone', 'max', ...OF_THE_PAST)}`,
      fields: { count: '$' },
    },
  ];
  return [
    ...onlyWhere(measured, values),
    {
      ...number,
      kind: 'device.status',
      when: `${has(name, 'wifi_signal', 'wifi_rssi', 'wifi-rssi', 'wi-fi_rssi')} and not contains(${name}, 'percent') or ${name} == 'rssi'`,
      fields: { rssiDbm: '$' },
    },
    {
      ...number,
      kind: 'device.status',
      when: ends(name, 'battery', 'battery_level', 'battery-level', 'battery_percent'),
      fields: { batteryPercent: '$' },
    },
    { ...number, kind: 'device.status', when: ends(name, 'uptime'), fields: { uptimeMs: { path: '$', unit: 's' } } },
  ];
}

/** The same readings under one more condition. */
export function onlyWhere(condition: string, readings: Readings): Readings {
  return readings.map((reading) => ({ ...reading, when: reading.when === undefined ? condition : `(${reading.when}) and ${condition}` }));
}

/** The same for what is on or off; `doors` are the words for what is open while it is on. */
export function switchReadings(name: string, doors = ['door', 'contact', 'window', 'drawer', 'opening']): Readings {
  const values: Readings = [
    {
      kind: 'contact',
      optional: true,
      when: `${has(name, ...doors)} and not ${has(name, 'bell', 'lock')}`,
      fields: { open: { ...FLAG, map: { ...FLAG.map, open: true, opened: true, closed: false } } },
    },
    {
      kind: 'occupancy',
      optional: true,
      when: `${has(name, 'motion', 'pir', 'occupancy', 'presence', 'radar', 'has_target')} and not ${has(name, 'ble', 'bluetooth')}`,
      fields: { occupied: FLAG },
    },
    { kind: 'vibration', optional: true, when: has(name, 'vibration'), fields: { active: FLAG } },
    { kind: 'reach', optional: true, when: has(name, 'reach', 'hand'), fields: { active: FLAG } },
    {
      kind: 'button',
      optional: true,
      when: has(name, 'button'),
      fields: { action: { path: '$', map: { ON: 'press', OFF: 'release', on: 'press', off: 'release', true: 'press', false: 'release' } } },
    },
  ];
  return onlyWhere(`not ${ends(name, ...OF_THE_SWITCH)}`, values);
}
