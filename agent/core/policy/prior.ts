import type { Campaign, Policy, Product } from '../store-map.ts';
import type { Cents, Probability } from '../units.ts';
import type { Prior } from './belief.ts';
import { FEATURES } from './situation.ts';

/**
 * Share of the not-yet-decided (1 - intent) that a discount of the whole price would win, scaled by the discount's share of the price: what is
 * believed where neither the fleet, nor a learnt model, nor the store's own log says better.
 */
export const TYPICAL_RESPONSE = 2.5;

/** Chance of buying with an offer, as it is expected before anything was learnt. */
export function expectedWithOffer(offer: {
  readonly intent: Probability;
  readonly discountCents: Cents;
  readonly priceCents: Cents;
  readonly response?: number;
}): Probability {
  const { intent, discountCents, priceCents, response = TYPICAL_RESPONSE } = offer;
  const won = Math.max(-1, Math.min(1, (response * discountCents) / Math.max(1, priceCents)));
  return Math.min(1, Math.max(0, won >= 0 ? intent + (1 - intent) * won : intent * (1 + won)));
}

/**
 * Expected extra profit of making the offer: margin after discount times the probability with it, minus margin times the probability
 * without. Giving a discount to somebody who would buy anyway costs money, and comes out negative here.
 */
export function expectedGainCents(offer: { readonly product: Product; readonly discountCents: Cents; readonly intent: number }): Cents {
  const { product, discountCents, intent } = offer;
  const marginCents = product.priceCents - product.costCents;
  const withOffer = expectedWithOffer({ intent, discountCents, priceCents: product.priceCents });
  return Math.round(withOffer * (marginCents - discountCents) - intent * marginCents);
}

/** How much a discount is expected to win: by a model for this visit, else by the fleet's figure for the campaign, else the store's setting. */
export function responseTo(campaign: Campaign, known: { readonly policy: Policy; readonly learnt: number | undefined }): number {
  return known.learnt ?? campaign.prior?.response ?? known.policy.response ?? TYPICAL_RESPONSE;
}

/** Deviations of what is believed at first: of the constant, of the slope of what was expected, of everything else. */
const WITHOUT_OFFER: readonly [number, number, number] = [0.4, 0.2, 0.4];
const WITH_OFFER: readonly [number, number, number] = [0.8, 0.2, 0.4];

/** What is believed of buying without an offer: what the intent model says, give or take. */
export const PRIOR_WITHOUT: Prior = around(WITHOUT_OFFER);

const PRIOR_WITH: Prior = around(WITH_OFFER);

/** What is believed of buying with an offer of a campaign: what was expected, give or take what the fleet's figure is worth. */
export function priorOf(campaign: Campaign | undefined): Prior {
  const deviation = campaign?.prior?.deviation;
  return deviation === undefined ? PRIOR_WITH : around([deviation, WITH_OFFER[1], WITH_OFFER[2]]);
}

function around([constant, slope, rest]: readonly [number, number, number]): Prior {
  const deviations = FEATURES.map((_, i) => (i === 0 ? constant : i === 1 ? slope : rest));
  return {
    mean: FEATURES.map((_, i) => (i === 1 ? 1 : 0)),
    covariance: deviations.map((own, i) => deviations.map((_, j) => (i === j ? own * own : 0))),
  };
}
