import type { StepContext } from '../context.ts';
import { textHash } from '../hash.ts';
import type { Campaign, VariantPlan } from '../store-map.ts';
import { VISIT_LIMITS, type Visit } from '../visit.ts';
import { dealt } from './experiment.ts';
import type { ExperimentTrack } from './track.ts';

/** A campaign as one visit gets it, and by which experiments. */
export interface DealtCampaign {
  readonly campaign: Campaign;
  /** False where an experiment leaves the campaign, or its way to the phone, out for this visit. */
  readonly isOnPhone: boolean;
  /** Where an experiment lets the shelf's own display say it. */
  readonly isOnDisplay: boolean;
  readonly experiments: readonly { readonly id: string; readonly variant: string }[];
}

/**
 * Deals a visit its variant in every experiment about a campaign, and notes the first time that it meets one. The caller has seen that nothing
 * that a variant could change stands in the way: who takes part must not hang on what the variants do. The holdout takes part in nothing.
 */
export function dealVariants(
  context: StepContext,
  visit: Visit,
  met: { readonly campaign: Campaign; readonly foreseenCents: number },
): DealtCampaign {
  const tracks = context.state.experiments.get(met.campaign.id);
  if (tracks === undefined || visit.arm === 'holdout')
    return { campaign: met.campaign, isOnPhone: true, isOnDisplay: false, experiments: [] };
  const experiments: { readonly id: string; readonly variant: string }[] = [];
  const unit = textHash(visit.id);
  let isOnPhone = true;
  let isOnDisplay = false;
  let { headline, discount } = met.campaign;
  for (const track of tracks) {
    const variant = variantFor(context, visit, { track, unit, foreseenCents: met.foreseenCents });
    if (variant === undefined) continue;
    experiments.push({ id: track.plan.id, variant: variant.name });
    headline = variant.headline ?? headline;
    discount = variant.discount ?? discount;
    if (variant.isOff === true || variant.channels?.includes('phone') === false) isOnPhone = false;
    if (variant.isOff !== true && variant.channels?.includes('shelf-display') === true) isOnDisplay = true;
  }
  const isChanged = headline !== met.campaign.headline || discount !== met.campaign.discount;
  return { campaign: isChanged ? { ...met.campaign, headline, discount } : met.campaign, isOnPhone, isOnDisplay, experiments };
}

function variantFor(
  context: StepContext,
  visit: Visit,
  { track, unit, foreseenCents }: { readonly track: ExperimentTrack; readonly unit: number; readonly foreseenCents: number },
): VariantPlan | undefined {
  const { plan } = track;
  const assigned = visit.assigned?.get(plan.id);
  if (assigned !== undefined) return plan.variants.find(({ name }) => name === assigned.variant);
  if (track.status === 'stopped' || track.status === 'broken' || track.status === 'no-better') {
    return plan.variants.find(({ name }) => name === track.use);
  }
  const { nowMs } = context;
  if (nowMs < (plan.startsAtMs ?? 0) || nowMs >= (plan.endsAtMs ?? Number.POSITIVE_INFINITY)) return undefined;
  if ((visit.assigned?.size ?? 0) >= VISIT_LIMITS.experiments) return undefined;
  const position = dealt(plan, unit, track);
  const [variant, sums] = [plan.variants[position], track.sums[position]];
  if (variant === undefined || sums === undefined) return undefined;
  sums.exposed++;
  visit.assigned ??= new Map();
  visit.assigned.set(plan.id, {
    variant: variant.name,
    campaign: plan.campaign,
    foreseenCents,
    marginCents: visit.namedMarginCents ?? 0,
    salesCents: visit.namedSalesCents ?? 0,
  });
  return variant;
}
