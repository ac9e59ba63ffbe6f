/**
 * A seeded stream of random numbers (sfc32): same seed and same calls, same numbers, on every machine.
 * Streams made by `fork` are independent of each other, so that what happens to one shopper never moves another one's dice.
 */
export class Random {
  readonly #key: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  #spareNormal: number | undefined;

  constructor(key: string) {
    this.#key = key;
    this.#a = hash32(key, 0x9e3779b9);
    this.#b = hash32(key, 0x85ebca6b);
    this.#c = hash32(key, 0xc2b2ae35);
    // The first outputs still show the seed; twelve rounds are what sfc32's author recommends.
    for (let round = 0; round < 12; round += 1) this.uniform();
  }

  /** A new stream that depends on this stream's key and `name` only, not on how much was drawn so far. */
  fork(name: string): Random {
    return new Random(`${this.#key}/${name}`);
  }

  /** In [0, 1), 32 bits fine. */
  uniform(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  }

  /** True with probability `share`; 0 and below never, 1 and above always. Draws once in any case. */
  chance(share: number): boolean {
    return this.uniform() < share;
  }

  /** Normally distributed. */
  normal(mean: number, deviation: number): number {
    return mean + deviation * this.#standardNormal();
  }

  /** Normally distributed, cut off (not redrawn) at `min` and `max`. */
  normalWithin(shape: { readonly mean: number; readonly sd: number }, min: number, max = Number.POSITIVE_INFINITY): number {
    return Math.min(max, Math.max(min, this.normal(shape.mean, shape.sd)));
  }

  /** Log-normally distributed with the given median; `spread` is the deviation of the logarithm. */
  logNormal(median: number, spread: number): number {
    return median * Math.exp(spread * this.#standardNormal());
  }

  /** Waiting time with the given mean; 0 for a mean of 0. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** A count with the given mean, at most 1,000. */
  poisson(mean: number): number {
    if (mean <= 0) return 0;
    // Knuth's method underflows for large means; there the normal curve is as good.
    if (mean > 30) return Math.max(0, Math.min(1_000, Math.round(this.normal(mean, Math.sqrt(mean)))));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count += 1;
    return count;
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.uniform() * below);
  }

  /** One of the items, all equally likely; `undefined` for none. */
  choice<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)];
  }

  /** One of the items, each as likely as its weight (below 0 counts as 0); `undefined` when all weights are 0. */
  weighted<T>(items: readonly T[], weightOf: (item: T) => number): T | undefined {
    const weights = items.map((item) => Math.max(0, weightOf(item)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let left = this.uniform() * total;
    if (total <= 0) return undefined;
    for (const [at, item] of items.entries()) {
      left -= weights[at] ?? 0;
      if (left < 0) return item;
    }
    return items.at(-1);
  }

  /** `length` hexadecimal digits. */
  hex(length: number): string {
    let digits = '';
    while (digits.length < length) digits += HEX[this.below(16)];
    return digits;
  }

  #standardNormal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    // Box and Muller: two at a time.
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

const HEX = '0123456789abcdef';

/** A number in [0, 1) fixed by its text: for traits that must not depend on the order in which they are asked for. */
export function uniformOf(key: string): number {
  return hash32(key, 0x27d4eb2f) / 4294967296;
}

/** FNV-1a over UTF-16 units with a final mix; not for secrets. */
function hash32(text: string, salt: number): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
