/** Pictures of which the same one may come again before it is odd. */
const REMEMBERED = 512;
/** Share of lately seen pictures that were seen before, from which on a camera plays a recording. */
const REPEATED = 0.9;
const LEAST = 20;

/** Tells a camera that shows now from one that shows the same picture, the same few seconds over and over, or an old picture. */
export class PictureDoubts {
  readonly #known = new Map<number, true>();
  #fingerprint: number | undefined;
  #changedAtMs: number;
  /** 1 for a picture that was seen before, 0 for a new one: the mean of the last ones. */
  #repeats = 0;
  #looks = 0;
  #repeatsSinceMs: number;
  #takenAt: string | undefined;
  #takenAtChangedMs: number;

  constructor(nowMs: number) {
    this.#changedAtMs = nowMs;
    this.#repeatsSinceMs = nowMs;
    this.#takenAtChangedMs = nowMs;
  }

  /** Takes note of a picture; `takenAt` is when it says that it was taken. Says whether it is another one than the last. */
  take(fingerprint: number, { takenAt, atMs }: { readonly takenAt: string | undefined; readonly atMs: number }): boolean {
    if (takenAt === undefined || takenAt !== this.#takenAt) {
      this.#takenAt = takenAt;
      this.#takenAtChangedMs = atMs;
    }
    // A sensor is never quite still: the same bytes twice are the same picture twice.
    if (fingerprint === this.#fingerprint) return false;
    this.#fingerprint = fingerprint;
    this.#changedAtMs = atMs;
    const isKnown = this.#known.delete(fingerprint);
    this.#known.set(fingerprint, true);
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value ?? 0);
    this.#looks += 1;
    this.#repeats += ((isKnown ? 1 : 0) - this.#repeats) / Math.min(LEAST, this.#looks);
    if (this.#repeats < REPEATED) this.#repeatsSinceMs = atMs;
    return true;
  }

  /** Since when the picture has been one and the same; `undefined` before the first. */
  get unchangedSinceMs(): number | undefined {
    return this.#fingerprint === undefined ? undefined : this.#changedAtMs;
  }

  /** Since when pictures have been coming again that were seen before. */
  get repeatedSinceMs(): number {
    return this.#repeatsSinceMs;
  }

  /** The time that pictures have been telling for a while though they change, and since when. */
  get stopped(): { readonly takenAt: string; readonly sinceMs: number } | undefined {
    return this.#takenAt === undefined ? undefined : { takenAt: this.#takenAt, sinceMs: this.#takenAtChangedMs };
  }
}
