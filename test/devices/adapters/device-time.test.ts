import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDeviceTime } from '../../../devices/adapters/device-time.ts';

describe('a device’s time', () => {
  it('is read back as it was written, for every millisecond of the years it may have', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2999, 11, 31, 23, 59, 59, 999) }), (atMs) => {
        expect(parseDeviceTime(new Date(atMs).toISOString())).toBe(atMs);
      }),
    );
  });

  it.each([
    ['2026-03-01T10:00:00Z', Date.UTC(2026, 2, 1, 10)],
    ['2026-03-01T10:00:00.5Z', Date.UTC(2026, 2, 1, 10, 0, 0, 500)],
    ['2026-03-01T10:00:00.123456789Z', Date.UTC(2026, 2, 1, 10, 0, 0, 123)],
    ['2024-02-29T00:00:00.000Z', Date.UTC(2024, 1, 29)],
  ])('%s is good', (text, atMs) => {
    expect(parseDeviceTime(text)).toBe(atMs);
  });

  it.each([
    '',
    'now',
    '2026-03-01',
    '2026-03-01T10:00:00.000',
    '2026-03-01T10:00:00.000+01:00',
    '2026-03-01 10:00:00Z',
    '2026-03-01T24:00:00.000Z',
    '2026-03-01T23:59:60.000Z',
    '2026-02-29T00:00:00.000Z',
    '2026-02-30T00:00:00.000Z',
    '2026-04-31T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-00-01T00:00:00.000Z',
    '2026-01-00T00:00:00.000Z',
    '1969-12-31T23:59:59.999Z',
    '3026-01-01T00:00:00.000Z',
    '2026-03-01T10:00:00.1234567890Z',
    ' 2026-03-01T10:00:00.000Z',
    '2026-03-01T10:00:00.000Z\n',
  ])('"%s" is not', (text) => {
    expect(parseDeviceTime(text)).toBeUndefined();
  });
});
