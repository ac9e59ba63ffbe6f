import type { FrameSource } from '../../devices/transports/cameras/frame-source.ts';
import { CameraEye } from '../../models/vision/camera-eye.ts';
import type { FrameOutcome, VisionSupervisor } from '../../models/vision/supervisor.ts';
import type { CameraPlace } from '../../models/vision/zone-watch.ts';
import type { ReadingBody } from '../core/reading.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Finding } from './problems.ts';

/** One camera as the runtime needs it. */
export interface CameraPlan {
  readonly id: string;
  readonly name: string;
  readonly place: CameraPlace;
  readonly rotateDegrees: 0 | 90 | 180 | 270;
  /** Pictures a second, at most. */
  readonly rate: number;
  /** Undefined where its pictures come with the devices' messages. */
  readonly source: FrameSource | undefined;
}

export interface CamerasParts {
  readonly plans: readonly CameraPlan[];
  /** Makes the supervisor of the process that looks at pictures. */
  readonly supervisor: (answered: VisionAnswer) => VisionSupervisor;
  readonly nowMs: () => TimestampMs;
  /** What a camera has to say, as if it had come from a device of its name. */
  readonly say: (camera: string, body: ReadingBody, atMs: TimestampMs) => void;
}

export type VisionAnswer = (camera: string, frame: { readonly atMs: number }, outcome: FrameOutcome) => void;

interface Watched {
  readonly plan: CameraPlan;
  readonly eye: CameraEye;
  takenAtMs: number;
}

/** All cameras of a store: takes their pictures as they come, has them looked at, and says what was seen. Holds no picture itself. */
export class Cameras {
  readonly #parts: CamerasParts;
  readonly #watched: ReadonlyMap<string, Watched>;
  readonly #supervisor: VisionSupervisor | undefined;

  constructor(parts: CamerasParts) {
    this.#parts = parts;
    const nowMs = parts.nowMs();
    this.#watched = new Map(
      parts.plans.map((plan) => [plan.id, { plan, eye: new CameraEye(plan.place, nowMs), takenAtMs: Number.NEGATIVE_INFINITY }]),
    );
    this.#supervisor =
      parts.plans.length === 0 ? undefined : parts.supervisor((camera, frame, outcome) => this.#answered(camera, frame.atMs, outcome));
  }

  start(): void {
    this.#supervisor?.start();
    for (const { plan, eye } of this.#watched.values()) {
      plan.source?.start({ frame: (bytes) => void this.take(plan.id, bytes), trouble: (sentence) => eye.sourceSays(sentence) });
    }
  }

  /** Takes a picture that came some other way; false where it is no camera of ours. Pictures above the camera's rate are left out. */
  take(camera: string, bytes: Uint8Array): boolean {
    const watched = this.#watched.get(camera);
    if (watched === undefined) return false;
    const atMs = this.#parts.nowMs();
    if (atMs >= watched.takenAtMs && atMs - watched.takenAtMs < 800 / watched.plan.rate) return true;
    watched.takenAtMs = atMs;
    this.#supervisor?.offer(camera, { bytes, rotateDegrees: watched.plan.rotateDegrees, atMs });
    return true;
  }

  /** What is wrong with cameras and with what looks at them, for the status page. */
  findings(): readonly Finding[] {
    if (this.#supervisor === undefined) return [];
    const nowMs = this.#parts.nowMs();
    const status = this.#supervisor.status();
    // A detector that is down silences every camera: one problem, not one a camera.
    if (status.state === 'waiting') {
      return [
        {
          id: 'vision',
          severity: 'warning',
          sentence: status.sentence,
          hint: 'People are not counted meanwhile; if it lasts, run "endcap model vision check"',
        },
      ];
    }
    return [...this.#watched.values()].flatMap(({ plan, eye }): Finding[] => {
      const fault = eye.fault(nowMs);
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
  }

  stop(): void {
    for (const { plan } of this.#watched.values()) plan.source?.stop();
    this.#supervisor?.stop();
  }

  #answered(camera: string, atMs: TimestampMs, outcome: FrameOutcome): void {
    const watched = this.#watched.get(camera);
    for (const body of watched?.eye.see(outcome, atMs) ?? []) this.#parts.say(camera, body, atMs);
  }
}

const HINTS = {
  silent: 'Check its power, its network and its address; people are not counted there meanwhile',
  frozen: 'Restart the camera; its count is not used meanwhile',
  unreadable: 'Set the camera to JPEG pictures of at most 1280 x 720; people are not counted there meanwhile',
} as const;
