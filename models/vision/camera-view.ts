import type { DetectedPerson } from '../../agent/core/reading.ts';
import { type Box, iou } from './boxes.ts';
import type { PicturePoint } from './camera-place.ts';
import { canTouch, findHands, handInside } from './hands.ts';
import { MotionGate } from './motion-gate.ts';
import type { Picture } from './picture.ts';
import type { PoseModel } from './pose.ts';
import { ShelfBackground } from './shelf-background.ts';
import type { FrameJob, ReachSign } from './wire.ts';

/** Hands are looked for in at most so many people a picture, and in the same person at most this often. */
const MOST_POSES = 2;
const POSE_EVERY_MS = 150;
/** How far beside a shelf a hand still counts, in heights of its person. */
const SLACK = 0.04;
/** How long a body is remembered to tell it from an arm. */
const TRUNK_MS = 2_500;
/** Score from which a box is somebody and not a shade. */
const SOMEBODY = 0.35;

/** What is remembered of one camera from picture to picture while the process lives: what its shelves and its empty room look like. */
export class CameraView {
  readonly gate = new MotionGate();
  readonly #shelves: readonly { readonly outline: readonly PicturePoint[]; readonly background: ShelfBackground }[];
  readonly #posedAtMs = new Map<string, number>();
  readonly #boxes = new Map<string, readonly (Box & { readonly atMs: number })[]>();
  readonly key: string;

  constructor(shelves: readonly (readonly PicturePoint[])[]) {
    this.key = JSON.stringify(shelves);
    this.#shelves = shelves.map((outline) => ({ outline, background: new ShelfBackground(outline) }));
  }

  /** Signs of reaches in a picture, by those who were followed into it. */
  async signs(
    picture: Picture,
    about: { readonly people: readonly DetectedPerson[]; readonly job: FrameJob; readonly pose: PoseModel | undefined },
  ): Promise<readonly ReachSign[]> {
    if (this.#shelves.length === 0) return [];
    const { people, job, pose } = about;
    const { atMs, followed = [] } = job;
    const aspect = picture.width / picture.height;
    const bodies = people.filter(({ confidence }) => confidence >= SOMEBODY);
    for (const { background } of this.#shelves) background.look(picture, { people: bodies, atMs });
    const near = followed
      .flatMap((known) => {
        const body = nearest(known, people);
        const trunk = this.#trunkOf(known.track, body, atMs);
        const shelves = [...this.#shelves.entries()].filter(([, { outline }]) => canTouch(body, outline, aspect)).map(([shelf]) => shelf);
        return shelves.length === 0 ? [] : [{ track: known.track, body, trunk, shelves }];
      })
      .slice(0, 16);
    const posed = new Set(pose === undefined ? [] : this.#turns(near, atMs));
    const signs: ReachSign[] = [];
    for (const track of this.#boxes.keys()) if (!followed.some((known) => known.track === track)) this.#boxes.delete(track);
    for (const { track, body, trunk, shelves } of near) {
      const others = bodies.filter((other) => iou(other, body) < 0.5);
      const hands = pose !== undefined && posed.has(track) ? await findHands(pose, picture, { person: body, trunk }) : undefined;
      for (const shelf of shelves) {
        const { outline, background } = this.#shelves[shelf] ?? {};
        if (outline === undefined || background === undefined || signs.length >= 64) continue;
        const hand = hands === undefined ? {} : { hand: handInside(hands, outline, { slack: SLACK * body.h, aspect }) };
        signs.push({ track, shelf, ...hand, change: background.changeBeside({ person: body, trunk }, others) });
      }
    }
    return signs;
  }

  /** What all boxes of the last moments share sideways: the body, without an arm that went out in some of them. */
  #trunkOf(track: string, body: Box, atMs: number): Box {
    const boxes = [...(this.#boxes.get(track) ?? []).filter((box) => atMs - box.atMs <= TRUNK_MS), { ...body, atMs }].slice(-32);
    this.#boxes.set(track, boxes);
    const left = Math.max(...boxes.map(({ x }) => x));
    const right = Math.min(...boxes.map(({ x, w }) => x + w));
    // Of somebody who walks the boxes share little; then it is the middle of this one.
    const [from, to] = [Math.min(left, body.x + 0.25 * body.w), Math.max(right, body.x + 0.75 * body.w)];
    const slack = 0.03 * (to - from);
    return { x: from - slack, y: body.y, w: to - from + 2 * slack, h: body.h };
  }

  /** Whose hands are looked for this time: those who have waited longest. */
  #turns(near: readonly { readonly track: string }[], atMs: number): readonly string[] {
    const here = new Set(near.map(({ track }) => track));
    for (const track of this.#posedAtMs.keys()) if (!here.has(track)) this.#posedAtMs.delete(track);
    const waited = (track: string) => atMs - (this.#posedAtMs.get(track) ?? Number.NEGATIVE_INFINITY);
    const turns = [...here]
      .filter((track) => waited(track) >= POSE_EVERY_MS)
      .sort((a, b) => waited(b) - waited(a))
      .slice(0, MOST_POSES);
    for (const track of turns) this.#posedAtMs.set(track, atMs);
    return turns;
  }
}

/** The box of this picture that somebody has now; where they were when it is not found. */
function nearest(known: Box, people: readonly DetectedPerson[]): Box {
  let [best, most] = [known, 0.3];
  for (const person of people) {
    const shared = iou(known, person);
    if (shared > most) [best, most] = [person, shared];
  }
  return best;
}
