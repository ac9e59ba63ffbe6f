import type { CompiledStore } from '../compiled-store.ts';
import type { Sku } from '../ids.ts';
import { isOutOfStock } from '../shelf/stock.ts';
import type { State } from '../state.ts';
import type { Product } from '../store-map.ts';
import type { TimestampMs } from '../units.ts';
import type { Visit } from '../visit.ts';
import { type Catalogue, neighbours, type Suggestion, suggest } from './suggest.ts';

/** A suggestion is made only where receipts speak for it: at least this lift ... */
const LEAST_LIFT = 1.2;
/** ... and this many receipts with both. */
const LEAST_TOGETHER = 3;
/** Products of a visit that suggestions rest on, the latest. */
const MAX_IN_HAND = 4;

/** Products for a visit to be told of, by what it took up or scanned itself and the store's own receipts; none where those prove too little. */
export function nextProducts(
  state: Readonly<State>,
  asked: { readonly store: CompiledStore; readonly visit: Readonly<Visit>; readonly nowMs: TimestampMs; readonly limit: number },
): readonly { readonly product: Product; readonly suggestion: Suggestion }[] {
  const { store, visit, nowMs } = asked;
  if (state.baskets.total === 0) return [];
  const inHand = latestTouched(visit);
  if (inHand.length === 0) return [];
  const catalogue = catalogueOf(store);
  const candidates = [...neighbours(state.baskets, catalogue, inHand)].filter((sku) => !visit.interest.has(sku));
  const found = suggest(state.baskets, catalogue, {
    candidates,
    inHand,
    minuteOfDay: store.time.minuteOfDay(nowMs),
    limit: 4 * asked.limit,
  });
  return found
    .filter(({ lift, together }) => lift >= LEAST_LIFT && together >= LEAST_TOGETHER)
    .flatMap((suggestion) => {
      const product = store.products.get(suggestion.sku);
      return product === undefined || isOutOfStock(state.shelf, store, product.sku) ? [] : [{ product, suggestion }];
    })
    .slice(0, asked.limit);
}

/** The store's products as suggestions see them. */
export function catalogueOf(store: CompiledStore): Catalogue {
  return {
    categoryOf: (sku) => store.products.get(sku)?.category,
    sizeOf: (category) => store.categorySizes.get(category) ?? 0,
  };
}

function latestTouched(visit: Readonly<Visit>): Sku[] {
  return [...visit.interest]
    .filter(([, { picks, scans, holding }]) => holding > 0 || picks + scans > 0)
    .sort(([, a], [, b]) => b.lastAtMs - a.lastAtMs)
    .slice(0, MAX_IN_HAND)
    .map(([sku]) => sku);
}
