import type { Sku } from '../ids.ts';
import { DAY_MS, type TimestampMs } from '../units.ts';

/** What is bought together in this store: counts that fade by half in a month. Names no receipt and nobody. */
export interface Baskets {
  /** Receipts, faded. */
  total: number;
  /** Day since 1970 up to which the counts have been faded. */
  day: number;
  /** Products on receipts in each part of the day. */
  readonly linesByPart: number[];
  /** Receipts that held the product. */
  readonly items: Map<Sku, ItemCounts>;
  readonly categories: Map<string, CategoryCounts>;
}

export interface CategoryCounts {
  /** Receipts that held something of the category. */
  count: number;
  /** Its products on receipts. */
  lines: number;
  /** Those receipts that held another product too, of whatever category. */
  readonly with: Map<Sku, number>;
}

export interface ItemCounts {
  count: number;
  /** By part of the day, see `DAY_PARTS`. */
  readonly byPart: number[];
  /** Other products on the same receipts; the rarest gives way at the limit. */
  readonly with: Map<Sku, number>;
}

/** Parts of a local day that popularity is counted by: four hours each. */
export const DAY_PARTS = 6;

/** Most products, neighbours of one, categories, and neighbours of a category. */
export const BASKET_LIMITS = { items: 2_000, neighbours: 24, categories: 200, categoryNeighbours: 64, lines: 40 } as const;

/** A day's worth of a half-life of 30 days. */
const DAILY_FADE = 0.977159968434246;
/** Counts below this are dropped: a product bought once is forgotten after four months. */
const DROP_BELOW = 0.06;

/** Nothing has been bought yet. */
export function createBaskets(): Baskets {
  return { total: 0, day: 0, linesByPart: new Array<number>(DAY_PARTS).fill(0), items: new Map(), categories: new Map() };
}

/** Counts one receipt. `products` are its different products, with their category where the store knows it. */
export function countBasket(
  baskets: Baskets,
  products: readonly { readonly sku: Sku; readonly category: string | undefined }[],
  at: { readonly nowMs: TimestampMs; readonly minuteOfDay: number },
): void {
  fade(baskets, Math.floor(at.nowMs / DAY_MS));
  const lines = products.slice(0, BASKET_LIMITS.lines);
  if (lines.length === 0) return;
  baskets.total++;
  const part = dayPart(at.minuteOfDay);
  for (const { sku } of lines) {
    const item = itemOf(baskets, sku);
    item.count++;
    item.byPart[part] = (item.byPart[part] ?? 0) + 1;
    baskets.linesByPart[part] = (baskets.linesByPart[part] ?? 0) + 1;
    for (const other of lines) if (other.sku !== sku) add(item.with, other.sku, BASKET_LIMITS.neighbours);
  }
  for (const category of new Set(lines.map((line) => line.category))) {
    if (category === undefined) continue;
    const found = categoryOf(baskets, category);
    found.count++;
    const own = lines.filter((line) => line.category === category);
    found.lines += own.length;
    for (const { sku } of lines) if (own.some((line) => line.sku !== sku)) add(found.with, sku, BASKET_LIMITS.categoryNeighbours);
  }
}

/** The part of the day, 0 to 5. */
export function dayPart(minuteOfDay: number): number {
  return Math.min(DAY_PARTS - 1, Math.floor(minuteOfDay / (1_440 / DAY_PARTS)));
}

/** Brings all counts to a day. A clock that went back fades nothing. */
function fade(baskets: Baskets, day: number): void {
  const days = baskets.day === 0 ? 0 : day - baskets.day;
  if (days < 0) return;
  baskets.day = day;
  if (days === 0) return;
  let by = 1;
  for (let i = 0; i < Math.min(days, 400); i++) by *= DAILY_FADE;
  baskets.total *= by;
  fadeParts(baskets.linesByPart, by);
  for (const [sku, item] of baskets.items) {
    item.count *= by;
    if (item.count < DROP_BELOW) baskets.items.delete(sku);
    fadeParts(item.byPart, by);
    fadeMap(item.with, by);
  }
  for (const [name, category] of baskets.categories) {
    category.count *= by;
    category.lines *= by;
    if (category.count < DROP_BELOW) baskets.categories.delete(name);
    fadeMap(category.with, by);
  }
}

function fadeParts(counts: number[], by: number): void {
  for (let part = 0; part < counts.length; part++) counts[part] = (counts[part] ?? 0) * by;
}

function fadeMap(counts: Map<Sku, number>, by: number): void {
  for (const [sku, count] of counts) {
    if (count * by < DROP_BELOW) counts.delete(sku);
    else counts.set(sku, count * by);
  }
}

function itemOf(baskets: Baskets, sku: Sku): ItemCounts {
  const known = baskets.items.get(sku);
  if (known !== undefined) return known;
  if (baskets.items.size >= BASKET_LIMITS.items) dropLeast(baskets.items, ({ count }) => count);
  const item: ItemCounts = { count: 0, byPart: new Array<number>(DAY_PARTS).fill(0), with: new Map() };
  baskets.items.set(sku, item);
  return item;
}

function categoryOf(baskets: Baskets, name: string): CategoryCounts {
  const known = baskets.categories.get(name);
  if (known !== undefined) return known;
  if (baskets.categories.size >= BASKET_LIMITS.categories) dropLeast(baskets.categories, ({ count }) => count);
  const category: CategoryCounts = { count: 0, lines: 0, with: new Map() };
  baskets.categories.set(name, category);
  return category;
}

/**
 * At the limit the newcomer takes the place of the rarest, without its count: what is frequent stays, and a count is never more than what was
 * seen.
 */
function add(counts: Map<Sku, number>, sku: Sku, limit: number): void {
  const known = counts.get(sku);
  if (known === undefined && counts.size >= limit) dropLeast(counts, (count) => count);
  counts.set(sku, (known ?? 0) + 1);
}

function dropLeast<V>(map: Map<string, V>, countOf: (value: V) => number): void {
  let least: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const [key, value] of map) {
    const count = countOf(value);
    if (count < fewest) {
      fewest = count;
      least = key;
    }
  }
  if (least !== undefined) map.delete(least);
}
