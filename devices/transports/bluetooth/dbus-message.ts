/** What a bus sent is not what D-Bus is made of. */
export class DbusFormatError extends Error {
  constructor(what: string) {
    super(`it sent what is no D-Bus message (${what})`);
  }
}

/** Whether a message is one that is waited for: an answer or a signal. Calls of others, file descriptors and kinds to come are not. */
export type Frame = 'for-us' | 'for-nobody';

const CALL = 1;
const ANSWER = 2;
const ERROR = 3;
const SIGNAL = 4;
const DEEPEST = 64;
const LONGEST_SIGNATURE = 255;
/** Types of the header fields by their code: path, interface, member, error, answer to, destination, sender, signature, descriptors. */
const FIELD_TYPES = ['', 'o', 's', 's', 's', 'u', 's', 's', 'g', 'u'];
/** Fields without which a kind of message is none. */
const NEEDED: Readonly<Record<number, readonly number[]>> = { [ANSWER]: [5], [ERROR]: [4, 5], [SIGNAL]: [1, 2, 3] };
/** The first call of every connection, "Hello". */
const HELLO = 1;

/** Checks a whole message against the protocol, every length and type in it; throws a `DbusFormatError` for what is none. */
export function readFrame(message: Buffer): Frame {
  const walk = new Walk(message);
  const fields = readFields(walk);
  walk.align(8);
  const signature = fields.get(8) ?? '';
  if (typeof signature !== 'string' || signature.length > LONGEST_SIGNATURE) throw new DbusFormatError('a signature that is none');
  for (let at = 0; at < signature.length; ) at = walk.value(signature, at, 0);
  if (walk.at !== message.length) throw new DbusFormatError('a length that is not that of what is in it');
  const kind = message[1] ?? 0;
  for (const code of NEEDED[kind] ?? [])
    if (!fields.has(code)) throw new DbusFormatError(`a message of kind ${kind} without field ${code}`);
  // The library ends the process when it is not greeted as it expects.
  if ((kind === ANSWER || kind === ERROR) && fields.get(5) === HELLO && (kind === ERROR || signature !== 's'))
    throw new DbusFormatError('no welcome');
  if (kind === CALL || kind > SIGNAL || walk.hasHandles || (fields.get(9) ?? 0) !== 0) return 'for-nobody';
  return 'for-us';
}

function readFields(walk: Walk): ReadonlyMap<number, string | number> {
  const bytes = walk.u32(12);
  walk.at = 16;
  const end = walk.within(bytes);
  const fields = new Map<number, string | number>();
  while (walk.at < end) {
    walk.align(8);
    const code = walk.byte();
    const type = walk.signature();
    const expected = FIELD_TYPES[code];
    if (expected !== undefined && type !== expected) throw new DbusFormatError(`field ${code} of type "${type}"`);
    const from = walk.at;
    if (walk.value(type, 0, 1) !== type.length) throw new DbusFormatError('a variant that is none');
    if (type === 'u') fields.set(code, walk.u32(Math.ceil(from / 4) * 4));
    else if (type === 'g') fields.set(code, walk.text(from + 1, walk.at - 1));
    else fields.set(code, '');
  }
  if (walk.at !== end) throw new DbusFormatError('header fields that end elsewhere');
  return fields;
}

const ALIGNMENTS: Readonly<Record<string, number>> = {
  n: 2,
  q: 2,
  b: 4,
  i: 4,
  u: 4,
  h: 4,
  s: 4,
  o: 4,
  a: 4,
  x: 8,
  t: 8,
  d: 8,
  '(': 8,
  '{': 8,
};
const SIZES: Readonly<Record<string, number>> = { y: 1, n: 2, q: 2, b: 4, i: 4, u: 4, h: 4, x: 8, t: 8, d: 8 };
const BASIC = 'ybnqiuxtdsogh';

/** Goes over the bytes of a message; every step checks that they are there. */
class Walk {
  at = 0;
  hasHandles = false;
  readonly #bytes: Buffer;
  readonly #isLittle: boolean;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#isLittle = bytes[0] === 0x6c;
  }

  align(to: number): void {
    this.skip((to - (this.at % to)) % to);
  }

  skip(bytes: number): void {
    this.at = this.within(bytes);
  }

  /** Where so many bytes from here end. */
  within(bytes: number): number {
    if (bytes > this.#bytes.length - this.at) throw new DbusFormatError('a length beyond its end');
    return this.at + bytes;
  }

  byte(): number {
    this.skip(1);
    return this.#bytes[this.at - 1] ?? 0;
  }

  u32(at: number): number {
    return this.#isLittle ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  text(from: number, to: number): string {
    return this.#bytes.toString('latin1', from, to);
  }

  signature(): string {
    const length = this.byte();
    const from = this.at;
    this.skip(length + 1);
    return this.text(from, from + length);
  }

  /** Goes over one value of the type that begins at `at` of a signature, and gives where the next type begins. */
  value(signature: string, at: number, depth: number): number {
    if (depth > DEEPEST) throw new DbusFormatError('values within values without end');
    const type = signature[at] ?? '';
    this.align(ALIGNMENTS[type] ?? 1);
    const size = SIZES[type];
    if (size !== undefined) {
      if (type === 'h') this.hasHandles = true;
      this.skip(size);
      return at + 1;
    }
    switch (type) {
      case 's':
      case 'o':
        this.skip(4);
        this.skip(this.u32(this.at - 4) + 1);
        return at + 1;
      case 'g':
        this.signature();
        return at + 1;
      case 'v':
        this.#variant(depth);
        return at + 1;
      case 'a':
        return this.#array(signature, at + 1, depth);
      case '(':
        return this.#struct(signature, at + 1, depth);
      default:
        throw new DbusFormatError(`a value of type "${type}"`);
    }
  }

  #variant(depth: number): void {
    const inner = this.signature();
    if (this.value(inner, 0, depth + 1) !== inner.length) throw new DbusFormatError('a variant that is none');
  }

  #array(signature: string, at: number, depth: number): number {
    const type = signature[at] ?? '';
    // Also of an empty array the type must be one: the library reads it in any case.
    const next = typeEnd(signature, at, depth, true);
    this.skip(4);
    const bytes = this.u32(this.at - 4);
    this.align(ALIGNMENTS[type] ?? 1);
    const end = this.within(bytes);
    if (type === 'y') this.at = end;
    while (this.at < end) {
      if (type === '{') {
        this.align(8);
        this.value(signature, this.value(signature, at + 1, depth + 1), depth + 1);
      } else this.value(signature, at, depth + 1);
    }
    if (this.at !== end) throw new DbusFormatError('an array that ends elsewhere');
    return next;
  }

  #struct(signature: string, first: number, depth: number): number {
    let at = first;
    while (signature[at] !== ')') at = this.value(signature, at, depth + 1);
    if (at === first) throw new DbusFormatError('a struct of nothing');
    return at + 1;
  }
}

/** Where the type that begins at `at` ends; dict entries only within arrays. */
function typeEnd(signature: string, at: number, depth: number, inArray = false): number {
  const type = signature[at] ?? '';
  if (depth > DEEPEST) throw new DbusFormatError('values within values without end');
  if (type !== '' && (BASIC.includes(type) || type === 'v')) return at + 1;
  if (type === 'a') return typeEnd(signature, at + 1, depth + 1, true);
  if (type === '(') {
    let next = at + 1;
    while (signature[next] !== ')') next = typeEnd(signature, next, depth + 1);
    if (next > at + 1) return next + 1;
  }
  if (type === '{' && inArray && BASIC.includes(signature[at + 1] ?? ' ')) {
    const next = typeEnd(signature, at + 2, depth + 1);
    if (signature[next] === '}') return next + 1;
  }
  throw new DbusFormatError(`a value of type "${type}"`);
}
