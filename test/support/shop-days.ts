import type { StoreMap } from '../../agent/core/store-map.ts';
import { MINUTE_MS } from '../../agent/core/units.ts';
import { CoreDriver } from './core-driver.ts';

/** What one made-up shopper of the sample store does. */
export interface ShopperPlan {
  readonly visit: string;
  /** Whether the espresso is bought, given whether an offer for it came, and its discount. */
  readonly buys: (offer: { readonly discountCents: number; readonly headline: string } | undefined) => boolean;
  /** Dismisses the offer instead of looking at it. */
  readonly dismisses?: boolean;
  /** Takes the consent to offers back after an offer. */
  readonly optsOut?: boolean;
  readonly consents?: { readonly offers?: boolean; readonly measurement?: boolean };
  /** The till does not say whose sale it was; a code, if there is one, is redeemed. */
  readonly isUnnamed?: boolean;
}

const PRICE_CENTS = 899;

/** A driver of the sample store in which shoppers come one after the other, take the espresso, decide, pay and leave. */
export class ShopDays {
  readonly driver: CoreDriver;
  #receipt = 0;

  constructor(store: StoreMap) {
    this.driver = new CoreDriver(store);
  }

  /** Plays one visit to its end. */
  shop({ visit, buys, dismisses, optsOut, consents, isUnnamed }: ShopperPlan): void {
    const { driver } = this;
    const before = driver.effects.length;
    driver.open(visit, { fixture: 'shelf-03', ...(consents === undefined ? {} : { consents }) });
    driver.pick('03-2');
    const offer = driver.effects.slice(before).flatMap((effect) => (effect.kind === 'act.deliver' ? [effect.offer] : []))[0];
    if (offer !== undefined)
      driver.input({ kind: 'offer.receipt', visit, offer: offer.id, state: dismisses === true ? 'dismissed' : 'shown' });
    if (offer !== undefined && optsOut === true)
      driver.input({ kind: 'visit.consented', visit, consents: { offers: false }, textVersion: '1' });
    driver.wait(MINUTE_MS);
    if (buys(offer)) {
      const isUsable = offer !== undefined && dismisses !== true && optsOut !== true;
      const cents = PRICE_CENTS - (isUsable ? offer.discountCents : 0);
      const lines = [{ sku: 'coffee-02', quantity: 1, cents }];
      const named = isUnnamed === true ? {} : { visit };
      driver.reading(
        'till-1',
        { kind: 'pos.sale', receipt: `r${++this.#receipt}`, lines, codes: [], ...named },
        isUsable ? { offers: [offer.id] } : {},
      );
    } else driver.putBack('03-2');
    // Long enough for the visit to end.
    driver.wait(40 * MINUTE_MS).tick();
    this.#trim();
  }

  /** Effects and log of thousands of visits are not needed. */
  #trim(): void {
    if (this.driver.effects.length < 20_000) return;
    this.driver.effects.splice(0, 10_000);
    this.driver.log.splice(0, 10_000);
  }
}
