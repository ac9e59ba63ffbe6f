import type { Offer, OfferState } from '../core/decision.ts';
import type { OfferId, VisitId } from '../core/ids.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Sqlite, Statement } from './sqlite.ts';

interface OfferColumns {
  readonly state: OfferState;
  readonly body: string;
}

/** Offers with their present state, and every state they went through. */
export class OffersTable {
  readonly #add: Statement<[string, string, string, number, number, string]>;
  readonly #setState: Statement<[string, string]>;
  readonly #addState: Statement<[string, string, number]>;
  readonly #byId: Statement<[string], OfferColumns>;
  readonly #ofVisit: Statement<[string], OfferColumns>;

  constructor(sqlite: Sqlite) {
    this.#add = sqlite.prepare('INSERT INTO offers (id, visit, state, created_at_ms, expires_at_ms, body) VALUES (?, ?, ?, ?, ?, ?)');
    this.#setState = sqlite.prepare('UPDATE offers SET state = ? WHERE id = ?');
    this.#addState = sqlite.prepare('INSERT INTO offer_states (offer_id, state, at_ms) VALUES (?, ?, ?)');
    this.#byId = sqlite.prepare('SELECT state, body FROM offers WHERE id = ?');
    this.#ofVisit = sqlite.prepare('SELECT state, body FROM offers WHERE visit = ? ORDER BY no');
  }

  add(offer: Offer): void {
    this.#add.run(offer.id, offer.visit, offer.state, offer.createdAtMs, offer.expiresAtMs, JSON.stringify(offer));
  }

  /** A change of an offer that is not there (its visit was forgotten) leaves no trace. */
  changeState(change: { readonly offer: OfferId; readonly state: OfferState; readonly atMs: TimestampMs }): void {
    if (this.#setState.run(change.state, change.offer).changes === 0) return;
    this.#addState.run(change.offer, change.state, change.atMs);
  }

  byId(id: OfferId): Offer | undefined {
    const row = this.#byId.get(id);
    return row === undefined ? undefined : fromColumns(row);
  }

  /** Every offer made to a visit, oldest first, whatever became of it. */
  ofVisit(visit: VisitId): Offer[] {
    return this.#ofVisit.all(visit).map(fromColumns);
  }
}

function fromColumns(row: OfferColumns): Offer {
  // The body is the offer as it was made; only its state changes afterwards.
  return { ...(JSON.parse(row.body) as Offer), state: row.state };
}
