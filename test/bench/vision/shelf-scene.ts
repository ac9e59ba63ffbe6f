import sharp from 'sharp';
import type { PicturePoint } from '../../../models/vision/camera-place.ts';
import { type CutOut, SCENE } from './cut-outs.ts';

/** A shelf beside which somebody stands, drawn: boards with goods. */
export interface ShelfScene {
  readonly side: 'left' | 'right';
  readonly seed: number;
}

/** What happens in one picture of it. */
export interface Moment {
  readonly person?: { readonly cutOut: CutOut; readonly frame: number; readonly x: number } | undefined;
  /** How far the arm is out, 0 to 1, and the height in the shelf that it goes to, 0 at the top. */
  readonly arm?: { readonly out: number; readonly to: number } | undefined;
  /** Slots whose goods are taken. */
  readonly taken: ReadonlySet<number>;
  /** Brightness, 1 as usual, and colour of the light, 0 as usual. */
  readonly light?: number;
  readonly warmth?: number;
  readonly noise: number;
}

const COLUMNS = 6;
const BOARDS = 4;
/** Share of the picture's width that the shelf takes. */
const SHELF = { from: 0.06, to: 0.36, top: 0.1, bottom: 0.86 } as const;

/** The shelf's front as an outline. */
export function outlineOf({ side }: ShelfScene): readonly PicturePoint[] {
  const [from, to] = side === 'left' ? [SHELF.from, SHELF.to] : [1 - SHELF.to, 1 - SHELF.from];
  return [
    { x: from, y: SHELF.top },
    { x: to, y: SHELF.top },
    { x: to, y: SHELF.bottom },
    { x: from, y: SHELF.bottom },
  ];
}

/** Place of somebody who stands an arm's length before the shelf: of the left edge of their cut-out. */
export function besideShelf({ side }: ShelfScene, cutOut: CutOut): number {
  const gap = 0.05 * cutOut.height;
  return side === 'left' ? SHELF.to * SCENE.width + gap : (1 - SHELF.to) * SCENE.width - gap - cutOut.width;
}

/** The slot that an arm to a height reaches. */
export function slotAt({ side }: ShelfScene, to: number): number {
  const board = Math.min(BOARDS - 1, Math.floor(to * BOARDS));
  return board * COLUMNS + (side === 'left' ? COLUMNS - 2 : 1);
}

/** One picture as a camera would send it. */
export function drawScene(scene: ShelfScene, moment: Moment): Promise<Buffer> {
  const { width, height } = SCENE;
  const rgb = Uint8Array.from(roomOf(scene, moment.taken));
  if (moment.person !== undefined) drawPerson(rgb, moment.person);
  if (moment.person !== undefined && moment.arm !== undefined && moment.arm.out > 0.02) drawArm(rgb, scene, moment);
  const [light, warmth] = [moment.light ?? 1, moment.warmth ?? 0];
  const factors = [light * (1 + warmth), light, light * (1 - warmth)];
  // A sensor's noise, taken from another place of one table each time.
  let at = (moment.noise * 7_919) % NOISE.length;
  for (let i = 0; i < rgb.length; i++) {
    at = at + 1 < NOISE.length ? at + 1 : 0;
    rgb[i] = Math.min(255, Math.max(0, (rgb[i] ?? 0) * (factors[i % 3] ?? 1) + (NOISE[at] ?? 0)));
  }
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .blur(0.6)
    .jpeg({ quality: 82 })
    .toBuffer();
}

const rooms = new Map<string, Uint8Array>();

function roomOf(scene: ShelfScene, taken: ReadonlySet<number>): Uint8Array {
  const key = `${scene.side} ${scene.seed} ${[...taken].join()}`;
  const known = rooms.get(key);
  if (known !== undefined) return known;
  const rgb = new Uint8Array(3 * SCENE.width * SCENE.height);
  drawRoom(rgb, scene, taken);
  if (rooms.size > 8) rooms.clear();
  rooms.set(key, rgb);
  return rgb;
}

function drawRoom(rgb: Uint8Array, scene: ShelfScene, taken: ReadonlySet<number>): void {
  const { width, height } = SCENE;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const floor = y > 0.8 * height;
      const at = 3 * (y * width + x);
      const grain = ((x * 7 + y * 13 + scene.seed) % 11) - 5;
      rgb.set(floor ? [148 + grain, 132 + grain, 112 + grain] : [206 + grain / 2, 203 + grain / 2, 196], at);
    }
  const [left, top] = [scene.side === 'left' ? SHELF.from : 1 - SHELF.to, SHELF.top];
  const [w, h] = [((SHELF.to - SHELF.from) * width) / COLUMNS, ((SHELF.bottom - SHELF.top) * height) / BOARDS];
  const random = generator(scene.seed);
  for (let slot = 0; slot < BOARDS * COLUMNS; slot++) {
    const colour = [40 + 190 * random(), 40 + 190 * random(), 40 + 190 * random()] as const;
    const [x0, y0] = [left * width + (slot % COLUMNS) * w, top * height + Math.floor(slot / COLUMNS) * h];
    const tall = 0.55 + 0.3 * random();
    fill(rgb, { x0, y0, x1: x0 + w, y1: y0 + h }, () => [92, 84, 78]);
    fill(rgb, { x0, y0: y0 + 0.92 * h, x1: x0 + w, y1: y0 + h }, () => [172, 168, 160]);
    if (!taken.has(slot)) {
      const box = { x0: x0 + 0.1 * w, y0: y0 + (0.92 - tall) * h, x1: x0 + 0.9 * w, y1: y0 + 0.92 * h };
      fill(rgb, box, (_, y) => (Math.floor(y / 9) % 3 === 0 ? [225, 222, 214] : [...colour]));
    }
  }
}

function drawPerson(rgb: Uint8Array, { cutOut, frame, x }: NonNullable<Moment['person']>): void {
  const { width, height } = SCENE;
  const picture = cutOut.frames[frame % cutOut.frames.length];
  const top = height - 8 - cutOut.height;
  for (let v = 0; v < cutOut.height; v++)
    for (let u = 0; u < cutOut.width; u++) {
      const [px, py] = [Math.round(x) + u, top + v];
      if (picture?.mask[v * cutOut.width + u] !== 1 || px < 0 || px >= width || py < 0) continue;
      const from = 3 * (v * cutOut.width + u);
      rgb.set(picture.rgb.subarray(from, from + 3), 3 * (py * width + px));
    }
}

/** A sleeve from the shoulder over the elbow and a hand at its end; drawn over the body, as from behind. */
function drawArm(rgb: Uint8Array, scene: ShelfScene, { person, arm }: Moment): void {
  if (person === undefined || arm === undefined) return;
  const { cutOut } = person;
  const h = cutOut.height;
  const way = scene.side === 'left' ? -1 : 1;
  const shoulder = { x: person.x + cutOut.width / 2 + way * 0.1 * h, y: SCENE.height - 8 - h + 0.22 * h };
  const shelfY = (SHELF.top + (SHELF.bottom - SHELF.top) * arm.to) * SCENE.height;
  const full = { x: shoulder.x + way * 0.36 * h, y: Math.min(shelfY, shoulder.y + 0.38 * h) };
  const rest = { x: shoulder.x + way * 0.02 * h, y: shoulder.y + 0.3 * h };
  const hand = { x: rest.x + (full.x - rest.x) * arm.out, y: rest.y + (full.y - rest.y) * arm.out };
  const middle = { x: (shoulder.x + hand.x) / 2, y: (shoulder.y + hand.y) / 2 };
  // Arms do not grow: what the hand is nearer, the elbow goes down.
  const reach = Math.hypot(hand.x - shoulder.x, hand.y - shoulder.y);
  const elbow = { x: middle.x, y: middle.y + 0.5 * Math.sqrt(Math.max(0, (0.4 * h) ** 2 - reach ** 2)) };
  const sleeve = cutOut.sleeve;
  const wrist = { x: hand.x - 0.12 * (hand.x - elbow.x), y: hand.y - 0.12 * (hand.y - elbow.y) };
  limb(rgb, { from: shoulder, to: elbow, radius: 0.032 * h, colour: sleeve });
  limb(rgb, { from: elbow, to: wrist, radius: 0.025 * h, colour: sleeve });
  limb(rgb, { from: wrist, to: hand, radius: 0.024 * h, colour: [204, 156, 130] });
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

function limb(
  rgb: Uint8Array,
  {
    from,
    to,
    radius,
    colour,
  }: { readonly from: Spot; readonly to: Spot; readonly radius: number; readonly colour: readonly [number, number, number] },
): void {
  const { width, height } = SCENE;
  const length = Math.max(1, (to.x - from.x) ** 2 + (to.y - from.y) ** 2);
  for (let y = Math.max(0, Math.floor(Math.min(from.y, to.y) - radius)); y < Math.min(height, Math.max(from.y, to.y) + radius); y++)
    for (let x = Math.max(0, Math.floor(Math.min(from.x, to.x) - radius)); x < Math.min(width, Math.max(from.x, to.x) + radius); x++) {
      const along = Math.min(1, Math.max(0, ((x - from.x) * (to.x - from.x) + (y - from.y) * (to.y - from.y)) / length));
      const away = Math.hypot(x - from.x - along * (to.x - from.x), y - from.y - along * (to.y - from.y));
      if (away > radius) continue;
      // Round: darker towards the edge.
      const shade = 1 - 0.35 * (away / radius) ** 2;
      rgb.set([colour[0] * shade, colour[1] * shade, colour[2] * shade], 3 * (y * width + x));
    }
}

function fill(
  rgb: Uint8Array,
  { x0, y0, x1, y1 }: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number },
  colour: (x: number, y: number) => readonly number[],
): void {
  for (let y = Math.round(y0); y < Math.round(y1); y++)
    for (let x = Math.round(x0); x < Math.round(x1); x++) rgb.set(colour(x, y), 3 * (y * SCENE.width + x));
}

/** Numbers in [0, 1), the same for the same seed. */
export function generator(seed: number): () => number {
  let state = (seed * 2_654_435_761) % 2_147_483_647 || 1;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const NOISE = (() => {
  const random = generator(5);
  return Float32Array.from({ length: 1_000_003 }, () => 9 * (random() + random() - 1));
})();
