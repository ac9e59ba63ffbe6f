import type { Probability } from './units.ts';

/**
 * A well-mixed number in [0, 1) from a text, the same on every machine and in every version: 32-bit FNV-1a with the murmur3 finaliser
 * (fmix32), over UTF-16 code units. For assignment, never for secrets.
 */
export function unitHash(text: string): Probability {
  return mixed(textHash(text)) / 0x1_0000_0000;
}

/** A whole number of 32 bits from a text, to be joined with others by `unitOfHashes`; not well mixed by itself. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash;
}

/** A well-mixed number in [0, 1) from two texts whose `textHash` is known: for many pairs of few texts. */
export function unitOfHashes(first: number, second: number): Probability {
  return mixed(Math.imul(mixed(first) ^ 0x9e3779b9, 0x01000193) ^ mixed(second)) / 0x1_0000_0000;
}

function mixed(hash: number): number {
  let bits = hash;
  bits ^= bits >>> 16;
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  bits ^= bits >>> 16;
  return bits >>> 0;
}
