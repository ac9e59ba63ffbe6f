import type { RedemptionRow } from '../core/effect.ts';
import type { OfferId } from '../core/ids.ts';
import type { Sqlite, Statement } from './sqlite.ts';

/** Offers that were redeemed. The offer is the key, so one offer cannot be redeemed twice even if the core were wrong: `add` throws then. */
export class RedemptionsTable {
  readonly #add: Statement<[string, string, string, string, number, number]>;
  readonly #byOffer: Statement<[string], RedemptionRow>;

  constructor(sqlite: Sqlite) {
    this.#add = sqlite.prepare(
      'INSERT INTO redemptions (offer_id, receipt, till, campaign, discount_cents, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#byOffer = sqlite.prepare(
      'SELECT offer_id AS offer, receipt, till, campaign, discount_cents AS discountCents, at_ms AS atMs FROM redemptions WHERE offer_id = ?',
    );
  }

  add(redemption: RedemptionRow): void {
    const { offer, receipt, till, campaign, discountCents, atMs } = redemption;
    this.#add.run(offer, receipt, till, campaign, discountCents, atMs);
  }

  byOffer(offer: OfferId): RedemptionRow | undefined {
    return this.#byOffer.get(offer);
  }
}
