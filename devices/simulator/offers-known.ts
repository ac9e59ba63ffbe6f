import { chanceToBuyWithOffer, type Demand } from './demand.ts';
import type { Goods } from './goods.ts';
import type { Scenario } from './scenario.ts';
import type { OfferSeen } from './sim-event.ts';

/** The offers one shopper got, and what has become of each. */
export class OffersKnown {
  readonly #offers = new Map<string, KnownOffer>();
  readonly #scenario: Scenario;
  readonly #goods: Goods;

  constructor(scenario: Scenario, goods: Goods) {
    this.#scenario = scenario;
    this.#goods = goods;
  }

  /** Takes an offer in; `undefined` for one that is known already or for a product that this store does not hold. */
  add(offer: OfferSeen): KnownOffer | undefined {
    if (this.#offers.has(offer.id) || !this.#goods.has(offer.sku)) return undefined;
    const known: KnownOffer = { offer, state: 'unseen' };
    this.#offers.set(offer.id, known);
    return known;
  }

  withdraw(id: string): void {
    const known = this.#offers.get(id);
    if (known !== undefined) known.state = 'withdrawn';
  }

  /** The best noticed offer for a product; a dismissed one pleases nobody any more but still annoys the annoyed. */
  noticed(sku: string): KnownOffer | undefined {
    const noticed = [...this.#offers.values()].filter(
      (known) => known.offer.sku === sku && (known.state === 'noticed' || known.state === 'dismissed'),
    );
    return noticed.sort((a, b) => b.offer.discountCents - a.offer.discountCents)[0];
  }

  /** Whether the product would be bought, by the shopper's roll, with the offers noticed so far. */
  chance(sku: string, attitude: { readonly demand: Demand; readonly chance: number }): number {
    const known = this.noticed(sku);
    if (known === undefined) return attitude.chance;
    const chance = chanceToBuyWithOffer(this.#goods.product(sku), attitude.demand, {
      discountCents: known.offer.discountCents,
      scenario: this.#scenario,
    });
    return known.state === 'dismissed' ? Math.min(chance, attitude.chance) : chance;
  }

  /** Usable at the till: noticed, not dismissed, not withdrawn; one a product, the best one. */
  usable(holds: (sku: string) => boolean): readonly OfferSeen[] {
    const best = new Map<string, OfferSeen>();
    for (const { offer, state } of this.#offers.values()) {
      const other = best.get(offer.sku);
      if (state === 'noticed' && holds(offer.sku) && (other === undefined || other.discountCents < offer.discountCents))
        best.set(offer.sku, offer);
    }
    return [...best.values()];
  }
}

export interface KnownOffer {
  readonly offer: OfferSeen;
  state: 'unseen' | 'noticed' | 'dismissed' | 'withdrawn';
}
