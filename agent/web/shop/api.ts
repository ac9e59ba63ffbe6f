import type { ConsentPurpose } from '../../core/visit.ts';
import { type Answer, request } from '../shared/request.ts';

/** An offer as the store sends it; times are the store's clock. */
export interface ShopOffer {
  readonly id: string;
  readonly sku: string;
  readonly productName: string;
  readonly headline: string;
  readonly why: string;
  /** What the shopper did that it rests on; null where `why` says it. */
  readonly reason?: OfferReason | null;
  readonly priceCents: number;
  readonly discountCents: number;
  readonly currency: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly state: string;
  /** What the till scans, and what can be typed instead. */
  readonly code: { readonly long: string; readonly short: string };
}

/** An act of the shopper's with the product of an offer. */
export interface OfferReason {
  readonly kind: 'picked' | 'compared' | 'scanned' | 'tried' | 'returned' | 'looked' | 'followup' | 'together';
  readonly times: number;
}

/** A product at its shelf price that others bought with something this visit took up. */
export interface SuggestedProduct {
  readonly sku: string;
  readonly name: string;
  readonly priceCents: number;
  readonly currency: string;
  readonly with: string;
  readonly fixture: string | null;
}

/** What the store knows of this visit that the page shows; `zone` and `fixture` are names. */
export interface VisitNow {
  readonly consents: { readonly [P in ConsentPurpose]: boolean };
  readonly zone: string | null;
  readonly fixture: string | null;
  readonly offers: readonly ShopOffer[];
  /** In the answer to the consent `remember`. */
  readonly rememberToken?: string;
}

/** What anybody in the store may know; `zone` of a fixture is a name. */
export interface StoreInfo {
  readonly name: string;
  readonly consent: { readonly textVersion: string; readonly ttlMs: number };
  /** Whether the store does anything with a loyalty number. */
  readonly members?: boolean;
  readonly fixtures: readonly { readonly id: string; readonly name: string; readonly zone: string }[];
}

/** Purposes said yes or no to; one left out is unchanged. */
export type Consents = { readonly [P in ConsentPurpose]?: boolean };

export interface JoinBody {
  readonly consents: Consents;
  /** Which wording was on the screen. */
  readonly textVersion?: string;
  /** The shelf whose code was scanned. */
  readonly at?: string;
  /** The cart or basket whose code was scanned. */
  readonly tag?: string;
  readonly rememberToken?: string;
  readonly memberId?: string;
  readonly language?: string;
}

/** A change of consents, with what belongs to it. */
export interface ConsentsBody {
  readonly consents: Consents;
  readonly textVersion?: string;
  readonly rememberToken?: string;
  readonly memberId?: string;
}

export type ReceiptState = 'shown' | 'dismissed' | 'saved';

/** The store's shopper API. It never throws: what goes wrong is in the answer. */
export interface ShopApi {
  readonly store: () => Promise<Answer<StoreInfo>>;
  readonly join: (
    body: JoinBody,
  ) => Promise<Answer<{ readonly visitId: string; readonly token: string; readonly rememberToken?: string | null }>>;
  readonly visit: (token: string) => Promise<Answer<VisitNow>>;
  readonly place: (token: string, at: string) => Promise<Answer<VisitNow>>;
  readonly tag: (token: string, tag: string) => Promise<Answer<VisitNow>>;
  readonly consent: (token: string, body: ConsentsBody) => Promise<Answer<VisitNow>>;
  readonly suggestions: (token: string) => Promise<Answer<{ readonly products: readonly SuggestedProduct[] }>>;
  readonly receipt: (token: string, offer: string, state: ReceiptState) => Promise<Answer<unknown>>;
  readonly everything: (token: string) => Promise<Answer<VisitExport>>;
  readonly erase: (token: string) => Promise<Answer<unknown>>;
}

/** Everything held about the visit, table by table. */
export interface VisitExport {
  readonly exportedAtMs: number;
  readonly visitId: string;
  readonly held: Readonly<Record<string, readonly unknown[]>>;
}

/** Where the live offers come from. */
export const STREAM_URL = '/api/v1/visit/stream';

/** The API of the agent that served this page. */
export const shopApi: ShopApi = {
  store: () => request('/api/v1/store'),
  join: (body) => request('/api/v1/visits', { method: 'POST', body }),
  visit: (token) => request('/api/v1/visit', { token }),
  place: (token, at) => request('/api/v1/visit/place', { method: 'PATCH', token, body: { at } }),
  tag: (token, tag) => request('/api/v1/visit/tag', { method: 'PATCH', token, body: { tag } }),
  consent: (token, body) => request('/api/v1/visit/consents', { method: 'PATCH', token, body }),
  receipt: (token, offer, state) =>
    request(`/api/v1/offers/${encodeURIComponent(offer)}/receipts`, { method: 'POST', token, body: { state } }),
  suggestions: (token) => request('/api/v1/visit/suggestions', { token }),
  everything: (token) => request('/api/v1/visit/data', { token }),
  erase: (token) => request('/api/v1/visit', { method: 'DELETE', token }),
};
