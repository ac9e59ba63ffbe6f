import { isUtf8 } from 'node:buffer';
import { fail, ok, type Result } from '../../agent/core/result.ts';

/** What an adapter accepts before it looks at the content. */
export interface JsonLimits {
  /** Payloads above this are refused unread. */
  readonly maxBytes: number;
  /** Objects and arrays nested deeper than this are refused unparsed. */
  readonly maxDepth: number;
}

/** Limits of every JSON message from a device: 64 kB, 16 levels. */
export const DEVICE_JSON_LIMITS: JsonLimits = { maxBytes: 65_536, maxDepth: 16 };

/** Why a payload is not a JSON object; `reason` is low-cardinality, `detail` is for people. */
export interface JsonFault {
  readonly reason:
    | 'oversized'
    | 'compressed'
    | 'message-pack'
    | 'picture'
    | 'not-utf8'
    | 'not-json'
    | 'too-deep'
    | 'not-an-object'
    | 'forbidden-key';
  readonly detail: string;
}

/** A parsed JSON object of unknown content; its own keys never include `__proto__`, at any depth. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads bytes from the wire as one JSON object: size, UTF-8 and depth are checked before anything is parsed. */
export function parseJsonObject(payload: Uint8Array, limits: JsonLimits = DEVICE_JSON_LIMITS): Result<JsonObject, JsonFault> {
  const parsed = parseJson(payload, limits);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail({ reason: 'not-an-object', detail: 'expected a JSON object' });
  }
  return ok(value as JsonObject); // A non-null object that is no array, as checked above.
}

/** Reads bytes from the wire as JSON of any form, with the same limits. */
export function parseJson(payload: Uint8Array, limits: JsonLimits = DEVICE_JSON_LIMITS): Result<unknown, JsonFault> {
  const text = decodeText(payload, limits.maxBytes);
  if (!text.ok) return text;
  if (isDeeperThan(text.value, limits.maxDepth)) {
    return fail({ reason: 'too-deep', detail: `nested deeper than ${limits.maxDepth} levels` });
  }
  let value: unknown;
  try {
    value = JSON.parse(text.value);
  } catch (error) {
    return fail({ reason: 'not-json', detail: error instanceof Error ? error.message.slice(0, 200) : 'not JSON' });
  }
  // The key can only be there literally or behind an escape, so most messages pay for two searches and no walk.
  if ((text.value.includes('__proto__') || text.value.includes('\\u')) && hasForbiddenKey(value)) {
    return fail({ reason: 'forbidden-key', detail: 'the key "__proto__" is not allowed' });
  }
  return ok(value);
}

/** Reads bytes as text, refusing what is too long or not UTF-8; a truncated or foreign encoding must not turn into question marks. */
export function decodeText(payload: Uint8Array, maxBytes: number): Result<string, JsonFault> {
  if (payload.length > maxBytes) {
    return fail({ reason: 'oversized', detail: `${payload.length} bytes, expected at most ${maxBytes}` });
  }
  if (!isUtf8(payload)) return fail(notText(payload));
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  // Some programs put a byte order mark before their text, which no parser takes.
  const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return ok(bytes.toString('utf8', from));
}

/** What bytes that are no text look like, so that whoever set the device up knows what to change. */
function notText(payload: Uint8Array): JsonFault {
  const [first = 0, second = 0, third = 0] = payload;
  if (first === 0x1f && second === 0x8b)
    return { reason: 'compressed', detail: 'the message is compressed with gzip: let the device send plain JSON' };
  if ((first === 0xff && second === 0xd8 && third === 0xff) || (first === 0x89 && second === 0x50))
    return { reason: 'picture', detail: 'the message is a picture' };
  // A map or an array of few entries, or of up to 65,535: how gateways of April Brother and others begin.
  if ((first >= 0x80 && first <= 0x9f) || (first >= 0xdc && first <= 0xdf))
    return { reason: 'message-pack', detail: 'the message looks like MessagePack: set the format of the device to JSON' };
  return { reason: 'not-utf8', detail: 'the bytes are not valid UTF-8' };
}

/** Counts brackets outside strings. Most messages have fewer brackets, wherever they stand, than there may be levels: a search each shows that. */
function isDeeperThan(text: string, maxDepth: number): boolean {
  if (occurrences(text, '{', maxDepth) + occurrences(text, '[', maxDepth) <= maxDepth) return false;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i += 1;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) {
      inString = true;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
    }
  }
  return false;
}

/** How often a character stands in a text; counting ends beyond `most`. */
function occurrences(text: string, character: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1 && count <= most; at = text.indexOf(character, at + 1)) count += 1;
  return count;
}

/** Recursion is bounded by the depth limit checked before parsing. */
function hasForbiddenKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasForbiddenKey);
  return Object.entries(value).some(([key, inner]) => key === '__proto__' || hasForbiddenKey(inner));
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
