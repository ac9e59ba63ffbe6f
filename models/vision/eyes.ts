import { CameraView } from './camera-view.ts';
import type { PersonDetector } from './detector.ts';
import { decodeFrame } from './frame.ts';
import { blackOut, scaleTo } from './picture.ts';
import type { PoseModel } from './pose.ts';
import type { ChildMessage, FrameJob } from './wire.ts';

/** Longest side of a picture in which hands are looked for. */
const VIEW_SIDE = 640;
/** Cameras that are remembered; a store has at most half as many. */
const MAX_CAMERAS = 64;
/** Score from which on a place is worth another look. */
const WORTH_A_LOOK = 0.25;

/** What looks at pictures, and what it remembers of each camera. */
export interface Eyes {
  readonly detector: PersonDetector;
  /** Undefined where no shelf is watched, or it cannot be used. */
  readonly pose: PoseModel | undefined;
  readonly cameras: Map<string, CameraView>;
}

/** Looks at one picture: people in it, and signs of reaches. The picture is gone when this is answered. */
export async function look(eyes: Eyes, job: FrameJob, bytes: Uint8Array): Promise<ChildMessage> {
  const before = process.cpuUsage();
  const spent = () => {
    // The processor's time and not the clock's: on a busy machine the budget is the same.
    const { user, system } = process.cpuUsage(before);
    return { busyMs: (user + system) / 1_000, rssBytes: process.memoryUsage.rss() };
  };
  const { detector, pose } = eyes;
  const watchesShelves = (job.shelves?.length ?? 0) > 0;
  const decoded = await decodeFrame(bytes, {
    fit: watchesShelves ? { kind: 'inside', longest: VIEW_SIDE } : detector.fit,
    rotateDegrees: job.rotateDegrees,
  });
  if (!decoded.ok) return { kind: 'unreadable', id: job.id, problem: decoded.error.kind, sentence: decoded.error.sentence, ...spent() };
  const { picture, takenAt } = decoded.value;
  const taken = takenAt === undefined ? {} : { takenAt };
  blackOut(picture, job.masks ?? []);
  const view = viewOf(eyes, job);
  const small = detector.fit.kind === 'stretch' ? scaleTo(picture, detector.fit) : picture;
  const fingerprint = fingerprintOf(small.rgb);
  if (job.mayRest === true && view.gate.isStill(small, job.atMs)) {
    if (watchesShelves) await view.signs(picture, { people: [], job, pose: undefined });
    return { kind: 'seen', id: job.id, people: [], rested: true, fingerprint, ...taken, ...spent() };
  }
  const people = (await detector.detect(small)).map(({ x, y, w, h, confidence }) => ({ x, y, w, h, confidence }));
  view.gate.looked(small, { found: people.some(({ confidence }) => confidence >= WORTH_A_LOOK), atMs: job.atMs });
  const reach = await view.signs(picture, { people, job, pose });
  return { kind: 'seen', id: job.id, people, ...(watchesShelves && { reach: [...reach] }), fingerprint, ...taken, ...spent() };
}

/** What is remembered of the camera of a picture; its shelves anew when they were drawn otherwise. */
function viewOf({ cameras }: Eyes, { camera, shelves = [] }: FrameJob): CameraView {
  const known = cameras.get(camera);
  if (known !== undefined && known.key === JSON.stringify(shelves)) return known;
  if (known === undefined && cameras.size >= MAX_CAMERAS) cameras.delete(cameras.keys().next().value ?? '');
  const fresh = new CameraView(shelves);
  cameras.set(camera, fresh);
  return fresh;
}

/** 32-bit FNV-1a over every seventh byte: the same number for the same picture, and no way back. */
function fingerprintOf(rgb: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < rgb.length; i += 7) hash = Math.imul(hash ^ (rgb[i] ?? 0), 0x01000193);
  return hash >>> 0;
}
