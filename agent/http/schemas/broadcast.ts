import { z } from 'zod';

/** Body of `PATCH /api/v1/visit/broadcast`. */
export const BroadcastBody = z.strictObject({ on: z.boolean() });

/**
 * What an app needs to broadcast for its visit. Token `n` (0 to `tokensPerPeriod` - 1) of period `k` (whole `periodMs` since 1970) is the
 * first `tokenBytes` bytes of HMAC-SHA256 over the text `<k>.<n>`, keyed by the bytes of `seed`.
 */
export const BroadcastGrant = z.strictObject({
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  periodMs: z.int().min(1),
  tokensPerPeriod: z.int().min(1),
  tokenBytes: z.int().min(1),
});
export type BroadcastGrant = z.infer<typeof BroadcastGrant>;

/** Answer of `PATCH /api/v1/visit/broadcast`; null when the phone is no longer to be recognised. */
export const BroadcastNow = z.strictObject({ broadcast: BroadcastGrant.nullable() });
export type BroadcastNow = z.infer<typeof BroadcastNow>;
