import type { ShopOffer } from './api.ts';

/** What stands on the page: offers that can be used, newest first, and one sentence about what last left. */
export interface OfferBoard {
  readonly offers: readonly ShopOffer[];
  readonly farewell: Farewell | undefined;
}

/** Why an offer left the page, for a sentence in its place. */
export interface Farewell {
  readonly kind: 'gone' | 'expired' | 'redeemed' | 'dismissed';
  readonly offer: ShopOffer;
}

/** Nothing shown yet. */
export const EMPTY_BOARD: OfferBoard = { offers: [], farewell: undefined };

/** Most offers on the page at once; the oldest leaves beyond. */
export const MAX_OFFERS = 16;

const USABLE = new Set(['open', 'shown', 'saved']);

/** Puts an offer on the board, or renews it; one that cannot be used (any more) is left off. */
export function addOffer(board: OfferBoard, offer: ShopOffer, nowMs: number): OfferBoard {
  if (!USABLE.has(offer.state) || offer.expiresAtMs <= nowMs) return board;
  const others = board.offers.filter((one) => one.id !== offer.id);
  const offers = [offer, ...others].sort((a, b) => b.createdAtMs - a.createdAtMs).slice(0, MAX_OFFERS);
  return { offers, farewell: others.length < board.offers.length ? board.farewell : undefined };
}

/** Takes an offer off the board and remembers why. */
export function removeOffer(board: OfferBoard, id: string, kind: Farewell['kind']): OfferBoard {
  const offer = board.offers.find((one) => one.id === id);
  if (offer === undefined) return board;
  return { offers: board.offers.filter((one) => one.id !== id), farewell: { kind, offer } };
}

/** Keeps only offers that the store still names as usable: what happened while the phone was out of reach. */
export function keepUsable(board: OfferBoard, usable: readonly string[]): OfferBoard {
  const lost = board.offers.filter((one) => !usable.includes(one.id));
  return lost.reduce((rest, offer) => removeOffer(rest, offer.id, 'gone'), board);
}

/** Takes off what has run out at `nowMs`, and forgets nothing else. */
export function dropExpired(board: OfferBoard, nowMs: number): OfferBoard {
  const expired = board.offers.filter((one) => one.expiresAtMs <= nowMs);
  return expired.reduce((rest, offer) => removeOffer(rest, offer.id, 'expired'), board);
}

/** Changes what is known of one offer's state. */
export function markOffer(board: OfferBoard, id: string, state: string): OfferBoard {
  return { ...board, offers: board.offers.map((one) => (one.id === id ? { ...one, state } : one)) };
}

/** Why the store took an offer back, read from its `withdrawn` event. */
export function farewellOf(reason: string): Farewell['kind'] {
  if (reason === 'redeemed' || reason === 'expired' || reason === 'dismissed') return reason;
  return 'gone';
}
