import type { FrameSource } from '../../devices/transports/cameras/frame-source.ts';
import { CameraEye } from '../../models/vision/camera-eye.ts';
import type { CameraPlace, PicturePoint } from '../../models/vision/camera-place.ts';
import { type FloorPlan, FloorWatch } from '../../models/vision/floor-watch.ts';
import type { FrameOutcome } from '../../models/vision/supervisor.ts';
import type { VisionPool } from '../../models/vision/vision-pool.ts';
import type { FixtureId } from '../core/ids.ts';
import type { ReadingBody } from '../core/reading.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Counters } from './counters.ts';
import { LiveLook, type NoPicture } from './live-look.ts';
import type { Finding } from './problems.ts';

/** One camera as the runtime needs it. */
export interface CameraPlan {
  readonly id: string;
  readonly name: string;
  readonly place: CameraPlace;
  readonly rotateDegrees: 0 | 90 | 180 | 270;
  /** Pictures a second, at most. */
  readonly rate: number;
  /** Parts of the picture, turned upright, that are blacked out before anything looks at it. */
  readonly masks: readonly (readonly PicturePoint[])[];
  /** Fronts of shelves in the picture that hands reach into. */
  readonly shelves: readonly { readonly fixture: FixtureId; readonly polygon: readonly PicturePoint[] }[];
  /** The detector that looks at its pictures: `standard`, `distant`, or the path of a manifest. */
  readonly model: string;
  /** Whether its pictures come again by nature, as those of a file do. */
  readonly repeats: boolean;
  /** Opens its source; undefined where its pictures come with the devices' messages. */
  readonly open: () => FrameSource | undefined;
  /** Whether it must not take pictures at a time. */
  readonly isQuiet: (atMs: TimestampMs) => boolean;
}

/** The cameras of a store and the floor that they look at. */
export interface CameraSet {
  readonly plans: readonly CameraPlan[];
  readonly floor: Omit<FloorPlan, 'firstSeat'>;
}

export interface CamerasParts extends CameraSet {
  /** Makes the processes that look at the pictures of some cameras. */
  readonly pool: (plans: readonly CameraPlan[], answered: VisionAnswer) => VisionPool;
  readonly nowMs: () => TimestampMs;
  readonly counters: Counters;
  /** Calls back after a while; the answer cancels it. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  /** What a camera has to say, as if it had come from a device of its name. */
  readonly say: (camera: string, body: ReadingBody, atMs: TimestampMs) => void;
}

export type VisionAnswer = (camera: string, frame: { readonly atMs: number }, outcome: FrameOutcome) => void;

interface Watched {
  readonly plan: CameraPlan;
  eye: CameraEye;
  /** Undefined in quiet hours, and where pictures come by themselves. */
  source: FrameSource | undefined;
  isQuiet: boolean;
  takenAtMs: number;
}

/** Quiet hours begin and end within this time of what the clock says. */
const LOOK_AT_CLOCK_MS = 5_000;

/** All cameras of a store: takes their pictures as they come, has them looked at, and says what was seen. Holds no picture itself. */
export class Cameras {
  readonly #parts: CamerasParts;
  readonly #look: LiveLook;
  #watched: ReadonlyMap<string, Watched> = new Map();
  #floor: FloorWatch;
  #pool: VisionPool | undefined;
  #cancelClock: (() => void) | undefined;

  constructor(parts: CamerasParts) {
    this.#parts = parts;
    this.#look = new LiveLook(parts.after);
    this.#floor = new FloorWatch({ ...parts.floor, firstSeat: parts.nowMs() / 1_000 });
    this.#watch(parts);
  }

  start(): void {
    this.#cancelClock ??= this.#parts.after(LOOK_AT_CLOCK_MS, () => this.#lookAtClock());
    this.#supervise();
    for (const watched of this.#watched.values()) this.#open(watched);
  }

  /** Takes over a changed set of cameras. Everybody in view is forgotten: where they are was told by the set before. */
  replace(set: CameraSet): void {
    const isRunning = this.#cancelClock !== undefined;
    for (const watched of this.#watched.values()) this.#close(watched);
    this.#floor = new FloorWatch({ ...set.floor, firstSeat: this.#parts.nowMs() / 1_000 });
    this.#watch(set);
    this.#pool?.stop();
    this.#pool = undefined;
    if (!isRunning) return;
    this.#supervise();
    for (const watched of this.#watched.values()) this.#open(watched);
  }

  /** Takes a picture that came some other way; false where it is no camera of ours. Pictures above the camera's rate are left out. */
  take(camera: string, bytes: Uint8Array): boolean {
    const watched = this.#watched.get(camera);
    if (watched === undefined) return false;
    const atMs = this.#parts.nowMs();
    const { plan, eye, isQuiet, takenAtMs } = watched;
    if (isQuiet) return true;
    if (atMs >= takenAtMs && atMs - takenAtMs < 800 / plan.rate) {
      this.#parts.counters.add('endcap_shed_total', 'reason="camera-rate"');
      return true;
    }
    watched.takenAtMs = atMs;
    this.#look.offer(camera, bytes);
    const { rotateDegrees, masks } = plan;
    const shelves = plan.shelves.map(({ polygon }) => polygon);
    if (this.#pool?.offer(camera, { bytes, atMs, rotateDegrees, masks, shelves, ...eye.asks() }) === true)
      this.#parts.counters.add('endcap_shed_total', 'reason="camera-busy"');
    return true;
  }

  /** The next picture of a camera, for a manager who looks. */
  async picture(camera: string): Promise<Uint8Array | NoPicture | 'quiet-hours'> {
    const watched = this.#watched.get(camera);
    if (watched === undefined) return 'unknown-camera';
    return watched.isQuiet ? 'quiet-hours' : this.#look.next(camera, this.#parts.nowMs());
  }

  /** What is wrong with cameras and with what looks at them, for the status page. */
  findings(): readonly Finding[] {
    if (this.#pool === undefined || this.#watched.size === 0) return [];
    const nowMs = this.#parts.nowMs();
    const statuses = this.#pool.status();
    // A detector that is down silences all its cameras: one problem, not one a camera.
    const down = statuses.filter(({ state }) => state === 'waiting');
    const silenced = new Set(down.flatMap(({ cameras }) => cameras));
    const about = ({ asked }: { readonly asked: string }) => (statuses.length === 1 ? 'vision' : `vision:${asked}`);
    const problems = [
      ...down.map(
        (status): Finding => ({ id: about(status), severity: 'warning', sentence: status.sentence, hint: DETECTOR_HINTS.waiting }),
      ),
      ...statuses
        .filter(({ state, isFallback }) => state === 'ready' && isFallback)
        .map((status): Finding => ({ id: about(status), severity: 'warning', sentence: status.sentence, hint: DETECTOR_HINTS.fallback })),
    ];
    const faults = [...this.#watched.values()].flatMap(({ plan, eye, isQuiet }): Finding[] => {
      const fault = isQuiet || silenced.has(plan.id) ? undefined : eye.fault(nowMs);
      if (fault === undefined) return [];
      return [
        {
          id: `camera:${plan.id}`,
          severity: 'warning',
          sentence: `camera ${plan.name}: ${fault.sentence}`,
          hint: HINTS[fault.kind],
        },
      ];
    });
    return [...problems, ...faults];
  }

  stop(): void {
    this.#cancelClock?.();
    this.#cancelClock = undefined;
    for (const watched of this.#watched.values()) this.#close(watched);
    this.#look.stop();
    this.#pool?.stop();
    this.#pool = undefined;
  }

  #watch({ plans }: CameraSet): void {
    const nowMs = this.#parts.nowMs();
    this.#watched = new Map(
      plans.map((plan) => [
        plan.id,
        { plan, eye: this.#eyeOf(plan), source: undefined, isQuiet: plan.isQuiet(nowMs), takenAtMs: Number.NEGATIVE_INFINITY },
      ]),
    );
  }

  #eyeOf(plan: CameraPlan): CameraEye {
    const fixtures = plan.shelves.map(({ fixture }) => fixture);
    return new CameraEye(this.#floor.view(plan.id, plan.place), this.#parts.nowMs(), { fixtures, repeats: plan.repeats });
  }

  #supervise(): void {
    if (this.#watched.size === 0 || this.#pool !== undefined) return;
    const plans = [...this.#watched.values()].map(({ plan }) => plan);
    this.#pool = this.#parts.pool(plans, (camera, frame, outcome) => this.#answered(camera, frame.atMs, outcome));
    this.#pool.start();
  }

  #open(watched: Watched): void {
    if (watched.isQuiet || watched.source !== undefined) return;
    const { plan } = watched;
    watched.source = plan.open();
    watched.source?.start({
      frame: (bytes) => {
        if (this.#watched.get(plan.id) === watched) this.take(plan.id, bytes);
      },
      trouble: (sentence) => watched.eye.sourceSays(sentence),
    });
  }

  #close(watched: Watched): void {
    watched.source?.stop();
    watched.source = undefined;
  }

  /** Ends and begins the quiet hours that are due. */
  #lookAtClock(): void {
    this.#cancelClock = this.#parts.after(LOOK_AT_CLOCK_MS, () => this.#lookAtClock());
    const nowMs = this.#parts.nowMs();
    for (const watched of this.#watched.values()) {
      const isQuiet = watched.plan.isQuiet(nowMs);
      if (isQuiet === watched.isQuiet) continue;
      watched.isQuiet = isQuiet;
      // Whoever was in view is forgotten, and the camera gets its time to wake up.
      watched.eye = this.#eyeOf(watched.plan);
      if (isQuiet) this.#close(watched);
      else this.#open(watched);
    }
  }

  #answered(camera: string, atMs: TimestampMs, outcome: FrameOutcome): void {
    const watched = this.#watched.get(camera);
    // What was still looked at when the quiet hours began is not told.
    if (watched === undefined || watched.isQuiet) return;
    const result = outcome.kind === 'seen' && outcome.rested === true ? 'unchanged' : outcome.kind;
    this.#parts.counters.add('endcap_pictures_total', `result="${result}"`);
    for (const body of watched.eye.see(outcome, atMs)) this.#parts.say(camera, body, atMs);
  }
}

const DETECTOR_HINTS = {
  waiting: 'People are not counted meanwhile; if it lasts, run "endcap model vision check"',
  fallback: 'People are counted; run "endcap model vision check" with the manifest of your detector to see what is wrong with it',
} as const;

const HINTS = {
  silent: 'Check its power, its network and its address; people are not counted there meanwhile',
  frozen: 'Restart the camera; its count is not used meanwhile',
  unreadable: 'Set the camera to JPEG pictures of at most 1280 x 720; people are not counted there meanwhile',
} as const;
