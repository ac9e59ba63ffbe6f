import { z } from 'zod';
import { CentsAmount, Id, plainText } from './common.ts';

/** Body of `POST /api/v1/redemptions`: the code as scanned or typed, and the till's own receipt number. */
export const RedeemBody = z.strictObject({ code: plainText(1_024), receipt: plainText(64) });

/** The discount to take off. `repeated` is true when the same code and receipt were answered before: take it off once. */
export const Redeemed = z.strictObject({
  offerId: Id,
  sku: z.string(),
  productName: z.string().nullable(),
  discountCents: CentsAmount,
  currency: z.string(),
  receipt: z.string(),
  repeated: z.boolean(),
});
export type Redeemed = z.infer<typeof Redeemed>;
