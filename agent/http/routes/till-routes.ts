import type { HttpContext } from '../context.ts';
import { problem } from '../problem.ts';
import { type Answer, defineRoute, json, type Route } from '../route.ts';
import { RedeemBody, Redeemed } from '../schemas/till.ts';
import { problemOf } from '../submit-problem.ts';
import { TokenBuckets } from '../token-buckets.ts';

/** Where tills redeem codes. The same code and receipt always get the same answer. */
export function tillRoutes({ ports, settings }: HttpContext): readonly Route[] {
  const { codes, submit, shop, clock, counters } = ports;
  const { wrongCodesPerTill, wrongCodesPerMinutePerTill } = settings.limits;
  const wrongCodes = new TokenBuckets({ capacity: wrongCodesPerTill, refillPerSecond: wrongCodesPerMinutePerTill / 60 });

  async function redeem(asked: {
    readonly code: string;
    readonly receipt: string;
    readonly till: string;
    readonly guesser: string;
  }): Promise<Answer> {
    const waitMs = wrongCodes.wait(asked.guesser, clock.monotonicMs());
    if (waitMs > 0) {
      counters.count('endcap_http_refused_total', { reason: 'wrong-codes' });
      return problem('too-many-attempts', { retryAfterMs: waitMs });
    }
    const resolved = codes.resolve(asked.code, clock.wallMs());
    switch (resolved.kind) {
      case 'unknown':
      case 'forged':
        wrongCodes.take(asked.guesser, clock.monotonicMs());
        return problem('unknown-code');
      case 'other-store':
        wrongCodes.take(asked.guesser, clock.monotonicMs());
        return problem('other-store');
      case 'expired':
        // A till that lost the answer may ask again after the expiry; the core knows what it said the first time.
        return resolved.offer === undefined ? problem('offer-closed', { more: { state: 'expired' } }) : settle(resolved.offer, asked);
      case 'offer':
        return settle(resolved.offer, asked);
    }
  }

  async function settle(offer: string, { receipt, till }: { readonly receipt: string; readonly till: string }): Promise<Answer> {
    const reply = await submit.submit({ kind: 'offer.redeem', offer, receipt, till });
    if (reply.kind === 'unknown-offer') return problem('unknown-code');
    const refusal = problemOf(reply);
    if (refusal !== undefined) return refusal;
    if (reply.kind !== 'redeemed') throw new Error(`Cannot redeem an offer: the reply was "${reply.kind}"`);
    const redeemed: Redeemed = {
      offerId: reply.offer,
      sku: reply.sku,
      productName: shop.product(reply.sku)?.name ?? null,
      discountCents: reply.discountCents,
      currency: shop.store().currency,
      receipt: reply.receipt,
      repeated: reply.repeated,
    };
    return json(200, redeemed);
  }

  return [
    defineRoute({
      method: 'POST',
      path: '/api/v1/redemptions',
      policy: 'till',
      group: 'till',
      summary: 'Redeem an offer code; asking again with the same receipt gives the same answer',
      body: RedeemBody,
      responses: { 200: { description: 'The discount to take off', schema: Redeemed } },
      handle: ({ body, caller, address }) => redeem({ ...body, till: caller.name, guesser: `${caller.name} ${address}` }),
    }),
  ];
}
