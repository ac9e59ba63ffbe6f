import * as z from 'zod';
import type { Campaign } from '../../agent/core/store-map.ts';
import { formatMoney, id, line, money, parseMoney, share } from '../values.ts';
import { conditions } from './conditions.ts';

const LOCAL_TIME = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2})?$/;

/** A local date or time. */
export const localTime = z
  .string()
  .regex(LOCAL_TIME, { error: 'expected a date like 2026-03-31 or a time like 2026-03-31T18:00, in the time zone of the store' });

const DISCOUNT_FORM = 'expected a discount like "15%" or an amount like 0.50';

/** A discount as people write it. */
export const discount = z.codec(
  z.union([z.number(), z.string()], { error: DISCOUNT_FORM }),
  z.union([z.object({ kind: z.literal('percent'), percent: z.number() }), z.object({ kind: z.literal('amount'), cents: z.number() })]),
  {
    decode: (written, context): Campaign['discount'] => {
      const percent = /^(\d{1,2}(?:\.\d+)?)\s*%$/.exec(String(written).trim());
      if (percent !== null && Number(percent[1]) > 0) return { kind: 'percent', percent: Number(percent[1]) };
      const cents = parseMoney(written);
      if (cents !== undefined && cents > 0) return { kind: 'amount', cents };
      context.issues.push({ code: 'custom', message: DISCOUNT_FORM, input: written });
      return z.NEVER;
    },
    encode: (value) => (value.kind === 'percent' ? `${value.percent}%` : formatMoney(value.cents)),
  },
);

const guardrails = z
  .strictObject({
    margin: money()
      .prefault(0)
      .describe('How much less profit a visit may bring than visits that are left in peace; more, once proved, stops the campaign'),
    dismissals: share().prefault(0.6).describe('Share of shown offers that may be waved away'),
    optOuts: share().prefault(0.1).describe('Share of visits with an offer that may take their consent back'),
    stock: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe('Units of its products that must be on the shelves, where they are counted'),
  })
  .describe('When the campaign stops by itself; the manager may let it go on');

const prior = z
  .strictObject({
    response: z
      .number()
      .min(0)
      .max(20)
      .describe('Share of the undecided that a discount of the whole price would win, scaled by its share of the price; from other stores'),
    deviation: z.number().gt(0).max(3).default(0.5).describe('How unsure that is, in log-odds: 0.1 for hardly, 1 for very'),
  })
  .describe('What the discount does in other stores, until this one knows better');

/** `campaigns`: why, for what, when and for how much offers may be made. */
export const campaignsSection = z
  .array(
    z.strictObject({
      id: id().describe('Short name of the campaign'),
      name: line().describe('Name for the manager'),
      enabled: z.boolean().default(true).describe('Whether it runs at all'),
      skus: z.array(id()).max(10_000).default([]).describe('Products it is for'),
      categories: z.array(id()).max(1_000).default([]).describe('Categories it is for'),
      discount: discount.describe('What the shopper saves: "15%" or an amount for one unit, like 0.50'),
      budget: money().describe('What all discounts of the period may cost together'),
      budgetPeriod: z.enum(['day', 'total']).default('day').describe('What the budget is for'),
      startsAt: localTime.optional().describe('Local date (from midnight) or time it starts'),
      endsAt: localTime.optional().describe('Local date (to the end of the day) or time it ends'),
      minIntent: share().prefault(0.1).describe('Interest below which nothing is offered'),
      maxIntent: share().prefault(0.85).describe('Interest above which nothing is offered: the shopper buys anyway'),
      maxPerVisit: z.number().int().min(1).max(16).default(1).describe('Most offers of this campaign to one visit'),
      headline: line(140).describe('Sentence that the shopper reads'),
      guardrails: guardrails.prefault({}),
      prior: prior.optional(),
      when: conditions.optional().describe('When it may be offered; everything named must hold'),
    }),
  )
  .max(1_000)
  .default([])
  .describe('Why, for what, when and for how much offers may be made');
