import type { DetectedPerson } from '../../../agent/core/reading.ts';

/** People who walk on straight lines through the picture, as a detector would see them. */
export interface WalkScene {
  readonly people: readonly Walk[];
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** Share of frames that never arrive. */
  readonly lostFrames: number;
  readonly seed: number;
}

export interface Walk {
  readonly from: readonly [x: number, y: number];
  /** Picture widths a second. */
  readonly speed: readonly [x: number, y: number];
  readonly height: number;
  readonly startS: number;
  readonly endS: number;
}

export interface SeenFrame {
  readonly atMs: number;
  readonly boxes: readonly DetectedPerson[];
  /** Who is where in truth; those hidden behind somebody are there too. */
  readonly truth: readonly { readonly walk: number; readonly x: number; readonly y: number }[];
}

/** Frames with boxes that jitter, weaken, vanish behind others and are sometimes found twice. Same scene, same frames. */
export function seeScene(scene: WalkScene): SeenFrame[] {
  const random = generator(scene.seed);
  const frames: SeenFrame[] = [];
  for (let frame = 0; frame < scene.seconds * scene.framesPerSecond; frame++) {
    const second = frame / scene.framesPerSecond;
    const lost = random() < scene.lostFrames;
    const here = scene.people.flatMap((walk, index) => {
      if (second < walk.startS || second > walk.endS) return [];
      const [x, y] = [walk.from[0] + walk.speed[0] * (second - walk.startS), walk.from[1] + walk.speed[1] * (second - walk.startS)];
      return x < 0.02 || x > 0.98 ? [] : [{ walk: index, x, y, height: walk.height }];
    });
    const boxes: DetectedPerson[] = [];
    // The nearer one, lower in the picture, hides the other.
    for (const person of [...here].sort((a, b) => b.y - a.y)) {
      const hidden = boxes.some((box) => Math.abs(box.x + box.w / 2 - person.x) < 0.35 * box.w);
      const confidence = hidden ? 0.1 + 0.25 * random() : 0.45 + 0.5 * random() - (random() < 0.15 ? 0.25 : 0);
      const miss = random() < (hidden ? 0.6 : 0.04);
      const box = boxOf(person, random);
      if (!miss) boxes.push({ ...box, confidence });
      if (!hidden && random() < 0.06) boxes.push({ ...box, h: box.h * 0.6, confidence: 0.3 + 0.2 * random() });
    }
    if (random() < 0.02) boxes.push({ x: random() * 0.9, y: random() * 0.5, w: 0.06, h: 0.2, confidence: 0.2 + 0.25 * random() });
    if (!lost) frames.push({ atMs: 1_000_000 + 1_000 * second, boxes, truth: here.map(({ walk, x, y }) => ({ walk, x, y })) });
  }
  return frames;
}

/** A scene of people who come and go, cross and pass each other. */
export function crossingScene(options: Omit<WalkScene, 'people' | 'seconds'>): WalkScene {
  const random = generator(options.seed + 1);
  const people = Array.from({ length: 12 }, (_, i): Walk => {
    const right = random() < 0.5;
    const speed = 0.05 + 0.1 * random();
    return {
      from: [right ? 0.02 : 0.98, 0.45 + 0.25 * random()],
      speed: [right ? speed : -speed, 0.01 * (random() - 0.5)],
      height: 0.3 + 0.15 * random(),
      startS: 4 * i,
      endS: 4 * i + 20,
    };
  });
  return { ...options, people, seconds: 60 };
}

/** What a tracker made of a scene. */
export interface TrackScore {
  /** Share of frames with the right number of people. */
  readonly exact: number;
  /** Frames in which somebody's id was another than the last time they had one. */
  readonly switches: number;
  readonly ids: number;
}

export function scoreTracker(
  frames: readonly SeenFrame[],
  update: (frame: SeenFrame) => readonly { readonly id: string; readonly box: { x: number; y: number; w: number; h: number } }[],
): TrackScore {
  const last = new Map<number, string>();
  const ids = new Set<string>();
  let [exact, switches] = [0, 0];
  for (const frame of frames) {
    const tracks = update(frame);
    for (const { id } of tracks) ids.add(id);
    if (tracks.length === frame.truth.length) exact += 1;
    for (const { walk, x, y } of frame.truth) {
      const best = tracks
        .map(({ id, box }) => ({ id, away: Math.hypot(box.x + box.w / 2 - x, box.y + box.h / 2 - y) }))
        .sort((a, b) => a.away - b.away)[0];
      if (best === undefined || best.away > 0.08) continue;
      if ((last.get(walk) ?? best.id) !== best.id) switches += 1;
      last.set(walk, best.id);
    }
  }
  return { exact: exact / frames.length, switches, ids: ids.size };
}

function boxOf(person: { readonly x: number; readonly y: number; readonly height: number }, random: () => number) {
  const jitter = () => (random() - 0.5) * 0.08 * person.height;
  const [w, h] = [person.height * 0.4 + jitter(), person.height + jitter()];
  return { x: person.x - w / 2 + jitter(), y: person.y - h / 2 + jitter(), w, h };
}

function generator(seed: number): () => number {
  let state = seed % 2_147_483_647 || 1;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
