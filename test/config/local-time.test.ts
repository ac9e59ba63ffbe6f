import { describe, expect, it } from 'vitest';
import { isTimeZone, localMoment } from '../../config/local-time.ts';

describe('localMoment()', () => {
  it.each([
    ['a summer time', '2026-07-01T18:00', 'Europe/Berlin', 'start', '2026-07-01T16:00:00.000Z'],
    ['a winter date', '2026-01-15', 'Europe/Berlin', 'start', '2026-01-14T23:00:00.000Z'],
    ['the end of a date', '2026-01-15', 'Europe/Berlin', 'end', '2026-01-15T23:00:00.000Z'],
    ['the end of the day the clocks go back, 25 hours long', '2026-10-25', 'Europe/Berlin', 'end', '2026-10-25T23:00:00.000Z'],
    ['the start of that day', '2026-10-25', 'Europe/Berlin', 'start', '2026-10-24T22:00:00.000Z'],
    ['a time that happens twice: the first', '2026-10-25T02:30', 'Europe/Berlin', 'start', '2026-10-25T00:30:00.000Z'],
    ['a time that the clocks skip: after the gap', '2026-03-29T02:30', 'Europe/Berlin', 'start', '2026-03-29T01:30:00.000Z'],
    ['a zone ahead of the date line', '2026-05-01', 'Pacific/Kiritimati', 'start', '2026-04-30T10:00:00.000Z'],
    ['a zone with odd minutes', '2026-05-01 09:00', 'Asia/Kathmandu', 'start', '2026-05-01T03:15:00.000Z'],
    ['the end of a written time is that time', '2026-07-01T18:00', 'UTC', 'end', '2026-07-01T18:00:00.000Z'],
  ] as const)('%s', (_name, text, zone, edge, utc) => {
    expect(new Date(localMoment(text, zone, edge)!).toISOString()).toBe(utc);
  });

  it.each(['2026-02-29', '2026-13-01', '2026-01-01T24:00', 'tomorrow', '2026-1-1'])('"%s" is no moment', (text) => {
    expect(localMoment(text, 'UTC')).toBeUndefined();
  });

  it('knows time zones from names that are none', () => {
    expect(['Europe/Berlin', 'UTC', 'Europe/Bonn', '', 'CEST5'].map(isTimeZone)).toEqual([true, true, false, false, false]);
  });
});
