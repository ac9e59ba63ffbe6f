import type { CampaignId, FixtureId, OfferId, Sku, SlotId, TagId, VisitId, ZoneId } from './ids.ts';
import type { DurationMs, Probability, TimestampMs } from './units.ts';

/** One shopper's presence in the store, anonymous unless the shopper said otherwise. Bounded: see `VISIT_LIMITS`. */
export interface Visit {
  readonly id: VisitId;
  readonly openedAtMs: TimestampMs;
  readonly origin: 'phone' | 'tag';
  lastSignAtMs: TimestampMs;
  tag: TagId | undefined;
  /** Holdout or treated, fixed when the visit opens. */
  readonly arm: 'holdout' | 'treated';
  /** Purposes the shopper agreed to, with when that ends. */
  readonly consents: Map<ConsentPurpose, { readonly grantedAtMs: TimestampMs; readonly untilMs: TimestampMs }>;
  place: Place | undefined;
  zoneChanges: number;
  readonly dwellMs: Map<ZoneId, DurationMs>;
  /** Newest last. */
  readonly interactions: Interaction[];
  readonly interest: Map<Sku, Interest>;
  readonly offers: OfferId[];
  readonly offersByCampaign: Map<CampaignId, number>;
  lastOfferAtMs: TimestampMs | undefined;
  dismissals: number;
  /** When the visit first reached a point where an offer would have been made, whatever its arm. */
  eligibleAtMs: TimestampMs | undefined;
  /** The highest step of the funnel reached: 0 visit, 1 interaction, 2 intent, 3 offer, 4 shown, 5 redeemed. */
  funnelStep: number;
  /** Last recorded hold per `reason|sku`, to keep repeats out of the log. */
  readonly lastHolds: Map<string, TimestampMs>;
  lastScoredAtMs: TimestampMs | undefined;
  /** When the dwell of the present place was last added up. */
  dwellCountedAtMs: TimestampMs;
  /** Fixtures whose long dwell has already been noticed. */
  readonly dwelt: Set<FixtureId>;
  /** Money from sales linked to this visit. */
  salesCents: number;
  marginCents: number;
  discountCents: number;
  /** A linked sale ends the visit soon after. */
  soldAtMs: TimestampMs | undefined;
}

/** What a consent can be for. `offers`: personal offers during this visit. `measurement`: linking this visit's purchase to its offers. */
export type ConsentPurpose = 'offers' | 'measurement';

export interface Place {
  readonly zone: ZoneId;
  readonly fixture: FixtureId | undefined;
  readonly sinceMs: TimestampMs;
  readonly seenAtMs: TimestampMs;
  readonly confidence: Probability;
}

export type InteractionKind = 'dwell' | 'pick' | 'return' | 'compare' | 'scan' | 'try';

export interface Interaction {
  readonly kind: InteractionKind;
  readonly sku: Sku;
  readonly slot: SlotId | undefined;
  readonly atMs: TimestampMs;
  /** That it was this visit and nobody else. */
  readonly confidence: Probability;
}

/** What a visit has done with one product so far. */
export interface Interest {
  picks: number;
  returns: number;
  compares: number;
  scans: number;
  dwellMs: DurationMs;
  /** Units taken and not put back. */
  holding: number;
  firstAtMs: TimestampMs;
  lastAtMs: TimestampMs;
  /** Lowest assignment confidence among the evidence. */
  confidence: Probability;
}

/** Limits of one visit; at the limit the oldest goes. */
export const VISIT_LIMITS = { interactions: 64, interest: 32, offers: 16, lastHolds: 64 } as const;
