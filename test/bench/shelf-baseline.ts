/** Readings in a row within tolerance of each other that make a weight stable. */
const STEADY_READINGS = 2;
const TOLERANCE_SHARE = 0.12;
const MIN_TOLERANCE_G = 2;
const UNIT_SHARE = 0.3;

/**
 * What the shelf detector is measured against: a threshold. Two readings in a row that agree are a stable weight, and a stable weight that differs
 * from the last one by whole units is a take or a put-back.
 */
export class ThresholdDetector {
  readonly #unitGrams: number;
  #stableGrams: number | undefined;
  #lastGrams: number | undefined;
  #steady = 0;

  constructor(unitGrams: number) {
    this.#unitGrams = unitGrams;
  }

  /** Units taken (below 0) or put back; 0 when nothing countable happened. */
  weigh(grams: number): number {
    const tolerance = Math.max(MIN_TOLERANCE_G, this.#unitGrams * TOLERANCE_SHARE);
    this.#steady = this.#lastGrams !== undefined && Math.abs(grams - this.#lastGrams) <= tolerance ? this.#steady + 1 : 1;
    this.#lastGrams = grams;
    if (this.#steady < STEADY_READINGS) return 0;
    if (this.#stableGrams === undefined) {
      this.#stableGrams = grams;
      return 0;
    }
    const change = grams - this.#stableGrams;
    const units = Math.round(change / this.#unitGrams);
    if (units === 0) {
      if (Math.abs(change) <= tolerance) this.#stableGrams += 0.1 * change;
      return 0;
    }
    if (Math.abs(change - units * this.#unitGrams) > UNIT_SHARE * this.#unitGrams) return 0;
    this.#stableGrams = grams;
    return units;
  }
}
