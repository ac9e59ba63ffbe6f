import { type Baskets, createBaskets } from './baskets/counts.ts';
import { type CamerasState, createCamerasState } from './cameras/cameras-state.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { CompiledStore } from './compiled-store.ts';
import type { HoldReason, Offer, Trigger } from './decision.ts';
import type { TallyName } from './effect.ts';
import type { ExperimentTrack } from './experiments/track.ts';
import type { CampaignGuard } from './guardrails/campaign-guard.ts';
import { createHealth, type HealthState } from './health/health-state.ts';
import type { TooOld } from './health/too-old.ts';
import type { CampaignId, DeviceId, FixtureId, OfferId, TagId, VisitId, ZoneId } from './ids.ts';
import type { Member } from './journeys/members.ts';
import type { Memory } from './journeys/memory.ts';
import type { DoorTrail } from './locate/door.ts';
import type { Trail } from './locate/follow.ts';
import { type Learnt, nothingLearnt } from './policy/learnt.ts';
import type { Arrival } from './restraint/groups.ts';
import { createShelf, type ShelfState } from './shelf/shelf-state.ts';
import type { Campaign } from './store-map.ts';
import type { Cents, Dbm, TimestampMs } from './units.ts';
import type { Place, Visit } from './visit.ts';

/** Everything the store knows at one point of its log. Owned by the loop; `step` updates it in place and nobody else does. */
export interface State {
  store: CompiledStore | undefined;
  remote: { version: number; campaigns: readonly Campaign[] };
  /** Time of the last input; never goes back. */
  nowMs: TimestampMs;
  clockTrusted: boolean;
  readonly visits: Map<VisitId, Visit>;
  /** Store-owned tags that were heard, wherever they lie; a visit reads its place from its tag. */
  readonly tags: Map<TagId, TagTrack>;
  readonly offers: Map<OfferId, OfferRecord>;
  readonly budgets: Map<CampaignId, Budget>;
  /** What offers were seen to do. */
  learnt: Learnt;
  /** Running and ended experiments, by the campaign that they are about. */
  readonly experiments: Map<CampaignId, ExperimentTrack[]>;
  /** What each campaign did to the store and its shoppers. */
  readonly guards: Map<CampaignId, CampaignGuard>;
  /** Score requests whose answer is awaited, by request id. */
  readonly awaited: Map<string, { readonly visit: VisitId; readonly trigger: Trigger; readonly atMs: TimestampMs }>;
  readonly devices: Map<DeviceId, DeviceTrack>;
  readonly shelf: ShelfState;
  readonly health: HealthState;
  readonly people: Map<ZoneId, { count: number; atMs: TimestampMs }>;
  readonly cameras: CamerasState;
  readonly displays: Map<FixtureId, { readonly untilMs: TimestampMs; readonly shownAtMs: TimestampMs }>;
  /** Sales already counted, `day|till|receipt`, oldest first. */
  readonly receipts: Map<string, TimestampMs>;
  /** Visit behind a redeemed receipt, so that the sale that follows is linked. */
  readonly receiptVisits: Map<string, VisitId>;
  /** What phones that asked for it are remembered by, by the hash of their token; soonest to be forgotten first. */
  readonly memories: Map<string, Memory>;
  /** Loyalty numbers whose owners opted in, by keyed hash; the one not seen for longest first. */
  readonly members: Map<string, Member>;
  /** What is bought together. */
  readonly baskets: Baskets;
  /** Who came into each zone last, to see who moves together. */
  readonly arrivals: Map<ZoneId, Arrival[]>;
  readonly context: Map<string, { readonly value: string; readonly untilMs: TimestampMs }>;
  pausedAll: boolean;
  /** When and why the silent time of this store ended; `undefined` before. */
  apprenticeEnded: { readonly atMs: TimestampMs; readonly reason: string } | undefined;
  readonly pausedCampaigns: Set<CampaignId>;
  minute: OpenMinute | undefined;
  /** Start of the newest minute that was emitted, 0 before the first. */
  emittedMinuteMs: TimestampMs;
  today: Today;
}

/** One store-owned tag. */
export interface TagTrack {
  visit: VisitId | undefined;
  /** Where it is on the floor, in a store whose scanners have positions. */
  trail: Trail | undefined;
  /** Smoothed strength at each zone's scanners, in a store whose scanners have none. */
  readonly signals: Map<ZoneId, { rssiDbm: Dbm; atMs: TimestampMs }>;
  place: Place | undefined;
  candidate: { readonly zone: ZoneId; readonly sinceMs: TimestampMs } | undefined;
  /** What the receivers of a door say of it, where the store has such a door. */
  door?: DoorTrail | undefined;
  /** Set while a door says that it has not come in. */
  heldBy?: 'door' | undefined;
}

export interface OfferRecord {
  readonly offer: Offer;
  shownAtMs: TimestampMs | undefined;
  redeemed: { readonly receipt: string; readonly atMs: TimestampMs } | undefined;
}

export interface Budget {
  /** Local day the sums belong to, or `total`. */
  period: string;
  reservedCents: Cents;
  spentCents: Cents;
  /** What a cent of it is worth beyond a cent, and when that was last looked at; see `budgetPrice`. */
  price?: number;
  pacedAtMs?: TimestampMs;
}

export interface DeviceTrack {
  lastSeenAtMs: TimestampMs;
  messagesToday: number;
  online: boolean | undefined;
  batteryPercent: number | undefined;
  rssiDbm: Dbm | undefined;
  /** Device clock minus ours, smoothed; network delay included. */
  clockOffsetMs: number;
  /** How its clock goes, for devices that send what they measured in batches. */
  clock?: ClockWatch;
  /** Its sightings that were left out because they were too old; absent while there was none. */
  tooOld?: TooOld;
}

export interface OpenMinute {
  readonly startMs: TimestampMs;
  /** By zone id, `''` for what belongs to no zone. */
  readonly cells: Map<string, { readonly visits: Set<VisitId>; readonly counts: Record<TallyName, number> }>;
}

/** What a zone saw since local midnight: visits, and with `stays` people that a camera saw come and go. */
export interface ZoneToday {
  visits: number;
  dwellMs: number;
  offers: number;
  stays?: number;
  stayMs?: number;
}

/** Counters since local midnight, for the manager page. */
export interface Today {
  day: string;
  /** Minute since 1970 in which the calendar was last consulted. */
  checkedMinute: number;
  readonly funnel: [number, number, number, number, number, number];
  readonly holds: Map<HoldReason, number>;
  readonly zones: Map<ZoneId, ZoneToday>;
  readonly fixtures: Map<FixtureId, { interactions: number; lastEventAtMs: TimestampMs }>;
  readonly campaigns: Map<CampaignId, { offers: number; redeemed: number }>;
  salesCents: Cents;
  attributedSalesCents: Cents;
  discountCents: Cents;
  redemptions: number;
  /** Units taken while nobody was near and never sold: a count, and nobody's. */
  shrinkSuspects: number;
}

/** Most entries each table may hold; the oldest entry gives way, or the newcomer is refused, as the table's code says. */
export const STATE_LIMITS = {
  visits: 20_000,
  offers: 50_000,
  awaited: 1_024,
  devices: 20_000,
  receipts: 20_000,
  context: 256,
  memories: 20_000,
  members: 20_000,
} as const;

/** The state of a store that has not said anything yet. */
export function createState(): State {
  return {
    store: undefined,
    remote: { version: 0, campaigns: [] },
    nowMs: 0,
    clockTrusted: true,
    visits: new Map(),
    tags: new Map(),
    offers: new Map(),
    budgets: new Map(),
    learnt: nothingLearnt(),
    experiments: new Map(),
    guards: new Map(),
    awaited: new Map(),
    devices: new Map(),
    shelf: createShelf(),
    health: createHealth(),
    people: new Map(),
    cameras: createCamerasState(),
    displays: new Map(),
    receipts: new Map(),
    receiptVisits: new Map(),
    memories: new Map(),
    members: new Map(),
    baskets: createBaskets(),
    arrivals: new Map(),
    context: new Map(),
    pausedAll: false,
    apprenticeEnded: undefined,
    pausedCampaigns: new Set(),
    minute: undefined,
    emittedMinuteMs: 0,
    today: emptyDay(''),
  };
}

/** Counters for a new local day. */
export function emptyDay(day: string): Today {
  return {
    day,
    checkedMinute: -1,
    funnel: [0, 0, 0, 0, 0, 0],
    holds: new Map(),
    zones: new Map(),
    fixtures: new Map(),
    campaigns: new Map(),
    salesCents: 0,
    attributedSalesCents: 0,
    discountCents: 0,
    redemptions: 0,
    shrinkSuspects: 0,
  };
}

/** A tag that was never heard and that nobody has joined. */
export function newTagTrack(): TagTrack {
  return { visit: undefined, trail: undefined, signals: new Map(), place: undefined, candidate: undefined };
}

/** Adds to a bounded map, dropping the oldest entry at the limit. */
export function putBounded<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= limit) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
