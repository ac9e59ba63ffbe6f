import type { TrafficOverview } from '../core/cameras/traffic-overview.ts';
import type { Decision, Offer } from '../core/decision.ts';
import type { DeviceChanged, DevicePlacement, PlaceChoices } from '../core/device-setup.ts';
import type { Reply } from '../core/effect.ts';
import type { DeviceId, FixtureId, OfferId, Sku, VisitId } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import type { StoreOverview } from '../core/overview.ts';
import type { Fixture, Product, StoreMap } from '../core/store-map.ts';
import type { TimestampMs } from '../core/units.ts';
import type { ConsentPurpose } from '../core/visit.ts';
import type { InsightPorts } from './insight-ports.ts';
import type { ModelDesk } from './model-desk.ts';
import type { PolicyPorts } from './policy-ports.ts';

/** What the HTTP side needs of the rest; compose.ts supplies it. */

/** Hands an input to the loop. Resolves after the commit with the core's reply; `overloaded` when the loop sheds, `stopping` at shutdown. */
export interface Submit {
  submit(input: Input): Promise<Reply | { readonly kind: 'overloaded' } | { readonly kind: 'stopping' }>;
}

/** Live answers about visits, from state in memory. */
export interface ShopQueries {
  store(): StoreMap;
  product(sku: Sku): Product | undefined;
  fixture(id: FixtureId): Fixture | undefined;
  visitByToken(tokenHash: string): VisitView | undefined;
  /** Offers of a visit that can still be used, oldest first. */
  offersOf(visit: VisitId): readonly Offer[];
  /** Everything held about a visit, by table, for export; complete by construction. */
  everythingAbout(visit: VisitId): Readonly<Record<string, readonly unknown[]>>;
  decision(id: string): Decision | undefined;
}

export interface VisitView {
  readonly id: VisitId;
  readonly openedAtMs: TimestampMs;
  readonly consents: readonly ConsentPurpose[];
  readonly zoneName: string | undefined;
  readonly fixtureName: string | undefined;
  readonly tag: string | undefined;
}

/** Phones that broadcast rotating tokens. */
export interface Phones {
  /** What an app derives its tokens from; the same for the same visit, and good for no other. */
  grant(visit: VisitId): {
    readonly seed: string;
    readonly periodMs: number;
    readonly tokensPerPeriod: number;
    readonly tokenBytes: number;
  };
}

/** Offer codes: signed long form, short form to type. */
export interface OfferCodes {
  codeFor(offer: Offer): { readonly long: string; readonly short: string };
  /** Which offer a code names; the reply says what is wrong with it otherwise. */
  resolve(
    code: string,
    nowMs: TimestampMs,
  ):
    | { readonly kind: 'offer'; readonly offer: OfferId }
    /** `offer` where the code still says which one: a till that repeats its question gets the answer it had before. */
    | { readonly kind: 'expired'; readonly offer?: OfferId }
    | { readonly kind: 'unknown' | 'forged' | 'other-store' };
}

/** What pushes to phones: the runtime calls it after the commit, the stream route subscribes. */
export interface OfferFeed {
  /** Calls back for every event of the visit until the returned function is called. */
  subscribe(visit: VisitId, listener: (event: OfferEvent) => void): () => void;
}

export type OfferEvent =
  | { readonly kind: 'offer'; readonly offer: Offer }
  | { readonly kind: 'withdrawn'; readonly offer: OfferId; readonly reason: string }
  | { readonly kind: 'closed' };

export interface ManagerQueries {
  overview(): StoreOverview;
  decisions(query: { readonly beforeMs?: TimestampMs; readonly limit: number; readonly kind?: 'offer' | 'hold' }): readonly Decision[];
  /** What the numbers of a score mean, in their order. */
  features(): readonly { readonly name: string; readonly unit: string; readonly meaning: string }[];
  quarantine(limit: number): readonly QuarantinedMessage[];
  /** Devices that speak and have no place in the store, newest first. */
  unknownDevices(limit: number): readonly UnknownDeviceView[];
  audit(limit: number): readonly { readonly atMs: TimestampMs; readonly action: string; readonly detail: string }[];
}

/** A device that somebody may want to place; addresses that look like a MAC are masked. */
export interface UnknownDeviceView {
  readonly topic: string;
  /** The adapter that would read it, if any. */
  readonly adapter: string | undefined;
  /** What its own messages call it, if that is no hardware address. */
  readonly knownAs: string | undefined;
  readonly reads: readonly string[];
  readonly firstAtMs: TimestampMs;
  readonly lastAtMs: TimestampMs;
  readonly messages: number;
  readonly excerpt: string;
  /** Stable while it is listed. */
  readonly key: string;
  /** What its last message became, field by field. */
  readonly fields: readonly { readonly reading: string; readonly name: string; readonly value: string }[];
}

export interface QuarantinedMessage {
  readonly atMs: TimestampMs;
  readonly topic: string;
  readonly client: string | undefined;
  readonly reason: string;
  readonly detail: string;
  /** At most 1 kB, printable; addresses that look like a MAC are masked. */
  readonly excerpt: string;
}

/** Manager accounts and sessions, on disk. Passwords are argon2id hashes, session ids are stored hashed. */
export interface ManagerAccounts {
  /** False until the first manager has been set up. */
  isSetUp(): boolean;
  create(account: {
    readonly name: string;
    readonly passwordHash: string;
    readonly role: 'viewer' | 'manager' | 'admin';
    readonly atMs: TimestampMs;
  }): void;
  find(name: string): { readonly name: string; readonly passwordHash: string; readonly role: 'viewer' | 'manager' | 'admin' } | undefined;
  saveSession(session: {
    readonly idHash: string;
    readonly name: string;
    readonly createdAtMs: TimestampMs;
    readonly expiresAtMs: TimestampMs;
  }): void;
  findSession(
    idHash: string,
    nowMs: TimestampMs,
  ): { readonly name: string; readonly role: 'viewer' | 'manager' | 'admin'; readonly createdAtMs: TimestampMs } | undefined;
  touchSession(idHash: string, expiresAtMs: TimestampMs): void;
  endSession(idHash: string): void;
  recordAudit(entry: { readonly atMs: TimestampMs; readonly action: string; readonly detail: string }): void;
}

/** What is ready and what is not, for /readyz. */
export interface Readiness {
  checks(): readonly { readonly name: string; readonly ready: boolean; readonly sentence: string }[];
}

/** Text of /metrics in the Prometheus exposition format. */
export interface MetricsText {
  text(): Promise<string>;
}

/** Names of what the HTTP side counts; labels are few and fixed, never taken from a request. */
export type HttpCounterName =
  /** `route` (its pattern, `none` for unknown ones) and `status`. */
  | 'endcap_http_requests_total'
  /** `reason`: what limit or rule refused a request or a connection. */
  | 'endcap_http_refused_total'
  /** `stream` (`visit` or `store`). */
  | 'endcap_http_streams_opened_total'
  /** `stream` and `reason` (`client`, `slow`, `evicted`, `closed`, `session`, `stopping`, `defect`). */
  | 'endcap_http_streams_ended_total'
  /** `stream` and `event`. */
  | 'endcap_http_events_total'
  /** `reason`: an event that was not sent (`expired`). */
  | 'endcap_http_events_dropped_total'
  /** `result` (`signed-in`, `refused`, `delayed`). */
  | 'endcap_http_logins_total';

/** Counts one occurrence; must not throw. */
export interface HttpCounters {
  count(name: HttpCounterName, labels: Readonly<Record<string, string>>): void;
}

/** Wall clock for timestamps, monotonic clock for limits and delays. */
export interface HttpClock {
  wallMs(): TimestampMs;
  monotonicMs(): number;
}

/** Told about every defect that became a 500; the caller of the route learns nothing about it. */
export interface HttpDefects {
  report(defect: { readonly route: string; readonly error: unknown }): void;
}

/** The one-time code of the first run: shown on the console, `undefined` when there is none (any more). */
export interface SetupCode {
  current(): string | undefined;
}

/** A point of a picture, `[x, y]` in [0, 1] from its top left corner, and one of the plan in metres. */
export type PointPair = readonly [number, number];

/** What a manager changes of a camera: with `floor` people are placed on the plan, without it they are all in `zone`. */
export interface CameraChange {
  readonly zone?: string | undefined;
  readonly floor?: readonly { readonly picture: PointPair; readonly plan: PointPair }[] | undefined;
  readonly entrances: readonly {
    readonly id: string;
    readonly zone?: string | undefined;
    readonly line: readonly [PointPair, PointPair];
    readonly inside: PointPair;
  }[];
  readonly queues: readonly {
    readonly till: string;
    readonly name?: string | undefined;
    readonly area: readonly PointPair[];
    readonly alertAt: number;
  }[];
  readonly shelves: readonly { readonly fixture: string; readonly polygon: readonly PointPair[] }[];
  readonly masks: readonly (readonly PointPair[])[];
}

/** A camera as it is configured; where its pictures come from may hold a password and is not in here. */
export interface CameraSettingsView extends CameraChange {
  readonly id: string;
  readonly name: string;
  readonly rate: number;
  readonly rotate: 0 | 90 | 180 | 270;
  readonly quietHours: readonly { readonly from: string; readonly to: string }[];
  readonly isQuiet: boolean;
}

export type CameraSaved =
  | { readonly kind: 'saved' }
  | { readonly kind: 'unknown-camera' }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }
  /** The file could not be written: the lines of the camera, for a person to put there. */
  | { readonly kind: 'not-written'; readonly reason: string; readonly yaml: string };

/** The store's cameras. */
export interface CameraPort {
  list(): { readonly cameras: readonly CameraSettingsView[]; readonly isWritable: boolean };
  /** The next picture, as the camera sent it; nothing is kept. */
  picture(id: string): Promise<Uint8Array | 'unknown-camera' | 'no-picture' | 'too-soon' | 'quiet-hours'>;
  /** Changes the configuration; `by` is who did, for the audit. */
  save(id: string, change: CameraChange, by: string): Promise<CameraSaved>;
  traffic(): TrafficOverview;
  /** What the notice for shoppers is written from. */
  notice(): NoticeFacts;
}

/** What a store's notice for shoppers says of it. */
export interface NoticeFacts {
  readonly storeName: string;
  readonly cameras: number;
  /** What they count besides people in a place. */
  readonly countsDoors: boolean;
  readonly countsQueues: boolean;
  readonly seesReaches: boolean;
  /** How long single events are kept, in days; sums are kept for longer. */
  readonly logDays: number;
  /** Whom to ask, where the configuration says it. */
  readonly contact: string | undefined;
}

/** The store's devices in its configuration; `by` is who asked, for the audit. */
export interface DevicePort {
  choices(): PlaceChoices;
  /** Until when devices without credentials are let in to be looked at; undefined while none are. */
  listeningUntilMs(): TimestampMs | undefined;
  /** Lets them in for a while; undefined with a broker of the store's own, which decides that itself. */
  listen(by: string): TimestampMs | undefined;
  place(placement: DevicePlacement, by: string): Promise<DeviceChanged>;
  remove(id: DeviceId, by: string): Promise<DeviceChanged>;
  /** Makes a new password; the old one stops working. */
  reissue(id: DeviceId, by: string): DeviceChanged;
}

/** All ports of the HTTP side. */
export interface HttpPorts {
  readonly submit: Submit;
  readonly shop: ShopQueries;
  readonly codes: OfferCodes;
  readonly phones: Phones;
  readonly feed: OfferFeed;
  readonly manager: ManagerQueries;
  readonly accounts: ManagerAccounts;
  readonly readiness: Readiness;
  readonly metrics: MetricsText;
  readonly counters: HttpCounters;
  readonly clock: HttpClock;
  readonly defects: HttpDefects;
  readonly setupCode: SetupCode;
  readonly insight: InsightPorts;
  readonly policy: PolicyPorts;
  readonly models: ModelDesk;
  readonly cameras: CameraPort;
  readonly devices: DevicePort;
}
