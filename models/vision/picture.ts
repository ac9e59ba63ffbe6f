import type { PicturePoint } from './camera-place.ts';

/** RGB bytes, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** A part of a picture in its pixels, with fractions, which may lie beyond its edges. */
export interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Corners of a part of a picture. */
export type Outline = readonly PicturePoint[];

/** A part of a picture scaled to a size, bilinear, pixels counted by their middles; black where there is no picture. */
export function resample(from: Picture, crop: Crop, size: { readonly width: number; readonly height: number }): Picture {
  const { width, height } = size;
  const rgb = new Uint8Array(3 * width * height);
  const columns = Array.from({ length: width }, (_, x) => tap(crop.left + ((x + 0.5) * crop.width) / width - 0.5, from.width));
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = tap(crop.top + ((y + 0.5) * crop.height) / height - 0.5, from.height);
    if (row === undefined) {
      at += 3 * width;
      continue;
    }
    const [upper, lower] = [3 * from.width * row.low, 3 * from.width * row.high];
    for (const column of columns) {
      if (column === undefined) {
        at += 3;
        continue;
      }
      const [left, right] = [3 * column.low, 3 * column.high];
      for (let channel = 0; channel < 3; channel++) {
        const a = from.rgb[upper + left + channel] ?? 0;
        const b = from.rgb[upper + right + channel] ?? 0;
        const c = from.rgb[lower + left + channel] ?? 0;
        const d = from.rgb[lower + right + channel] ?? 0;
        const above = a + (b - a) * column.share;
        rgb[at++] = above + (c + (d - c) * column.share - above) * row.share + 0.5;
      }
    }
  }
  return { width, height, rgb };
}

/** A picture scaled to a size. */
export function scaleTo(from: Picture, size: { readonly width: number; readonly height: number }): Picture {
  if (from.width === size.width && from.height === size.height) return from;
  return resample(from, { left: 0, top: 0, width: from.width, height: from.height }, size);
}

/** Paints outlines black, in place: what is there is seen by nobody. */
export function blackOut(picture: Picture, outlines: readonly Outline[]): void {
  for (const outline of outlines) {
    for (const { y, from, to } of spansOf(outline, picture))
      picture.rgb.fill(0, 3 * (y * picture.width + from), 3 * (y * picture.width + to));
  }
}

/** The pixels whose middles lie inside an outline, row by row, as half-open spans (even-odd rule). */
export function* spansOf(
  outline: Outline,
  { width, height }: { readonly width: number; readonly height: number },
): Generator<{ readonly y: number; readonly from: number; readonly to: number }> {
  for (let y = 0; y < height; y++) {
    const middle = (y + 0.5) / height;
    const crossings: number[] = [];
    for (const [i, b] of outline.entries()) {
      const a = outline.at(i - 1) ?? b;
      if (a.y > middle !== b.y > middle) crossings.push(a.x + ((middle - a.y) / (b.y - a.y)) * (b.x - a.x));
    }
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil((crossings[i] ?? 0) * width - 0.5));
      const to = Math.min(width, Math.ceil((crossings[i + 1] ?? 0) * width - 0.5));
      if (to > from) yield { y, from, to };
    }
  }
}

/** The two pixels beside a place and how much the later one counts; `undefined` beyond the edge. */
function tap(at: number, length: number): { readonly low: number; readonly high: number; readonly share: number } | undefined {
  if (at < -0.5 || at > length - 0.5) return undefined;
  const low = Math.max(0, Math.floor(at));
  return { low, high: Math.min(length - 1, low + 1), share: Math.max(0, at - low) };
}
