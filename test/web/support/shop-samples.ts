import type { z } from 'zod';
import type { OfferView, StoreInfo, VisitNow } from '../../../agent/http/schemas/shop.ts';
import { sampleStore } from '../../support/sample-store.ts';
import type { FakeStore } from './fake-store.ts';

/** The stream of the shopper page. */
export const SHOP_STREAM = '/api/v1/visit/stream';

/** An offer as the API sends it, valid for half an hour from now; `changes` replaces fields. */
export function sampleOffer(changes: Partial<OfferView> = {}): OfferView {
  const now = Date.now();
  return {
    id: 'o-1',
    sku: 'coffee-03',
    productName: 'Organic beans 500 g',
    headline: '20 % off a coffee worth waking up for',
    why: 'You looked at coffee for a while, and this one is on offer today.',
    reason: null,
    priceCents: 1099,
    discountCents: 220,
    currency: 'EUR',
    createdAtMs: now,
    confirmByMs: now + 30_000,
    expiresAtMs: now + 1_799_000,
    state: 'open',
    code: { long: `EC1.o-1.demo.${'k3Jq9ZtX7bLmVw2RdYpAs6Nf'.repeat(4)}`, short: 'K7QM-4TXP' },
    ...changes,
  };
}

/** What anybody may know of the sample store. */
export function sampleStoreInfo(): StoreInfo {
  const store = sampleStore({ name: 'Corner Market' });
  const zoneName = (id: string) => store.zones.find((zone) => zone.id === id)?.name ?? id;
  return {
    storeId: store.storeId,
    name: store.name,
    currency: store.currency,
    timeZone: store.timeZone,
    consent: { textVersion: '1', ttlMs: store.policy.consentTtlMs },
    members: false,
    fixtures: store.fixtures.map((fixture) => ({ id: fixture.id, name: fixture.name, zone: zoneName(fixture.zone) })),
  };
}

/** A visit that agreed to offers and stands at the first coffee shelf. */
export function sampleVisit(changes: Partial<z.infer<typeof VisitNow>> = {}): z.infer<typeof VisitNow> {
  return {
    visitId: 'v_sample',
    openedAtMs: Date.now(),
    consents: { offers: true, measurement: false, remember: false, member: false },
    zone: 'Coffee and tea',
    fixture: sampleStoreInfo().fixtures[2]?.name ?? null,
    tag: null,
    consentTextVersion: '1',
    offers: [],
    ...changes,
  };
}

/** Teaches a fake store every answer that a visit without trouble needs. Moves and consents are kept and answered. */
export function serveShop(store: FakeStore): void {
  let visit = sampleVisit();
  store.answer('GET /api/v1/store', { status: 200, body: sampleStoreInfo() });
  store.answer('POST /api/v1/visits', { status: 201, body: { visitId: 'v_sample', token: 'token-of-the-visit', at: null, tag: null } });
  store.answer('GET /api/v1/visit', () => ({ status: 200, body: visit }));
  store.answer('GET /api/v1/visit/suggestions', { status: 200, body: { products: [] } });
  store.answer('PATCH /api/v1/visit/place', ({ body }) => {
    const { at } = body as { readonly at: string };
    visit = { ...visit, fixture: sampleStoreInfo().fixtures.find((fixture) => fixture.id === at)?.name ?? null };
    return { status: 200, body: visit };
  });
  store.answer('PATCH /api/v1/visit/consents', ({ body }) => {
    const { consents } = body as { readonly consents: Partial<typeof visit.consents> };
    visit = { ...visit, consents: { ...visit.consents, ...consents } };
    return { status: 200, body: visit };
  });
  store.answer('GET /api/v1/visit/data', {
    status: 200,
    body: {
      exportedAtMs: Date.now(),
      visitId: 'v_sample',
      held: {
        inbox: [{ seq: 9, kind: 'visit.placed', body: { kind: 'visit.placed', visit: 'v_sample', fixture: 'shelf-03' } }],
        visits: [{ id: 'v_sample', opened_at_ms: Date.now(), origin: 'phone' }],
        consents: [{ purpose: 'offers', granted: 1, text_version: '1' }],
        offers: [],
      },
    },
  });
  store.answer('DELETE /api/v1/visit', { status: 204 });
  for (const id of ['o-1', 'o-2', 'o-3']) store.answer(`POST /api/v1/offers/${id}/receipts`, { status: 204 });
  store.greet(SHOP_STREAM, () => [{ name: 'open', data: { visitId: 'v_sample', usable: [] } }]);
}
