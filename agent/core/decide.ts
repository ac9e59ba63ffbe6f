import { release, reserve } from './budget.ts';
import { consentFor } from './consent.ts';
import type { StepContext } from './context.ts';
import type { Alternative, HoldReason, Offer, Score, Trigger } from './decision.ts';
import { whySentence } from './explain.ts';
import { campaignHold, reasonAfterScoring, reasonBeforeScoring } from './hold.ts';
import { situationOf } from './journeys/situation.ts';
import { hold } from './record-hold.ts';
import { putBounded, STATE_LIMITS } from './state.ts';
import type { Campaign, Product } from './store-map.ts';
import { count } from './tally.ts';
import type { Cents } from './units.ts';
import type { Visit } from './visit.ts';
import { reachStep } from './visits.ts';

/**
 * Share of the not-yet-decided (1 - intent) that a discount of the whole price would win, scaled by the discount's share of the price.
 * A prior until the store's own holdout has measured it.
 */
const RESPONSE = 2.5;

/** A campaign that could be made for a product, with what it is expected to earn. */
interface Candidate {
  readonly campaign: Campaign;
  readonly product: Product;
  readonly score: Score;
  readonly discountCents: Cents;
  readonly valueCents: Cents;
  readonly excluded: HoldReason | undefined;
}

/** Takes the scores that were asked for and decides: one offer, or hold with the reason. */
export function decide(context: StepContext, answer: { readonly request: string; readonly scores: readonly Score[] }): void {
  const { state } = context;
  const asked = state.awaited.get(answer.request);
  state.awaited.delete(answer.request);
  const visit = asked === undefined ? undefined : state.visits.get(asked.visit);
  const triggerScore = answer.scores.find((score) => score.sku === asked?.trigger.sku);
  const product = asked === undefined ? undefined : context.store.products.get(asked.trigger.sku);
  if (asked === undefined || visit === undefined || triggerScore === undefined || product === undefined) return;
  const { trigger } = asked;
  // Several acts of one visit can be scored in one batch: the first answer may already have become an offer.
  const early =
    reasonBeforeScoring(context, visit, product) ?? reasonAfterScoring(context, { trigger, score: triggerScore, atMs: asked.atMs });
  if (early !== undefined) return hold(context, visit, { reason: early, trigger, score: triggerScore });
  const candidates = answer.scores.flatMap((score) => candidatesFor(context, visit, { score, trigger }));
  if (candidates.some((candidate) => candidate.score.intent >= candidate.campaign.minIntent)) {
    if (visit.funnelStep < 2) count(context, 'intents', visit.place?.zone);
    reachStep(context, visit, 2);
  }
  const alternatives = candidates.map(toAlternative);
  const best = candidates.filter((candidate) => candidate.excluded === undefined).sort((a, b) => b.valueCents - a.valueCents)[0];
  if (best === undefined) {
    return hold(context, visit, { reason: candidates[0]?.excluded ?? 'no-campaign', trigger, score: triggerScore, alternatives });
  }
  visit.eligibleAtMs ??= context.nowMs;
  const { holdoutShare } = context.store.map.policy;
  if (visit.arm === 'holdout') {
    return hold(context, visit, { reason: 'holdout', trigger, score: best.score, propensity: holdoutShare, alternatives });
  }
  makeOffer(context, visit, { best, trigger, alternatives, propensity: 1 - holdoutShare });
}

function candidatesFor(
  context: StepContext,
  visit: Visit,
  asked: { readonly score: Score; readonly trigger: Trigger },
): readonly Candidate[] {
  const { score, trigger } = asked;
  const product = context.store.products.get(score.sku);
  if (product === undefined) return [];
  return context.store.campaignsFor(product).map((campaign) => {
    const discountCents = discountOf(campaign, product);
    const valueCents = expectedGainCents({ product, discountCents, intent: score.intent });
    const excluded = campaignHold(context, { visit, trigger, campaign, product, score, discountCents, valueCents });
    return { campaign, product, score, discountCents, valueCents, excluded };
  });
}

/** What a campaign takes off a product's price: a whole number of cents, never more than the price. */
export function discountOf(campaign: Campaign, product: Product): Cents {
  const { discount } = campaign;
  const cents = discount.kind === 'percent' ? Math.round((product.priceCents * discount.percent) / 100) : discount.cents;
  return Math.min(cents, product.priceCents);
}

/**
 * Expected extra profit of making the offer: margin after discount times the probability with it, minus margin times the probability
 * without. Giving a discount to somebody who would buy anyway costs money, and comes out negative here.
 */
export function expectedGainCents(offer: { readonly product: Product; readonly discountCents: Cents; readonly intent: number }): Cents {
  const { product, discountCents, intent } = offer;
  const marginCents = product.priceCents - product.costCents;
  const withOffer = Math.min(1, intent + (1 - intent) * Math.min(1, (RESPONSE * discountCents) / Math.max(1, product.priceCents)));
  return Math.round(withOffer * (marginCents - discountCents) - intent * marginCents);
}

function makeOffer(
  context: StepContext,
  visit: Visit,
  made: { readonly best: Candidate; readonly trigger: Trigger; readonly alternatives: readonly Alternative[]; readonly propensity: number },
): void {
  const { store, nowMs } = context;
  const { campaign, product, discountCents, score } = made.best;
  const { policy } = store.map;
  // `reasonBeforeScoring` has just seen this consent; asking again is what lets the offer be delivered at all.
  const consent = consentFor(visit, 'offers', nowMs);
  if (consent === undefined) return;
  const decisionId = context.nextId('d');
  const offer: Offer = {
    id: context.nextId('o'),
    decision: decisionId,
    visit: visit.id,
    campaign: campaign.id,
    sku: product.sku,
    productName: product.name,
    headline: campaign.headline,
    why: whySentence(visit, { product, trigger: made.trigger }),
    priceCents: product.priceCents,
    discountCents,
    currency: store.map.currency,
    createdAtMs: nowMs,
    confirmByMs: nowMs + policy.confirmWithinMs,
    expiresAtMs: nowMs + policy.offerTtlMs,
    state: 'open',
  };
  reserve(context, campaign, discountCents);
  visit.offers.push(offer.id);
  visit.offersByCampaign.set(campaign.id, (visit.offersByCampaign.get(campaign.id) ?? 0) + 1);
  visit.lastOfferAtMs = nowMs;
  keepOffer(context, offer);
  countOffer(context, visit, campaign.id);
  context.emit({
    kind: 'row.decision',
    decision: {
      id: decisionId,
      atMs: nowMs,
      visit: visit.id,
      kind: 'offer',
      reason: 'offer',
      offer: offer.id,
      campaign: campaign.id,
      sku: product.sku,
      zone: visit.place?.zone,
      trigger: made.trigger,
      score,
      propensity: made.propensity,
      alternatives: made.alternatives,
      situation: situationOf(context, visit),
    },
  });
  // A copy: the row says what was made, whatever becomes of the offer before the turn is written.
  context.emit({ kind: 'row.offer', offer: { ...offer } });
  context.emit({ kind: 'act.deliver', offer: { ...offer }, consent });
}

function keepOffer(context: StepContext, offer: Offer): void {
  const { state, store } = context;
  if (state.offers.size >= STATE_LIMITS.offers) {
    const oldest = state.offers.values().next().value;
    const campaign = oldest === undefined ? undefined : store.campaigns.find(({ id }) => id === oldest.offer.campaign);
    if (oldest !== undefined && campaign !== undefined) release(context, campaign, oldest.offer.discountCents);
  }
  putBounded(state.offers, offer.id, { offer, shownAtMs: undefined, redeemed: undefined }, STATE_LIMITS.offers);
}

function countOffer(context: StepContext, visit: Visit, campaign: string): void {
  const { today } = context.state;
  reachStep(context, visit, 3);
  count(context, 'offers', visit.place?.zone);
  const zone = visit.place === undefined ? undefined : today.zones.get(visit.place.zone);
  if (zone !== undefined) zone.offers++;
  const counted = today.campaigns.get(campaign) ?? { offers: 0, redeemed: 0 };
  counted.offers++;
  today.campaigns.set(campaign, counted);
}

function toAlternative(candidate: Candidate): Alternative {
  return { campaign: candidate.campaign.id, sku: candidate.product.sku, valueCents: candidate.valueCents, excluded: candidate.excluded };
}
