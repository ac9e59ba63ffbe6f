import { consentFor } from './consent.ts';
import type { StepContext } from './context.ts';
import type { Alternative, HoldReason, Score, Trigger } from './decision.ts';
import { inLocalRange } from './local-time.ts';
import { putBounded } from './state.ts';
import type { Product } from './store-map.ts';
import { count } from './tally.ts';
import { MINUTE_MS, type Probability } from './units.ts';
import { VISIT_LIMITS, type Visit } from './visit.ts';

/** The same hold for the same product is written once in this time. */
const REPEAT_AFTER_MS = MINUTE_MS;

/** Records that nothing was offered and why; repeats within a minute are left out of the log. */
export function hold(
  context: StepContext,
  visit: Visit,
  held: {
    readonly reason: HoldReason;
    readonly trigger: Trigger;
    readonly score?: Score;
    readonly propensity?: Probability;
    readonly alternatives?: readonly Alternative[];
  },
): void {
  const key = `${held.reason}|${held.trigger.sku}`;
  const last = visit.lastHolds.get(key);
  if (last !== undefined && context.nowMs - last < REPEAT_AFTER_MS) return;
  putBounded(visit.lastHolds, key, context.nowMs, VISIT_LIMITS.lastHolds);
  const { holds } = context.state.today;
  holds.set(held.reason, (holds.get(held.reason) ?? 0) + 1);
  count(context, 'holds', visit.place?.zone);
  context.emit({
    kind: 'row.decision',
    decision: {
      id: context.nextId('d'),
      atMs: context.nowMs,
      visit: visit.id,
      kind: 'hold',
      reason: held.reason,
      offer: undefined,
      campaign: undefined,
      sku: held.trigger.sku,
      zone: visit.place?.zone,
      trigger: held.trigger,
      score: held.score,
      propensity: held.propensity ?? 1,
      alternatives: held.alternatives ?? [],
    },
  });
}

/** Holds that need no score, cheapest and most binding first. True when one was recorded. */
export function holdBeforeScoring(
  context: StepContext,
  visit: Visit,
  asked: { readonly trigger: Trigger; readonly product: Product },
): boolean {
  const reason = reasonBeforeScoring(context, visit, asked.product);
  if (reason === undefined) return false;
  hold(context, visit, { reason, trigger: asked.trigger });
  return true;
}

/** The first reason, independent of any score, not to contact this visit now; undefined when there is none. */
export function reasonBeforeScoring(context: StepContext, visit: Visit, product: Product): HoldReason | undefined {
  const { state, store, nowMs } = context;
  const { policy } = store.map;
  if (consentFor(visit, 'offers', nowMs) === undefined) return 'no-consent';
  if (!state.clockTrusted) return 'untrusted-clock';
  if (state.pausedAll) return 'paused';
  if (visit.place !== undefined && store.zones.get(visit.place.zone)?.offersAllowed === false) return 'zone-off-limits';
  if (policy.quietHours.length > 0) {
    const minute = store.time.minuteOfDay(nowMs);
    if (policy.quietHours.some((range) => inLocalRange(minute, range))) return 'quiet-hours';
  }
  if (visit.dismissals >= 2) return 'dismissed';
  if (visit.offers.length >= policy.maxOffersPerVisit) return 'visit-cap';
  if (visit.offers.some((id) => isOpen(context, id))) return 'offer-open';
  if (visit.lastOfferAtMs !== undefined && nowMs - visit.lastOfferAtMs < policy.minOfferGapMs) return 'too-soon';
  const campaigns = store.campaignsFor(product);
  if (campaigns.length === 0) return 'no-campaign';
  if (campaigns.every((campaign) => state.pausedCampaigns.has(campaign.id))) return 'paused';
  return undefined;
}

function isOpen(context: StepContext, id: string): boolean {
  const state = context.state.offers.get(id)?.offer.state;
  return state === 'open' || state === 'shown';
}
