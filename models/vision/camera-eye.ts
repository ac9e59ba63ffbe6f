import type { ReadingBody } from '../../agent/core/reading.ts';
import type { TrackWatch } from './floor-watch.ts';
import type { FrameOutcome } from './supervisor.ts';
import { DEFAULT_TRACKER, PersonTracker, type TrackerSettings } from './tracker.ts';

/** What is wrong with a camera, to follow "camera <name>: ". */
export interface CameraFault {
  readonly kind: 'silent' | 'frozen' | 'unreadable';
  readonly sentence: string;
}

/** How long a camera may be without a good new picture before its numbers are not believed. */
export const FAULT_AFTER_MS = 10_000;

/** One camera's way from what was found in its pictures to what the store hears of it, and whether the pictures can be believed. */
export class CameraEye {
  readonly #settings: TrackerSettings;
  #tracker: PersonTracker;
  readonly #watch: TrackWatch;
  #fingerprint: number | undefined;
  #changedAtMs: number;
  #goodAtMs: number;
  #trouble: { readonly sentence: string; readonly sinceMs: number } | undefined;
  #sourceTrouble = '';

  /** `watch`: where what it sees goes. */
  constructor(watch: TrackWatch, nowMs: number, settings: TrackerSettings = DEFAULT_TRACKER) {
    this.#settings = settings;
    this.#tracker = new PersonTracker(settings);
    this.#watch = watch;
    this.#changedAtMs = nowMs;
    this.#goodAtMs = nowMs;
  }

  /** Takes what became of a picture that was taken at `atMs`. */
  see(outcome: FrameOutcome, atMs: number): readonly ReadingBody[] {
    switch (outcome.kind) {
      case 'lost':
        return [];
      case 'unreadable':
        this.#trouble ??= { sentence: outcome.sentence, sinceMs: atMs };
        return [];
      case 'seen':
        return this.#seen(outcome, atMs);
    }
  }

  /** Notes why its source has no pictures; empty when it has. */
  sourceSays(trouble: string): void {
    this.#sourceTrouble = trouble;
  }

  /** What is wrong with it now. A camera that is at fault is forgotten by the store: no number is better than an old one. */
  fault(nowMs: number): CameraFault | undefined {
    const fault = this.#judge(nowMs);
    if (fault !== undefined) this.#forget();
    return fault;
  }

  #judge(nowMs: number): CameraFault | undefined {
    const silentMs = nowMs - this.#goodAtMs;
    const frozenMs = nowMs - this.#changedAtMs;
    if (silentMs >= FAULT_AFTER_MS) {
      if (this.#trouble !== undefined) return { kind: 'unreadable', sentence: this.#trouble.sentence };
      const why = this.#sourceTrouble === '' ? '' : ` (${this.#sourceTrouble})`;
      return { kind: 'silent', sentence: `no picture for ${seconds(silentMs)}${why}` };
    }
    if (frozenMs >= FAULT_AFTER_MS && this.#fingerprint !== undefined)
      return { kind: 'frozen', sentence: `same picture for ${seconds(frozenMs)}` };
    return undefined;
  }

  #seen({ people, fingerprint }: Extract<FrameOutcome, { readonly kind: 'seen' }>, atMs: number): readonly ReadingBody[] {
    this.#trouble = undefined;
    this.#goodAtMs = Math.max(this.#goodAtMs, atMs);
    // A sensor is never quite still: the same bytes twice are the same picture twice.
    if (fingerprint !== this.#fingerprint) {
      this.#fingerprint = fingerprint;
      this.#changedAtMs = atMs;
    } else if (atMs - this.#changedAtMs >= FAULT_AFTER_MS) return [];
    return this.#watch.update(this.#tracker.update(people, atMs), atMs);
  }

  #forget(): void {
    this.#tracker = new PersonTracker(this.#settings);
    this.#watch.forget();
  }
}

function seconds(ms: number): string {
  const whole = Math.floor(ms / 1000);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min`;
}
