/** Why no picture is shown. */
export type NoPicture = 'unknown-camera' | 'no-picture' | 'too-soon';

/** A camera shows at most one picture in this time, to however many look. */
export const LOOK_GAP_MS = 400;
/** How long a picture is waited for. */
const PATIENCE_MS = 3_000;
/** Most who wait for one picture. */
const MOST_WAITING = 8;

type Waiting = (bytes: Uint8Array | undefined) => void;

/**
 * Lets a manager look through a camera: whoever asks gets the next picture that comes, straight from memory. Nothing is kept for those who
 * might ask; when nobody asks, no picture is touched.
 */
export class LiveLook {
  readonly #after: (delayMs: number, callback: () => void) => () => void;
  readonly #waiting = new Map<string, Set<Waiting>>();
  readonly #shownAtMs = new Map<string, number>();

  constructor(after: (delayMs: number, callback: () => void) => () => void) {
    this.#after = after;
  }

  /** The next picture of a camera. */
  next(camera: string, nowMs: number): Promise<Uint8Array | NoPicture> {
    const shownAtMs = this.#shownAtMs.get(camera);
    const waiting = this.#waiting.get(camera) ?? new Set();
    const isSoon = shownAtMs !== undefined && nowMs >= shownAtMs && nowMs - shownAtMs < LOOK_GAP_MS;
    if (isSoon || waiting.size >= MOST_WAITING) return Promise.resolve('too-soon');
    this.#waiting.set(camera, waiting);
    return new Promise((resolve) => {
      const one: Waiting = (bytes) => {
        cancel();
        waiting.delete(one);
        if (bytes !== undefined) this.#shownAtMs.set(camera, nowMs);
        resolve(bytes ?? 'no-picture');
      };
      const cancel = this.#after(PATIENCE_MS, () => one(undefined));
      waiting.add(one);
    });
  }

  /** Hands a picture to those who wait for it, if it is a JPEG. */
  offer(camera: string, bytes: Uint8Array): void {
    const waiting = this.#waiting.get(camera);
    if (waiting === undefined || waiting.size === 0 || !isJpeg(bytes)) return;
    for (const one of [...waiting]) one(bytes);
  }

  /** Sends everybody away. */
  stop(): void {
    for (const waiting of this.#waiting.values()) for (const one of [...waiting]) one(undefined);
    this.#waiting.clear();
  }
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}
