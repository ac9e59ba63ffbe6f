import type { DurationMs } from '../agent/core/units.ts';

/** How patient the guard of a model is. */
export interface GuardSettings {
  /** Longest a call may take, whatever its batch. */
  readonly deadlineMs: DurationMs;
  /** Failures in a row before the model rests. */
  readonly maxFailures: number;
  /** First rest; each failed probe doubles it ... */
  readonly restMs: DurationMs;
  /** ... up to this. */
  readonly maxRestMs: DurationMs;
}

/** 50 ms for a call, a rest after 3 failures in a row, of 5 s at first and 5 minutes at most. */
export const GUARD_DEFAULTS: GuardSettings = { deadlineMs: 50, maxFailures: 3, restMs: 5_000, maxRestMs: 300_000 };

/** Length of the n-th rest in a row, from 1. */
export function backoffMs(settings: GuardSettings, rest: number): DurationMs {
  // The exponent is held below where a double would overflow to Infinity; the cap has long been reached there.
  return Math.min(settings.maxRestMs, settings.restMs * 2 ** Math.min(40, rest - 1));
}
