import type { TimestampMs } from '../../agent/core/units.ts';
import type { Basket } from './basket.ts';
import { type KnownOffer, OffersKnown } from './offers-known.ts';
import { type Attitude, attitude, type Need, type Shopper } from './shopper.ts';
import type { World } from './world.ts';

/** What a shopper thinks of each product, with the offers noticed so far, and what the offers changed. */
export class Mind {
  readonly offers: OffersKnown;
  /** Products bought only because of an offer, and lost because of one. */
  readonly wonByOffer = new Set<string>();
  readonly lostByOffer = new Set<string>();
  readonly #world: World;
  readonly #shopper: Shopper;
  /** Needs that a product in the basket has met, with that product: nobody needs two. */
  readonly #met = new Map<Need, string>();

  constructor(world: World, shopper: Shopper) {
    this.#world = world;
    this.#shopper = shopper;
    this.offers = new OffersKnown(world.scenario, world.goods);
  }

  /** By how much the chance to buy, offers included, exceeds the roll: 0 or less is a no. */
  inclination(sku: string): number {
    const view = this.#attitude(sku);
    return this.offers.chance(sku, view) - view.roll;
  }

  wants(sku: string): boolean {
    return this.inclination(sku) > 0;
  }

  /** Whether the basket, with one more unit of this product unless it is already counted, stays inside the budget. */
  canPay(basket: Basket, sku: string, isCounted: boolean): boolean {
    const more = isCounted ? 0 : this.#world.goods.product(sku).priceCents;
    return basket.totalCents + more <= this.#shopper.budgetCents;
  }

  /** Writes down a decision about one product. `possible`: budget and a better product leave room for it. `cameForOffer`: would not stand here without one. */
  decided(
    sku: string,
    {
      keeps,
      possible,
      cameForOffer,
      nowMs,
    }: { readonly keeps: boolean; readonly possible: boolean; readonly cameForOffer: boolean; readonly nowMs: TimestampMs },
  ): void {
    const view = this.#attitude(sku);
    const offer = this.offers.noticed(sku)?.offer.id;
    const wouldKeep = possible && !cameForOffer && view.roll < view.chance;
    if (keeps) this.#meetNeed(sku);
    if (keeps && !wouldKeep) this.wonByOffer.add(sku);
    if (!keeps && wouldKeep) this.lostByOffer.add(sku);
    this.#world.truth({
      atMs: nowMs,
      kind: 'decision',
      shopper: this.#shopper.id,
      sku,
      needed: view.demand.need > 0,
      chance: thousandths(view.chance),
      chanceWithOffer: thousandths(this.offers.chance(sku, view)),
      ...(offer === undefined ? {} : { offer }),
      keeps,
      wouldKeepWithoutOffer: wouldKeep,
    });
  }

  /** An offer put somebody off a product that was already in the basket. */
  putOff({ offer: { id, sku } }: KnownOffer, nowMs: TimestampMs): void {
    const view = this.#attitude(sku);
    // Won by an earlier offer and lost by this one: nothing changed in the end.
    const wonBefore = this.wonByOffer.delete(sku);
    if (!wonBefore) this.lostByOffer.add(sku);
    for (const [need, by] of this.#met) if (by === sku) this.#met.delete(need);
    this.#world.truth({
      atMs: nowMs,
      kind: 'decision',
      shopper: this.#shopper.id,
      sku,
      needed: view.demand.need > 0,
      chance: thousandths(view.chance),
      chanceWithOffer: thousandths(this.offers.chance(sku, view)),
      offer: id,
      keeps: false,
      wouldKeepWithoutOffer: !wonBefore,
    });
  }

  #meetNeed(sku: string): void {
    const { category } = this.#world.goods.product(sku);
    const open = this.#shopper.needs.filter((need) => need.category === category && !this.#met.has(need));
    const need = open.find((one) => one.sku === sku) ?? open[0];
    if (need !== undefined) this.#met.set(need, sku);
  }

  #attitude(sku: string): Attitude {
    const needs = this.#shopper.needs.filter((need) => (this.#met.get(need) ?? sku) === sku);
    return attitude({ shopper: this.#shopper, needs, sku }, this.#world);
  }
}

function thousandths(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
