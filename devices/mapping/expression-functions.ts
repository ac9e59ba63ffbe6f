import { beaconInAdvertisement, iBeaconIdentity } from '../adapters/beacon-identity.ts';
import { numberOf } from '../adapters/foreign-values.ts';

type Simple = (args: readonly unknown[]) => unknown;

/** Every function that expressions may call, with how many things it takes. None of them loops over more than its arguments. */
const FUNCTIONS: ReadonlyMap<string, { readonly takes: number; readonly run: Simple }> = new Map([
  ['abs', { takes: 1, run: ([a]) => withNumber(a, Math.abs) }],
  ['round', { takes: 1, run: ([a]) => withNumber(a, Math.round) }],
  ['floor', { takes: 1, run: ([a]) => withNumber(a, Math.floor) }],
  ['ceil', { takes: 1, run: ([a]) => withNumber(a, Math.ceil) }],
  ['min', { takes: 2, run: ([a, b]) => withNumber(a, (x) => withNumber(b, (y) => Math.min(x, y))) }],
  ['max', { takes: 2, run: ([a, b]) => withNumber(a, (x) => withNumber(b, (y) => Math.max(x, y))) }],
  ['log10', { takes: 1, run: ([a]) => withNumber(a, Math.log10) }],
  ['number', { takes: 1, run: ([a]) => withNumber(typeof a === 'string' && a.length <= 32 ? Number(a) : a, (x) => x) }],
  // What is a number, also as text; a word where others have a number is none.
  ['numeric', { takes: 1, run: ([a]) => withNumber(typeof a === 'string' || typeof a === 'number' ? numberOf(a) : undefined, finite) }],
  ['text', { takes: 1, run: ([a]) => (typeof a === 'number' || typeof a === 'boolean' ? String(a) : a) }],
  ['lower', { takes: 1, run: ([a]) => (typeof a === 'string' ? a.toLowerCase() : undefined) }],
  ['length', { takes: 1, run: ([a]) => (typeof a === 'string' || Array.isArray(a) ? a.length : undefined) }],
  ['contains', { takes: 2, run: ([a, b]) => bothTexts(a, b, (x, y) => x.includes(y)) }],
  ['startsWith', { takes: 2, run: ([a, b]) => bothTexts(a, b, (x, y) => x.startsWith(y)) }],
  ['endsWith', { takes: 2, run: ([a, b]) => bothTexts(a, b, (x, y) => x.endsWith(y)) }],
  ['hasAny', { takes: 2, run: ([a, b]) => bothTexts(a, b, (x, y) => wordsOf(y).some((word) => x.includes(word))) }],
  ['endsAny', { takes: 2, run: ([a, b]) => bothTexts(a, b, (x, y) => wordsOf(y).some((word) => x.endsWith(word))) }],
  ['join', { takes: 2, run: ([a, b]) => bothTexts(asText(a), asText(b), (x, y) => x + y) }],
  ['iBeacon', { takes: 3, run: ([uuid, major, minor]) => iBeaconIdentity(uuid, major, minor) }],
  ['without', { takes: 2, run: ([a, b]) => bothTexts(a, b, (x, y) => (x.endsWith(y) ? x.slice(0, x.length - y.length) : x)) }],
  ['last', { takes: 2, run: ([a, b]) => bothTexts(a, b, (x, y) => x.slice(x.lastIndexOf(y) + (x.includes(y) ? y.length : 0))) }],
  ['beaconIn', { takes: 1, run: ([a]) => (typeof a === 'string' ? beaconInAdvertisement(a)?.identity : undefined) }],
  [
    'hexOfBase64',
    {
      takes: 1,
      run: ([a]) =>
        typeof a === 'string' && /^[A-Za-z0-9+/_-]{1,200}={0,2}$/.test(a)
          ? Buffer.from(a, 'base64').toString('hex').toUpperCase()
          : undefined,
    },
  ],
]);

/** Words that stand in mappings as `weight|mass`, taken apart once; forgotten all at once when there are too many of them. */
const words = new Map<string, readonly string[]>();
const MAX_WORD_LISTS = 1_000;

function wordsOf(text: string): readonly string[] {
  const known = words.get(text);
  if (known !== undefined) return known;
  if (words.size >= MAX_WORD_LISTS) words.clear();
  const split = text.split('|');
  words.set(text, split);
  return split;
}

/** `true`, or what is wrong with the call, for the person who wrote it. */
export function isKnownFunction(name: string, given: number): true | string {
  const known = FUNCTIONS.get(name);
  if (known === undefined) return `there is no function ${name}(); there are defined, ${[...FUNCTIONS.keys()].join(', ')}`;
  return known.takes === given || `${name}() takes ${known.takes}, not ${given}`;
}

/** Calls a function that {@link isKnownFunction} knows. */
export function callFunction(name: string, args: readonly unknown[]): unknown {
  return FUNCTIONS.get(name)?.run(args);
}

function withNumber(value: unknown, then: (number: number) => unknown): unknown {
  return typeof value === 'number' ? then(value) : undefined;
}

function finite(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

function bothTexts(a: unknown, b: unknown, then: (a: string, b: string) => unknown): unknown {
  return typeof a === 'string' && typeof b === 'string' ? then(a, b) : undefined;
}

function asText(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}
