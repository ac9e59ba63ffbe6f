import type { TallyName } from '../../agent/core/effect.ts';
import type { StoreId } from '../../agent/core/ids.ts';
import type { TimestampMs } from '../../agent/core/units.ts';
import type { AggregateRow, Counts } from '../aggregate-row.ts';
import type { Ack } from '../protocol.ts';

/** Everything the hub keeps. Two engines implement it and pass one contract suite; every method rejects when the database cannot be used. */
export interface HubStore {
  /** Creates or upgrades the tables. Safe when several hubs start together. */
  migrate(): Promise<void>;
  /** Rejects unless the database answers. */
  ping(): Promise<void>;

  /** Registers a store with its first key. `exists`: nothing was changed. */
  addStore(store: NewStore): Promise<'added' | 'exists'>;
  /** One more key for a store, so that it can be changed without a gap. `unknown`: no such store. */
  addKey(key: { readonly store: StoreId; readonly keyHash: string; readonly nowMs: TimestampMs }): Promise<'added' | 'unknown'>;
  /** Ends all keys of a store but one (`undefined`: all of them). Gives how many ended. */
  revokeKeys(keys: { readonly store: StoreId; readonly exceptHash: string | undefined; readonly nowMs: TimestampMs }): Promise<number>;
  /** Whose key this is, `undefined` for an unknown or revoked one. */
  findKey(keyHash: string): Promise<KeyOwner | undefined>;

  /**
   * Takes batches, each exactly once: a seq of an epoch that is there already changes nothing, in the same transaction that adds its rows
   * to the totals. The same seq with other content is kept aside as a conflict. Also notes that the store was heard.
   */
  takeBatches(upload: IncomingUpload): Promise<TakenBatches>;

  /** Stores a publication whose signature was checked. `stale`: its version is not above every earlier one. */
  publish(publication: Publication): Promise<'published' | 'stale'>;
  /** The newest publication for this store or for all. Also notes that the store was heard. */
  campaignsFor(store: StoreId, nowMs: TimestampMs): Promise<Publication | undefined>;
  /** Highest version published so far, 0 for none. */
  campaignsVersion(): Promise<number>;

  /** Totals by local day and currency, oldest day first, both ends included. */
  dailyTotals(range: DayRange): Promise<readonly DailyTotals[]>;
  /** Stores that were silent longest first, with their totals of the range; `limit` at most 500. */
  stores(page: DayRange & { readonly offset: number; readonly limit: number }): Promise<readonly StoreSummary[]>;
  storeCount(): Promise<number>;
  /** Rows of one store and day, for looking closer; at most 20,000. */
  cells(of: { readonly store: StoreId; readonly day: string }): Promise<readonly AggregateRow[]>;

  /**
   * Deletes what retention says: marks of batches received before `batchesBeforeMs` (those up to the highest contiguous seq only, so that
   * they are still known as duplicates), cells before the local day `cellsBeforeDay`, kept-aside bodies before `batchesBeforeMs`. Daily totals stay.
   */
  prune(limits: { readonly batchesBeforeMs: TimestampMs; readonly cellsBeforeDay: string }): Promise<PruneCounts>;
  close(): Promise<void>;
}

export interface NewStore {
  readonly store: StoreId;
  readonly name: string;
  /** ISO 4217; amounts of different currencies are never added up. */
  readonly currency: string;
  /** SHA-256 of the API key, hex. */
  readonly keyHash: string;
  /** When set, every upload of the store must be signed with the other half. */
  readonly publicKeyPem: string | undefined;
  readonly nowMs: TimestampMs;
}

export interface KeyOwner {
  readonly store: StoreId;
  readonly publicKeyPem: string | undefined;
}

export interface IncomingUpload {
  readonly store: StoreId;
  readonly epoch: string;
  readonly batches: readonly IncomingBatch[];
  readonly nowMs: TimestampMs;
}

export interface IncomingBatch {
  readonly seq: number;
  readonly createdAtMs: TimestampMs;
  /** SHA-256 of the body, hex: tells a repeat from a conflict. */
  readonly hash: string;
  readonly content:
    | { readonly kind: 'rows'; readonly rows: readonly AggregateRow[] }
    | { readonly kind: 'malformed'; readonly body: string };
}

export interface TakenBatches extends Ack {
  /** Of `stored`, those that were new. */
  readonly fresh: number;
  /** Rows that were added to the totals. */
  readonly rows: number;
}

export interface Publication {
  readonly version: number;
  /** `*` or a store. */
  readonly audience: string;
  /** The signed bundle as it goes over the wire. */
  readonly body: string;
  readonly etag: string;
  readonly publishedAtMs: TimestampMs;
}

export interface DayRange {
  /** `YYYY-MM-DD`, local days of each store. */
  readonly fromDay: string;
  readonly toDay: string;
}

export interface DailyTotals {
  readonly day: string;
  readonly currency: string;
  /** Stores that sent anything about that day. */
  readonly stores: number;
  readonly counts: Counts<TallyName>;
}

export interface StoreSummary {
  readonly store: StoreId;
  readonly name: string;
  readonly currency: string;
  readonly lastSeenAtMs: TimestampMs | undefined;
  /** Of the newest epoch. */
  readonly highestSeq: number;
  readonly highestContiguous: number;
  /** Seqs below the highest that have not arrived. */
  readonly missing: number;
  /** The first five holes, both ends included. */
  readonly gaps: readonly { readonly fromSeq: number; readonly toSeq: number }[];
  /** Batches kept aside for a person. */
  readonly quarantined: number;
  readonly counts: Counts<TallyName>;
}

export interface PruneCounts {
  readonly batches: number;
  readonly cells: number;
  readonly quarantined: number;
}

/** Most bodies kept aside per store; beyond it they are refused all the same but not kept. */
export const QUARANTINE_PER_STORE = 1_000;
