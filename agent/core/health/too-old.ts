import type { DeviceId } from '../ids.ts';
import type { State } from '../state.ts';
import { type DurationMs, MINUTE_MS, type TimestampMs } from '../units.ts';

/** Sightings of one scanner that were left out because they were measured too long ago to say where anybody is. */
export interface TooOld {
  /** Ever, for the metrics. */
  count: number;
  /** Since when they keep coming, and when the last one came. */
  sinceMs: TimestampMs;
  lastMs: TimestampMs;
}

/** After this long without one, whatever held them up is over. */
const GAP_MS = MINUTE_MS;
/** One hiccup of the network is no fault of a clock. */
const PERSISTS_MS: DurationMs = 3 * MINUTE_MS;

/** Counts a sighting that was left out. A device that was never heard of has no count. */
export function noteTooOld(state: State, device: DeviceId, nowMs: TimestampMs): void {
  const track = state.devices.get(device);
  if (track === undefined) return;
  const before = track.tooOld;
  const goesOn = before !== undefined && nowMs - before.lastMs <= GAP_MS;
  track.tooOld = { count: (before?.count ?? 0) + 1, sinceMs: goesOn ? before.sinceMs : nowMs, lastMs: nowMs };
}

/** Since when a scanner keeps sending sightings that are too old, where that lasts: three minutes, and not over for one. */
export function tooOldSince(tooOld: TooOld | undefined, nowMs: TimestampMs): TimestampMs | undefined {
  if (tooOld === undefined || nowMs - tooOld.lastMs > GAP_MS) return undefined;
  return tooOld.lastMs - tooOld.sinceMs >= PERSISTS_MS ? tooOld.sinceMs : undefined;
}
