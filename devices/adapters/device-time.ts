import type { TimestampMs } from '../../agent/core/units.ts';

/**
 * Reads a device's time: ISO 8601 in UTC, `2026-03-01T10:00:00.123Z`, with 0 to 9 digits of a second (cut to milliseconds), years 1970 to 2999.
 * `undefined` for anything else, including days that do not exist.
 */
export function parseDeviceTime(text: string): TimestampMs | undefined {
  if (!ISO_UTC.test(text)) return undefined;
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs) || atMs < 0) return undefined;
  // Date.parse rolls 30 February over to March instead of refusing it.
  const day = Number(text.slice(8, 10));
  return day > 28 && new Date(atMs).getUTCDate() !== day ? undefined : atMs;
}

/** How a time from a device must look, for schemas and error texts. */
export const DEVICE_TIME_FORM = 'ISO 8601 in UTC with milliseconds, such as 2026-03-01T10:00:00.123Z';

const ISO_UTC = /^[12]\d{3}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;
