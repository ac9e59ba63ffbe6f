import sharp from 'sharp';
import { clipFrames, ONE_BY_ONE } from './clip.ts';

/** Somebody cut out of a clip, as they moved: pictures of one size, and for every pixel whether it is theirs. */
export interface CutOut {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly { readonly rgb: Uint8Array; readonly mask: Uint8Array }[];
  /** Mean colour of their clothes, from the chest. */
  readonly sleeve: readonly [number, number, number];
}

export const SCENE = { width: 768, height: 432 } as const;
const RATE = 5;
/** Difference of a pixel to the empty room, over three colours, that is somebody. */
const DIFFERENCE = 60;

/** The people of the clip of one at a time, each for some seconds in the middle of their stay; `undefined` where the clip is missing. */
export async function cutOuts(seconds: number): Promise<readonly CutOut[] | undefined> {
  const frames = clipFrames(ONE_BY_ONE.path, { rate: RATE, size: `${SCENE.width}:${SCENE.height}` });
  if (frames === undefined) return undefined;
  const raw = (second: number) =>
    sharp(frames[Math.round(second * RATE)])
      .removeAlpha()
      .raw()
      .toBuffer();
  const empty = await Promise.all([0, 1, 2, 3, 21, 47, 72, 89, 137].map(raw));
  const room = new Uint8Array(empty[0]?.length ?? 0).map((_, i) => empty.map((one) => one[i] ?? 0).sort((a, b) => a - b)[4] ?? 0);
  const people: CutOut[] = [];
  for (const [from, to] of ONE_BY_ONE.present) {
    const start = (from + to - seconds) / 2;
    const pictures: Uint8Array[] = [];
    for (let i = 0; i < seconds * RATE; i++) pictures.push(new Uint8Array(await raw(start + i / RATE)));
    people.push(cutOut(pictures, room));
  }
  return people;
}

function cutOut(pictures: readonly Uint8Array[], room: Uint8Array): CutOut {
  const { width, height } = SCENE;
  const masks = pictures.map((picture) => smoothed(picture, room));
  const columns = Array.from({ length: width }, (_, x) => Math.max(...masks.map((mask) => column(mask, x))));
  const [left, right] = stretch(columns, 25);
  const rows = Array.from({ length: height }, (_, y) => Math.max(...masks.map((mask) => row(mask, y, [left, right]))));
  const [top, bottom] = stretch(rows, 6);
  const [w, h] = [right - left + 1, bottom - top + 1];
  const part = (picture: Uint8Array, mask: Uint8Array) => {
    const rgb = new Uint8Array(3 * w * h);
    const own = new Uint8Array(w * h);
    for (let y = 0; y < h; y++) {
      const from = (top + y) * width + left;
      rgb.set(picture.subarray(3 * from, 3 * (from + w)), 3 * y * w);
      own.set(mask.subarray(from, from + w), y * w);
    }
    return { rgb, mask: own };
  };
  const frames = pictures.map((picture, i) => part(picture, masks[i] ?? new Uint8Array()));
  return { width: w, height: h, frames, sleeve: chest(frames[0], w, h) };
}

function smoothed(picture: Uint8Array, room: Uint8Array): Uint8Array {
  const { width, height } = SCENE;
  const rough = new Uint8Array(width * height);
  // The camera adjusts itself to whoever comes: the room is compared as bright as it is in this picture.
  const light = [0, 1, 2].map((c) => lightOf(picture, room, c));
  for (let i = 0; i < rough.length; i++) {
    let sum = 0;
    for (let c = 0; c < 3; c++) sum += Math.abs((picture[3 * i + c] ?? 0) - (light[c] ?? 1) * (room[3 * i + c] ?? 0));
    rough[i] = sum > DIFFERENCE ? 1 : 0;
  }
  // The majority of five by five: no specks, no holes.
  return rough.map((_, i) => {
    let count = 0;
    for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) count += rough[i + dy * width + dx] ?? 0;
    return count > 12 ? 1 : 0;
  });
}

function lightOf(picture: Uint8Array, room: Uint8Array, channel: number): number {
  const ratios: number[] = [];
  for (let i = channel; i < picture.length; i += 3 * 97) if ((room[i] ?? 0) > 40) ratios.push((picture[i] ?? 0) / (room[i] ?? 1));
  return ratios.sort((a, b) => a - b)[ratios.length >> 1] ?? 1;
}

function column(mask: Uint8Array, x: number): number {
  let count = 0;
  for (let y = 0; y < SCENE.height; y++) count += mask[y * SCENE.width + x] ?? 0;
  return count;
}

function row(mask: Uint8Array, y: number, [left, right]: readonly [number, number]): number {
  return mask.subarray(y * SCENE.width + left, y * SCENE.width + right + 1).reduce((sum, one) => sum + one, 0);
}

/** The unbroken stretch of counts of at least `least` around the largest. */
function stretch(counts: readonly number[], least: number): readonly [number, number] {
  const most = counts.indexOf(Math.max(...counts));
  let [from, to] = [most, most];
  while (from > 0 && (counts[from - 1] ?? 0) >= least) from -= 1;
  while (to + 1 < counts.length && (counts[to + 1] ?? 0) >= least) to += 1;
  return [from, to];
}

function chest(frame: CutOut['frames'][number] | undefined, w: number, h: number): readonly [number, number, number] {
  const sums = [0, 0, 0];
  let count = 0;
  for (let y = Math.round(0.28 * h); y < 0.4 * h; y++)
    for (let x = 0; x < w; x++) {
      if (frame?.mask[y * w + x] !== 1) continue;
      count += 1;
      for (let c = 0; c < 3; c++) sums[c] = (sums[c] ?? 0) + (frame.rgb[3 * (y * w + x) + c] ?? 0);
    }
  const [r = 0, g = 0, b = 0] = sums.map((sum) => sum / Math.max(1, count));
  return [r, g, b];
}
