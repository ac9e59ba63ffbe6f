import { z } from 'zod';
import type { HttpContext } from '../context.ts';
import { problem } from '../problem.ts';
import { defineRoute, json, type Route } from '../route.ts';
import { Id } from '../schemas/common.ts';
import { BasketsNow, BasketsQuery, ExplanationView, FairnessQuery, FairnessView } from '../schemas/insight.ts';

/** Why the store decided as it did, whether it treats everybody alike, and what is bought together. */
export function fairnessRoutes({ ports }: HttpContext): readonly Route[] {
  const { insight } = ports;
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/decisions/:id/explanation',
      policy: 'viewer',
      group: 'manager',
      summary: 'What spoke for a decision, what against, and what would have changed it',
      params: z.strictObject({ id: Id }),
      responses: { 200: { description: 'Three sentences and the numbers behind them', schema: ExplanationView } },
      handle: async ({ params }) => {
        const found = await insight.explanation(params.id);
        if (found === undefined) return problem('unknown-decision');
        const view: ExplanationView = { ...found, parts: [...found.parts], baseIntent: found.baseIntent ?? null };
        return json(200, view);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/fairness',
      policy: 'viewer',
      group: 'manager',
      summary:
        'Offer rates, reasons and discounts across zones, hours, languages and kinds of visits, with what differs by more than chance',
      query: FairnessQuery,
      responses: { 200: { description: 'The audit, at most ten minutes old', schema: FairnessView } },
      handle: async ({ query }) => json(200, await insight.fairness(query.days)),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/baskets',
      policy: 'viewer',
      group: 'manager',
      summary: 'What is bought together, from the store’s own receipts',
      query: BasketsQuery,
      responses: { 200: { description: 'Pairs, the strongest first', schema: BasketsNow } },
      handle: ({ query }) => json(200, insight.baskets(query.sku)),
    }),
  ];
}
