import { z } from 'zod';
import { list } from './common.ts';

/** Answer of `/healthz`: the process answers. */
export const Health = z.strictObject({ status: z.literal('ok') });

/** Answer of `/readyz`, with 200 or 503; `warnings` say what is open on purpose but should not stay so. */
export const Ready = z.strictObject({
  ready: z.boolean(),
  checks: list(z.strictObject({ name: z.string(), ready: z.boolean(), sentence: z.string() })),
  warnings: list(z.string()),
});
export type Ready = z.infer<typeof Ready>;

/** Captive portal information as RFC 8908 wants it: nobody is held back, and here is the store's page. */
export const CaptivePortal = z.strictObject({ captive: z.literal(false), 'venue-info-url': z.string() });
