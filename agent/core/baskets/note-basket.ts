import type { StepContext } from '../context.ts';
import type { PosSale } from '../reading.ts';
import type { Visit } from '../visit.ts';
import { countBasket } from './counts.ts';

/** Learns from a receipt what is bought together, and notes on the visit it is linked to what was bought. */
export function noteBasket(context: StepContext, pos: PosSale, visit: Visit | undefined): void {
  const { state, store, nowMs } = context;
  const skus = [...new Set(pos.lines.filter(({ quantity }) => quantity > 0).map(({ sku }) => sku))];
  // Only what the store sells: a receipt's text from a till must not become a key of anything.
  const products = skus.flatMap((sku) => store.products.get(sku) ?? []);
  countBasket(state.baskets, products, { nowMs, minuteOfDay: store.time.minuteOfDay(nowMs) });
  if (visit === undefined) return;
  visit.bought ??= new Set();
  for (const sku of skus) visit.bought.add(sku);
}
