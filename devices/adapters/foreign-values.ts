import { isUtf8 } from 'node:buffer';
import type { TimestampMs } from '../../agent/core/units.ts';
import type { JsonObject } from './json-payload.ts';

/**
 * A number as devices write it: a number, or decimal text, also with a comma for the point. `undefined` where there is none (absent, null, or a
 * word for it); NaN for anything else, which no reading accepts.
 */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length > 32) return Number.NaN;
  if (DECIMAL.test(value)) return Number(value);
  if (WITH_COMMA.test(value)) return Number(value.replace(',', '.'));
  return isNothing(value) ? undefined : Number.NaN;
}

/** Whether a text is how programs say that a sensor has no value: `unavailable`, `unknown`, `none`, `nan`, `null`, or nothing at all. */
export function isNothing(text: string): boolean {
  return text.length <= 11 && NOTHING.test(text);
}

/** On or off as devices write it; `undefined` for anything else. */
export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== 'string') return undefined;
  return FLAGS.get(value.toLowerCase());
}

/** Text, or `undefined`. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** An own value that is an object, else `undefined`. */
export function objectIn(object: JsonObject, key: string): JsonObject | undefined {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return isObject(value) ? value : undefined;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Seconds since 1970, as a number or text, with parts of a second. */
export function unixSeconds(value: unknown): TimestampMs | undefined {
  const seconds = numberOf(value);
  return seconds === undefined || !Number.isFinite(seconds) ? undefined : Math.round(seconds * 1_000);
}

/** Milliseconds since 1970, as a number or text. */
export function unixMs(value: unknown): TimestampMs | undefined {
  const ms = numberOf(value);
  return ms === undefined || !Number.isFinite(ms) ? undefined : Math.round(ms);
}

/** Milliseconds since 1970 from seconds, milli-, micro- or nanoseconds, whichever gives a date of this age, or from ISO 8601 with a zone. */
export function anyTime(value: unknown): TimestampMs | undefined {
  if (typeof value === 'string' && !DECIMAL.test(value)) return zonedTime(value);
  const number = numberOf(value);
  if (number === undefined || !Number.isFinite(number)) return undefined;
  if (number < 1e11) return Math.round(number * 1_000);
  return Math.round(number < 1e14 ? number : number < 1e17 ? number / 1e3 : number / 1e6);
}

/** ISO 8601 with `Z` or an offset. A time without a zone names no moment: `undefined`. */
export function zonedTime(value: unknown): TimestampMs | undefined {
  if (typeof value !== 'string' || value.length > 40 || !ZONED.test(value)) return undefined;
  if (value.length <= 24 && value[10] === 'T' && value.endsWith('Z')) {
    const atMs = Date.parse(value);
    return Number.isNaN(atMs) ? undefined : atMs;
  }
  const offset = value.replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
  const atMs = Date.parse(offset.replace(/(\.\d{3})\d+/, '$1').replace(' ', 'T'));
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** The payload as text when it is short and UTF-8; `undefined` otherwise. For sniffing and plain words. */
export function shortText(payload: Uint8Array, maxBytes = 1_024): string | undefined {
  if (payload.length > maxBytes || !isUtf8(payload)) return undefined;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8');
}

const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\s*$/;
/** Three digits behind a comma may be thousandths or thousands, so that only a zero before it decides. */
const WITH_COMMA = /^\s*[+-]?(?:\d+,(?:\d{1,2}|\d{4,})|0,\d{3})\s*$/;
const NOTHING = /^\s*(?:unavailable|unknown|none|nan|null|n\/a|-{1,3})?\s*$/i;
const ZONED = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$/;
const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['true', true],
  ['1', true],
  ['off', false],
  ['false', false],
  ['0', false],
]);
