import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/units.ts';

/** An amount of the currency's smallest unit as text: `money(399, 'EUR', 'de')` is "3,99 €". An unknown currency shows its code. */
export function money(amountMinor: number, currency: string, locale: string): string {
  const format = moneyFormat(currency, locale);
  if (format === undefined) return `${(amountMinor / 100).toFixed(2)} ${currency}`;
  return format.format(amountMinor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

function moneyFormat(currency: string, locale: string): Intl.NumberFormat | undefined {
  const key = `${locale}|${currency}`;
  const known = moneyFormats.get(key);
  if (known !== undefined) return known;
  try {
    const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
    moneyFormats.set(key, format);
    return format;
  } catch {
    return undefined;
  }
}

// Building a format costs 50 times using it, and 500 table rows use it each second. Bounded: a page sees one or two currencies.
const moneyFormats = new Map<string, Intl.NumberFormat>();

/** How long ago, in the two words people use: "just now", "40 s ago", "5 min ago", "3 h ago", "2 days ago". A future time is "just now". */
export function ago(atMs: number, nowMs: number): string {
  const age = nowMs - atMs;
  if (age < 10 * SECOND_MS) return 'just now';
  if (age < MINUTE_MS) return `${Math.floor(age / SECOND_MS)} s ago`;
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min ago`;
  if (age < 2 * DAY_MS) return `${Math.floor(age / HOUR_MS)} h ago`;
  return `${Math.floor(age / DAY_MS)} days ago`;
}

/** A span in at most two units: "0 s", "45 s", "3 min 20 s", "2 h 5 min", "4 days". */
export function span(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / SECOND_MS));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return twoUnits(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 2880) return twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  return `${Math.floor(minutes / 1440)} days`;
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Time left as a clock, "9:05" or "1:02:09"; "0:00" when there is none. */
export function countdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / SECOND_MS));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const pad = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

/** A size in decimal units with at most three digits: "512 B", "4.2 kB", "118 MB". */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = Math.max(0, count);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${units[unit]}`;
}

/** A share as a percentage, "42%"; "under 1%" for what is small but not nothing; "–" when there is nothing to divide by. */
export function rate(part: number, whole: number): string {
  if (whole <= 0) return '–';
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 1) return 'under 1%';
  return `${Math.round(percent)}%`;
}

/** A whole number with the locale's grouping. */
export function count(value: number, locale: string): string {
  return Math.round(value).toLocaleString(locale);
}

/** How many of something, in English: `plural(1, 'visit')` is "1 visit", `plural(3, 'visit')` is "3 visits". */
export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${value.toLocaleString('en')} ${value === 1 ? noun : nouns}`;
}
