import { randomInt } from 'node:crypto';

/** Eight digits in two groups: easy to copy from a console, good once, and only until the first manager exists. */
export function oneTimeCode(): string {
  const digits = String(randomInt(100_000_000)).padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}
