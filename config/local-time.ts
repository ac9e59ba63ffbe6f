import type { TimestampMs } from '../agent/core/units.ts';
import { DAY_MS } from '../agent/core/units.ts';

/** Whether this machine knows a time zone by that name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * The moment of a local date (`2026-03-31`) or time (`2026-03-31T18:00`) in a time zone; `undefined` when there is no such date.
 * A date alone is its first moment, or with `edge: 'end'` the first moment after it. A time that a clock change skips is the moment after
 * the gap; one that happens twice is the first of the two.
 */
export function localMoment(text: string, timeZone: string, edge: 'start' | 'end' = 'start'): TimestampMs | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00'] = match;
  const midnightUtc = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const isDate = new Date(midnightUtc).toISOString().slice(0, 10) === `${year}-${month}-${day}`;
  if (!isDate || Number(hour) > 23 || Number(minute) > 59) return undefined;
  const dateOnly = match[4] === undefined;
  const wallUtc = midnightUtc + (dateOnly && edge === 'end' ? DAY_MS : 0) + Number(hour) * 3_600_000 + Number(minute) * 60_000;
  return fromWall(wallUtc, timeZone);
}

/** The moment at which clocks of the zone show what UTC clocks show at `wallUtc`. */
function fromWall(wallUtc: number, timeZone: string): TimestampMs {
  // The offset of the day before and of the day after are the only two candidates around a clock change.
  const before = offsetMs(wallUtc - DAY_MS, timeZone);
  const after = offsetMs(wallUtc + DAY_MS, timeZone);
  for (const offset of [before, after]) {
    if (offsetMs(wallUtc - offset, timeZone) === offset) return wallUtc - offset;
  }
  return wallUtc - before;
}

function offsetMs(atMs: TimestampMs, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(atMs);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((candidate) => candidate.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.floor(atMs / 1_000) * 1_000;
}
