import type { Sku } from '../ids.ts';
import { type Baskets, dayPart } from './counts.ts';

/** A product that fits what somebody has in the hand, and why. */
export interface Suggestion {
  readonly sku: Sku;
  /** How likely it is on the same receipt, against how likely it is on any: 1 says nothing. Shrunk, so that few receipts prove little. */
  readonly lift: number;
  /** Receipts, faded, that held it together with the product that speaks for it most; 0 where its category or its popularity does. */
  readonly together: number;
  /** The product in the hand that speaks for it most; undefined where it is only popular. */
  readonly because: Sku | undefined;
}

/** What is known of the products on sale. */
export interface Catalogue {
  categoryOf(sku: Sku): string | undefined;
  /** How many products a category has. */
  sizeOf(category: string): number;
}

/** Receipts' worth of doubt: a pair needs about this many receipts before it counts for more than its category, a category than chance. */
const PAIR_DOUBT = 8;
const CATEGORY_DOUBT = 20;
/** Receipts' worth by which a product leans on the mean of its category, and a part of the day on the whole day. */
const PRODUCT_DOUBT = 10;
const PART_DOUBT = 30;
/** Nothing is impossible: a category never sold is as popular as if it had been on this many receipts. */
const LEAST_LINES = 0.5;
/** Several products in the hand are no independent witnesses: together they say as much as this power of their number. */
const WITNESS_POWER = 0.2;

/**
 * Orders candidates by how likely somebody with these products in the hand takes them too, best first. A pair hardly ever seen speaks through
 * the categories of the two (a product new to the store has nothing else); with nothing in the hand, popularity at this time of day is all.
 */
export function suggest(
  baskets: Baskets,
  catalogue: Catalogue,
  asked: { readonly candidates: Iterable<Sku>; readonly inHand: readonly Sku[]; readonly minuteOfDay: number; readonly limit: number },
): readonly Suggestion[] {
  const inHand = [...new Set(asked.inHand)];
  const popularity = popularityAt(baskets, catalogue, dayPart(asked.minuteOfDay));
  const witnesses = inHand.map((sku) => ({ sku, liftOf: liftOf(baskets, catalogue, sku) }));
  const scored: { readonly suggestion: Suggestion; readonly score: number }[] = [];
  for (const sku of asked.candidates) {
    if (inHand.includes(sku)) continue;
    const popular = popularity(sku);
    let sum = 0;
    let best = 0;
    let because: Sku | undefined;
    for (const witness of witnesses) {
      const logLift = Math.log(witness.liftOf(sku, popular));
      sum += logLift;
      if (logLift > best) {
        best = logLift;
        because = witness.sku;
      }
    }
    const lift = inHand.length === 0 ? 1 : Math.exp((sum / inHand.length) * inHand.length ** WITNESS_POWER);
    const together = because === undefined ? 0 : (baskets.items.get(because)?.with.get(sku) ?? 0);
    scored.push({ suggestion: { sku, lift, together, because }, score: popular * lift });
  }
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, asked.limit)
    .map(({ suggestion }) => suggestion);
}

/** Products that were ever bought with one of these, or with one of their category: few enough to look at on every decision. */
export function neighbours(baskets: Baskets, catalogue: Catalogue, inHand: readonly Sku[]): Set<Sku> {
  const found = new Set<Sku>();
  for (const sku of inHand) {
    for (const other of baskets.items.get(sku)?.with.keys() ?? []) found.add(other);
    const category = catalogue.categoryOf(sku);
    if (category === undefined) continue;
    for (const other of baskets.categories.get(category)?.with.keys() ?? []) found.add(other);
  }
  return found;
}

/** Share of receipts with a product: at a part of the day leaning on the whole day, a product leaning on its category. */
function popularityAt(baskets: Baskets, catalogue: Catalogue, part: number): (sku: Sku) => number {
  const lines = baskets.linesByPart.reduce((sum, count) => sum + count, 0);
  const receipts = lines === 0 ? 0 : (baskets.total * (baskets.linesByPart[part] ?? 0)) / lines;
  return (sku) => {
    const item = baskets.items.get(sku);
    const category = catalogue.categoryOf(sku);
    const known = category === undefined ? undefined : baskets.categories.get(category);
    const size = category === undefined ? 1 : Math.max(1, catalogue.sizeOf(category));
    const mean = (known?.lines ?? 0) / size / Math.max(1, baskets.total);
    const least = LEAST_LINES / (baskets.total + 100);
    const day = ((item?.count ?? 0) + PRODUCT_DOUBT * (mean + least)) / (baskets.total + PRODUCT_DOUBT);
    return ((item?.byPart[part] ?? 0) + PART_DOUBT * day) / (receipts + PART_DOUBT);
  };
}

/** How much likelier a product is on receipts with `held`: by the pair, which leans on category and product, which lean on the two categories. */
function liftOf(baskets: Baskets, catalogue: Catalogue, held: Sku): (sku: Sku, popular: number) => number {
  const name = catalogue.categoryOf(held);
  const category = name === undefined ? undefined : baskets.categories.get(name);
  const item = baskets.items.get(held);
  const byCategory = new Map<string, number>();
  for (const [sku, count] of category?.with ?? []) {
    const other = catalogue.categoryOf(sku);
    if (other !== undefined) byCategory.set(other, (byCategory.get(other) ?? 0) + count);
  }
  return (sku, popular) => {
    const other = catalogue.categoryOf(sku);
    const lines = other === undefined ? 0 : (baskets.categories.get(other)?.lines ?? 0);
    const expected = (lines * (category?.count ?? 0)) / Math.max(1, baskets.total);
    const between = ((other === undefined ? 0 : (byCategory.get(other) ?? 0)) + CATEGORY_DOUBT) / (expected + CATEGORY_DOUBT);
    const ofCategory = ((category?.with.get(sku) ?? 0) + CATEGORY_DOUBT * popular * between) / ((category?.count ?? 0) + CATEGORY_DOUBT);
    const ofPair = ((item?.with.get(sku) ?? 0) + PAIR_DOUBT * ofCategory) / ((item?.count ?? 0) + PAIR_DOUBT);
    return ofPair / popular;
  };
}
