import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatMoney, parseBytes, parseDuration, parseMoney } from '../../config/values.ts';

describe('money', () => {
  it.each([
    [4.99, 499],
    ['4.9', 490],
    [4.35, 435],
    [1.1, 110],
    [0.07, 7],
    [1234567.89, 123456789],
    ['12', 1200],
    [0, 0],
  ])('%s is %s cents', (written, cents) => {
    expect(parseMoney(written)).toBe(cents);
  });

  it.each([4.999, -1, 1e21, Number.NaN, Number.POSITIVE_INFINITY, '1,50', '4.', '.5', '', ' ', '0x10', '1e3', '€4'])(
    '%s is no amount',
    (written) => {
      expect(parseMoney(written)).toBeUndefined();
    },
  );

  it('every amount survives being written, as text and as a YAML number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999 }), (cents) => {
        expect(parseMoney(formatMoney(cents))).toBe(cents);
        expect(parseMoney(Number(formatMoney(cents)))).toBe(cents);
      }),
    );
  });
});

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['30 s', 30_000],
    ['15 min', 900_000],
    ['15m', 900_000],
    ['1h 30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('%s is %s ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['15', '', 'm', '-5s', '5 weeks', '1ms2', '0.5ms', '1e3s', `${'9'.repeat(30)}d`, '5s;'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('every duration survives being written', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => parseDuration(formatDuration(ms)) === ms));
  });
});

describe('sizes', () => {
  it.each([
    ['64kB', 64_000],
    ['64 KiB', 65_536],
    ['1.5MB', 1_500_000],
    ['4GB', 4_000_000_000],
    ['512B', 512],
  ])('%s is %s bytes', (text, size) => {
    expect(parseBytes(text)).toBe(size);
  });

  it.each(['64', '64k', '-1kB', '0.5B', '', 'GB', '1iB'])('"%s" is none', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });

  it('every size survives being written', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (size) => parseBytes(formatBytes(size)) === size));
  });
});
