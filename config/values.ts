import * as z from 'zod';
import { ID_PATTERN } from '../agent/core/ids.ts';
import type { Cents, DurationMs, Probability } from '../agent/core/units.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../agent/core/units.ts';

/** How values are written by people and kept by the program. Each one is a codec: what it reads it can write back. */

/** A name that is safe in topics, URLs, file names and HTML; see `ID_PATTERN`. */
export function id() {
  return z
    .string({
      error: (issue) => (typeof issue.input === 'number' ? `expected text, got the number ${issue.input}: put it in quotes` : undefined),
    })
    .regex(ID_PATTERN, { error: 'expected 1 to 64 letters, digits, "_", ".", ":" or "-", starting with a letter or digit' });
}

/** A line of text for people, 1 to `max` characters. */
export function line(max = 120) {
  return z.string().trim().min(1).max(max);
}

/** A span of time as `15m`, `30 s`, `250ms`, `2h`, `7d` or a sum like `1h 30m`; kept as whole milliseconds. */
export function duration(limits: { readonly min?: string; readonly max?: string } = {}) {
  const min = limits.min === undefined ? 0 : parseDuration(limits.min)!;
  const max = limits.max === undefined ? Number.MAX_SAFE_INTEGER : parseDuration(limits.max)!;
  return z.codec(z.string({ error: DURATION_FORM }), z.number(), {
    decode: (text, context): DurationMs => {
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= min && ms <= max) return ms;
      const range = max === Number.MAX_SAFE_INTEGER ? `${formatDuration(min)} or more` : `${formatDuration(min)} to ${formatDuration(max)}`;
      context.issues.push({ code: 'custom', message: ms === undefined ? DURATION_FORM : `expected ${range}`, input: text });
      return z.NEVER;
    },
    encode: formatDuration,
  });
}

const DURATION_FORM = 'expected a time with its unit, like "250ms", "30s", "15m", "2h" or "7d"';

const DURATION_UNITS: Readonly<Record<string, DurationMs>> = {
  ms: 1,
  s: SECOND_MS,
  sec: SECOND_MS,
  m: MINUTE_MS,
  min: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
};

/** Milliseconds of a written duration, `undefined` when it is none. */
export function parseDuration(text: string): DurationMs | undefined {
  const trimmed = text.trim();
  if (!/^(\d+(\.\d+)?\s*(ms|sec|s|min|m|h|d)\s*)+$/.test(trimmed)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(ms|sec|s|min|m|h|d)/g)) ms += Number(amount) * DURATION_UNITS[unit!]!;
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** The shortest exact way to write a duration in one unit. */
export function formatDuration(ms: DurationMs): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = DURATION_UNITS[unit]!;
    if (ms !== 0 && ms % size === 0) return `${ms / size}${unit}`;
  }
  return ms === 0 ? '0s' : `${ms}ms`;
}

/** An amount of money in currency units with at most two decimals, as `4.99` or `"4.99"`; kept as whole cents, converted exactly. */
export function money(limits: { readonly minCents?: Cents } = {}) {
  const minCents = limits.minCents ?? 0;
  return z.codec(z.union([z.number(), z.string()], { error: MONEY_FORM }), z.number(), {
    decode: (written, context): Cents => {
      const cents = parseMoney(written);
      if (cents !== undefined && cents >= minCents) return cents;
      const message = cents === undefined ? MONEY_FORM : `expected ${formatMoney(minCents)} or more`;
      context.issues.push({ code: 'custom', message, input: written });
      return z.NEVER;
    },
    encode: formatMoney,
  });
}

const MONEY_FORM = 'expected an amount with at most two decimals, like 4.99';

/** Cents of a written amount, `undefined` when it is none. Works on the digits: 4.35 is 435, not 434.99999. */
export function parseMoney(written: number | string): Cents | undefined {
  const match = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(String(written).trim());
  return match === null ? undefined : Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

/** Cents as an amount with two decimals: `4.99`. */
export function formatMoney(cents: Cents): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

/** A probability or share as `0.1` or `10%`; kept as a number in [0, 1]. */
export function share() {
  return z.codec(z.union([z.number(), z.string()], { error: SHARE_FORM }), z.number(), {
    decode: (written, context): Probability => {
      const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(String(written).trim());
      const value = percent === null ? (String(written).trim() === '' ? Number.NaN : Number(written)) : Number(percent[1]) / 100;
      if (value >= 0 && value <= 1) return value;
      context.issues.push({ code: 'custom', message: SHARE_FORM, input: written });
      return z.NEVER;
    },
    encode: (value) => value,
  });
}

const SHARE_FORM = 'expected a share from 0 to 1, like 0.1 or "10%"';

/** A size as `64kB`, `500 MB` or `4GB` (powers of 1000) or `64KiB`, `4GiB` (powers of 1024); kept as whole bytes. */
export function bytes(limits: { readonly min?: string; readonly max?: string } = {}) {
  const min = limits.min === undefined ? 0 : parseBytes(limits.min)!;
  const max = limits.max === undefined ? Number.MAX_SAFE_INTEGER : parseBytes(limits.max)!;
  return z.codec(z.string({ error: BYTES_FORM }), z.number(), {
    decode: (text, context): number => {
      const size = parseBytes(text);
      if (size !== undefined && size >= min && size <= max) return size;
      const range = max === Number.MAX_SAFE_INTEGER ? `${limits.min ?? '0B'} or more` : `${limits.min ?? '0B'} to ${limits.max}`;
      context.issues.push({ code: 'custom', message: size === undefined ? BYTES_FORM : `expected ${range}`, input: text });
      return z.NEVER;
    },
    encode: formatBytes,
  });
}

const BYTES_FORM = 'expected a size with its unit, like "64kB", "500MB" or "4GB"';

const BYTE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  KiB: 1024,
  MB: 1e6,
  MiB: 1024 ** 2,
  GB: 1e9,
  GiB: 1024 ** 3,
  TB: 1e12,
};

/** Bytes of a written size, `undefined` when it is none. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kKMGT]?i?B)$/.exec(text.trim());
  const unit = match === null ? undefined : BYTE_UNITS[match[2]!];
  const size = unit === undefined ? Number.NaN : Number(match![1]) * unit;
  return Number.isSafeInteger(size) ? size : undefined;
}

/** The largest unit that writes a size exactly. */
export function formatBytes(size: number): string {
  for (const unit of ['TB', 'GiB', 'GB', 'MiB', 'MB', 'KiB', 'kB']) {
    if (size !== 0 && size % BYTE_UNITS[unit]! === 0) return `${size / BYTE_UNITS[unit]!}${unit}`;
  }
  return `${size}B`;
}
