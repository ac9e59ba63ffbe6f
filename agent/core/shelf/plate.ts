import type { CompiledStore } from '../compiled-store.ts';
import type { Sku } from '../ids.ts';
import type { Product, Slot } from '../store-map.ts';
import { HOUR_MS, SECOND_MS, type TimestampMs } from '../units.ts';
import { countChange } from './distance.ts';
import type { OtherGoods, PlateGoods, UnitWeight } from './explain.ts';
import { type ShelfState, stockOf } from './shelf-state.ts';
import { type TagView, tagsAt } from './tag-watch.ts';
import { HELD_MS, heldNow } from './taken.ts';
import { shakenAtMs } from './touch.ts';

/** A hand is seen at most this long before its plate is still; a sensor that saw none for this long is not relied on. */
const REACH_MS = 15 * SECOND_MS;
const REACH_ALIVE_MS = 4 * HOUR_MS;
/** Deviation of a unit's weight where the plan states none: what filling machines keep. */
const USUAL_SPREAD = 0.015;
/** Neighbours on the fixture, and products from elsewhere that somebody holds, which could be put on a plate. */
const MOST_NEIGHBOURS = 16;
const MOST_HELD = 8;
/** From here on the tags say clearly that a product has just arrived. */
const CLEARLY = 3;
/** Capacity is a guideline: this many more are believed. */
const SPARE_ROOM = 2;

/** What could be taken from a slot's plate or put on it now. It MUST already be established that the product has a unit weight. */
export function plateGoods(
  shelf: ShelfState,
  at: {
    readonly store: CompiledStore;
    readonly slot: Slot;
    readonly unit: UnitWeight;
    readonly nowMs: TimestampMs;
    /** When the change that is to be explained took place, in the agent's time. */
    readonly change: { readonly sinceMs: TimestampMs; readonly atMs: TimestampMs };
  },
): PlateGoods & { readonly tags: TagView } {
  const { store, slot, nowMs } = at;
  const stock = stockOf(shelf, slot);
  const units = stock.doubtful === 0 ? stock.units : undefined;
  const tags = tagsAt(shelf, { fixture: slot.fixture, change: at.change, nowMs });
  const isSeen = (sku: Sku) => tags.arrivedFactor(sku, 1) > CLEARLY;
  const other = (product: Product, isNeighbour: boolean): readonly OtherGoods[] => {
    const unit = unitOf(product);
    const { sku } = product;
    return unit === undefined ? [] : [{ sku, unit, held: heldNow(shelf, sku, nowMs), isNeighbour, isSeen: isSeen(sku) }];
  };
  const others = [
    ...neighbours(store, slot).flatMap((product) => other(product, true)),
    ...heldElsewhere(shelf, store, { slot, nowMs }).flatMap((product) => other(product, false)),
  ];
  return {
    sku: slot.sku,
    unit: at.unit,
    units,
    room: slot.capacity === undefined || units === undefined ? undefined : Math.max(0, slot.capacity - units) + SPARE_ROOM,
    about: stock.units,
    held: heldNow(shelf, slot.sku, nowMs),
    isSeen: isSeen(slot.sku),
    reach: reachAt(shelf, slot, nowMs),
    counted: countChange(shelf.distances.get(slot.id), slot, { ...at.change, nowMs }),
    takenFactor: (sku, units) => tags.takenFactor(sku, units),
    arrivedFactor: (sku, units) => tags.arrivedFactor(sku, units),
    tags,
    others,
    guests: stock.guests,
    nowMs,
  };
}

/** Whether a hand was seen or felt at the slot, or at its fixture. Only what sees hands can miss one: a gentle hand shakes nothing. */
export function reachAt(shelf: ShelfState, slot: Slot, nowMs: TimestampMs): PlateGoods['reach'] {
  const shaken = shakenAtMs(shelf, { fixture: slot.fixture, slot: slot.id });
  if (shaken !== undefined && nowMs - shaken <= REACH_MS) return 'seen';
  const atMs = shelf.reaches.get(`slot:${slot.id}`) ?? shelf.reaches.get(`fixture:${slot.fixture}`);
  if (atMs === undefined || nowMs - atMs > REACH_ALIVE_MS) return 'unknown';
  return nowMs - atMs <= REACH_MS ? 'seen' : 'missing';
}

/** Weight of one unit of a product, where a scale can count it. */
export function unitOf(product: Product): UnitWeight | undefined {
  const { unitGrams, unitSpreadGrams } = product;
  if (unitGrams === undefined || unitGrams <= 0) return undefined;
  return { grams: unitGrams, spreadGrams: unitSpreadGrams ?? USUAL_SPREAD * unitGrams };
}

/** Products of the other slots of the fixture, the nearest first in the order of the plan, each once. */
function neighbours(store: CompiledStore, slot: Slot): readonly Product[] {
  const slots = store.slotsByFixture.get(slot.fixture) ?? [];
  const own = slots.findIndex(({ id }) => id === slot.id);
  const near = slots
    .map(({ sku }, at) => ({ sku, distance: Math.abs(at - own) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ sku }) => sku);
  const skus = [...new Set(near)].filter((sku) => sku !== slot.sku).slice(0, MOST_NEIGHBOURS);
  return skus.flatMap((sku) => store.products.get(sku) ?? []);
}

/** Products of other fixtures that somebody took lately, the latest first. */
function heldElsewhere(
  shelf: ShelfState,
  store: CompiledStore,
  at: { readonly slot: Slot; readonly nowMs: TimestampMs },
): readonly Product[] {
  const here = new Set((store.slotsByFixture.get(at.slot.fixture) ?? []).map(({ sku }) => sku));
  const held: { readonly sku: Sku; readonly atMs: TimestampMs }[] = [];
  for (const [sku, list] of shelf.taken) {
    const atMs = list.at(-1)?.atMs ?? 0;
    if (at.nowMs - atMs <= HELD_MS && !here.has(sku)) held.push({ sku, atMs });
  }
  held.sort((a, b) => b.atMs - a.atMs);
  return held.slice(0, MOST_HELD).flatMap(({ sku }) => store.products.get(sku) ?? []);
}
