import type { StepContext } from '../context.ts';
import { alwaysValid } from '../experiments/sequential.ts';
import { addTo, differenceOf, noSums, type Sums } from '../experiments/sums.ts';
import type { CampaignId } from '../ids.ts';
import { putBounded } from '../state.ts';
import type { Campaign, CampaignGuardrails } from '../store-map.ts';
import type { TimestampMs } from '../units.ts';
import type { Visit } from '../visit.ts';

/** What a campaign did since it was last let go on. */
export interface CampaignGuard {
  /** Profit of visits that were offered it, and of those that chance kept from it. */
  readonly treated: Sums;
  readonly holdout: Sums;
  /** Offers that were shown, and of those the dismissed: 1 for each. */
  readonly dismissals: Sums;
  /** Visits with an offer, and of those the ones that took their consent back. */
  readonly optOuts: Sums;
  /** Why it stopped by itself, while it is. */
  stopped: { readonly guardrail: keyof CampaignGuardrails; readonly sentence: string; readonly atMs: TimestampMs } | undefined;
}

/** What is watched where a campaign says nothing: it must not be proved to lose money, to annoy most people or to drive them away. */
export const GUARDRAILS: CampaignGuardrails = { marginCents: 0, dismissals: 0.6, optOuts: 0.1 };

/** Chance that a harmless campaign is ever stopped, over all guardrails and all looks together. */
const ALPHA = 0.05;
/** Outcomes before a guardrail says anything. */
const MIN_COUNT = 50;
const MOST_CAMPAIGNS = 2_000;

/** Adds an ended visit to what its campaigns did, and stops the ones that crossed a guardrail. */
export function settleGuards(context: StepContext, visit: Visit): void {
  if (visit.staff !== undefined) return;
  const touched = new Set<CampaignId>(visit.offersByCampaign.keys());
  if (visit.eligibleFor !== undefined && visit.consents.has('measurement')) {
    touched.add(visit.eligibleFor);
    addTo(guardOf(context, visit.eligibleFor)[visit.arm], visit.namedMarginCents ?? 0);
  }
  for (const id of visit.offers) {
    const record = context.state.offers.get(id);
    if (record?.shownAtMs === undefined) continue;
    addTo(guardOf(context, record.offer.campaign).dismissals, record.offer.state === 'dismissed' ? 1 : 0);
  }
  for (const id of visit.offersByCampaign.keys()) addTo(guardOf(context, id).optOuts, visit.optedOut === true ? 1 : 0);
  for (const id of touched) check(context, id);
}

/** Stops a campaign whose products are running out. Asked before each offer. */
export function stopWhenScarce(context: StepContext, campaign: Campaign): void {
  const least = (campaign.guardrails ?? GUARDRAILS).stockUnits;
  if (least === undefined || context.state.pausedCampaigns.has(campaign.id)) return;
  const units = unitsOf(context, campaign);
  if (units === undefined || units >= least) return;
  stop(context, campaign, {
    guardrail: 'stockUnits',
    sentence: `only ${units} of its products are left on the shelves, fewer than ${least}`,
  });
}

/** Forgets what a campaign did: the manager lets it go on, and it is judged by what it does from now on. */
export function letGoOn(context: StepContext, campaign: CampaignId): void {
  context.state.guards.delete(campaign);
}

function check(context: StepContext, id: CampaignId): void {
  const campaign = context.store.campaigns.find((one) => one.id === id);
  if (campaign === undefined || context.state.pausedCampaigns.has(id)) return;
  const limits = campaign.guardrails ?? GUARDRAILS;
  const guard = guardOf(context, id);
  const { marginCents, dismissals, optOuts } = limits;
  const alpha = ALPHA / [marginCents, dismissals, optOuts].filter((limit) => limit !== undefined).length;
  if (marginCents !== undefined && Math.min(guard.treated.count, guard.holdout.count) >= MIN_COUNT) {
    const { high } = alwaysValid(differenceOf(guard.treated, guard.holdout), { effect: context.store.guardEffectCents, alpha });
    if (high < -marginCents) {
      const lost = Math.round(-high);
      return stop(context, campaign, {
        guardrail: 'marginCents',
        sentence: `visits that may get it bring at least ${lost} cents less profit than visits left in peace`,
      });
    }
  }
  if (dismissals !== undefined && isAbove(guard.dismissals, { limit: dismissals, effect: 0.2, alpha })) {
    const sentence = `${share(guard.dismissals)} of its offers are waved away, and ${Math.round(100 * dismissals)} % are allowed`;
    return stop(context, campaign, { guardrail: 'dismissals', sentence });
  }
  if (optOuts !== undefined && isAbove(guard.optOuts, { limit: optOuts, effect: 0.1, alpha })) {
    const sentence = `${share(guard.optOuts)} of the shoppers who got it took their consent back, and ${Math.round(100 * optOuts)} % are allowed`;
    stop(context, campaign, { guardrail: 'optOuts', sentence });
  }
}

/** Whether a share is proved to be above its limit, however often it is looked at. */
function isAbove(
  sums: Sums,
  { limit, effect, alpha }: { readonly limit: number; readonly effect: number; readonly alpha: number },
): boolean {
  if (sums.count < MIN_COUNT) return false;
  const rate = sums.y / sums.count;
  // The variance at the limit: the one that the share has where it is just allowed.
  const variance = (limit * (1 - limit)) / sums.count;
  return alwaysValid({ value: rate - limit, variance: Math.max(variance, 1e-9), reduced: 0 }, { effect, alpha }).low > 0;
}

function stop(
  context: StepContext,
  campaign: Campaign,
  why: { readonly guardrail: keyof CampaignGuardrails; readonly sentence: string },
): void {
  const { nowMs, state } = context;
  state.pausedCampaigns.add(campaign.id);
  guardOf(context, campaign.id).stopped = { ...why, atMs: nowMs };
  context.emit({
    kind: 'row.audit',
    entry: { atMs: nowMs, action: 'campaign.stopped', detail: `${campaign.name} (${campaign.id}) stopped by itself: ${why.sentence}` },
  });
}

function guardOf({ state }: StepContext, id: CampaignId): CampaignGuard {
  const known = state.guards.get(id);
  if (known !== undefined) return known;
  const guard: CampaignGuard = { treated: noSums(), holdout: noSums(), dismissals: noSums(), optOuts: noSums(), stopped: undefined };
  putBounded(state.guards, id, guard, MOST_CAMPAIGNS);
  return guard;
}

/** Units of a campaign's products on the shelves, where something counts them; undefined where nothing does. */
function unitsOf({ state, store }: StepContext, campaign: Campaign): number | undefined {
  let units: number | undefined;
  for (const [slot, { units: counted }] of state.shelf.stocks) {
    const sku = store.slots.get(slot)?.sku;
    const product = sku === undefined ? undefined : store.products.get(sku);
    if (counted === undefined || product === undefined) continue;
    if (campaign.skus.includes(product.sku) || campaign.categories.includes(product.category)) units = (units ?? 0) + counted;
  }
  return units;
}

function share({ y, count }: Sums): string {
  return `${Math.round((100 * y) / count)} %`;
}
