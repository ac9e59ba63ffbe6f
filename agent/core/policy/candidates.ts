import type { StepContext } from '../context.ts';
import type { Alternative, HoldReason, Score, Trigger } from '../decision.ts';
import { dealVariants } from '../experiments/deal.ts';
import { stopWhenScarce } from '../guardrails/campaign-guard.ts';
import { CAMPAIGN_RULES, DISCOUNT_RULES, firstHold, WORTH_RULES } from '../hold.ts';
import type { Campaign, Product } from '../store-map.ts';
import type { Cents } from '../units.ts';
import type { Visit } from '../visit.ts';
import { expectedGainCents } from './prior.ts';

/** A campaign that could be made for a product, as this visit would get it. */
export interface Candidate {
  readonly campaign: Campaign;
  readonly product: Product;
  readonly score: Score;
  readonly discountCents: Cents;
  /** What it is expected to earn over no offer. */
  readonly valueCents: Cents;
  readonly excluded: HoldReason | undefined;
  readonly probability: number | undefined;
  readonly isOnDisplay: boolean;
  readonly experiments: readonly { readonly id: string; readonly variant: string }[];
}

/** Whether only what is believed of who is worth an offer stands in a candidate's way. */
export function isBeyond({ excluded }: Candidate): boolean {
  return WORTH_RULES.some(({ reason }) => reason === excluded);
}

/** Every campaign that covers a scored product, with what stands in its way. */
export function candidatesFor(
  context: StepContext,
  visit: Visit,
  asked: { readonly score: Score; readonly trigger: Trigger },
): readonly Candidate[] {
  const { score, trigger } = asked;
  const product = context.store.products.get(score.sku);
  if (product === undefined) return [];
  const foreseenCents = Math.round(score.intent * (product.priceCents - product.costCents));
  return context.store.campaignsFor(product).map((configured) => {
    stopWhenScarce(context, configured);
    // Written out, here and below: with 20 campaigns a decision, copying objects costs more than everything else in it.
    const offer = { visit, trigger, score, product, campaign: configured, discountCents: discountOf(configured, product) };
    const early = firstHold(context, CAMPAIGN_RULES, offer);
    const dealt = early === undefined ? dealVariants(context, visit, { campaign: configured, foreseenCents }) : undefined;
    if (dealt !== undefined && dealt.campaign !== configured) {
      offer.campaign = dealt.campaign;
      offer.discountCents = discountOf(dealt.campaign, product);
    }
    const { campaign, discountCents } = offer;
    return {
      campaign,
      product,
      score,
      discountCents,
      valueCents: expectedGainCents({ product, discountCents, intent: score.intent }),
      excluded:
        early ??
        (dealt?.isOnPhone === false ? 'experiment' : firstHold(context, DISCOUNT_RULES, offer)) ??
        firstHold(context, WORTH_RULES, offer),
      probability: undefined,
      isOnDisplay: dealt?.isOnDisplay ?? false,
      experiments: dealt?.experiments ?? NO_EXPERIMENTS,
    };
  });
}

const NO_EXPERIMENTS: Candidate['experiments'] = [];

/** What a campaign takes off a product's price: a whole number of cents, never more than the price. */
export function discountOf(campaign: Campaign, product: Product): Cents {
  const { discount } = campaign;
  const cents = discount.kind === 'percent' ? Math.round((product.priceCents * discount.percent) / 100) : discount.cents;
  return Math.min(cents, product.priceCents);
}

/** A candidate as the log keeps it. */
export function toAlternative({ campaign, product, valueCents, excluded, discountCents, probability }: Candidate): Alternative {
  if (probability === undefined) return { campaign: campaign.id, sku: product.sku, valueCents, excluded, discountCents };
  return { campaign: campaign.id, sku: product.sku, valueCents, excluded, discountCents, probability };
}
