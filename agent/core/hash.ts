import type { Probability } from './units.ts';

/**
 * A well-mixed number in [0, 1) from a text, the same on every machine and in every version: 32-bit FNV-1a with the murmur3 finaliser
 * (fmix32), over UTF-16 code units. For assignment, never for secrets.
 */
export function unitHash(text: string): Probability {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) / 0x1_0000_0000;
}
