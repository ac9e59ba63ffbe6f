import { fail, ok, type Result } from '../agent/core/result.ts';
import type { DurationMs, TimestampMs } from '../agent/core/units.ts';
import { type BackoffSettings, backoffMs, retryAfterMs } from './backoff.ts';
import { type Exchange, exchange, type Fetch } from './exchange.ts';
import { type HubAccess, hubAddress } from './hub-address.ts';
import type { Outbox } from './outbox.ts';
import type { Ack } from './protocol.ts';
import { signingKey } from './signing.ts';
import type { SyncClock } from './sync-clock.ts';
import { type UploadPlan, UploadPlanner } from './upload-plan.ts';
import { readAck, type UploadSender, uploadRequest } from './upload-request.ts';
import { connectedSentence, type UploaderStatus } from './uploader-status.ts';

export interface UploaderSettings extends HubAccess {
  /** Names this life of the outbox (letters, digits, hyphens); a new database needs a new one. Default `1`. */
  readonly epoch?: string;
  /** Ed25519 private key in PEM; when set, every request is signed. */
  readonly signingKeyPem?: string;
  /** How often the outbox is looked at. Default 5 s. */
  readonly intervalMs?: DurationMs;
  /** How often a store with nothing to say says that it is there. Default 5 min. */
  readonly signOfLifeMs?: DurationMs;
  /** For one request. Default 15 s. */
  readonly timeoutMs?: DurationMs;
  /** Most bytes a second, gzipped, that catching up may take from the store's line. Default 65,536. */
  readonly catchUpBytesPerSecond?: number;
  /** Default 1 s, doubling to 5 min. */
  readonly backoff?: BackoffSettings;
  /** How long to wait when the hub refuses the key or a batch. Default 5 min. */
  readonly refusedRetryMs?: DurationMs;
}

export interface UploaderParts {
  readonly outbox: Outbox;
  readonly clock: SyncClock;
  /** `undefined`: this store has no cloud. */
  readonly settings: UploaderSettings | undefined;
  /** In [0, 1); default `Math.random`. Spreads retries, decides nothing. */
  readonly random?: () => number;
  readonly fetch?: Fetch;
}

/** Failures in a row after which only single small requests are tried until one succeeds. */
const OPEN_AFTER_FAILURES = 5;
/** Statuses that speak of what was sent, not of who sent it or where. */
const ABOUT_CONTENT: readonly number[] = [400, 413, 422];
const NEVER_MS: DurationMs = 86_400_000;

/**
 * Sends what the outbox holds until the hub has it, and never holds up anything else: one request at a time, bounded in time and size,
 * outside the store's own loop. Duplicates are harmless, so every doubt is settled by sending again.
 */
export class Uploader {
  readonly #parts: UploaderParts;
  readonly #planner: UploadPlanner;
  readonly #sender: Result<UploadSender, string>;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> | undefined;
  #isIdle = true;

  #state: Exclude<UploaderStatus['state'], 'off'> = 'offline';
  #fact: string | undefined;
  #failures = 0;
  #lastUploadAtMs: TimestampMs | undefined;
  #lastHeardMs: number | undefined;
  #nextAttemptAtMs: TimestampMs | undefined;
  #sentBatches = 0;
  #sentBytes = 0;
  #rejectedBatches = 0;

  /** Throws when the signing key is not an Ed25519 key in PEM. */
  constructor(parts: UploaderParts) {
    this.#parts = parts;
    this.#planner = new UploadPlanner(parts.outbox);
    this.#sender = senderOf(parts.settings);
  }

  /** Begins uploading in the background; does nothing when the cloud is off. Call once. */
  start(): void {
    if (this.#sender.ok) this.#running ??= this.#run();
  }

  /** Says that the outbox has something new: an idle uploader looks at once, one that backs off does not. */
  kick(): void {
    if (this.#isIdle) this.#wake.abort();
  }

  /** Ends the request in flight and the loop. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#running;
  }

  /** For the status page and the metrics; reads the outbox, costs one query. */
  status(): UploaderStatus {
    const stats = this.#parts.outbox.stats();
    const figures = {
      circuit: this.#isOpen ? ('open' as const) : ('closed' as const),
      lastUploadAtMs: this.#lastUploadAtMs ?? stats.lastAcknowledgedAtMs,
      nextAttemptAtMs: this.#nextAttemptAtMs,
      consecutiveFailures: this.#failures,
      backlogBatches: stats.pendingBatches,
      backlogBytes: stats.pendingBytes,
      oldestAtMs: stats.oldestAtMs,
      sentBatches: this.#sentBatches,
      sentBytes: this.#sentBytes,
      rejectedBatches: this.#rejectedBatches,
      setAsideBatches: this.#planner.setAside,
    };
    if (!this.#sender.ok) return { ...figures, state: 'off', sentence: this.#sender.error };
    return { ...figures, state: this.#state, sentence: this.#sentence(figures) };
  }

  /** Sends at most one request and gives the time to wait before the next. The loop of `start`; tests call it alone. Never throws. */
  async runOnce(): Promise<DurationMs> {
    try {
      return await this.#round();
    } catch (error) {
      // The outbox (disk full, database busy) must not end uploading: what was sent stays pending and is sent again.
      return this.#failed({ kind: 'unreachable', fact: `the outbox failed: ${error instanceof Error ? error.message : String(error)}` });
    }
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#stop.signal.aborted) {
      const waitMs = await this.runOnce();
      this.#nextAttemptAtMs = clock.wallMs() + waitMs;
      // An abort that came during the round was about batches that the round has seen.
      if (!this.#stop.signal.aborted) this.#wake = new AbortController();
      await clock.sleep(waitMs, this.#isIdle ? this.#wake.signal : this.#stop.signal);
    }
  }

  async #round(): Promise<DurationMs> {
    const { clock, settings, fetch } = this.#parts;
    if (!this.#sender.ok) return NEVER_MS;
    const startedMs = clock.monotonicMs();
    const plan = this.#planner.next({ nowMs: startedMs, probe: this.#isOpen }) ?? this.#signOfLife(startedMs);
    this.#isIdle = plan === undefined;
    if (plan === undefined) return settings?.intervalMs ?? 5_000;
    const request = await uploadRequest(plan.batches, this.#sender.value);
    const answer = await exchange(
      { ...request, timeoutMs: settings?.timeoutMs ?? 15_000, nowMs: clock.wallMs() },
      { fetch: fetch ?? globalThis.fetch, signal: this.#stop.signal },
    );
    if (answer.kind !== 'answer') return this.#notTaken(plan, answer);
    const ack = readAck(answer.text, plan.batches);
    if (ack === undefined) return this.#failed({ kind: 'unreachable', fact: 'its answer made no sense' });
    this.#taken(plan, ack);
    this.#sentBytes += request.body.byteLength;
    return this.#pauseAfter(plan, { bytes: request.body.byteLength, tookMs: clock.monotonicMs() - startedMs });
  }

  #taken(plan: UploadPlan, ack: Ack): void {
    const { clock, outbox } = this.#parts;
    const taken = new Set([...ack.stored, ...ack.rejected.map(({ seq }) => seq)]);
    if (taken.size > 0) {
      outbox.acknowledge([...taken], clock.wallMs());
      this.#lastUploadAtMs = clock.wallMs();
    }
    this.#planner.delivered(plan, { taken, nowMs: clock.monotonicMs(), againAfterMs: this.#refusedRetryMs });
    this.#sentBatches += ack.stored.length;
    this.#rejectedBatches += ack.rejected.length;
    this.#heard();
  }

  #heard(): void {
    this.#state = 'connected';
    this.#failures = 0;
    this.#lastHeardMs = this.#parts.clock.monotonicMs();
  }

  #notTaken(plan: UploadPlan, answer: Exclude<Exchange, { kind: 'answer' }>): DurationMs {
    this.#fact = answer.fact;
    if (answer.kind === 'unreachable' || answer.kind === 'busy') return this.#failed(answer);
    if (answer.kind === 'permanent' && ABOUT_CONTENT.includes(answer.status) && plan.batches.length > 0) {
      this.#planner.unreadable(plan, this.#parts.clock.monotonicMs() + this.#refusedRetryMs);
      this.#heard();
      return 1_000;
    }
    this.#state = 'refused';
    this.#failures += 1;
    return this.#refusedRetryMs * (0.5 + this.#random());
  }

  #failed(answer: Extract<Exchange, { kind: 'unreachable' | 'busy' }>): DurationMs {
    this.#isIdle = false;
    this.#fact = answer.fact;
    // Being told to wait is not an outage.
    if (answer.kind === 'busy' && answer.status === 429) return retryAfterMs(answer.retryAfterMs ?? 1_000, this.#random());
    this.#failures += 1;
    this.#state = 'offline';
    if (answer.kind === 'busy' && answer.retryAfterMs !== undefined) return retryAfterMs(answer.retryAfterMs, this.#random());
    const backoff = this.#parts.settings?.backoff ?? { firstMs: 1_000, capMs: 300_000 };
    return backoffMs(this.#failures, { settings: backoff, random: this.#random() });
  }

  #pauseAfter(plan: UploadPlan, { bytes, tookMs }: { readonly bytes: number; readonly tookMs: number }): DurationMs {
    if (plan.kind !== 'catch-up') return 0;
    const perSecond = this.#parts.settings?.catchUpBytesPerSecond ?? 65_536;
    return Math.max(0, (bytes / perSecond) * 1_000 - tookMs);
  }

  #signOfLife(nowMs: number): UploadPlan | undefined {
    const everyMs = this.#parts.settings?.signOfLifeMs ?? 300_000;
    const isDue = this.#state !== 'connected' || this.#lastHeardMs === undefined || nowMs - this.#lastHeardMs >= everyMs;
    return isDue ? { kind: 'sign-of-life', batches: [] } : undefined;
  }

  get #isOpen(): boolean {
    return this.#failures >= OPEN_AFTER_FAILURES;
  }

  get #refusedRetryMs(): DurationMs {
    return this.#parts.settings?.refusedRetryMs ?? 300_000;
  }

  #random(): number {
    return (this.#parts.random ?? Math.random)();
  }

  #sentence(figures: Pick<UploaderStatus, 'backlogBatches' | 'rejectedBatches' | 'setAsideBatches'>): string {
    if (this.#state === 'connected') return connectedSentence(figures);
    if (this.#fact === undefined) return 'Connecting to the cloud';
    return this.#state === 'refused'
      ? `The cloud refuses this store: ${this.#fact}. Check the store id, the API key and the cloud address; totals are kept until then`
      : `Cannot reach the cloud: ${this.#fact}. Totals are kept and sent later`;
  }
}

function senderOf(settings: UploaderSettings | undefined): Result<UploadSender, string> {
  if (settings === undefined) return fail('This store sends nothing to a cloud');
  const address = hubAddress(settings);
  if (!address.ok) return address;
  const key = settings.signingKeyPem === undefined ? undefined : signingKey(settings.signingKeyPem);
  const sign = key === undefined ? undefined : (text: string) => key.sign('endcap.batch.v1', text);
  return ok({ url: address.value, store: settings.store, epoch: settings.epoch ?? '1', apiKey: settings.apiKey, sign });
}
