import type { Sku } from '../ids.ts';
import { type DurationMs, HOUR_MS, MINUTE_MS, type Probability, SECOND_MS, type TimestampMs } from '../units.ts';
import { pushBounded, SHELF_LIMITS, type ShelfState, type Taken } from './shelf-state.ts';

/** What was taken and not sold for this long has left the store, one way or another. */
export const UNSOLD_AFTER_MS: DurationMs = 3 * HOUR_MS;

/** Who took something and walks around with it may still leave it elsewhere after this long. */
export const HELD_MS: DurationMs = 15 * MINUTE_MS;
/** Time constant of looking at a thing before it is put back, and the share that is carried around first. */
const LOOKED_AT_MS: DurationMs = 75 * SECOND_MS;
const CARRIED = 0.03;

/** Notes units that left a slot. */
export function noteTaken(shelf: ShelfState, sku: Sku, taken: Taken): void {
  const list = shelf.taken.get(sku);
  if (list !== undefined) return pushBounded(list, taken, SHELF_LIMITS.takenEach);
  if (shelf.taken.size >= SHELF_LIMITS.takenSkus) {
    for (const oldest of shelf.taken.keys()) {
      shelf.taken.delete(oldest);
      break;
    }
  }
  shelf.taken.set(sku, [taken]);
}

/** Units of a product that were taken within a time and are neither back nor sold. */
export function heldUnits(shelf: ShelfState, sku: Sku, within: { readonly nowMs: TimestampMs; readonly ms: DurationMs }): number {
  const list = shelf.taken.get(sku) ?? [];
  return list.reduce((sum, { atMs, units }) => (within.nowMs - atMs <= within.ms ? sum + units : sum), 0);
}

/**
 * How likely a put-back of a product is, by when one was last taken: most come back within a minute or so, a few are carried around and left
 * somewhere. From 0 (nobody holds one) to 1.
 */
export function heldNow(shelf: ShelfState, sku: Sku, nowMs: TimestampMs): Probability {
  const last = shelf.taken.get(sku)?.at(-1);
  if (last === undefined) return 0;
  const ageMs = Math.max(0, nowMs - last.atMs);
  return ageMs > HELD_MS ? 0 : CARRIED + (1 - CARRIED) * Math.exp(-ageMs / LOOKED_AT_MS);
}

/** Units came back to a shelf: the ones taken last. */
export function noteBack(shelf: ShelfState, sku: Sku, units: number): void {
  settle(shelf, sku, { units, order: (list) => [...list].reverse() });
}

/** Units were paid for: the oldest that somebody took who was seen, then the others. */
export function noteSold(shelf: ShelfState, sku: Sku, units: number): void {
  settle(shelf, sku, { units, order: (list) => [...list].sort((a, b) => Number(a.alone) - Number(b.alone)) });
}

/** Forgets what was taken too long ago; gives the units of it that were taken with nobody near: suspects of shrinkage, a count and no more. */
export function dropUnsold(shelf: ShelfState, nowMs: TimestampMs): number {
  let suspects = 0;
  for (const [sku, list] of shelf.taken) {
    const old = list.filter(({ atMs }) => nowMs - atMs > UNSOLD_AFTER_MS);
    if (old.length === 0) continue;
    suspects += old.reduce((sum, { alone, units }) => (alone ? sum + units : sum), 0);
    if (old.length === list.length) shelf.taken.delete(sku);
    else list.splice(0, old.length);
  }
  return suspects;
}

function settle(
  shelf: ShelfState,
  sku: Sku,
  how: { readonly units: number; readonly order: (list: readonly Taken[]) => readonly Taken[] },
): void {
  const list = shelf.taken.get(sku);
  if (list === undefined) return;
  let left = how.units;
  for (const taken of how.order(list)) {
    const units = Math.min(left, taken.units);
    taken.units -= units;
    left -= units;
    if (left <= 0) break;
  }
  const open = list.filter(({ units }) => units > 0);
  if (open.length === 0) shelf.taken.delete(sku);
  else list.splice(0, list.length, ...open);
}
