import { z } from 'zod';
import { HOLD_REASONS } from '../../core/decision.ts';
import { DIMENSIONS } from '../../core/fairness/audit-row.ts';
import { AtMs, CentsAmount, list, queryInt, Share } from './common.ts';

/** Answer of `GET /api/v1/store/decisions/{id}/explanation`. */
export const ExplanationView = z.strictObject({
  for: z.string(),
  against: z.string(),
  change: z.string(),
  method: z.enum(['trees', 'rules', 'groups', 'none']),
  how: z.string(),
  baseIntent: Share.nullable(),
  parts: list(z.strictObject({ words: z.string(), share: z.number() })),
});
export type ExplanationView = z.infer<typeof ExplanationView>;

/** Query of `GET /api/v1/store/fairness`. */
export const FairnessQuery = z.strictObject({ days: queryInt({ min: 1, max: 90, fallback: 28 }) });

const Interval = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** Answer of `GET /api/v1/store/fairness`. */
export const FairnessView = z.strictObject({
  fromMs: AtMs,
  toMs: AtMs,
  visits: z.number(),
  offers: z.number(),
  isPartial: z.boolean(),
  dimensions: list(
    z.strictObject({
      dimension: z.enum(DIMENSIONS),
      groups: list(
        z.strictObject({
          group: z.string(),
          visits: z.number(),
          offers: z.number(),
          rate: Interval,
          discount: Interval.optional(),
          rateDifference: Interval.optional(),
          discountDifference: Interval.optional(),
          reasons: list(z.strictObject({ reason: z.enum(HOLD_REASONS), visits: z.number() })),
        }),
      ),
    }),
  ),
  findings: list(
    z.strictObject({
      dimension: z.enum(DIMENSIONS),
      group: z.string(),
      what: z.enum(['offer-rate', 'discount']),
      difference: z.number(),
      pValue: z.number(),
    }),
  ),
});
export type FairnessView = z.infer<typeof FairnessView>;

/** Query of `GET /api/v1/store/baskets`: one product, or the strongest pairs of the store. */
export const BasketsQuery = z.strictObject({ sku: z.string().min(1).max(64).optional() });

/** Answer of `GET /api/v1/store/baskets`. */
export const BasketsNow = z.strictObject({
  receipts: z.number(),
  pairs: list(z.strictObject({ sku: z.string(), withSku: z.string(), lift: z.number(), together: z.number() })),
});

/** Answer of `GET /api/v1/visit/suggestions`: products at their shelf price, no offers. */
export const Suggestions = z.strictObject({
  products: list(
    z.strictObject({
      sku: z.string(),
      name: z.string(),
      priceCents: CentsAmount,
      currency: z.string(),
      with: z.string(),
      fixture: z.string().nullable(),
    }),
  ),
});
export type Suggestions = z.infer<typeof Suggestions>;

/** What an offer rests on: only what the shopper did with the product. */
export const OfferReasonView = z.strictObject({
  kind: z.enum(['picked', 'compared', 'scanned', 'tried', 'returned', 'looked', 'followup', 'together']),
  times: z.number().int(),
});
