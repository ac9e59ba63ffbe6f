import type { HttpContext } from '../context.ts';
import { defineRoute, json, type Route } from '../route.ts';
import { Suggestions } from '../schemas/insight.ts';

/** What a visit may be told of beside offers. */
export function journeyRoutes({ ports }: HttpContext): readonly Route[] {
  const { insight, shop } = ports;
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/visit/suggestions',
      policy: 'shopper',
      group: 'shopper',
      limit: 'visit-change',
      summary: 'Products that others bought with what this visit picked up or scanned, at their shelf price',
      responses: { 200: { description: 'At most three; none without the consent to offers', schema: Suggestions } },
      handle: ({ caller }) => {
        const { currency } = shop.store();
        const answer: Suggestions = {
          products: insight.suggestions(caller.visit.id).map(({ sku, name, priceCents, withName, fixtureName }) => ({
            sku,
            name,
            priceCents,
            currency,
            with: withName,
            fixture: fixtureName ?? null,
          })),
        };
        return json(200, answer);
      },
    }),
  ];
}
