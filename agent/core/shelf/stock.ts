import type { CompiledStore } from '../compiled-store.ts';
import type { Sku } from '../ids.ts';
import type { Slot } from '../store-map.ts';
import { type Grams, HOUR_MS, MINUTE_MS, SECOND_MS, type TimestampMs } from '../units.ts';
import type { CellTrack } from './cell.ts';
import type { Guest, UnitWeight } from './explain.ts';
import type { ShelfEvent } from './shelf-event.ts';
import { pushBounded, SHELF_LIMITS, type ShelfState, type StockTrack } from './shelf-state.ts';

/** How full a slot is, for people. */
export type StockState = 'unknown' | 'ok' | 'low' | 'out';

/** A guest less likely than this is forgotten. */
const LEAST_GUEST = 0.05;
/** A count is believed when its deviation and its distance from a whole number stay below these shares of a unit. */
const SURE_DEVIATION = 0.25;
const SURE_REST = 0.3;
/** What a scale's zero may be off, fresh and after hours. */
const ZERO_GRAMS: Grams = 4;
const ZERO_GRAMS_PER_ROOT_HOUR: Grams = 3;
/** A plate lighter than this share of a unit is empty, where its zero is known well enough. */
const EMPTY_SHARE = 0.4;
const AUDIT_EVERY_MS = MINUTE_MS;
const AUDIT_STILL_MS = 30 * SECOND_MS;

/** Whether a slot is full enough: low is a quarter of its capacity (1 where that is unknown), and at least 1. */
export function stockState(stock: StockTrack | undefined, slot: Slot): StockState {
  if (stock?.units === undefined) return 'unknown';
  if (stock.units === 0) return stock.doubtful > 0 ? 'low' : 'out';
  return stock.units <= Math.max(1, Math.floor((slot.capacity ?? 0) / 4)) ? 'low' : 'ok';
}

/** Whether every slot of a product is known to be empty; a product with a slot that nobody counts is never out of stock. */
export function isOutOfStock(shelf: ShelfState, store: CompiledStore, sku: Sku): boolean {
  const slots = store.slotsBySku.get(sku);
  return slots?.every((slot) => stockState(shelf.stocks.get(slot.id), slot) === 'out') ?? false;
}

/** Books what a scale concluded: units of the slot's own product, guests that came or left, and doubt. */
export function bookWeighed(stock: StockTrack, event: ShelfEvent, slot: Slot): void {
  if (event.kind === 'hand') return;
  const own = event.sku === slot.sku;
  const isTake = event.kind === 'pick' || event.kind === 'sweep';
  if (own && stock.units !== undefined) stock.units = Math.max(0, stock.units + (isTake ? -event.units : event.units));
  if (event.outcome === 'ambiguous') stock.doubtful += event.units;
}

/** Books what a counting sensor saw, on a slot without a living scale. A take from an empty slot proves the count wrong. */
export function bookCounted(stock: StockTrack, units: number, slot: Slot): void {
  if (units >= RESTOCK_UNITS && stock.units === undefined && slot.capacity !== undefined) {
    // Staff fill a slot up; there is no better moment to begin counting.
    stock.units = slot.capacity;
    stock.source = 'events';
    return;
  }
  if (stock.units === undefined) return;
  const after = stock.units + units;
  stock.units = after < 0 ? undefined : Math.min(after, slot.capacity ?? after);
  stock.source = stock.units === undefined ? undefined : 'events';
}

/** From so many units on, a put-back is staff at work. */
export const RESTOCK_UNITS = 3;

/** Something that does not belong there came to lie on the plate, more or less surely. */
export function addGuest(stock: StockTrack, guest: Guest): void {
  if (guest.probability >= LEAST_GUEST) pushBounded(stock.guests, guest, SHELF_LIMITS.guests);
}

/** A guest left, as surely as said. */
export function removeGuest(stock: StockTrack, guest: Guest, probability: number): void {
  const at = stock.guests.indexOf(guest);
  if (at < 0) return;
  const left = guest.probability * (1 - probability);
  if (left < LEAST_GUEST) stock.guests.splice(at, 1);
  else stock.guests[at] = { ...guest, probability: left };
}

/** Counts the plate for the first time. */
export function countPlate(stock: StockTrack, grams: Grams, at: { readonly unit: UnitWeight; readonly nowMs: TimestampMs }): void {
  const counted = unitsIn(grams, { unit: at.unit, zeroSdGrams: ZERO_GRAMS });
  stock.auditedAtMs = at.nowMs;
  if (counted === undefined) return;
  stock.units = counted;
  stock.source = 'weight';
  stock.doubtful = 0;
}

/**
 * Compares the count with what a plate at rest weighs as a whole: an empty plate tells its zero, doubt is cleared, and a count that disagrees
 * twice is replaced. Once a minute at most, and only while the plate rests.
 */
export function auditStock(stock: StockTrack, cell: CellTrack, at: { readonly unit: UnitWeight; readonly nowMs: TimestampMs }): void {
  const { level } = cell;
  if (level === undefined || at.nowMs - stock.auditedAtMs < AUDIT_EVERY_MS) return;
  if (cell.candidate !== undefined || level.seenAtMs - level.sinceMs < AUDIT_STILL_MS) return;
  stock.auditedAtMs = at.nowMs;
  const hours = stock.zero === undefined ? 4 : (at.nowMs - stock.zero.atMs) / HOUR_MS;
  const zeroSdGrams = Math.hypot(ZERO_GRAMS, ZERO_GRAMS_PER_ROOT_HOUR * Math.sqrt(Math.max(0, hours)));
  if (level.grams - (stock.zero?.grams ?? 0) < EMPTY_SHARE * at.unit.grams && EMPTY_SHARE * at.unit.grams > 2 * zeroSdGrams) {
    // Nothing at all lies there, whatever was thought to.
    stock.guests.length = 0;
  }
  const guests = stock.guests.reduce((sum, { grams, probability }) => sum + (probability >= 0.9 ? grams : 0), 0);
  const isMixed = stock.guests.some(({ probability }) => probability < 0.9);
  const counted = isMixed ? undefined : unitsIn(level.grams - guests - (stock.zero?.grams ?? 0), { unit: at.unit, zeroSdGrams });
  if (counted === undefined) return;
  const isAgreed = counted === stock.units;
  if (isAgreed || stock.units === undefined || counted === stock.auditUnits) {
    stock.units = counted;
    stock.source = 'weight';
    stock.doubtful = 0;
    stock.auditUnits = undefined;
    if (counted === 0 && stock.guests.length === 0) stock.zero = { grams: level.grams, atMs: at.nowMs };
    return;
  }
  stock.auditUnits = counted;
}

/** Whole units in a weight, where that is clear. */
function unitsIn(grams: Grams, scale: { readonly unit: UnitWeight; readonly zeroSdGrams: Grams }): number | undefined {
  const { unit, zeroSdGrams } = scale;
  const units = Math.max(0, Math.round(grams / unit.grams));
  const deviation = Math.hypot(zeroSdGrams, unit.spreadGrams * Math.sqrt(units), 0.005 * unit.grams * units);
  const rest = Math.abs(grams - units * unit.grams);
  return deviation <= SURE_DEVIATION * unit.grams && rest <= Math.max(SURE_REST * unit.grams, zeroSdGrams) ? units : undefined;
}
