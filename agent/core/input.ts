import type { Score } from './decision.ts';
import type { FixtureId, OfferId, Sku, TagId, VisitId } from './ids.ts';
import type { Reading } from './reading.ts';
import type { Campaign, ExperimentPlan, StoreMap } from './store-map.ts';
import type { TimestampMs } from './units.ts';
import type { ConsentPurpose } from './visit.ts';

/**
 * Everything that can happen to a store. Each one is a row of the inbox, as JSON, and state is a fold of them.
 * Nothing in here names a person: a visit id is random and dies with the visit.
 */
export type Input =
  | {
      readonly kind: 'reading';
      readonly reading: Reading /** Older than the policy's limit: kept, not acted on. */;
      readonly late?: boolean;
      readonly visit?: VisitId;
    }
  /** The store as configured; recorded at start when it differs from what the log knows. */
  | { readonly kind: 'store.configured'; readonly store: StoreMap }
  /** Campaigns from the cloud (signature already checked); they replace those of the same id. */
  | { readonly kind: 'campaigns.received'; readonly version: number; readonly campaigns: readonly Campaign[] }
  | VisitOpened
  | { readonly kind: 'visit.placed'; readonly visit: VisitId; readonly fixture: FixtureId }
  | { readonly kind: 'visit.tagged'; readonly visit: VisitId; readonly tag: TagId }
  | ({
      readonly kind: 'visit.consented';
      readonly visit: VisitId;
      readonly consents: ConsentChoice;
      readonly textVersion: string;
    } & RecognitionKeys)
  /** The shopper's app begins or ends to broadcast. Needs the consent to offers, and ends with it. */
  | { readonly kind: 'visit.broadcast'; readonly visit: VisitId; readonly on: boolean }
  | { readonly kind: 'visit.scanned'; readonly visit: VisitId; readonly sku: Sku }
  | { readonly kind: 'visit.erased'; readonly visit: VisitId }
  | { readonly kind: 'offer.receipt'; readonly visit: VisitId; readonly offer: OfferId; readonly state: 'shown' | 'dismissed' | 'saved' }
  /** A till asks for a code; the code's signature was checked and named this offer. */
  | { readonly kind: 'offer.redeem'; readonly offer: OfferId; readonly receipt: string; readonly till: string }
  | { readonly kind: 'scored'; readonly request: string; readonly visit: VisitId; readonly scores: readonly Score[] }
  /** The manager stopped or resumed all offers, or one campaign. */
  | { readonly kind: 'offers.paused'; readonly paused: boolean; readonly campaign?: string; readonly by: string }
  /** The manager began an experiment, ended one, or lets one go on that had stopped. */
  | { readonly kind: 'experiment.defined'; readonly plan: ExperimentPlan; readonly by: string }
  | { readonly kind: 'experiment.switched'; readonly experiment: string; readonly isOn: boolean; readonly by: string }
  /** The silent time of a new store is over: the model proved itself, or somebody ended it. */
  | { readonly kind: 'apprentice.ended'; readonly reason: string; readonly by: string }
  | { readonly kind: 'clock.trust'; readonly trusted: boolean }
  /** The machine's clock was set back for good: what was timed by the old one ends, and time goes on from here. */
  | { readonly kind: 'clock.set'; readonly toMs: TimestampMs }
  /** Time passed and something was due; a tick with nothing due is not recorded. */
  | { readonly kind: 'tick' };

export interface ReadingInput {
  readonly kind: 'reading';
  readonly reading: Reading;
  /** Older than the policy's limit: kept, not acted on (a late sale still counts as money). */
  readonly late?: boolean;
  /** Offers named by the codes of a sale, resolved and verified at the edge. */
  readonly offers?: readonly OfferId[];
  /** The visit whose phone was heard: its shopper asked to be followed, and what the phone sent was recognised at the edge and is not kept. */
  readonly visit?: VisitId;
}

/** What a shopper handed over to be known again; used only with the consent of that purpose, and forgotten without it. */
export interface RecognitionKeys {
  /** Hash of the token that the phone keeps. */
  readonly remember?: string;
  /** Keyed hash of the loyalty number. */
  readonly member?: string;
}

export interface VisitOpened extends RecognitionKeys {
  readonly kind: 'visit.opened';
  readonly visit: VisitId;
  readonly consents: ConsentChoice;
  /** Which wording the shopper agreed to. */
  readonly textVersion: string;
  readonly fixture?: FixtureId;
  readonly tag?: TagId;
  /** Hash of the bearer token, so that the phone stays signed in across a restart; the token itself is never stored. */
  readonly tokenHash: string;
  /** Language of the shop page, two letters. */
  readonly language?: string;
}

/** What the shopper chose; a purpose left out is unchanged. */
export type ConsentChoice = { readonly [P in ConsentPurpose]?: boolean };

export type InputKind = Input['kind'];

/** An input with its place in the log. */
export interface LoggedInput {
  /** Position in the inbox, from 1, without gaps inside one database. */
  readonly seq: number;
  /** The agent's clock when it was accepted; along the log it goes backwards only at a `clock.set`. */
  readonly atMs: TimestampMs;
  readonly input: Input;
}
