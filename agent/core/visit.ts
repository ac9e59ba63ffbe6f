import type { Assigned } from './experiments/track.ts';
import type { CampaignId, FixtureId, OfferId, Sku, SlotId, TagId, VisitId, ZoneId } from './ids.ts';
import type { Trial } from './policy/learnt.ts';
import type { TagTrack } from './state.ts';
import type { Touch } from './touch.ts';
import type { DurationMs, Probability, TimestampMs } from './units.ts';

/** One shopper's presence in the store, anonymous unless the shopper said otherwise. Bounded: see `VISIT_LIMITS`. */
export interface Visit {
  readonly id: VisitId;
  readonly openedAtMs: TimestampMs;
  readonly origin: 'phone' | 'tag' | 'camera';
  lastSignAtMs: TimestampMs;
  tag: TagId | undefined;
  /** Where its phone is, while the shopper lets it broadcast; ends with the consent and dies with the visit. */
  phone?: TagTrack | undefined;
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
  /** Of those, sales in which the till itself named the visit or its tag: the only ones that both arms have alike, and so what is measured by. */
  namedSalesCents?: number;
  namedMarginCents?: number;
  /** What would have been offered first, had everybody been offered it; the same in both arms. */
  eligibleFor?: CampaignId;
  /** Decisions that wait for their outcome. */
  trials?: Trial[];
  /** Experiments that it takes part in, by id. */
  assigned?: Map<string, Assigned>;
  /** When it was reached, and how. */
  touches?: Touch[];
  /** It took its consent to offers back after it had got one. */
  optedOut?: boolean;
  /** A linked sale ends the visit soon after. */
  soldAtMs: TimestampMs | undefined;
  /** Language in which the shop page speaks to the shopper; for the audit alone, never for a decision. */
  language?: string;
  /** Why this is taken for staff; such a visit gets no offer and is in no figure. */
  staff?: StaffSign;
  /** How often it filled a shelf, as far as was seen. */
  restocks?: number;
  /** Hash of the token that a consenting phone keeps for 24 hours, and what the store remembered by it. */
  rememberKey?: string;
  recalled?: Recalled;
  /** What it left behind last time was spoken about already. */
  followedUp?: boolean;
  /** Keyed hash of the loyalty number that the shopper gave. */
  memberKey?: string;
  /** Products in sales linked to this visit. */
  bought?: Set<Sku>;
  /** Visits that changed zones together with this one. */
  companions?: Map<VisitId, Companion>;
}

/** How often two visits changed zones together in a row, and how many changes each had made by the last time. */
export interface Companion {
  readonly times: number;
  readonly moves: number;
  readonly theirMoves: number;
}

/** What showed that somebody works here: a tag of the staff's, hours when only staff is in, or filling shelves. */
export type StaffSign = 'tag' | 'hours' | 'restocking';

/** What a phone that asked to be remembered brought back. */
export interface Recalled {
  /** Products tried at least three times in the last visit and left there, most recent first. */
  readonly tried: readonly { readonly sku: Sku; readonly times: number }[];
  /** Earlier visits of the same token, so that erasing takes them along. */
  readonly visits: readonly VisitId[];
}

/**
 * What a consent can be for. `offers`: personal offers during this visit. `measurement`: linking this visit's purchase to its offers.
 * `remember`: knowing this phone again for 24 hours. `member`: adding this visit to what is known of a loyalty number.
 */
export const CONSENT_PURPOSES = ['offers', 'measurement', 'remember', 'member'] as const;

export type ConsentPurpose = (typeof CONSENT_PURPOSES)[number];

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
export const VISIT_LIMITS = {
  interactions: 64,
  interest: 32,
  offers: 16,
  lastHolds: 64,
  companions: 8,
  experiments: 256,
  trials: 8,
} as const;
