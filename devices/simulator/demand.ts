import type { Product } from '../../agent/core/store-map.ts';
import type { Scenario, ShopperType } from './scenario.ts';

/** What one shopper brings to the question "buy this or not?". */
export interface Demand {
  readonly type: ShopperType;
  /** 0 for a product nobody needed, else the need's strength in (0, 1]. */
  readonly need: number;
  readonly priceSensitivity: number;
  /** What is outside makes of the chance to buy: a factor, 1 where nothing does. */
  readonly mood: number;
  /** Mean price of the product's category. */
  readonly usualPriceCents: number;
}

/** Chance to buy without any offer. */
export function chanceToBuy(product: Product, demand: Demand, scenario: Scenario): number {
  const { buy } = scenario.shoppers.types[demand.type];
  const relevance = demand.need > 0 ? demand.need : scenario.needs.impulseBuyFactor;
  const dearness = demand.usualPriceCents > 0 ? product.priceCents / demand.usualPriceCents - 1 : 0;
  // A sensitivity of 1 halves the chance at twice the usual price; a bargain raises it by the same rule.
  return clamp(buy * demand.mood * relevance * 2 ** (-demand.priceSensitivity * dearness));
}

/** Chance to buy with an offer of `discountCents` in mind. */
export function chanceToBuyWithOffer(
  product: Product,
  demand: Demand,
  { discountCents, scenario }: { readonly discountCents: number; readonly scenario: Scenario },
): number {
  const { offerEffect } = scenario.shoppers.types[demand.type];
  const { responsiveness, referenceDiscount } = scenario.offers;
  const relevance = demand.need > 0 ? 1 : scenario.needs.impulseOfferFactor;
  const size = Math.min(1.5, discountCents / Math.max(1, product.priceCents) / referenceDiscount);
  // Annoyance comes from being approached, not from the size of the discount.
  const effect = offerEffect < 0 ? offerEffect : offerEffect * size * relevance;
  return clamp(chanceToBuy(product, demand, scenario) + effect * responsiveness);
}

function clamp(chance: number): number {
  return Math.min(1, Math.max(0, chance));
}
