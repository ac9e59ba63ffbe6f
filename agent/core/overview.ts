import type { HoldReason } from './decision.ts';
import type { CampaignId, DeviceId, FixtureId, Sku, SlotId, ZoneId } from './ids.ts';
import type { Stage } from './journeys/stage.ts';
import type { Cents, Dbm, DurationMs, Metres, TimestampMs } from './units.ts';

/** Everything the manager page shows, as one value: built by the runtime, sent over SSE, drawn by the page. Sentences are for people. */
export interface StoreOverview {
  readonly atMs: TimestampMs;
  readonly version: string;
  readonly store: { readonly id: string; readonly name: string; readonly currency: string; readonly timeZone: string };
  readonly plan: { readonly widthM: Metres; readonly depthM: Metres };
  readonly health: { readonly state: 'ok' | 'attention' | 'down'; readonly sentence: string };
  /** Worst first. */
  readonly problems: readonly Problem[];
  readonly zones: readonly ZoneOverview[];
  readonly fixtures: readonly FixtureOverview[];
  readonly devices: readonly DeviceOverview[];
  readonly visitsNow: number;
  /** How far the visits are that are here now; staff is not counted. */
  readonly stagesNow?: { readonly [S in Stage]: number };
  /** Counts since local midnight. */
  readonly funnelToday: readonly { readonly step: FunnelStep; readonly visits: number }[];
  /** Holds since local midnight, most frequent first. */
  readonly withheldToday: readonly { readonly reason: HoldReason; readonly sentence: string; readonly decisions: number }[];
  readonly money: MoneyOverview;
  readonly campaigns: readonly CampaignOverview[];
  readonly offersPaused: boolean;
  readonly cloud: CloudOverview;
  readonly model: { readonly name: string; readonly state: 'live' | 'fallback'; readonly sentence: string };
  readonly disk: { readonly usedBytes: number; readonly quotaBytes: number; readonly sentence: string };
  readonly traffic: {
    readonly acceptedToday: number;
    readonly shedToday: number;
    readonly rejectedToday: number;
    readonly strangersToday: number;
    readonly perSecond: number;
  };
  /** Units taken today while nobody was near and never sold: a count, and nobody's. */
  readonly shrinkSuspectsToday?: number;
  /** Last 60 minutes, oldest first, one point a minute. */
  readonly series: {
    readonly startMs: readonly TimestampMs[];
    readonly visits: readonly number[];
    readonly offers: readonly number[];
    readonly redeemed: readonly number[];
  };
  /** What happened last, newest first, at most 30. */
  readonly recent: readonly { readonly atMs: TimestampMs; readonly sentence: string }[];
  /** Where phones find the shop page, for the QR code; relative when the agent listens on loopback only. */
  readonly shopUrl: string;
}

export type FunnelStep = 'visit' | 'interaction' | 'intent' | 'offer' | 'shown' | 'redeemed';

/** Something wrong, in plain words, with what to do about it. `id` is stable while the problem lasts. */
export interface Problem {
  readonly id: string;
  readonly severity: 'warning' | 'error';
  readonly sentence: string;
  readonly hint: string;
  readonly sinceMs: TimestampMs;
}

export interface ZoneOverview {
  readonly id: ZoneId;
  readonly name: string;
  readonly kind: string;
  readonly outline: readonly { readonly xM: Metres; readonly yM: Metres }[];
  readonly visitsNow: number;
  readonly visitsToday: number;
  readonly meanDwellMs: DurationMs;
  /** People that sensors or cameras count there now; undefined where nothing counts, or has not lately. */
  readonly peopleNow?: number | undefined;
  /** Since when the sensor that counted there is silent. */
  readonly peopleStaleSinceMs?: TimestampMs;
  /** How long people whom a camera saw stayed today, on average; undefined where none did. */
  readonly meanStayMs?: DurationMs | undefined;
  readonly offersToday: number;
  readonly lastSeenAtMs: TimestampMs | undefined;
  readonly state: 'ok' | 'quiet' | 'blind';
}

export interface FixtureOverview {
  readonly id: FixtureId;
  readonly name: string;
  readonly zone: ZoneId;
  readonly xM: Metres;
  readonly yM: Metres;
  readonly interactionsToday: number;
  readonly lastEventAtMs: TimestampMs | undefined;
  /** What is known of its slots' stock, in the order of the plan; absent for a fixture without slots. */
  readonly slots?: readonly SlotOverview[];
}

/** The stock of one slot. */
export interface SlotOverview {
  readonly id: SlotId;
  readonly sku: Sku;
  /** Name of the product. */
  readonly name: string;
  /** Units on the shelf; undefined until something has counted them. */
  readonly stock: number | undefined;
  readonly capacity: number | undefined;
  readonly state: 'unknown' | 'ok' | 'low' | 'out';
  /** Things that seem to lie there and do not belong there. */
  readonly misplaced: number;
  /** Since when its sensor has been silent or stuck, so that `stock` is only what it was then; absent while it is fresh. */
  readonly staleSinceMs?: TimestampMs;
}

export interface DeviceOverview {
  readonly id: DeviceId;
  readonly name: string;
  readonly role: string;
  readonly adapter: string;
  readonly zone: ZoneId | undefined;
  readonly fixture: FixtureId | undefined;
  readonly lastSeenAtMs: TimestampMs | undefined;
  /** `degraded` reports, but too little, always the same, or over a connection that breaks all the time. */
  readonly state: 'ok' | 'degraded' | 'quiet' | 'offline' | 'never';
  readonly sentence: string;
  readonly batteryPercent: number | undefined;
  readonly rssiDbm: Dbm | undefined;
  readonly messagesToday: number;
  readonly clockOffsetMs: number | undefined;
  /** Readings of the last hour, and how many are usual in it; absent until that is known. */
  readonly lastHour?: { readonly readings: number; readonly usual: number };
}

export interface MoneyOverview {
  /** Everything the tills reported. */
  readonly salesCents: Cents;
  /** Sales linked to a visit that was made an offer, inside the attribution window. */
  readonly attributedSalesCents: Cents;
  readonly discountCents: Cents;
  readonly redemptions: number;
  readonly lift: Lift;
}

/** What offers earn: mean profit per eligible visit, treated minus holdout, with its 95 % interval. */
export type Lift =
  | {
      readonly kind: 'not-enough-data';
      readonly treatedVisits: number;
      readonly holdoutVisits: number;
      readonly neededPerArm: number;
      readonly sentence: string;
    }
  | {
      readonly kind: 'measured';
      readonly treatedVisits: number;
      readonly holdoutVisits: number;
      readonly profitPerVisitCents: number;
      readonly lowCents: number;
      readonly highCents: number;
      readonly treatedConversion: number;
      readonly holdoutConversion: number;
      readonly sentence: string;
    };

export interface CampaignOverview {
  readonly id: CampaignId;
  readonly name: string;
  readonly enabled: boolean;
  readonly paused: boolean;
  readonly budgetCents: Cents;
  readonly reservedCents: Cents;
  readonly spentCents: Cents;
  readonly offersToday: number;
  readonly redeemedToday: number;
}

export interface CloudOverview {
  readonly state: 'off' | 'connected' | 'offline' | 'refused';
  readonly sentence: string;
  readonly lastUploadAtMs: TimestampMs | undefined;
  readonly backlogBatches: number;
  readonly backlogBytes: number;
  /** How many more days of outage the disk can hold at the current rate. */
  readonly outageDaysLeft: number | undefined;
}
