import { release, reserve } from './budget.ts';
import { consentFor } from './consent.ts';
import type { StepContext } from './context.ts';
import type { Decision, Offer, Trigger } from './decision.ts';
import { showOnDisplay } from './display.ts';
import { whySentence } from './explain.ts';
import { situationOf } from './journeys/situation.ts';
import type { Candidate } from './policy/candidates.ts';
import { putBounded, STATE_LIMITS } from './state.ts';
import { count } from './tally.ts';
import type { Visit } from './visit.ts';
import { reachStep } from './visits.ts';

/** Makes a chosen candidate an offer and has it delivered. It MUST already be established that nothing stands in its way; false where consent has gone. */
export function makeOffer(
  context: StepContext,
  visit: Visit,
  made: { readonly best: Candidate; readonly trigger: Trigger } & Pick<Decision, 'alternatives' | 'propensity' | 'policy' | 'experiments'>,
): boolean {
  const { store, nowMs } = context;
  const { campaign, product, discountCents, score } = made.best;
  const { policy } = store.map;
  // `reasonBeforeScoring` has just seen this consent; asking again is what lets the offer be delivered at all.
  const consent = consentFor(visit, 'offers', nowMs);
  if (consent === undefined) return false;
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
      ...(made.policy === undefined ? {} : { policy: made.policy }),
      ...(made.experiments === undefined ? {} : { experiments: made.experiments }),
      situation: situationOf(context, visit),
    },
  });
  // A copy: the row says what was made, whatever becomes of the offer before the turn is written.
  context.emit({ kind: 'row.offer', offer: { ...offer } });
  context.emit({ kind: 'act.deliver', offer: { ...offer }, consent });
  if (made.best.isOnDisplay) showNearby(context, visit, product.sku);
  return true;
}

/** An experiment lets the display at the shelf say it too; it says the same to everybody. */
export function showNearby(context: StepContext, visit: Visit, sku: string): void {
  const fixture = visit.place?.fixture === undefined ? undefined : context.store.fixtures.get(visit.place.fixture);
  if (fixture !== undefined) showOnDisplay(context, { fixture, sku });
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
