import { remainingCents } from './budget.ts';
import { consentFor } from './consent.ts';
import type { StepContext } from './context.ts';
import type { HoldReason, Score, Trigger } from './decision.ts';
import type { ZoneId } from './ids.ts';
import { suits } from './journeys/conditions.ts';
import { inLocalRange } from './local-time.ts';
import { groupOf } from './restraint/groups.ts';
import { isStaffHour } from './restraint/staff.ts';
import { isOutOfStock } from './shelf/stock.ts';
import type { Campaign, Product, Zone } from './store-map.ts';
import type { Cents, TimestampMs } from './units.ts';
import type { Visit } from './visit.ts';
import { possibleZones } from './visits.ts';

/**
 * Every reason not to contact somebody, as one table in the order in which it is asked, and nothing outside of it: who writes a rule writes a
 * line here, its words in `HOLD_SENTENCES` and `HOLD_WORDS`, and its row in the table test. Which reason is given is the first that holds.
 */

/** A reason that a zone alone gives, for personal offers and for what a screen in it shows. */
const ZONE_RULES: readonly { readonly reason: HoldReason; readonly holds: (zone: Zone) => boolean }[] = [
  { reason: 'childrens-zone', holds: (zone) => zone.forChildren === true },
  { reason: 'zone-off-limits', holds: (zone) => !zone.offersAllowed },
];

type VisitRule = {
  readonly reason: HoldReason;
  readonly holds: (context: StepContext, visit: Visit, product: Product) => boolean;
};

/** What needs no score, cheapest and most binding first. */
export const VISIT_RULES: readonly VisitRule[] = [
  { reason: 'no-consent', holds: ({ nowMs }, visit) => consentFor(visit, 'offers', nowMs) === undefined },
  { reason: 'staff', holds: (context, visit) => visit.staff !== undefined || isStaffHour(context) },
  { reason: 'untrusted-clock', holds: ({ state }) => !state.clockTrusted },
  { reason: 'paused', holds: ({ state }) => state.pausedAll },
  { reason: 'childrens-zone', holds: (context, visit) => mayBeIn(context, visit, 'childrens-zone') },
  { reason: 'zone-off-limits', holds: (context, visit) => mayBeIn(context, visit, 'zone-off-limits') },
  { reason: 'quiet-hours', holds: (context) => isQuiet(context) },
  { reason: 'dismissed', holds: (_, visit) => visit.dismissals >= MAX_DISMISSALS },
  { reason: 'visit-cap', holds: ({ store }, visit) => visit.offers.length >= store.map.policy.maxOffersPerVisit },
  { reason: 'offer-open', holds: (context, visit) => hasOpenOffer(context, visit) },
  // One offer a party: who walks along with somebody that has one is not contacted too.
  { reason: 'group', holds: (context, visit) => groupOf(context, visit).some(({ offers }) => offers.length > 0) },
  {
    reason: 'too-soon',
    holds: ({ store, nowMs }, { lastOfferAtMs }) => lastOfferAtMs !== undefined && nowMs - lastOfferAtMs < store.map.policy.minOfferGapMs,
  },
  { reason: 'no-campaign', holds: ({ store }, _, product) => store.campaignsFor(product).length === 0 },
  {
    reason: 'paused',
    holds: ({ state, store }, _, product) => store.campaignsFor(product).every(({ id }) => state.pausedCampaigns.has(id)),
  },
];

/** Whether a visit is in such a zone, or may be as far as the scanners can tell. */
function mayBeIn(context: StepContext, visit: Visit, reason: HoldReason): boolean {
  return possibleZones(context, visit).some((zone) => zoneHold(context, zone) === reason);
}

/** What a score was asked for, and when. */
interface Scored {
  readonly trigger: Trigger;
  readonly score: Score;
  readonly atMs: TimestampMs;
}

type ScoreRule = { readonly reason: HoldReason; readonly holds: (context: StepContext, scored: Scored) => boolean };

/** What the score and its age say. */
export const SCORE_RULES: readonly ScoreRule[] = [
  { reason: 'stale-evidence', holds: ({ store, nowMs }, { atMs }) => nowMs - atMs > store.map.policy.evidenceTtlMs },
  { reason: 'low-confidence', holds: ({ store }, { score }) => score.confidence < store.map.policy.confidenceFloor },
];

/** A campaign that could be made for a product. */
export interface PossibleOffer {
  readonly visit: Visit;
  readonly trigger: Trigger;
  readonly campaign: Campaign;
  readonly product: Product;
  readonly score: Score;
  readonly discountCents: Cents;
}

type CampaignRule = { readonly reason: HoldReason; readonly holds: (context: StepContext, offer: PossibleOffer) => boolean };

/** What excludes one campaign for one visit and product, whatever its discount is: an experiment may not change who takes part in it. */
export const CAMPAIGN_RULES: readonly CampaignRule[] = [
  { reason: 'no-campaign', holds: ({ nowMs }, { campaign }) => !campaign.enabled || !inWindow(campaign, nowMs) },
  { reason: 'not-now', holds: (context, { campaign, visit, trigger }) => !suits(context, campaign.when, { visit, trigger }) },
  { reason: 'out-of-stock', holds: ({ state, store }, { product }) => isOutOfStock(state.shelf, store, product.sku) },
  { reason: 'paused', holds: ({ state }, { campaign }) => state.pausedCampaigns.has(campaign.id) },
  { reason: 'campaign-cap', holds: (_, { visit, campaign }) => (visit.offersByCampaign.get(campaign.id) ?? 0) >= campaign.maxPerVisit },
];

/** What excludes a discount, whoever gets it. */
export const DISCOUNT_RULES: readonly CampaignRule[] = [
  { reason: 'not-worth-it', holds: (_, { discountCents }) => discountCents <= 0 },
  {
    reason: 'discount-limit',
    holds: ({ store }, { product, discountCents }) =>
      discountCents > (store.map.policy.maxDiscountShare ?? MAX_DISCOUNT_SHARE) * product.priceCents,
  },
  {
    reason: 'margin-floor',
    holds: ({ store }, { product, discountCents }) =>
      product.priceCents - discountCents - product.costCents < store.map.policy.marginFloor * product.priceCents,
  },
  { reason: 'budget', holds: (context, { campaign, discountCents }) => remainingCents(context, campaign) < discountCents },
];

/**
 * Who is not worth the offer, as far as is believed. What is expected to earn nothing is held back as `not-worth-it` when offers are weighed
 * against each other (policy/weigh.ts). Exploring may go beyond these, and learns whether they are right.
 */
export const WORTH_RULES: readonly CampaignRule[] = [
  { reason: 'low-intent', holds: (_, { score, campaign }) => score.intent < campaign.minIntent },
  { reason: 'would-buy-anyway', holds: (_, { score, campaign }) => score.intent > campaign.maxIntent },
];

/** Largest share of a price that a personal discount may take where the policy does not say. */
export const MAX_DISCOUNT_SHARE = 0.5;
/** Waving this many offers away is a no to all. */
const MAX_DISMISSALS = 2;

/** The first reason, independent of any score, not to contact this visit now; undefined when there is none. */
export function reasonBeforeScoring(context: StepContext, visit: Visit, product: Product): HoldReason | undefined {
  return VISIT_RULES.find(({ holds }) => holds(context, visit, product))?.reason;
}

/** The first reason that a score or its age gives. */
export function reasonAfterScoring(context: StepContext, scored: Scored): HoldReason | undefined {
  return SCORE_RULES.find(({ holds }) => holds(context, scored))?.reason;
}

/** The first of these rules that excludes an offer. */
export function firstHold(context: StepContext, rules: readonly CampaignRule[], offer: PossibleOffer): HoldReason | undefined {
  return rules.find(({ holds }) => holds(context, offer))?.reason;
}

/** Why nothing is shown to anybody in a zone; undefined where it may be. */
export function zoneHold(context: StepContext, zone: ZoneId | undefined): HoldReason | undefined {
  const found = zone === undefined ? undefined : context.store.zones.get(zone);
  return found === undefined ? undefined : ZONE_RULES.find(({ holds }) => holds(found))?.reason;
}

/** Whether these are quiet hours. */
export function isQuiet({ store, nowMs }: StepContext): boolean {
  const { quietHours } = store.map.policy;
  if (quietHours.length === 0) return false;
  const minute = store.time.minuteOfDay(nowMs);
  return quietHours.some((range) => inLocalRange(minute, range));
}

function inWindow(campaign: Campaign, nowMs: TimestampMs): boolean {
  return (campaign.startsAtMs ?? 0) <= nowMs && nowMs < (campaign.endsAtMs ?? Number.POSITIVE_INFINITY);
}

function hasOpenOffer(context: StepContext, visit: Visit): boolean {
  return visit.offers.some((id) => {
    const state = context.state.offers.get(id)?.offer.state;
    return state === 'open' || state === 'shown';
  });
}
