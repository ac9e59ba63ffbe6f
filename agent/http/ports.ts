import type { Decision, Offer } from '../core/decision.ts';
import type { Reply } from '../core/effect.ts';
import type { FixtureId, OfferId, Sku, VisitId } from '../core/ids.ts';
import type { Input } from '../core/input.ts';
import type { StoreOverview } from '../core/overview.ts';
import type { Fixture, Product, StoreMap } from '../core/store-map.ts';
import type { TimestampMs } from '../core/units.ts';
import type { ConsentPurpose } from '../core/visit.ts';

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

/** Offer codes: signed long form, short form to type. */
export interface OfferCodes {
  codeFor(offer: Offer): { readonly long: string; readonly short: string };
  /** Which offer a code names; the reply says what is wrong with it otherwise. */
  resolve(
    code: string,
    nowMs: TimestampMs,
  ): { readonly kind: 'offer'; readonly offer: OfferId } | { readonly kind: 'unknown' | 'forged' | 'other-store' | 'expired' };
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
  quarantine(limit: number): readonly QuarantinedMessage[];
  audit(limit: number): readonly { readonly atMs: TimestampMs; readonly action: string; readonly detail: string }[];
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
