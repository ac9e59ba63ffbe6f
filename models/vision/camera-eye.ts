import type { ReadingBody } from '../../agent/core/reading.ts';
import type { TrackWatch } from './floor-watch.ts';
import { PictureDoubts } from './picture-doubts.ts';
import { ReachWatch } from './reach-watch.ts';
import type { FrameOutcome } from './supervisor.ts';
import { DEFAULT_TRACKER, PersonTracker, type TrackerSettings } from './tracker.ts';
import type { FrameView } from './wire.ts';

/** What is wrong with a camera, to follow "camera <name>: ". */
export interface CameraFault {
  readonly kind: 'silent' | 'frozen' | 'unreadable';
  readonly sentence: string;
}

/** How long a camera may be without a good new picture before its numbers are not believed. */
export const FAULT_AFTER_MS = 10_000;

export interface EyeSettings {
  readonly tracker?: TrackerSettings;
  /** Fixtures whose fronts hands may reach into, in the order of the outlines that go with its pictures. */
  readonly fixtures?: readonly string[];
  /** Whether its pictures come again by nature, as those of a file do that is played over and over. */
  readonly repeats?: boolean;
}

/** One camera's way from what was found in its pictures to what the store hears of it, and whether the pictures can be believed. */
export class CameraEye {
  readonly #settings: EyeSettings;
  #tracker: PersonTracker;
  readonly #watch: TrackWatch;
  readonly #reaches: ReachWatch;
  readonly #doubts: PictureDoubts;
  #goodAtMs: number;
  #trouble: { readonly sentence: string; readonly sinceMs: number } | undefined;
  #sourceTrouble = '';

  /** `watch`: where what it sees goes. */
  constructor(watch: TrackWatch, nowMs: number, settings: EyeSettings = {}) {
    this.#settings = settings;
    this.#tracker = new PersonTracker(settings.tracker ?? DEFAULT_TRACKER);
    this.#watch = watch;
    this.#reaches = new ReachWatch(settings.fixtures ?? []);
    this.#doubts = new PictureDoubts(nowMs);
    this.#goodAtMs = nowMs;
  }

  /** What the next picture is to be looked at for: whose hands, and whether anybody need look for people at all when nothing moved. */
  asks(): Pick<FrameView, 'followed' | 'mayRest'> {
    const followed = this.#tracker.tracks().map(({ id, box }) => ({ track: id, ...box }));
    return this.#tracker.isEmpty ? { mayRest: true } : { followed };
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
    if (silentMs >= FAULT_AFTER_MS) {
      if (this.#trouble !== undefined) return { kind: 'unreadable', sentence: this.#trouble.sentence };
      const why = this.#sourceTrouble === '' ? '' : ` (${this.#sourceTrouble})`;
      return { kind: 'silent', sentence: `no picture for ${seconds(silentMs)}${why}` };
    }
    return this.#old(nowMs);
  }

  /** A camera that sends pictures, and none of now. */
  #old(nowMs: number): CameraFault | undefined {
    const { unchangedSinceMs, repeatedSinceMs, stopped } = this.#doubts;
    if (unchangedSinceMs === undefined) return undefined;
    if (nowMs - unchangedSinceMs >= FAULT_AFTER_MS) {
      return { kind: 'frozen', sentence: `same picture for ${seconds(nowMs - unchangedSinceMs)}` };
    }
    if (this.#settings.repeats === true) return undefined;
    if (nowMs - repeatedSinceMs >= FAULT_AFTER_MS) return { kind: 'frozen', sentence: 'the same pictures come over and over' };
    if (stopped !== undefined && nowMs - stopped.sinceMs >= FAULT_AFTER_MS) {
      return { kind: 'frozen', sentence: `its pictures are old: all say that they were taken at ${written(stopped.takenAt)}` };
    }
    return undefined;
  }

  #seen(outcome: Extract<FrameOutcome, { readonly kind: 'seen' }>, atMs: number): readonly ReadingBody[] {
    const { people, fingerprint, takenAt, reach = [] } = outcome;
    this.#trouble = undefined;
    this.#goodAtMs = Math.max(this.#goodAtMs, atMs);
    this.#doubts.take(fingerprint, { takenAt, atMs });
    if (this.#old(atMs) !== undefined) return [];
    const tracks = this.#tracker.update(people, atMs);
    const readings = this.#watch.update(tracks, atMs);
    return [...readings, ...this.#reaches.update(reach, { tracks, nowMs: atMs }).flatMap((seen) => this.#watch.reached(seen))];
  }

  #forget(): void {
    this.#tracker = new PersonTracker(this.#settings.tracker ?? DEFAULT_TRACKER);
    this.#reaches.forget();
    this.#watch.forget();
  }
}

/** `2026:01:31 09:05:00` as people write it. */
function written(takenAt: string): string {
  return takenAt.replace(':', '-').replace(':', '-').slice(0, 16);
}

function seconds(ms: number): string {
  const whole = Math.floor(ms / 1000);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min`;
}
