/** Units that a mapping may name, by the field they are for, with what one of them is in the field's own unit. */
const UNITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  grams: { g: 1, kg: 1_000, mg: 0.001, lb: 453.592_37, oz: 28.349_523_125 },
  metres: { m: 1, cm: 0.01, mm: 0.001, in: 0.0254, ft: 0.3048 },
  uptimeMs: { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 },
  rssiDbm: { dBm: 1, cdBm: 0.01 },
  txPowerDbm: { dBm: 1, cdBm: 0.01 },
  humidityPercent: { '%': 1, share: 100 },
  batteryPercent: { '%': 1, share: 100 },
  illuminanceLux: { lx: 1, klx: 1_000 },
  co2Ppm: { ppm: 1 },
  cents: { cents: 1, whole: 100 },
  temperatureC: { C: 1, F: 1, K: 1 },
};

/** How to turn a number in `unit` into the field's own unit; `undefined` when the field has no such unit. */
export function conversionFor(field: string, unit: string): ((value: number) => number) | undefined {
  const factor = Object.hasOwn(UNITS, field) && Object.hasOwn(UNITS[field]!, unit) ? UNITS[field]![unit] : undefined;
  if (factor === undefined) return undefined;
  if (field === 'temperatureC' && unit === 'F') return (value) => tidy((value - 32) / 1.8);
  if (field === 'temperatureC' && unit === 'K') return (value) => tidy(value - 273.15);
  if (field === 'cents') return (value) => Math.round(value * factor);
  return factor === 1 ? (value) => value : (value) => tidy(value * factor);
}

/** The units of a field, for error texts. */
export function unitsOf(field: string): readonly string[] {
  return Object.hasOwn(UNITS, field) ? Object.keys(UNITS[field]!) : [];
}

/** Without the noise of binary fractions: 1.242 kg is 1242 g. */
function tidy(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 1e6) / 1e6 : value;
}
