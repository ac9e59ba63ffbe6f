import { describe, expect, it } from 'vitest';
import { clockText } from '../../agent/web/shared/clock-text.ts';
import { ago, bytes, countdown, money, plural, rate, span } from '../../agent/web/shared/format.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;

describe('money', () => {
  it.each([
    [399, 'EUR', 'en-GB', '€3.99'],
    [399, 'EUR', 'de', '3,99\u00a0€'],
    [123_456, 'EUR', 'fr', '1\u202f234,56\u00a0€'],
    [500, 'JPY', 'en', '¥500'],
    [-20, 'USD', 'en', '-$0.20'],
    [100, 'not a currency', 'en', '1.00 not a currency'],
  ])('%i of %s reads in %s as %s', (amount, currency, locale, text) => {
    expect(money(amount, currency, locale)).toBe(text);
  });
});

describe('times', () => {
  it.each([
    [-5_000, 'just now'],
    [9_999, 'just now'],
    [59_000, '59 s ago'],
    [60_000, '1 min ago'],
    [59 * MINUTE, '59 min ago'],
    [47 * HOUR, '47 h ago'],
    [48 * HOUR, '2 days ago'],
  ])('%i ms ago is "%s"', (age, text) => {
    expect(ago(1_000_000_000_000 - age, 1_000_000_000_000)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [45_400, '45 s'],
    [200_000, '3 min 20 s'],
    [2 * HOUR, '2 h'],
    [125 * MINUTE, '2 h 5 min'],
    [96 * HOUR, '4 days'],
  ])('%i ms last "%s"', (duration, text) => {
    expect(span(duration)).toBe(text);
  });

  it.each([
    [-1, '0:00'],
    [1, '0:01'],
    [545_000, '9:05'],
    [3_729_000, '1:02:09'],
  ])('%i ms left read "%s"', (left, text) => {
    expect(countdown(left)).toBe(text);
  });

  it('a point in time reads in the store’s own time zone', () => {
    const noon = Date.UTC(2026, 5, 1, 12, 0, 0);
    expect(clockText('en-GB', 'Asia/Tokyo').timeWithSeconds(noon)).toBe('21:00:00');
    expect(clockText('en-GB', 'Europe/Berlin').dateTime(noon)).toContain('14:00');
  });

  it('an unknown time zone reads as the browser’s own instead of failing', () => {
    const noon = Date.UTC(2026, 5, 1, 12, 0, 0);
    expect(clockText('en-GB', 'Moon/Crater').time(noon)).toBe(clockText('en-GB', undefined).time(noon));
  });
});

describe('counts', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [4_200, '4.2 kB'],
    [4_000, '4 kB'],
    [999_600, '1 MB'],
    [118_200_000, '118 MB'],
    [4e15, '4000 TB'],
  ])('%d bytes read "%s"', (count, text) => {
    expect(bytes(count)).toBe(text);
  });

  it.each([
    [0, 0, '–'],
    [0, 10, '0%'],
    [1, 1_000, 'under 1%'],
    [14, 39, '36%'],
  ])('%i of %i is %s', (part, whole, text) => {
    expect(rate(part, whole)).toBe(text);
  });

  it('one is singular, everything else is not', () => {
    expect([0, 1, 2_000].map((value) => plural(value, 'visit'))).toEqual(['0 visits', '1 visit', '2,000 visits']);
    expect(plural(2, 'batch', 'batches')).toBe('2 batches');
  });
});
