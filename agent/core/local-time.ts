import type { TimestampMs } from './units.ts';

/** Reads timestamps in one IANA time zone. Daylight saving is the platform's business. */
export interface LocalTime {
  /** `YYYY-MM-DD` of the local day. */
  dayKey(atMs: TimestampMs): string;
  /** Minutes since local midnight, 0 to 1439. */
  minuteOfDay(atMs: TimestampMs): number;
}

/** Builds the reader for a zone. Throws a RangeError for an unknown zone: config has checked it before. */
export function localTime(timeZone: string): LocalTime {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  function parts(atMs: TimestampMs): Map<string, string> {
    return new Map(format.formatToParts(atMs).map((part) => [part.type, part.value]));
  }
  return {
    dayKey(atMs) {
      const found = parts(atMs);
      return `${found.get('year')}-${found.get('month')}-${found.get('day')}`;
    },
    minuteOfDay(atMs) {
      const found = parts(atMs);
      return Number(found.get('hour')) * 60 + Number(found.get('minute'));
    },
  };
}

/** Whether a local minute of the day lies in `[from, to)`, both "HH:MM"; a range may wrap midnight, and an empty one holds nothing. */
export function inLocalRange(minuteOfDay: number, range: { readonly from: string; readonly to: string }): boolean {
  const from = minutesOf(range.from);
  const to = minutesOf(range.to);
  return from <= to ? minuteOfDay >= from && minuteOfDay < to : minuteOfDay >= from || minuteOfDay < to;
}

function minutesOf(text: string): number {
  const [hours, minutes] = text.split(':');
  return Number(hours) * 60 + Number(minutes);
}
