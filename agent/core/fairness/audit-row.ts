import { DAY_PARTS } from '../baskets/counts.ts';
import type { Decision, HoldReason, Offer } from '../decision.ts';
import type { CampaignId, VisitId } from '../ids.ts';

/** What visits are compared by. Nothing in here is about who somebody is. */
export const DIMENSIONS = ['zone', 'hours', 'language', 'returning', 'stage'] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** One visit of the audit: what it was offered first, or why nothing was. */
export interface AuditRow {
  readonly groups: Readonly<Record<Dimension, string>>;
  readonly isOffered: boolean;
  readonly reason: 'offer' | HoldReason;
  /** Visits in one stratum did alike: the same product with about the same interest. Only they are compared. */
  readonly stratum: string;
  /** Discount as a share of the price, and what it is compared within: the campaign, or its product where the discount is an amount. */
  readonly discount: { readonly share: number; readonly stratum: string } | undefined;
}

/**
 * Reasons that hold for everybody at that moment, or that chance gave: they treat nobody differently from the next one, and leave the audit.
 */
const FOR_EVERYBODY: ReadonlySet<HoldReason> = new Set([
  'no-consent',
  'no-campaign',
  'holdout',
  'budget',
  'margin-floor',
  'quiet-hours',
  'zone-off-limits',
  'childrens-zone',
  'out-of-stock',
  'paused',
  'untrusted-clock',
  'staff',
  'discount-limit',
  'exploring',
  'experiment',
  'apprentice',
]);

/** Bounds of the bands of interest that make visits alike. */
const BANDS = [0.1, 0.2, 0.35, 0.5, 0.7] as const;

/** Turns decisions, oldest first, into one row a visit: its first offer, else its first personal hold. */
export class AuditRows {
  readonly #byAmount: (campaign: CampaignId) => boolean;
  readonly #rows = new Map<VisitId, AuditRow>();

  /** `byAmount` says whether a campaign takes off an amount, the same for every price, instead of a share. */
  constructor(byAmount: (campaign: CampaignId) => boolean) {
    this.#byAmount = byAmount;
  }

  add(decision: Decision, offer: Pick<Offer, 'priceCents' | 'discountCents'> | undefined): void {
    const { reason, score, visit } = decision;
    if (score === undefined || (reason !== 'offer' && FOR_EVERYBODY.has(reason))) return;
    const known = this.#rows.get(visit);
    if (known?.isOffered === true || (known !== undefined && reason !== 'offer')) return;
    const stratum = known?.stratum ?? `${decision.trigger.sku} ${BANDS.filter((bound) => score.intent >= bound).length}`;
    const row: AuditRow = {
      groups: known?.groups ?? groupsOf(decision),
      isOffered: reason === 'offer',
      reason,
      stratum,
      discount: this.#discount(decision, offer),
    };
    this.#rows.set(visit, row);
  }

  rows(): readonly AuditRow[] {
    return [...this.#rows.values()];
  }

  #discount({ campaign, sku }: Decision, offer: Pick<Offer, 'priceCents' | 'discountCents'> | undefined): AuditRow['discount'] {
    if (offer === undefined || campaign === undefined || offer.priceCents <= 0) return undefined;
    const stratum = this.#byAmount(campaign) ? `${campaign} ${sku ?? ''}` : campaign;
    return { share: offer.discountCents / offer.priceCents, stratum };
  }
}

function groupsOf({ zone, situation }: Decision): Readonly<Record<Dimension, string>> {
  return {
    zone: zone ?? '',
    hours: situation === undefined ? '' : String(Math.floor((situation.hour * DAY_PARTS) / 24)),
    language: situation?.language ?? '',
    returning: situation?.returning === true || situation?.member !== undefined ? 'returning' : 'new',
    stage: situation?.stage ?? '',
  };
}
