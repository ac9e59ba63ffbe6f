import type { DurationMs, TimestampMs } from '../agent/core/units.ts';
import { type BackoffSettings, backoffMs, retryAfterMs } from './backoff.ts';
import { type BundleRejection, openBundle, type ReceivedCampaigns } from './campaigns-bundle.ts';
import { type Exchange, exchange, type Fetch } from './exchange.ts';
import { type HubAccess, hubAddress } from './hub-address.ts';
import { type VerifyingKey, verifyingKey } from './signing.ts';
import type { SyncClock } from './sync-clock.ts';

export interface DownloaderSettings extends HubAccess {
  /** Head office's Ed25519 public keys in PEM, pinned; two while one replaces the other. Without any, nothing is ever taken. */
  readonly campaignKeysPem: readonly string[];
  /** How often the hub is asked. Default 5 min. */
  readonly intervalMs?: DurationMs;
  /** For one request. Default 15 s. */
  readonly timeoutMs?: DurationMs;
  /** Default 1 s, doubling to 10 min. */
  readonly backoff?: BackoffSettings;
}

export interface DownloaderParts {
  readonly clock: SyncClock;
  readonly settings: DownloaderSettings;
  /** Version in force, from the store's state; 0 when the cloud has sent none. An older one is never taken again. */
  readonly version: number;
  /** Hands campaigns to the store and resolves when they are on disk. When it rejects they are fetched and handed over again. */
  readonly onCampaigns: (received: ReceivedCampaigns) => Promise<void>;
  readonly random?: () => number;
  readonly fetch?: Fetch;
}

/** What one look at the hub brought. */
export type DownloadOutcome =
  | { readonly kind: 'campaigns'; readonly received: ReceivedCampaigns }
  /** The version in force is still the newest, or there is none. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'rejected'; readonly reason: Exclude<BundleRejection, 'old'> }
  | { readonly kind: 'refused'; readonly fact: string }
  | { readonly kind: 'unreachable'; readonly fact: string; readonly retryAfterMs: DurationMs | undefined }
  /** The bundle is good and the store could not take it. */
  | { readonly kind: 'not-applied'; readonly fact: string };

export interface DownloaderStatus {
  readonly state: 'waiting' | 'ok' | 'rejected' | 'refused' | 'offline' | 'off';
  readonly sentence: string;
  readonly version: number;
  readonly lastCheckedAtMs: TimestampMs | undefined;
  readonly consecutiveFailures: number;
  /** Bundles that were not taken since the process started. */
  readonly rejected: number;
}

/** Asks the hub for campaigns and hands over what is signed, meant for this store and newer than what it has. Nothing else gets through. */
export class Downloader {
  readonly #parts: DownloaderParts;
  readonly #address: ReturnType<typeof hubAddress>;
  readonly #keys: readonly VerifyingKey[];
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #version: number;
  #etag: string | undefined;
  #last: DownloadOutcome | undefined;
  #lastCheckedAtMs: TimestampMs | undefined;
  #failures = 0;
  #rejected = 0;

  /** Throws when a pinned key is not an Ed25519 key in PEM. */
  constructor(parts: DownloaderParts) {
    this.#parts = parts;
    this.#address = hubAddress(parts.settings);
    this.#keys = parts.settings.campaignKeysPem.map(verifyingKey);
    this.#version = parts.version;
  }

  /** Begins asking in the background; does nothing when the address may not be used. Call once. */
  start(): void {
    if (this.#address.ok) this.#running ??= this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  status(): DownloaderStatus {
    const figures = {
      version: this.#version,
      lastCheckedAtMs: this.#lastCheckedAtMs,
      consecutiveFailures: this.#failures,
      rejected: this.#rejected,
    };
    if (!this.#address.ok) return { ...figures, state: 'off', sentence: this.#address.error };
    return { ...figures, ...describe(this.#last, this.#version) };
  }

  /** Asks once. Never throws. */
  async checkOnce(): Promise<DownloadOutcome> {
    const outcome = await this.#check();
    this.#last = outcome;
    this.#lastCheckedAtMs = this.#parts.clock.wallMs();
    this.#failures = outcome.kind === 'campaigns' || outcome.kind === 'unchanged' ? 0 : this.#failures + 1;
    if (outcome.kind === 'rejected') this.#rejected += 1;
    return outcome;
  }

  async #run(): Promise<void> {
    const { clock, random = Math.random } = this.#parts;
    while (!this.#stop.signal.aborted) {
      const outcome = await this.checkOnce();
      await clock.sleep(this.#waitMs(outcome, random()), this.#stop.signal);
    }
  }

  #waitMs(outcome: DownloadOutcome, random: number): DurationMs {
    const { intervalMs = 300_000, backoff = { firstMs: 1_000, capMs: 600_000 } } = this.#parts.settings;
    switch (outcome.kind) {
      case 'unreachable':
        if (outcome.retryAfterMs !== undefined) return retryAfterMs(outcome.retryAfterMs, random);
        return backoffMs(this.#failures, { settings: backoff, random });
      case 'not-applied':
        return backoffMs(this.#failures, { settings: backoff, random });
      case 'campaigns':
      case 'unchanged':
      case 'rejected':
      case 'refused':
        // Half to one and a half intervals: stores that started together drift apart.
        return intervalMs * (0.5 + random);
    }
  }

  async #check(): Promise<DownloadOutcome> {
    const { clock, settings, fetch } = this.#parts;
    if (!this.#address.ok) return { kind: 'refused', fact: this.#address.error };
    const answer = await exchange(
      {
        method: 'GET',
        url: `${this.#address.value}/v1/stores/${encodeURIComponent(settings.store)}/campaigns`,
        headers: {
          authorization: `Bearer ${settings.apiKey}`,
          accept: 'application/json',
          ...(this.#etag === undefined ? {} : { 'if-none-match': this.#etag }),
        },
        timeoutMs: settings.timeoutMs ?? 15_000,
        nowMs: clock.wallMs(),
      },
      { fetch: fetch ?? globalThis.fetch, signal: this.#stop.signal },
    );
    return answer.kind === 'answer' ? this.#open(answer) : failureOf(answer);
  }

  async #open(answer: Extract<Exchange, { kind: 'answer' }>): Promise<DownloadOutcome> {
    // 204: nothing was ever published for this store.
    if (answer.status === 304 || answer.status === 204) return { kind: 'unchanged' };
    const opened = openBundle(answer.text, { store: this.#parts.settings.store, keys: this.#keys, afterVersion: this.#version });
    if (!opened.ok) {
      if (opened.error !== 'old') return { kind: 'rejected', reason: opened.error };
      this.#etag = answer.etag;
      return { kind: 'unchanged' };
    }
    try {
      await this.#parts.onCampaigns(opened.value);
    } catch (error) {
      return { kind: 'not-applied', fact: error instanceof Error ? error.message : String(error) };
    }
    this.#version = opened.value.version;
    this.#etag = answer.etag;
    return { kind: 'campaigns', received: opened.value };
  }
}

const REJECTIONS: Readonly<Record<Exclude<BundleRejection, 'old'>, string>> = {
  malformed: 'it is not a campaigns bundle',
  'unknown-key': 'it is signed with a key that this store does not know',
  forged: 'its signature is wrong',
  'other-store': 'it is meant for another store',
  'rolled-back': 'it is older than what this store already has',
};

function failureOf(answer: Exclude<Exchange, { kind: 'answer' }>): DownloadOutcome {
  switch (answer.kind) {
    case 'unreachable':
      return { kind: 'unreachable', fact: answer.fact, retryAfterMs: undefined };
    case 'busy':
      return { kind: 'unreachable', fact: answer.fact, retryAfterMs: answer.retryAfterMs };
    case 'refused':
    case 'permanent':
      return { kind: 'refused', fact: answer.fact };
  }
}

function describe(last: DownloadOutcome | undefined, version: number): Pick<DownloaderStatus, 'state' | 'sentence'> {
  if (last === undefined) return { state: 'waiting', sentence: 'Not asked for campaigns yet' };
  switch (last.kind) {
    case 'campaigns':
    case 'unchanged':
      return { state: 'ok', sentence: version === 0 ? 'The cloud has no campaigns for this store' : `Campaigns are at version ${version}` };
    case 'rejected':
      return {
        state: 'rejected',
        sentence: `Campaigns from the cloud were not taken: ${REJECTIONS[last.reason]}. The ones in force stay; tell head office`,
      };
    case 'refused':
      return {
        state: 'refused',
        sentence: `The cloud refuses this store: ${last.fact}. Check the store id, the API key and the cloud address`,
      };
    case 'unreachable':
      return { state: 'offline', sentence: `Cannot ask the cloud for campaigns: ${last.fact}. The ones in force stay` };
    case 'not-applied':
      return { state: 'rejected', sentence: `Cannot take the campaigns from the cloud: ${last.fact}. They are fetched again` };
  }
}
