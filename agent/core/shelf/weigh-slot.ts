import type { CompiledStore } from '../compiled-store.ts';
import type { Sku } from '../ids.ts';
import type { Slot } from '../store-map.ts';
import { type DurationMs, type Grams, MINUTE_MS, SECOND_MS, type TimestampMs } from '../units.ts';
import { freshCell } from './cell.ts';
import { CERTAIN, type Detection, detect } from './detect.ts';
import { contradicts } from './distance.ts';
import { type Explanation, explain, type UnitWeight } from './explain.ts';
import { plateGoods, unitOf } from './plate.ts';
import type { ShelfEvent, ShelfEventKind, Witness } from './shelf-event.ts';
import { type ShelfState, type StockTrack, stockOf } from './shelf-state.ts';
import { addGuest, auditStock, bookWeighed, countPlate, RESTOCK_UNITS, removeGuest } from './stock.ts';
import { heldUnits } from './taken.ts';

/** Staff who fill a slot come back to it within this time. */
const RESTOCKING_MS: DurationMs = 90 * SECOND_MS;
/** Whoever swept a slot and puts everything back does so within this time. */
const SWEEP_BACK_MS: DurationMs = 5 * MINUTE_MS;
/** Takes of so many units at once are a sweep. */
const SWEEP_UNITS = 3;
/** Explained less than this, a change is none of the goods. */
const EXPLAINED = 0.5;
/** A rival was taken within the last minute or so, and fits at least a tenth as well. */
const RIVAL_HELD = 0.4;
const RIVAL_FIT = 0.1;
/** From here on a tag surely arrived just then. */
const CLEAR_ARRIVAL = 50;
/** How sure a change can be that another sensor saw differently. */
const DISPUTED = 0.5;
/** A loss below this share of a unit, or a gain below this weight, only moves the zero. */
const LEAST_SHARE = 0.5;
const LEAST_THING: Grams = 15;

/** How long tags are waited for where weights leave a doubt, and a distance that has not come to rest. */
const TAGS_MS: DurationMs = 3_500;
const DISTANCE_MS: DurationMs = 1_500;

/** A slot of the plan with its product, and the time. */
export interface SlotNow {
  readonly store: CompiledStore;
  readonly slot: Slot;
  readonly nowMs: TimestampMs;
}

/**
 * Takes in one weight of a slot, keeps the plate's stock, and gives what happened, if anything did. Slots whose product has no unit weight are
 * left alone. `atMs` is the device's time, `now.nowMs` the agent's.
 */
export function weighSlot(
  shelf: ShelfState,
  now: SlotNow,
  reading: { readonly atMs: TimestampMs; readonly grams: Grams },
): ShelfEvent | undefined {
  const product = now.store.products.get(now.slot.sku);
  const unit = product === undefined ? undefined : unitOf(product);
  if (unit === undefined) return undefined;
  let cell = shelf.cells.get(now.slot.id);
  if (cell === undefined) {
    cell = freshCell(reading.atMs);
    shelf.cells.set(now.slot.id, cell);
  }
  // Other sensors are timed by the agent: their clocks and the scale's need not agree.
  const aheadMs = now.nowMs - reading.atMs;
  let goods: ReturnType<typeof plateGoods> | undefined;
  const detection = detect(cell, reading, {
    unitGrams: unit.grams,
    explain(change) {
      const times = { sinceMs: change.sinceMs + aheadMs, atMs: change.atMs + aheadMs };
      goods = plateGoods(shelf, { ...now, unit, change: times });
      return explain(change, goods);
    },
    waitMs: (explanations) => (goods === undefined ? 0 : waitMs(shelf, now, { goods, explanations })),
  });
  const stock = stockOf(shelf, now.slot);
  if (detection === undefined) {
    auditStock(stock, cell, { unit, nowMs: now.nowMs });
    return undefined;
  }
  return conclude(shelf, { ...now, unit, stock, goods }, detection);
}

/** How long to wait for what other sensors of the slot may yet say: a distance that has to come to rest, tags that settle a doubt. */
function waitMs(
  shelf: ShelfState,
  now: SlotNow,
  judged: { readonly goods: ReturnType<typeof plateGoods>; readonly explanations: readonly Explanation[] },
): DurationMs {
  const { goods, explanations } = judged;
  const [best, ...rest] = explanations;
  if (best === undefined) return 0;
  const isDoubtful = best.probability < CERTAIN || rest.some((other) => rivals(best, other));
  const skus = [best, ...rest].flatMap(({ sku }) => sku ?? []);
  if (isDoubtful && skus.some((sku) => goods.tags.tagged.has(sku))) return TAGS_MS;
  const measuredAtMs = shelf.distances.get(now.slot.id)?.levels.at(-1)?.toMs;
  const isMeasured = now.slot.distance !== undefined && measuredAtMs !== undefined && now.nowMs - measuredAtMs <= SECOND_MS;
  return isMeasured && goods.counted === undefined ? DISTANCE_MS : 0;
}

type Weighed = SlotNow & {
  readonly unit: UnitWeight;
  readonly stock: StockTrack;
  readonly goods: ReturnType<typeof plateGoods> | undefined;
};

function conclude(shelf: ShelfState, at: Weighed, detection: Detection): ShelfEvent | undefined {
  switch (detection.kind) {
    case 'level':
      countPlate(at.stock, detection.grams, at);
      return undefined;
    case 'hand':
      return {
        ...event(at.slot, { sinceMs: detection.fromMs, atMs: detection.fromMs, settledAtMs: detection.toMs }),
        kind: 'hand',
        sku: at.slot.sku,
        units: 0,
        outcome: 'certain',
        confidence: 1,
        alternatives: [],
      };
    case 'change': {
      const concluded = explained(shelf, at, detection) ?? strange(at, detection);
      if (concluded === undefined) return undefined;
      bookWeighed(at.stock, concluded, at.slot);
      if (concluded.kind === 'restock') at.stock.restockedAtMs = at.nowMs;
      return concluded;
    }
  }
}

type Change = Extract<Detection, { readonly kind: 'change' }>;

/** The event that the likeliest explanation tells of; undefined when none is likely. */
function explained(shelf: ShelfState, at: Weighed, change: Change): ShelfEvent | undefined {
  const [best, ...rest] = change.explanations;
  const sum = change.explanations.reduce((total, { probability }) => total + probability, 0);
  if (best === undefined || sum < EXPLAINED) return undefined;
  keepGuests(at, change);
  const units = Math.abs(best.units);
  const { agree, disagrees } = heardOut(at, best);
  const isClear = best.probability >= CERTAIN && disagrees === undefined && !rest.some((other) => rivals(best, other));
  return {
    ...event(at.slot, change),
    kind: best.units < 0 ? takeKind(best, at.slot) : putKind(shelf, at, best),
    sku: best.sku,
    units,
    outcome: isClear ? 'certain' : 'ambiguous',
    confidence: disagrees === undefined ? best.probability : Math.min(best.probability, DISPUTED),
    ...(agree.length === 0 ? {} : { agree }),
    ...(disagrees === undefined ? {} : { disagrees }),
    alternatives: rest.map(({ sku, units: many, probability }) => ({ sku, units: Math.abs(many), probability })),
  };
}

/** What the slot's other sensors say to an explanation: those that saw the same, and one that saw something else. */
function heardOut(
  { goods, slot, store }: Weighed,
  best: Explanation,
): { readonly agree: readonly Witness[]; readonly disagrees: Witness | undefined } {
  if (goods === undefined) return { agree: [], disagrees: undefined };
  const agree: Witness[] = [];
  if (best.isSeen) agree.push('tags');
  if (goods.reach === 'seen') agree.push('reach');
  let disagrees: Witness | undefined;
  if (goods.counted !== undefined && best.sku === slot.sku && best.guest === undefined) {
    if (contradicts(goods.counted, best.units)) disagrees = 'distance';
    else agree.push('distance');
  }
  // Put back, says the scale; but what arrived is something that has no place on this fixture.
  const here = new Set((store.slotsByFixture.get(slot.fixture) ?? []).map(({ sku }) => sku));
  const isStrange = (sku: Sku) => !here.has(sku) && goods.tags.arrivedFactor(sku, 1) > CLEAR_ARRIVAL;
  if (best.units > 0 && !best.isSeen && goods.tags.tagged.has(best.sku ?? '') && [...goods.tags.tagged].some(isStrange))
    disagrees ??= 'tags';
  return { agree, disagrees };
}

/**
 * Whether a neighbour's product that was taken just now, or a guest that came just now, fits the weight about as well. However rarely things are
 * put back in the wrong slot, weights cannot rule it out, so such a change is never reported as certain.
 */
function rivals(best: Explanation, other: Explanation): boolean {
  // Tags are not fooled by weights: what a reader just noticed is not in doubt for what it did not.
  if (best.isSeen && !other.isSeen) return false;
  return other.rivalHeld >= RIVAL_HELD && other.fit >= RIVAL_FIT * best.fit;
}

function takeKind(best: Explanation, slot: Slot): ShelfEventKind {
  return best.sku === slot.sku && best.units <= -SWEEP_UNITS ? 'sweep' : 'pick';
}

function putKind(shelf: ShelfState, at: SlotNow & { readonly stock: StockTrack }, best: Explanation): ShelfEventKind {
  if (best.sku !== at.slot.sku) return 'misplaced';
  if (at.stock.restockedAtMs !== undefined && at.nowMs - at.stock.restockedAtMs <= RESTOCKING_MS) return 'restock';
  if (best.units < RESTOCK_UNITS) return 'return';
  return heldUnits(shelf, best.sku, { nowMs: at.nowMs, ms: SWEEP_BACK_MS }) >= best.units ? 'return' : 'restock';
}

/** Every explanation in which something foreign came or left changes what may lie here, as likely as it is. */
function keepGuests({ stock, slot, nowMs }: SlotNow & { readonly stock: StockTrack }, change: Change): void {
  for (const { sku, units, guest, probability } of change.explanations) {
    if (guest !== undefined) removeGuest(stock, guest, probability);
    else if (units > 0 && sku !== slot.sku) {
      for (let n = 0; n < units; n += 1) addGuest(stock, { sku, grams: change.grams / units, probability, sinceMs: nowMs });
    }
  }
}

/** Weight that no goods explain: a thing left behind, or something lost, nobody can say what. Undefined for too little to be either. */
function strange(at: SlotNow & { readonly stock: StockTrack; readonly unit: UnitWeight }, change: Change): ShelfEvent | undefined {
  const isTake = change.grams < 0;
  if (isTake ? -change.grams < LEAST_SHARE * at.unit.grams : change.grams < LEAST_THING) return undefined;
  if (!isTake) addGuest(at.stock, { sku: undefined, grams: change.grams, probability: 1, sinceMs: at.nowMs });
  return {
    ...event(at.slot, change),
    kind: isTake ? 'pick' : 'misplaced',
    sku: isTake ? at.slot.sku : undefined,
    units: isTake ? Math.max(1, Math.round(-change.grams / at.unit.grams)) : 1,
    outcome: 'ambiguous',
    confidence: change.explanations[0]?.probability ?? 0,
    alternatives: change.explanations.slice(0, 3).map(({ sku, units, probability }) => ({ sku, units: Math.abs(units), probability })),
  };
}

function event(
  slot: Slot,
  when: { readonly sinceMs: TimestampMs; readonly atMs: TimestampMs; readonly settledAtMs: TimestampMs },
): Pick<ShelfEvent, 'slot' | 'source' | 'sinceMs' | 'atMs' | 'settledAtMs'> {
  return { slot: slot.id, source: 'weight', sinceMs: when.sinceMs, atMs: when.atMs, settledAtMs: when.settledAtMs };
}
