import type { OffersConsent } from './consent.ts';
import type { Decision, Offer, OfferState, Trigger } from './decision.ts';
import type { CampaignId, DeviceId, FixtureId, OfferId, Sku, VisitId, ZoneId } from './ids.ts';
import type { Surroundings } from './journeys/surroundings.ts';
import type { SaleLine } from './reading.ts';
import type { Product } from './store-map.ts';
import type { Channel } from './touch.ts';
import type { Cents, DurationMs, TimestampMs } from './units.ts';
import type { ConsentPurpose, Visit } from './visit.ts';

/** What `step` asks for. Rows go to disk in the same transaction as the input; acts happen after that commit, in order. */
export type Effect = RowEffect | ActEffect | ScoreEffect | ReplyEffect;

/** Written in the turn's transaction. */
export type RowEffect =
  | { readonly kind: 'row.visit'; readonly visit: VisitRow }
  | { readonly kind: 'row.consent'; readonly consent: ConsentRow }
  | { readonly kind: 'row.decision'; readonly decision: Decision }
  | { readonly kind: 'row.offer'; readonly offer: Offer }
  | { readonly kind: 'row.offer-state'; readonly offer: OfferId; readonly state: OfferState; readonly atMs: TimestampMs }
  | { readonly kind: 'row.redemption'; readonly redemption: RedemptionRow }
  | { readonly kind: 'row.sale'; readonly sale: SaleRow }
  | { readonly kind: 'row.outcome'; readonly outcome: OutcomeRow }
  | { readonly kind: 'row.audit'; readonly entry: { readonly atMs: TimestampMs; readonly action: string; readonly detail: string } }
  /** A minute of the store is over; sync merges the cells and queues them for the cloud. */
  | { readonly kind: 'row.minute'; readonly minute: MinuteTally }
  /** Everything held about this visit must go: rows deleted, log entries blanked. */
  | { readonly kind: 'row.forget'; readonly visit: VisitId };

/** Done after the commit; doing one twice is the same as once (each carries an id of what it is about). */
export type ActEffect =
  | { readonly kind: 'act.deliver'; readonly offer: Offer; readonly consent: OffersConsent }
  | { readonly kind: 'act.withdraw'; readonly offer: OfferId; readonly visit: VisitId; readonly state: OfferState }
  | { readonly kind: 'act.display'; readonly device: DeviceId; readonly fixture: FixtureId; readonly show: DisplayMessage | undefined }
  | { readonly kind: 'act.alert'; readonly alert: StaffAlert }
  | { readonly kind: 'act.visit-closed'; readonly visit: VisitId };

/** Wanted before the turn commits: its answer is the next input. */
export interface ScoreEffect {
  readonly kind: 'score';
  /** Unique and deterministic: `<seq>.<n>`. */
  readonly request: string;
  readonly visit: Readonly<Visit>;
  /** What to score, the trigger's product first; at most 8. */
  readonly products: readonly Product[];
  readonly trigger: Trigger;
  readonly nowMs: TimestampMs;
  /** The same for everybody in the store now. */
  readonly around: Surroundings;
}

/** The answer to whoever handed in the input; given after the commit. */
export interface ReplyEffect {
  readonly kind: 'reply';
  readonly reply: Reply;
}

export type Reply =
  | { readonly kind: 'done' }
  | { readonly kind: 'unknown-visit' }
  | { readonly kind: 'unknown-offer' }
  | { readonly kind: 'unknown-tag' }
  | { readonly kind: 'unknown-product' }
  | { readonly kind: 'unknown-experiment' }
  | { readonly kind: 'experiment-refused'; readonly problems: readonly string[] }
  | { readonly kind: 'offer-closed'; readonly state: OfferState }
  | {
      readonly kind: 'redeemed';
      readonly offer: OfferId;
      readonly sku: Sku;
      readonly discountCents: Cents;
      readonly receipt: string;
      readonly repeated: boolean;
    }
  | { readonly kind: 'already-redeemed'; readonly offer: OfferId; readonly atMs: TimestampMs };

/** Text for a fixture's own screen or label: never about one shopper. */
export interface DisplayMessage {
  readonly title: string;
  readonly line: string;
  readonly sku: Sku;
  readonly untilMs: TimestampMs;
}

/** Something that staff should look at: never about a shopper. */
export interface StaffAlert {
  readonly id: string;
  readonly atMs: TimestampMs;
  readonly severity: 'info' | 'warning' | 'urgent';
  /** One sentence. */
  readonly text: string;
  readonly zone?: ZoneId;
  readonly fixture?: FixtureId;
}

export interface VisitRow {
  readonly id: VisitId;
  readonly openedAtMs: TimestampMs;
  readonly closedAtMs: TimestampMs | undefined;
  readonly origin: 'phone' | 'tag' | 'camera';
  readonly arm: 'holdout' | 'treated';
  readonly tokenHash: string | undefined;
  /** Of a visit that has ended, what is looked at and not stored: whether it was at a checkout, and what tills named it for. */
  readonly ended?: { readonly sawCheckout: boolean; readonly salesCents: Cents; readonly marginCents: Cents };
}

export interface ConsentRow {
  readonly visit: VisitId;
  readonly purpose: ConsentPurpose;
  readonly granted: boolean;
  readonly textVersion: string;
  readonly atMs: TimestampMs;
  readonly untilMs: TimestampMs;
}

export interface RedemptionRow {
  readonly offer: OfferId;
  readonly receipt: string;
  readonly till: string;
  readonly campaign: CampaignId;
  readonly discountCents: Cents;
  readonly atMs: TimestampMs;
}

export interface SaleRow {
  readonly receipt: string;
  readonly till: DeviceId;
  readonly atMs: TimestampMs;
  readonly lines: readonly SaleLine[];
  readonly totalCents: Cents;
  /** The visit it was linked to, if any, and how: a redeemed code, a named visit, a seen tag, the only shopper at that till. */
  readonly visit: VisitId | undefined;
  readonly link: 'code' | 'visit' | 'tag' | 'checkout' | undefined;
}

/** What one eligible visit brought, written when it ends; the raw material of lift. Names no visit. */
export interface OutcomeRow {
  readonly atMs: TimestampMs;
  readonly arm: 'holdout' | 'treated';
  readonly campaign: CampaignId | undefined;
  readonly converted: boolean;
  readonly salesCents: Cents;
  /** Margin after discounts. */
  readonly profitCents: Cents;
  /** What was taken off the prices of its redeemed offers; 0 where left out. */
  readonly discountCents?: Cents;
  /** How the visit was reached, in the order of time; `agoMs` before it ended. Absent where it was not. */
  readonly touches?: readonly { readonly channel: Channel; readonly agoMs: DurationMs }[];
}

/** One finished minute, zone by zone. */
export interface MinuteTally {
  readonly startMs: TimestampMs;
  /** Distinct visits over all its cells, where known: it lets sparse minutes leave the store sooner. */
  readonly visits?: number;
  readonly cells: readonly TallyCell[];
}

/** Counts of one zone (`undefined`: not tied to a zone) in one minute. */
export interface TallyCell {
  readonly zone: ZoneId | undefined;
  /** Distinct visits seen there in that minute. */
  readonly visits: number;
  readonly counts: Readonly<Record<TallyName, number>>;
}

/** What is counted, in the order of the funnel; all integers. */
export const TALLY_NAMES = [
  'visitsOpened',
  'interactions',
  'dwellMs',
  'intents',
  'offers',
  'shown',
  'dismissed',
  'redeemed',
  'holds',
  'sales',
  'salesCents',
  'attributedSalesCents',
  'discountCents',
  'doorIn',
  'doorOut',
] as const;

export type TallyName = (typeof TALLY_NAMES)[number];
