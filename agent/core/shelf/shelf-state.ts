import type { FixtureId, Sku, SlotId } from '../ids.ts';
import type { Slot } from '../store-map.ts';
import type { Grams, TimestampMs } from '../units.ts';
import type { CellTrack } from './cell.ts';
import type { DistanceTrack } from './distance.ts';
import type { Guest } from './explain.ts';
import type { Touch } from './touch.ts';

/** Everything the store knows about what lies on its shelves: plain data, bounded by the plan and `SHELF_LIMITS`. */
export interface ShelfState {
  readonly cells: Map<SlotId, CellTrack>;
  readonly stocks: Map<SlotId, StockTrack>;
  /** Units taken and neither put back nor sold yet, oldest first. */
  readonly taken: Map<Sku, Taken[]>;
  /** Product tags heard at fixtures, by EPC; tags of products the store does not know are never kept. */
  readonly tags: Map<string, TagSeen>;
  /** When a sensor last saw a hand at a slot (`slot:<id>`) or fixture (`fixture:<id>`); only where there is such a sensor. */
  readonly reaches: Map<string, TimestampMs>;
  /** What distance sensors measure, by slot. */
  readonly distances: Map<SlotId, DistanceTrack>;
  /** When a slot (`slot:<id>`) or fixture (`fixture:<id>`) was last shaken; only where a sensor feels it. */
  readonly shakes: Map<string, TimestampMs>;
  /** Shakes that nothing has explained yet. */
  readonly touches: Map<string, Touch>;
  /** Slots whose staff message is waiting, and until when. */
  readonly alertsDue: Map<SlotId, TimestampMs>;
  /** When the ledger of what was taken is next looked through. */
  unsoldDueAtMs: TimestampMs | undefined;
}

/** What one slot holds. */
export interface StockTrack {
  /** The product it is about; a slot that gets another one begins anew. */
  readonly sku: Sku;
  /** Units of the slot's product on the shelf; undefined until something has said so. */
  units: number | undefined;
  source: 'weight' | 'distance' | 'events' | undefined;
  /** Units in ambiguous events since the count was last sure. */
  doubtful: number;
  readonly guests: Guest[];
  /** What the empty plate weighs, where that was seen. */
  zero: { readonly grams: Grams; readonly atMs: TimestampMs } | undefined;
  auditedAtMs: TimestampMs;
  /** A count that disagreed at the last audit; it must do so twice. */
  auditUnits: number | undefined;
  /** What staff were last told. */
  told: 'ok' | 'low' | 'out';
  /** When staff were last told that something does not belong here. */
  misplacedToldAtMs: TimestampMs | undefined;
  restockedAtMs: TimestampMs | undefined;
  /** Moves that only one of two sensors has reported so far, oldest first. */
  readonly counted: Move[];
  readonly weighed: Move[];
}

/** Units that moved between two moments; below 0 taken. */
export interface Move {
  readonly sinceMs: TimestampMs;
  readonly untilMs: TimestampMs;
  units: number;
}

/** Units that left a slot. */
export interface Taken {
  readonly atMs: TimestampMs;
  units: number;
  /** A sensor that counts people said that nobody was in the zone. */
  readonly alone: boolean;
}

export interface TagSeen {
  readonly sku: Sku;
  readonly fixture: FixtureId;
  readonly sinceMs: TimestampMs;
  atMs: TimestampMs;
  /** How often it was read since it came, and its usual interval. */
  reads: number;
  everyMs: number;
  /** Reads of the last seconds: `[half second, reads, ...]`, oldest first. */
  readonly slices: number[];
}

/** Most entries of each table; the oldest gives way. Cells and stocks are bounded by the slots of the plan. */
export const SHELF_LIMITS = { guests: 8, moves: 8, takenSkus: 20_000, takenEach: 32, tags: 10_000 } as const;

/** Shelves nobody has looked at. */
export function createShelf(): ShelfState {
  return {
    cells: new Map(),
    stocks: new Map(),
    taken: new Map(),
    tags: new Map(),
    reaches: new Map(),
    distances: new Map(),
    shakes: new Map(),
    touches: new Map(),
    alertsDue: new Map(),
    unsoldDueAtMs: undefined,
  };
}

/** What is known of a slot's stock, begun if need be. */
export function stockOf(shelf: ShelfState, slot: Slot): StockTrack {
  let stock = shelf.stocks.get(slot.id);
  if (stock === undefined) {
    stock = {
      sku: slot.sku,
      units: undefined,
      source: undefined,
      doubtful: 0,
      guests: [],
      zero: undefined,
      auditedAtMs: 0,
      auditUnits: undefined,
      told: 'ok',
      misplacedToldAtMs: undefined,
      restockedAtMs: undefined,
      counted: [],
      weighed: [],
    };
    shelf.stocks.set(slot.id, stock);
  }
  return stock;
}

/** Drops what belongs to slots that are gone or hold another product now: a plate with new goods has to be learned again. */
export function pruneShelf(shelf: ShelfState, slots: ReadonlyMap<SlotId, Slot>): void {
  for (const [id, stock] of shelf.stocks) {
    if (slots.get(id)?.sku === stock.sku) continue;
    shelf.stocks.delete(id);
    shelf.cells.delete(id);
    shelf.alertsDue.delete(id);
  }
  for (const id of shelf.distances.keys()) if (slots.get(id)?.distance === undefined) shelf.distances.delete(id);
  shelf.reaches.clear();
  shelf.shakes.clear();
  shelf.touches.clear();
}

/** Forgets everything that was timed by a clock that was wrong; weights and counts stay. */
export function forgetShelfTimes(shelf: ShelfState): void {
  shelf.taken.clear();
  shelf.tags.clear();
  shelf.reaches.clear();
  shelf.distances.clear();
  shelf.shakes.clear();
  shelf.touches.clear();
  shelf.alertsDue.clear();
  shelf.unsoldDueAtMs = undefined;
  for (const stock of shelf.stocks.values()) {
    stock.auditedAtMs = 0;
    stock.restockedAtMs = undefined;
    stock.misplacedToldAtMs = undefined;
    stock.zero = undefined;
    stock.counted.length = 0;
    stock.weighed.length = 0;
    // Staff hear again what is still so.
    stock.told = 'ok';
  }
}

/** Adds to a bounded list, dropping the oldest. */
export function pushBounded<T>(list: T[], item: T, limit: number): void {
  list.push(item);
  if (list.length > limit) list.splice(0, list.length - limit);
}
