import type { PolicyLog } from '../../models/policy/off-policy/policy-log.ts';
import type { Decision } from '../core/decision.ts';
import type { VisitId } from '../core/ids.ts';
import type { Product } from '../core/store-map.ts';
import type { LinkedSale } from '../store/measured-visits.ts';

/** One visit at the moment an offer would have been made: chance made it (treated) or not (holdout). */
export interface EligibleDecision {
  readonly decision: Decision;
  /** What the rules would have offered, or did. */
  readonly campaign: string | undefined;
  readonly valueCents: number;
  readonly isOffered: boolean;
  /** Margin after discounts of what the visit bought from then on. */
  readonly profitCents: number;
}

/** Actions of the log: an offer was made, or chance held it back. */
export const HELD = 0;
export const OFFERED = 1;

/**
 * The first eligible decision of each measured visit. Later ones hang on the first and are left out: a visit is dealt to its arm once. Lines
 * of products that are not in the configuration have no known cost and count for nothing.
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
    const isOffered = decision.kind === 'offer';
    if (sales === undefined || seen.has(decision.visit) || (!isOffered && decision.reason !== 'holdout')) continue;
    seen.add(decision.visit);
    const open = decision.alternatives.filter(({ excluded }) => excluded === undefined);
    const best = open.reduce<(typeof open)[number] | undefined>(
      (a, b) => (a === undefined || b.valueCents > a.valueCents ? b : a),
      undefined,
    );
    found.push({
      decision,
      campaign: decision.campaign ?? best?.campaign,
      valueCents: best?.valueCents ?? 0,
      isOffered,
      profitCents: sales.reduce((sum, sale) => sum + (sale.atMs >= decision.atMs ? marginOf(sale, products) : 0), 0),
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
    propensity: Float64Array.from(rows, ({ decision }) => decision.propensity),
  };
}

function marginOf({ lines }: LinkedSale, products: ReadonlyMap<string, Product>): number {
  return lines.reduce((sum, { sku, quantity, cents }) => {
    const cost = products.get(sku)?.costCents;
    return cost === undefined ? sum : sum + cents - cost * quantity;
  }, 0);
}
