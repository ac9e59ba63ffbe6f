import type { Picture } from './picture.ts';

/** Blocks along each side of a picture. */
const BLOCKS = 32;
/** Difference of a block's mean brightness (0 to 255), light that changed everywhere left out, from which on something moved. */
const MOVED = 5;
/** The detector looks at least this often, whatever moved. */
const LOOK_EVERY_MS = 2_000;

/** Tells whether a picture of an empty place still shows what it showed when the detector last looked and found nobody. */
export class MotionGate {
  #seen: Float32Array | undefined;
  #seenAtMs = Number.NEGATIVE_INFINITY;

  /** Whether the detector may rest. */
  isStill(picture: Picture, atMs: number): boolean {
    if (this.#seen === undefined || atMs - this.#seenAtMs >= LOOK_EVERY_MS || atMs < this.#seenAtMs) return false;
    const differences = blocksOf(picture).map((value, i) => value - (this.#seen?.[i] ?? 0));
    // A camera that adjusts its exposure moves every block; what is left beside that is somebody.
    const light = Float32Array.from(differences).sort()[differences.length >> 1] ?? 0;
    return differences.every((difference) => Math.abs(difference - light) < MOVED);
  }

  /** Notes that the detector looked at a picture; `found` whether it saw anything worth another look. */
  looked(picture: Picture, { found, atMs }: { readonly found: boolean; readonly atMs: number }): void {
    this.#seen = found ? undefined : blocksOf(picture);
    this.#seenAtMs = atMs;
  }
}

function blocksOf({ width, height, rgb }: Picture): Float32Array {
  const sums = new Float32Array(BLOCKS * BLOCKS);
  const counts = new Float32Array(BLOCKS * BLOCKS);
  // Every second pixel of every second row is enough: a block still averages dozens.
  for (let y = 0; y < height; y += 2) {
    const row = BLOCKS * Math.floor((y * BLOCKS) / height);
    for (let x = 0; x < width; x += 2) {
      const at = 3 * (y * width + x);
      const block = row + Math.floor((x * BLOCKS) / width);
      sums[block] = (sums[block] ?? 0) + 0.3 * (rgb[at] ?? 0) + 0.59 * (rgb[at + 1] ?? 0) + 0.11 * (rgb[at + 2] ?? 0);
      counts[block] = (counts[block] ?? 0) + 1;
    }
  }
  return sums.map((sum, i) => sum / Math.max(1, counts[i] ?? 1));
}
