import type { Offer, OfferState } from '../core/decision.ts';
import type { ActEffect } from '../core/effect.ts';
import type { OfferId, VisitId } from '../core/ids.ts';

/** What a phone is told. */
export type FeedEvent =
  | { readonly kind: 'offer'; readonly offer: Offer }
  | { readonly kind: 'withdrawn'; readonly offer: OfferId; readonly reason: OfferState }
  | { readonly kind: 'closed' };

/**
 * Brings committed acts to the phones that listen. Nothing is queued here: who is not connected gets its open offers from state on
 * reconnecting, so an expired offer cannot arrive late.
 */
export class Feed {
  readonly #listeners = new Map<VisitId, Set<(event: FeedEvent) => void>>();

  /** Calls back for every event of the visit until the returned function is called. */
  subscribe(visit: VisitId, listener: (event: FeedEvent) => void): () => void {
    const listeners = this.#listeners.get(visit) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(visit, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(visit) === listeners) this.#listeners.delete(visit);
    };
  }

  /** Phones connected now. */
  get connected(): number {
    return this.#listeners.size;
  }

  /** Sends what concerns a phone; other acts are none of its business. `nowMs` keeps an offer that expired meanwhile from leaving. */
  send(act: ActEffect, nowMs: number): void {
    switch (act.kind) {
      case 'act.deliver':
        if (nowMs < act.offer.expiresAtMs) this.#tell(act.consent.visit, { kind: 'offer', offer: act.offer });
        return;
      case 'act.withdraw':
        return this.#tell(act.visit, { kind: 'withdrawn', offer: act.offer, reason: act.state });
      case 'act.visit-closed':
        return this.#tell(act.visit, { kind: 'closed' });
      case 'act.display':
      case 'act.alert':
        return;
    }
  }

  #tell(visit: VisitId, event: FeedEvent): void {
    for (const listener of this.#listeners.get(visit) ?? []) listener(event);
  }
}
