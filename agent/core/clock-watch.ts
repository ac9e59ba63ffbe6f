import { type DurationMs, SECOND_MS, type TimestampMs } from './units.ts';

/** Readings are compared over this long; a quartz strays by less than 3 ms in it. */
const WATCH_MS = 30 * SECOND_MS;
/** Fewest readings that make a watch. */
const FEWEST_READINGS = 4;
/** A clock that is a second and a half off its own mark was set, or is none. */
const STEADY_MS = 1_500;
/** Where nothing fresh came for this long, it is not the readings that are old but the clock that was set back or stopped. */
const FRESH_EVERY_MS = 12 * SECOND_MS;
/** What comes no later than this after what came fastest is prompt: its time of arrival is as good, and no clock is asked. */
export const PROMPT_MS: DurationMs = 1_500;
/** Older than this is not worth putting in order. */
export const MOST_LAG_MS: DurationMs = 10 * SECOND_MS;

/**
 * How a device's clock goes against ours. What is on the way for a while looks like a slow clock, so the readings that came fastest count:
 * the highest of device time minus ours. Plain data: it is written into snapshots.
 */
export interface ClockWatch {
  startMs: TimestampMs;
  /** The newest device time of the running watch, and when something last came that was about as fast as the fastest. */
  newestAtMs: TimestampMs;
  freshAtMs: TimestampMs;
  /** Readings of the running watch, with the highest and the lowest difference in it. */
  count: number;
  aheadMost: DurationMs;
  aheadLeast: DurationMs;
  /** The same of the watch before; a `count` of 0 says that there is none. */
  beforeCount: number;
  beforeMost: DurationMs;
  beforeLeast: DurationMs;
}

/** When a reading was measured, by our clock. */
export type Measured =
  /** The device sends at once, or its clock is not to be trusted: the time of arrival is as good as any. */
  | { readonly kind: 'now' }
  /** It sends in batches: this one was measured `lagMs` ago. */
  | { readonly kind: 'earlier'; readonly lagMs: DurationMs }
  /** It was measured too long ago to say where anybody is now. */
  | { readonly kind: 'too-old' };

/** The watch of a device that is heard for the first time. */
export function newClockWatch(nowMs: TimestampMs): ClockWatch {
  return {
    startMs: nowMs,
    newestAtMs: 0,
    freshAtMs: nowMs,
    count: 0,
    aheadMost: 0,
    aheadLeast: 0,
    beforeCount: 0,
    beforeMost: 0,
    beforeLeast: 0,
  };
}

/** Takes in a reading that came at `nowMs` and was measured at `atMs` by the device's clock. */
export function watchClock(watch: ClockWatch, atMs: TimestampMs, nowMs: TimestampMs): void {
  const aheadMs = atMs - nowMs;
  const passedMs = nowMs - watch.startMs;
  if (passedMs >= WATCH_MS || passedMs < 0) {
    // After a long silence, or when our own clock was set back, nothing is known of this one any more.
    const isNext = passedMs >= 0 && passedMs < 2 * WATCH_MS;
    watch.beforeCount = isNext ? watch.count : 0;
    watch.beforeMost = watch.aheadMost;
    watch.beforeLeast = watch.aheadLeast;
    watch.startMs = nowMs;
    watch.count = 0;
  }
  watch.newestAtMs = watch.count === 0 ? atMs : Math.max(watch.newestAtMs, atMs);
  watch.aheadMost = watch.count === 0 ? aheadMs : Math.max(watch.aheadMost, aheadMs);
  watch.aheadLeast = watch.count === 0 ? aheadMs : Math.min(watch.aheadLeast, aheadMs);
  watch.count++;
  if (aheadMs >= offsetOf(watch) - STEADY_MS) watch.freshAtMs = nowMs;
}

/** When a reading was measured that came at `nowMs`, as far as the clock of its device can be trusted. */
export function measured(watch: ClockWatch | undefined, atMs: TimestampMs, nowMs: TimestampMs): Measured {
  if (watch === undefined || !sendsBatches(watch, nowMs)) return { kind: 'now' };
  const lagMs = offsetOf(watch) - (atMs - nowMs);
  if (lagMs <= 0) return { kind: 'now' };
  return lagMs <= MOST_LAG_MS ? { kind: 'earlier', lagMs } : { kind: 'too-old' };
}

/** Whether a device has told by `nowMs` what it measured at `atMs` of our clock, as far as its clock says. */
export function hasToldOf(watch: ClockWatch | undefined, atMs: TimestampMs, nowMs: TimestampMs): boolean {
  return watch === undefined || !sendsBatches(watch, nowMs) || atMs <= watch.newestAtMs - offsetOf(watch);
}

/** Whether a device with a steady clock keeps its readings for a while and sends them together. */
export function sendsBatches(watch: ClockWatch, nowMs: TimestampMs): boolean {
  if (!isSteady(watch, nowMs)) return false;
  return offsetOf(watch) - Math.min(watch.beforeLeast, watch.count === 0 ? watch.beforeLeast : watch.aheadLeast) > PROMPT_MS;
}

/** A whole watch was seen, and the running one does not contradict it: nothing comes from the future, and something fresh comes now and then. */
function isSteady(watch: ClockWatch, nowMs: TimestampMs): boolean {
  if (watch.beforeCount < FEWEST_READINGS || nowMs - watch.freshAtMs > FRESH_EVERY_MS) return false;
  return watch.count === 0 || watch.aheadMost - watch.beforeMost <= STEADY_MS;
}

function offsetOf(watch: ClockWatch): DurationMs {
  if (watch.beforeCount === 0) return watch.aheadMost;
  return watch.count === 0 ? watch.beforeMost : Math.max(watch.beforeMost, watch.aheadMost);
}
