import type { Product } from '../store-map.ts';
import type { Cents } from '../units.ts';

/** Share of a product's usual margin that is worth noticing early in the profit of a visit. */
const NOTICED_SHARE = 0.25;

/**
 * Difference of profit a visit that guardrails are sharpest for: a quarter of the mean margin of the store's products. Known before any visit is
 * measured, which the tests need to be valid.
 */
export function guardEffect(products: readonly Product[]): Cents {
  const margin = products.reduce((sum, { priceCents, costCents }) => sum + priceCents - costCents, 0) / Math.max(1, products.length);
  return Math.max(1, NOTICED_SHARE * Math.abs(margin));
}
