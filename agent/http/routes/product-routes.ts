import { z } from 'zod';
import type { HttpContext } from '../context.ts';
import { problem } from '../problem.ts';
import { defineRoute, json, type Route } from '../route.ts';
import { plainText } from '../schemas/common.ts';
import { ProductView, StoreInfo } from '../schemas/shop.ts';

/** What anybody in the store may look up; a product looked up by a visit is a scan. */
export function productRoutes({ ports, settings }: HttpContext): readonly Route[] {
  const { shop, submit } = ports;
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/products/:sku',
      policy: 'shopper-or-anyone',
      group: 'shopper',
      limit: 'visit-change',
      summary: 'A product and its price; with a visit token it counts as a scan',
      params: z.strictObject({ sku: plainText(64) }),
      responses: { 200: { description: 'The product', schema: ProductView } },
      handle: async ({ caller, params }) => {
        const product = shop.product(params.sku);
        if (product === undefined) return problem('unknown-product');
        // The price is worth showing even when the scan could not be recorded.
        const scanned =
          caller.kind === 'shopper' &&
          (await submit.submit({ kind: 'visit.scanned', visit: caller.visit.id, sku: product.sku })).kind === 'done';
        const { sku, name, category, priceCents } = product;
        const view: ProductView = { sku, name, category, priceCents, currency: shop.store().currency, scanned };
        return json(200, view);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store',
      policy: 'public',
      group: 'shopper',
      summary: 'The name of the store, its shelves, and the version of the consent text',
      responses: { 200: { description: 'The store', schema: StoreInfo } },
      handle: () => {
        const store = shop.store();
        const zoneNames = new Map(store.zones.map(({ id, name }) => [id, name]));
        const info: StoreInfo = {
          storeId: store.storeId,
          name: store.name,
          currency: store.currency,
          timeZone: store.timeZone,
          consent: { textVersion: settings.consentTextVersion, ttlMs: store.policy.consentTtlMs },
          members: store.campaigns.some(({ enabled, when }) => enabled && when?.member !== undefined),
          fixtures: store.fixtures.map(({ id, name, zone }) => ({ id, name, zone: zoneNames.get(zone) ?? zone })),
        };
        return json(200, info);
      },
    }),
  ];
}
