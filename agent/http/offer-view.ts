import type { Offer } from '../core/decision.ts';
import type { TimestampMs } from '../core/units.ts';
import { eventText } from './event-streams.ts';
import type { InsightPorts } from './insight-ports.ts';
import type { OfferCodes } from './ports.ts';
import type { OfferView } from './schemas/shop.ts';

/** Where an offer's code and its reason in the shopper's language come from. */
export interface OfferSayings {
  readonly codes: OfferCodes;
  readonly insight: Pick<InsightPorts, 'shopperAct'>;
}

/** An offer as the phone that it was made for sees it. */
export function offerView(offer: Offer, said: OfferSayings): OfferView {
  return {
    id: offer.id,
    sku: offer.sku,
    productName: offer.productName,
    headline: offer.headline,
    why: offer.why,
    priceCents: offer.priceCents,
    discountCents: offer.discountCents,
    currency: offer.currency,
    createdAtMs: offer.createdAtMs,
    confirmByMs: offer.confirmByMs,
    expiresAtMs: offer.expiresAtMs,
    state: offer.state,
    reason: said.insight.shopperAct(offer) ?? null,
    code: said.codes.codeFor(offer),
  };
}

/** Whether a phone may still be shown an offer: not expired, and not about to be withdrawn because nobody confirmed it. */
export function isDeliverable(offer: Offer, nowMs: TimestampMs): boolean {
  if (offer.expiresAtMs <= nowMs) return false;
  switch (offer.state) {
    case 'open':
      return offer.confirmByMs > nowMs;
    case 'shown':
    case 'saved':
      return true;
    case 'dismissed':
    case 'withdrawn':
    case 'expired':
    case 'redeemed':
      return false;
  }
}

/** The stream event of an offer; its id lets a phone that comes back say how far it got. */
export function offerEvent(offer: Offer, said: OfferSayings): string {
  return eventText({ name: 'offer', data: JSON.stringify(offerView(offer, said)), id: `${offer.createdAtMs}.${offer.id}` });
}

/** Whether an offer comes after what `lastEventId` names. Without a readable id every offer does; at worst one is sent twice. */
export function isUnseen(offer: Offer, lastEventId: string | undefined): boolean {
  const match = lastEventId === undefined ? null : /^(\d{1,15})\.(.{1,64})$/.exec(lastEventId);
  if (match === null) return true;
  const [, at, id] = match;
  return offer.createdAtMs > Number(at) || (offer.createdAtMs === Number(at) && offer.id !== id);
}
