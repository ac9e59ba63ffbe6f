import type { DurationMs } from '../agent/core/units.ts';

/** How long to stay away after failures. */
export interface BackoffSettings {
  /** Upper end of the first wait. */
  readonly firstMs: DurationMs;
  /** Upper end of every later wait. */
  readonly capMs: DurationMs;
}

/** Longest wait that a `Retry-After` may ask of a store. */
export const LONGEST_RETRY_AFTER_MS: DurationMs = 3_600_000;

/**
 * Full jitter: anything between nothing and the doubling limit, so that a thousand stores that failed together do not come back together.
 * `failures` counts from 1; `random` in [0, 1). Never below 50 ms, which keeps a lucky store from spinning.
 */
export function backoffMs(failures: number, { settings, random }: { settings: BackoffSettings; random: number }): DurationMs {
  const limit = Math.min(settings.capMs, settings.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(50, random * limit);
}

/** What the server asked for, capped at an hour, plus up to as much again so that those told the same do not return at once. */
export function retryAfterMs(askedMs: DurationMs, random: number): DurationMs {
  const asked = Math.min(Math.max(askedMs, 0), LONGEST_RETRY_AFTER_MS);
  return Math.max(50, asked + random * Math.max(asked, 1_000));
}

/** Reads a `Retry-After` header, seconds or HTTP date; `undefined` when there is none or it makes no sense. */
export function parseRetryAfter(header: string | null, nowMs: number): DurationMs | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  // Date.parse reads almost anything; an HTTP date ends in GMT.
  const at = header.trim().endsWith('GMT') ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
