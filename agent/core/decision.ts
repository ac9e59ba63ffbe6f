import type { CampaignId, DecisionId, FixtureId, OfferId, Sku, SlotId, VisitId, ZoneId } from './ids.ts';
import type { Situation } from './journeys/situation.ts';
import type { Cents, Probability, TimestampMs } from './units.ts';
import type { InteractionKind } from './visit.ts';

/** Why nothing was offered. Not contacting is a decision, recorded like any other. */
export const HOLD_REASONS = [
  'no-consent',
  'no-campaign',
  'low-intent',
  'would-buy-anyway',
  'low-confidence',
  'stale-evidence',
  'holdout',
  'visit-cap',
  'too-soon',
  'campaign-cap',
  'dismissed',
  'budget',
  'margin-floor',
  'quiet-hours',
  'zone-off-limits',
  'out-of-stock',
  'paused',
  'untrusted-clock',
  'offer-open',
  'not-worth-it',
  'exploring',
  'experiment',
  'staff',
  'childrens-zone',
  'group',
  'not-now',
  'discount-limit',
  'apprentice',
] as const;

export type HoldReason = (typeof HOLD_REASONS)[number];

/** One answer to "should this visit get an offer now?", with everything needed to explain and judge it later. */
export interface Decision {
  readonly id: DecisionId;
  readonly atMs: TimestampMs;
  readonly visit: VisitId;
  readonly kind: 'offer' | 'hold';
  /** `offer`, or the first reason that held. */
  readonly reason: 'offer' | HoldReason;
  readonly offer: OfferId | undefined;
  readonly campaign: CampaignId | undefined;
  readonly sku: Sku | undefined;
  readonly zone: ZoneId | undefined;
  readonly trigger: Trigger;
  readonly score: Score | undefined;
  /** Probability with which the policy would have taken this action, holdout included. */
  readonly propensity: Probability;
  readonly alternatives: readonly Alternative[];
  /** What was around the decision: kept for the audit, for campaign conditions to be checked, and for training. Absent in old rows. */
  readonly situation?: Situation;
  /** How chance had its part in it; absent where nothing could be offered, and in old rows. */
  readonly policy?: PolicyNote;
  /** Variants that this visit has in the experiments about what was looked at. */
  readonly experiments?: readonly { readonly id: string; readonly variant: string }[];
}

/** What the policy knew, for judging it and others by the log. */
export interface PolicyNote {
  /** `bandit@1`. */
  readonly name: string;
  /** How many outcomes it had learnt from. */
  readonly learnt: number;
  /** Probability of making no offer, in a visit that may get one. */
  readonly holdProbability: Probability;
  /** Whether something else than the believed best was chosen. */
  readonly isExploring: boolean;
}

/** An interaction, or the return of a shopper who asked to be remembered. */
export type TriggerKind = InteractionKind | 'followup';

/** The interaction that asked for the decision. */
export interface Trigger {
  readonly interaction: TriggerKind;
  readonly sku: Sku;
  readonly slot: SlotId | undefined;
  readonly fixture: FixtureId | undefined;
  readonly confidence: Probability;
}

/** A model's answer for one visit and product. */
export interface Score {
  readonly sku: Sku;
  readonly intent: Probability;
  /** What a discount is expected to do to this visit, by a model learnt from the store's own trials; see `CampaignPrior`. */
  readonly response?: number;
  /** How far the answer can be trusted here: uncertain assignment, thin, stale or out-of-range evidence lower it. */
  readonly confidence: Probability;
  /** Values in the order of the feature spec. */
  readonly features: readonly number[];
  readonly featureSpec: string;
  /** Name and version of what scored: `purchase-intent@<hash>` or `rules@1`. */
  readonly model: string;
}

/** A campaign that was looked at and why it was not taken; `undefined` for the one taken. */
export interface Alternative {
  readonly campaign: CampaignId;
  readonly sku: Sku;
  /** Probability of choosing it, in a visit that may get an offer; absent where it could not be chosen. */
  readonly probability?: Probability;
  /** What the discount would have been. */
  readonly discountCents?: Cents;
  /** Expected profit of making the offer. */
  readonly valueCents: Cents;
  readonly excluded: HoldReason | undefined;
}

/** A campaign made concrete for one visit. */
export interface Offer {
  readonly id: OfferId;
  readonly decision: DecisionId;
  readonly visit: VisitId;
  readonly campaign: CampaignId;
  readonly sku: Sku;
  readonly productName: string;
  readonly headline: string;
  /** One sentence for the shopper: why this came. */
  readonly why: string;
  readonly priceCents: Cents;
  readonly discountCents: Cents;
  readonly currency: string;
  readonly createdAtMs: TimestampMs;
  /** Must be confirmed as shown by then, or it is withdrawn. */
  readonly confirmByMs: TimestampMs;
  readonly expiresAtMs: TimestampMs;
  state: OfferState;
}

export type OfferState = 'open' | 'shown' | 'saved' | 'dismissed' | 'withdrawn' | 'expired' | 'redeemed';
