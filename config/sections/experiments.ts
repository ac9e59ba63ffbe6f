import * as z from 'zod';
import { formatMoney, id, line, parseMoney, share } from '../values.ts';
import { discount, localTime } from './campaigns.ts';

const EFFECT_FORM = 'expected an amount of profit like 0.20, or a share of visits that buy like "2%"';

/** What is to be raised, said by the smallest difference that matters. */
const effect = z.codec(
  z.union([z.number(), z.string()], { error: EFFECT_FORM }),
  z.object({ metric: z.enum(['profit', 'purchases']), effect: z.number() }),
  {
    decode: (written, context): { metric: 'profit' | 'purchases'; effect: number } => {
      const percent = /^(\d{1,2}(?:\.\d+)?)\s*%$/.exec(String(written).trim());
      if (percent !== null && Number(percent[1]) > 0) return { metric: 'purchases', effect: Number(percent[1]) / 100 };
      const cents = parseMoney(written);
      if (cents !== undefined && cents > 0) return { metric: 'profit', effect: cents };
      context.issues.push({ code: 'custom', message: EFFECT_FORM, input: written });
      return z.NEVER;
    },
    encode: (value) => (value.metric === 'purchases' ? `${Number((100 * value.effect).toPrecision(12))}%` : formatMoney(value.effect)),
  },
);

const variant = z.strictObject({
  name: line(60).describe('Name of the variant'),
  weight: z.number().min(0).max(1_000).default(1).describe('Its share of the visits that take part, relative to the others'),
  off: z.boolean().default(false).describe('Whether the campaign is not offered at all'),
  headline: line(140).optional().describe('Sentence that the shopper reads instead'),
  discount: discount.optional().describe('What the shopper saves instead'),
  channels: z
    .array(z.enum(['phone', 'shelf-display']))
    .min(1)
    .max(2)
    .optional()
    .describe('How it reaches the shopper; the phone where left out'),
});

/** `experiments`: questions put to chance. */
export const experimentsSection = z
  .array(
    z.strictObject({
      id: id().describe('Short name of the experiment'),
      name: line().describe('Name for the manager'),
      campaign: id().describe('Campaign that it is about'),
      layer: id().optional().describe('Experiments of one layer never meet in one visit; a layer of its own where left out'),
      from: share().prefault(0).describe('Part of the layer that takes part: from here ...'),
      to: share().prefault(1).describe('... to here'),
      effect: effect.describe(
        'Smallest difference a visit that matters: an amount of profit like 0.20, or a share of visits that buy like "2%"',
      ),
      alpha: share().prefault(0.05).describe('Chance of a false alarm, over all variants and all looks'),
      shiftToWinner: z.boolean().default(true).describe('Whether visits move to a proved winner by themselves'),
      startsAt: localTime.optional().describe('Local date (from midnight) or time it starts'),
      endsAt: localTime.optional().describe('Local date (to the end of the day) or time it ends'),
      variants: z.array(variant).min(2).max(10).describe('What is compared; the first is what the others are compared with'),
    }),
  )
  .max(500)
  .default([])
  .describe('Questions put to chance: variants of a campaign, dealt out visit by visit');
