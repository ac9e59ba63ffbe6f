import type { StepContext } from './context.ts';
import type { SlotTrack } from './state.ts';
import type { Product } from './store-map.ts';
import type { Grams } from './units.ts';

/** Readings in a row within tolerance of each other that make a weight stable. */
const STEADY_READINGS = 2;
/** Two readings closer than this share of a unit are the same weight; at least `MIN_TOLERANCE_G`. */
const TOLERANCE_SHARE = 0.12;
const MIN_TOLERANCE_G: Grams = 2;
/** A change may differ from whole units by this share of one unit. */
const UNIT_SHARE = 0.3;

/** Units taken (negative) or put back (positive) once a slot's weight has settled; undefined when nothing countable happened. */
export function weigh(
  context: StepContext,
  reading: { readonly slot: string; readonly grams: Grams; readonly product: Product },
): number | undefined {
  const unit = reading.product.unitGrams;
  const track = context.state.slots.get(reading.slot);
  if (track === undefined) {
    context.state.slots.set(reading.slot, { stableGrams: undefined, lastGrams: reading.grams, steadyReadings: 1 });
    return undefined;
  }
  const tolerance = Math.max(MIN_TOLERANCE_G, (unit ?? 0) * TOLERANCE_SHARE);
  track.steadyReadings = Math.abs(reading.grams - track.lastGrams) <= tolerance ? track.steadyReadings + 1 : 1;
  track.lastGrams = reading.grams;
  if (track.steadyReadings < STEADY_READINGS) return undefined;
  return unit === undefined ? undefined : settle(track, { grams: reading.grams, unit, tolerance });
}

function settle(track: SlotTrack, now: { readonly grams: Grams; readonly unit: Grams; readonly tolerance: Grams }): number | undefined {
  const before = track.stableGrams;
  if (before === undefined) {
    track.stableGrams = now.grams;
    return undefined;
  }
  const change = now.grams - before;
  const units = Math.round(change / now.unit);
  if (units === 0) {
    // Drift: the plate's zero wanders with temperature; follow it slowly so that it never adds up to a unit.
    if (Math.abs(change) <= now.tolerance) track.stableGrams = before + 0.1 * change;
    return undefined;
  }
  // Not whole units: a hand on the plate or a foreign object. Wait for it to go away.
  if (Math.abs(change - units * now.unit) > UNIT_SHARE * now.unit) return undefined;
  track.stableGrams = now.grams;
  return units;
}
