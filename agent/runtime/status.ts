import type { TransportStatus } from '../../devices/transports/transport.ts';
import type { ArmSums } from '../core/lift.ts';
import type { CloudOverview, StoreOverview } from '../core/overview.ts';
import type { State } from '../core/state.ts';
import type { TimestampMs } from '../core/units.ts';
import { findProblems } from './checks.ts';
import type { Counters } from './counters.ts';
import { buildOverview, healthOf } from './overview.ts';
import { type Finding, Problems } from './problems.ts';
import type { Recent } from './recent.ts';

/** What the status is read from, all of it cheap. */
export interface StatusSources {
  readonly state: () => Readonly<State>;
  readonly nowMs: () => TimestampMs;
  readonly startedAtMs: TimestampMs;
  readonly version: string;
  readonly shopUrl: string;
  readonly counters: Counters;
  readonly recent: Recent;
  readonly clockTrusted: () => boolean;
  readonly transport: () => TransportStatus;
  readonly cloud: () => Omit<CloudOverview, 'outageDaysLeft'>;
  readonly model: () => { readonly name: string; readonly state: 'live' | 'fallback'; readonly sentence: string };
  readonly disk: () => { readonly usedBytes: number; readonly quotaBytes: number };
  readonly outcomes: () => { readonly treated: ArmSums; readonly holdout: ArmSums };
  readonly startFindings: readonly Finding[];
  /** What else is wrong now, from parts that watch themselves. */
  readonly moreFindings?: () => readonly Finding[];
  readonly onProblems: (change: { readonly began: readonly Finding[]; readonly ended: readonly Finding[] }) => void;
}

/** Trouble with the disk is shown this long after it last happened. */
const TROUBLE_SHOWN_MS = 15_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

interface Sample {
  readonly atMs: TimestampMs;
  readonly value: number;
}

/** Watches the store once a second for what is wrong, and makes the overview that pages and probes read. */
export class Status {
  readonly #sources: StatusSources;
  readonly #problems = new Problems();
  readonly #history = new Map<string, Sample[]>();
  readonly #latest = new Map<string, number>();
  #trouble: { readonly kind: 'disk-full' | 'disk-error'; readonly detail: string; readonly atMs: TimestampMs } | undefined;
  #overview: StoreOverview | undefined;
  #hasLooked = false;
  #sampledAtMs = 0;

  constructor(sources: StatusSources) {
    this.#sources = sources;
  }

  /** Trouble with the disk, as the loop met it. */
  noteTrouble(kind: 'disk-full' | 'disk-error' | 'none', detail: string): void {
    this.#trouble = kind === 'none' ? undefined : { kind, detail, atMs: this.#sources.nowMs() };
  }

  /** Everything about the store, as it was when somebody first asked after the last look. */
  overview(): StoreOverview | undefined {
    if (!this.#hasLooked) this.look();
    this.#overview ??= this.#build();
    return this.#overview;
  }

  /**
   * Looks for what is wrong now; to be called once a second. The overview of a large store costs milliseconds in which no message is answered,
   * so it is made only when somebody asks.
   */
  look(): Pick<StoreOverview, 'atMs' | 'version' | 'health'> | undefined {
    const { state, nowMs, version } = this.#sources;
    const now = nowMs();
    this.#hasLooked = true;
    this.#overview = undefined;
    this.#sample(now);
    const disk = this.#sources.disk();
    const cloud = this.#cloud(disk, now);
    const trouble = this.#trouble !== undefined && now - this.#trouble.atMs < TROUBLE_SHOWN_MS ? this.#trouble : undefined;
    const findings = findProblems({
      state: state(),
      nowMs: now,
      startedAtMs: this.#sources.startedAtMs,
      clockTrusted: this.#sources.clockTrusted(),
      transport: this.#sources.transport(),
      cloud,
      model: this.#sources.model(),
      disk,
      trouble: trouble ?? { kind: 'none', detail: '' },
      shedLastMinute: this.#grew('shed', MINUTE_MS, now),
      malformedLastHour: this.#grew('malformed', HOUR_MS, now),
      unplacedLastHour: this.#grew('unplaced', HOUR_MS, now),
      startFindings: [...this.#sources.startFindings, ...(this.#sources.moreFindings?.() ?? [])],
    });
    const change = this.#problems.update(findings, now);
    if (change.began.length > 0 || change.ended.length > 0) this.#sources.onProblems(change);
    return state().store === undefined ? undefined : { atMs: now, version, health: healthOf(this.#problems.current) };
  }

  #build(): StoreOverview | undefined {
    const { state, nowMs, version, counters, recent } = this.#sources;
    const now = nowMs();
    const disk = this.#sources.disk();
    return buildOverview({
      state: state(),
      nowMs: now,
      version,
      problems: this.#problems.current,
      outcomes: this.#sources.outcomes(),
      cloud: this.#cloud(disk, now),
      model: this.#sources.model(),
      disk: { ...disk, sentence: diskSentence(disk) },
      counters,
      perSecond: Math.round((this.#grew('accepted', 10 * SECOND_MS, now) / 10) * 10) / 10,
      series: recent.series(now),
      recent: recent.events(),
      shopUrl: this.#sources.shopUrl,
    });
  }

  #sample(now: TimestampMs): void {
    if (now - this.#sampledAtMs < SECOND_MS / 2) return;
    this.#sampledAtMs = now;
    const { counters } = this.#sources;
    this.#keep('accepted', counters.total('endcap_messages_total', 'outcome="accepted'), { now, forMs: 11 * SECOND_MS });
    // A camera whose next picture comes before the last one was looked at leaves it out: that is its way to keep up, and no reading is lost.
    const pictures = counters.total('endcap_shed_total', 'reason="camera-');
    this.#keep('shed', counters.total('endcap_messages_total', 'outcome="shed"') + counters.total('endcap_shed_total') - pictures, {
      now,
      forMs: MINUTE_MS,
    });
    this.#keep('malformed', counters.total('endcap_messages_total', 'outcome="malformed"'), { now, forMs: HOUR_MS });
    this.#keep('unplaced', counters.total('endcap_messages_total', 'outcome="unknown'), { now, forMs: HOUR_MS });
    this.#keep('bytes', this.#sources.disk().usedBytes, { now, forMs: DAY_MS });
  }

  /** Keeps samples of a counter: every second for short spans, every `span / 100` for long ones; its latest value is always known. */
  #keep(name: string, value: number, span: { readonly now: TimestampMs; readonly forMs: number }): void {
    this.#latest.set(name, value);
    const samples = this.#history.get(name) ?? [{ atMs: span.now, value }];
    const last = samples.at(-1);
    if (last === undefined || span.now - last.atMs >= span.forMs / 100) samples.push({ atMs: span.now, value });
    while (samples.length > 1 && (samples[0]?.atMs ?? 0) < span.now - span.forMs) samples.shift();
    this.#history.set(name, samples);
  }

  #grew(name: string, overMs: number, now: TimestampMs): number {
    const from = (this.#history.get(name) ?? []).find(({ atMs }) => atMs >= now - overMs);
    const latest = this.#latest.get(name);
    return from === undefined || latest === undefined ? 0 : Math.max(0, latest - from.value);
  }

  /** Days of outage that fit on the disk at the growth of the last day; unknown in the first ten minutes. */
  #cloud(disk: { readonly usedBytes: number; readonly quotaBytes: number }, now: TimestampMs): CloudOverview {
    const samples = this.#history.get('bytes') ?? [];
    const first = samples[0];
    const spanMs = first === undefined ? 0 : now - first.atMs;
    const grown = first === undefined ? 0 : disk.usedBytes - first.value;
    const perDay = spanMs < 10 * MINUTE_MS ? undefined : Math.max(1, (grown / spanMs) * DAY_MS);
    const outageDaysLeft = perDay === undefined ? undefined : Math.min(999, Math.floor((disk.quotaBytes - disk.usedBytes) / perDay));
    return { ...this.#sources.cloud(), outageDaysLeft };
  }
}

function diskSentence(disk: { readonly usedBytes: number; readonly quotaBytes: number }): string {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
  return `${megabytes(disk.usedBytes)} of ${megabytes(disk.quotaBytes)} used`;
}
