/** Texts of points in time in one place's time zone. */
export interface ClockText {
  /** Hours and minutes: "14:05". */
  readonly time: (atMs: number) => string;
  /** With seconds: "14:05:09". */
  readonly timeWithSeconds: (atMs: number) => string;
  /** Day, month and time: "3 Mar, 14:05". */
  readonly dateTime: (atMs: number) => string;
}

/** Texts in `timeZone` (IANA; an unknown one reads as the browser's own) and `locale`. Formats are built once: they are slow to build. */
export function clockText(locale: string, timeZone: string | undefined): ClockText {
  const zone = isTimeZone(timeZone) ? { timeZone } : {};
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone });
  const seconds = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', ...zone });
  const dateTime = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...zone,
  });
  return {
    time: (atMs) => time.format(atMs),
    timeWithSeconds: (atMs) => seconds.format(atMs),
    dateTime: (atMs) => dateTime.format(atMs),
  };
}

function isTimeZone(name: string | undefined): name is string {
  if (name === undefined || name === '') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
