import type { PolicyLog } from '../../models/policy/off-policy/policy-log.ts';
import type { Alternative, Decision } from '../core/decision.ts';
import type { VisitId } from '../core/ids.ts';
import type { Product } from '../core/store-map.ts';
import type { LinkedSale } from '../store/measured-visits.ts';

/** One visit at the moment an offer was the likely answer: chance made it, or not. */
export interface EligibleDecision {
  readonly decision: Decision;
  /** What was offered, or most likely would have been. */
  readonly campaign: string | undefined;
  readonly valueCents: number;
  /** What the discount would have been, as a share of the price; undefined where the log does not say. */
  readonly discountShare: number | undefined;
  readonly isOffered: boolean;
  /** Probability of what was done: an offer of any kind, or none. The holdout is part of it. */
  readonly propensity: number;
  /** Margin after discounts of what the visit bought from then on. */
  readonly profitCents: number;
  /** Whether the product that the offer was or would have been for was bought from then on. */
  readonly isBought: boolean;
}

/** Actions of the log: an offer was made, or chance held it back. */
export const HELD = 0;
export const OFFERED = 1;

/**
 * The first decision of each measured visit in which an offer was the likely answer. Later ones hang on the first and are left out, as are visits
 * to which only exploring would have made one: their rules would not change. Lines of products that are not in the configuration have no
 * known cost and count for nothing.
 */
export function eligibleDecisions(
  decisions: Iterable<Decision>,
  visits: ReadonlyMap<VisitId, readonly LinkedSale[]>,
  products: ReadonlyMap<string, Product>,
): EligibleDecision[] {
  const seen = new Set<VisitId>();
  const found: EligibleDecision[] = [];
  for (const decision of decisions) {
    const sales = visits.get(decision.visit);
    if (sales === undefined || seen.has(decision.visit)) continue;
    const chance = chanceOf(decision);
    if (chance === undefined) continue;
    seen.add(decision.visit);
    const isOffered = decision.kind === 'offer';
    const likely = likelyOf(decision);
    const sku = isOffered ? decision.sku : (likely?.sku ?? decision.sku);
    const price = products.get(sku ?? '')?.priceCents;
    const later = sales.filter(({ atMs }) => atMs >= decision.atMs);
    found.push({
      decision,
      campaign: decision.campaign ?? likely?.campaign,
      valueCents: likely?.valueCents ?? 0,
      discountShare: likely?.discountCents === undefined || price === undefined ? undefined : likely.discountCents / Math.max(1, price),
      isOffered,
      propensity: isOffered ? chance : 1 - chance,
      profitCents: later.reduce((sum, sale) => sum + marginOf(sale, products), 0),
      isBought: later.some(({ lines }) => lines.some((line) => line.sku === sku && line.quantity > 0)),
    });
  }
  return found;
}

/** These decisions as a log that a policy can be judged by. */
export function toPolicyLog(rows: readonly EligibleDecision[]): PolicyLog {
  return {
    rows: rows.length,
    actions: 2,
    action: Int32Array.from(rows, ({ isOffered }) => (isOffered ? OFFERED : HELD)),
    reward: Float64Array.from(rows, ({ profitCents }) => profitCents),
    propensity: Float64Array.from(rows, ({ propensity }) => propensity),
  };
}

/** Probability that this decision became an offer, holdout included; undefined where no offer was likely. */
function chanceOf(decision: Decision): number | undefined {
  const { kind, reason, policy, propensity, alternatives } = decision;
  // From before chance had a part in it: an offer was certain but for the holdout.
  if (policy === undefined) return kind === 'offer' ? propensity : reason === 'holdout' ? 1 - propensity : undefined;
  const offered = 1 - policy.holdProbability;
  if (offered <= 0.5) return undefined;
  if (kind === 'hold') return 1 - propensity;
  const own = alternatives.find(({ campaign, sku }) => campaign === decision.campaign && sku === decision.sku)?.probability;
  return own === undefined || own <= 0 ? undefined : (propensity / own) * offered;
}

/** The offer that was made, or was the likeliest. */
function likelyOf({ kind, campaign, sku, alternatives }: Decision): Alternative | undefined {
  const open = alternatives.filter(({ excluded, probability }) => excluded === undefined || (probability ?? 0) > 0);
  if (kind === 'offer') return open.find((one) => one.campaign === campaign && one.sku === sku) ?? open[0];
  const worth = ({ probability = 0, valueCents }: Alternative) => [probability, valueCents] as const;
  return open.reduce<Alternative | undefined>((best, one) => {
    if (best === undefined) return one;
    const [[p, value], [bestP, bestValue]] = [worth(one), worth(best)];
    return p > bestP || (p === bestP && value > bestValue) ? one : best;
  }, undefined);
}

function marginOf({ lines }: LinkedSale, products: ReadonlyMap<string, Product>): number {
  return lines.reduce((sum, { sku, quantity, cents }) => {
    const cost = products.get(sku)?.costCents;
    return cost === undefined ? sum : sum + cents - cost * quantity;
  }, 0);
}
