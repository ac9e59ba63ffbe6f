import type { Grams } from '../../agent/core/units.ts';
import type { WeightUnit } from './placements.ts';

const GRAMS: Readonly<Record<WeightUnit, number>> = { g: 1, kg: 1_000, lb: 453.592_37, oz: 28.349_523_125 };

/** A weight in grams, without the noise of binary fractions: 1.242 kg is 1242 g. */
export function gramsOf(weight: number, unit: WeightUnit): Grams {
  return unit === 'g' ? weight : Math.round(weight * GRAMS[unit] * 1e6) / 1e6;
}
