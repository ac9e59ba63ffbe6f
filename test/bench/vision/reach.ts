import { CameraEye } from '../../../models/vision/camera-eye.ts';
import { type Eyes, look } from '../../../models/vision/eyes.ts';
import type { SeenReach } from '../../../models/vision/floor-watch.ts';
import { prepareDecoder } from '../../../models/vision/frame.ts';
import { loadPose } from '../../../models/vision/pose.ts';
import { figureOf } from '../figure.ts';
import type { VisionFigures } from '../vision.ts';
import { type CutOut, cutOuts, SCENE } from './cut-outs.ts';
import { manifestOf, openShipped } from './detectors.ts';
import { besideShelf, drawScene, generator, type Moment, outlineOf, type ShelfScene, slotAt } from './shelf-scene.ts';

const RATE = 5;
const CLIP_SECONDS = 8;
const HEIGHTS = [0.1, 0.35, 0.6] as const;
/** A reach may be noticed this long after the arm is back, in seconds. */
const LATE = 0.6;

/** Reaches on staged scenes: people cut out of a clip beside a drawn shelf, with a drawn arm; and what is taken for one that is none. */
export async function measureReach(minutes = 10): Promise<VisionFigures> {
  const people = await cutOuts(CLIP_SECONDS);
  if (people === undefined) return { figures: [], remarks: ['left out: the clip or ffmpeg is not here'] };
  prepareDecoder();
  const pose = await loadPose(manifestOf('movenet-lightning'));
  if (!pose.ok) throw new Error(pose.error.sentence);
  const detector = await openShipped('ssdlite-person-int8');
  const eyes = (): Eyes => ({ detector, pose: pose.value, cameras: new Map() });
  const reached = { staged: 0, hit: 0, false: 0, standing: 0, basis: new Map<string, number>() };
  const passed = { walks: 0, false: 0 };
  const before = { seconds: 0, false: 0 };
  for (const [i, cutOut] of people.entries()) {
    for (const side of ['left', 'right'] as const) {
      const scene = { side, seed: 7 + 3 * i + (side === 'left' ? 0 : 1) };
      const told = await play(eyes(), scene, shopping(scene, cutOut));
      judgeSession(told, reached);
      const stood = await play(eyes(), scene, standingBefore(scene, cutOut));
      before.seconds += stood.script.standing;
      before.false += stood.starts.length;
      passed.walks += 1;
      passed.false += (await play(eyes(), scene, walkingBy(scene, cutOut))).starts.length;
    }
  }
  const empty = await emptyShelf(eyes(), minutes);
  await Promise.all([detector.close(), pose.value.close()]);
  return {
    figures: [
      figureOf({ what: 'staged reaches that were seen', unit: '%' }, { values: [(100 * reached.hit) / reached.staged] }, { atLeast: 90 }),
      figureOf(
        { what: 'false reaches an hour at a shelf without customers', unit: '/h' },
        { values: [empty.false / (minutes / 60)] },
        { atMost: 1 },
      ),
      figureOf(
        { what: 'false reaches of people who only stand there', unit: '/h' },
        { values: [reached.false / (reached.standing / 3_600)] },
      ),
      figureOf(
        { what: 'the same of people right before the shelf, who hide it', unit: '/h' },
        { values: [before.false / (before.seconds / 3_600)] },
      ),
      figureOf({ what: 'people walking by who were taken to reach', unit: '%' }, { values: [(100 * passed.false) / passed.walks] }),
    ],
    remarks: [
      `${reached.staged} reaches of ${people.length} people on both sides at three heights; seen by ${[...reached.basis].map(([basis, count]) => `${basis} ${count}`).join(', ')}`,
      `${Math.round(reached.standing)} s of standing without a reach beside the shelf, ${Math.round(before.seconds)} s before it, ${passed.walks} walks by, ${minutes} minutes of an empty shelf under changing light (${empty.looked} pictures looked at, ${empty.rested} found unchanged)`,
    ],
  };
}

/** What happens at a shelf over some seconds. */
export interface Script {
  readonly seconds: number;
  readonly at: (second: number) => Omit<Moment, 'noise'>;
  /** When an arm is out, in seconds. */
  readonly reaches: readonly (readonly [from: number, to: number])[];
  /** When somebody stands there without reaching. */
  readonly standing: number;
}

interface Told {
  readonly script: Script;
  readonly starts: readonly { readonly second: number; readonly reach: SeenReach }[];
}

async function play(eyes: Eyes, scene: ShelfScene, script: Script): Promise<Told> {
  const reaches: SeenReach[] = [];
  const watch = { update: () => [], reached: noting(reaches), forget: () => undefined };
  const eye = new CameraEye(watch, 0, { fixtures: ['shelf'] });
  const starts: { second: number; reach: SeenReach }[] = [];
  for (let i = 0; i < script.seconds * RATE; i++) {
    const second = i / RATE;
    const atMs = 1_000 + 1_000 * second;
    const bytes = await drawScene(scene, { ...script.at(second), noise: i + scene.seed });
    const seen = await look(eyes, { id: i, camera: 'c', atMs, rotateDegrees: 0, shelves: [outlineOf(scene)], ...eye.asks() }, bytes);
    if (seen.kind !== 'seen') throw new Error('A drawn picture cannot be read');
    eye.see(seen, atMs);
    starts.push(...reaches.splice(0).flatMap((reach) => (reach.active ? [{ second, reach }] : [])));
  }
  return { script, starts };
}

function noting(reaches: SeenReach[]) {
  return (reach: SeenReach) => {
    reaches.push(reach);
    return [];
  };
}

/** Comes, looks, reaches three times at different heights, each time takes one thing, and leaves. */
export function shopping(scene: ShelfScene, cutOut: CutOut): Script {
  const [arrive, first, every] = [1, 4, 3.6] as const;
  const place = besideShelf(scene, cutOut);
  const outside = scene.side === 'left' ? SCENE.width : -cutOut.width;
  const leave = first + HEIGHTS.length * every;
  const reaches = HEIGHTS.map((_, i) => [first + i * every, first + i * every + 1.8] as const);
  return {
    seconds: leave + 2,
    reaches,
    standing: leave - arrive - 1 - reaches.length * 1.8,
    at(second) {
      const taken = new Set(HEIGHTS.filter((_, i) => second > (reaches[i]?.[0] ?? 0) + 0.9).map((to) => slotAt(scene, to)));
      if (second < arrive) return { taken };
      const along = second < arrive + 1 ? second - arrive : second > leave ? Math.max(0, 1 - (second - leave)) : 1;
      if (second > leave + 1) return { taken };
      const person = { cutOut, frame: Math.floor(second * RATE), x: outside + (place - outside) * along };
      const current = reaches.findIndex(([from, to]) => second >= from && second <= to);
      if (current < 0) return { person, taken };
      const since = second - (reaches[current]?.[0] ?? 0);
      const out = Math.min(1, since / 0.4, (1.8 - since) / 0.4);
      return { person, taken, arm: { out, to: HEIGHTS[current] ?? 0 } };
    },
  };
}

/** Stands right before the shelf with hands at the body: in the picture these are in the shelf. */
function standingBefore(scene: ShelfScene, cutOut: CutOut): Script {
  const x = (scene.side === 'left' ? 0.21 : 0.79) * SCENE.width - cutOut.width / 2;
  const taken = new Set<number>();
  return {
    seconds: 8,
    reaches: [],
    standing: 6,
    at: (second) => (second < 1 || second > 7 ? { taken } : { taken, person: { cutOut, frame: Math.floor(second * RATE), x } }),
  };
}

/** Crosses the picture before the shelf in four seconds. */
function walkingBy(scene: ShelfScene, cutOut: CutOut): Script {
  const [from, to] = scene.side === 'left' ? [SCENE.width, -cutOut.width] : [-cutOut.width, SCENE.width];
  return {
    seconds: 5,
    reaches: [],
    standing: 0,
    at: (second) =>
      second > 4
        ? { taken: new Set() }
        : { taken: new Set(), person: { cutOut, frame: Math.floor(second * RATE), x: from + ((to - from) * second) / 4 } },
  };
}

function judgeSession(
  { script, starts }: Told,
  sums: { staged: number; hit: number; false: number; standing: number; readonly basis: Map<string, number> },
): void {
  sums.staged += script.reaches.length;
  sums.standing += script.standing;
  for (const [from, to] of script.reaches) {
    const hit = starts.find(({ second }) => second >= from && second <= to + LATE);
    if (hit === undefined) continue;
    sums.hit += 1;
    const basis = hit.reach.basis ?? '';
    sums.basis.set(basis, (sums.basis.get(basis) ?? 0) + 1);
  }
  sums.false += starts.filter(({ second }) => !script.reaches.some(([from, to]) => second >= from && second <= to + LATE)).length;
}

/** A shelf that nobody comes to: lamps go on and off, the sun moves, the camera adjusts itself, goods are moved between two pictures. */
async function emptyShelf(eyes: Eyes, minutes: number) {
  const scene: ShelfScene = { side: 'left', seed: 99 };
  const random = generator(17);
  const pictures: Buffer[] = [];
  for (let i = 0; i < 60; i++) {
    const light = i < 40 ? 0.96 + 0.002 * i : [0.45, 0.7, 1.25, 1.5][i % 4];
    const warmth = i < 40 ? 0 : 0.08 * (random() - 0.5);
    const taken = new Set(i % 3 === 0 ? [Math.floor(random() * 24)] : []);
    pictures.push(await drawScene(scene, { taken, noise: i, warmth, ...(light !== undefined && { light }) }));
  }
  const found: SeenReach[] = [];
  const watch = { update: () => [], reached: noting(found), forget: () => undefined };
  const eye = new CameraEye(watch, 0, { fixtures: ['shelf'], repeats: true });
  let [looked, rested, base] = [0, 0, 0];
  for (let i = 0; i < minutes * 60 * RATE; i++) {
    // Mostly slow, now and then at once.
    if (random() < 0.02) base = Math.floor(random() * 57);
    const bytes = pictures[base + (i % 3)] ?? Buffer.alloc(0);
    const atMs = 1_000 + (1_000 * i) / RATE;
    const seen = await look(eyes, { id: i, camera: 'e', atMs, rotateDegrees: 0, shelves: [outlineOf(scene)], ...eye.asks() }, bytes);
    if (seen.kind !== 'seen') throw new Error('A drawn picture cannot be read');
    if (seen.rested === true) rested += 1;
    else looked += 1;
    eye.see(seen, atMs);
  }
  return { false: found.filter(({ active }) => active).length, looked, rested };
}
