import type { StepContext } from '../context.ts';
import type { QueueCount } from '../reading.ts';
import { putBounded } from '../state.ts';
import { type DurationMs, MINUTE_MS, SECOND_MS } from '../units.ts';
import { CAMERA_LIMITS, type QueueTrack } from './cameras-state.ts';
import { hourNow } from './traffic.ts';

/** A queue must be long for this time before staff hear of it: two who come together are no queue. */
const LONG_FOR_MS: DurationMs = 20 * SECOND_MS;
/** It must be clearly shorter for this time before it can be told again. */
const SHORT_FOR_MS: DurationMs = MINUTE_MS;
/** Clearly shorter: by this many people. */
const CLEARLY = 2;
/** Length that staff hear of where the configuration says nothing. */
export const DEFAULT_ALERT_AT = 4;

/** Notes who waits at a till, and tells staff once when the queue has grown long. */
export function observeQueue(context: StepContext, reading: QueueCount): void {
  const { state, nowMs, store } = context;
  const settings = store.map.queues?.find(({ till }) => till === reading.till);
  // A queue that the store does not have is nobody's.
  if (settings === undefined && !store.devices.has(reading.till)) return;
  const track = state.cameras.queues.get(reading.till) ?? noQueue();
  Object.assign(track, { length: reading.length, waitMs: reading.waitMs, atMs: nowMs });
  putBounded(state.cameras.queues, reading.till, track, CAMERA_LIMITS.queues);
  remember(context, reading);
  const alertAt = settings?.alertAt ?? DEFAULT_ALERT_AT;
  if (reading.length >= alertAt) {
    track.longSinceMs ??= nowMs;
    track.shortSinceMs = undefined;
    if (!track.told && nowMs - track.longSinceMs >= LONG_FOR_MS) tell(context, { track, reading, settings });
    return;
  }
  if (!track.told) track.longSinceMs = undefined;
  else if (reading.length > alertAt - CLEARLY) track.shortSinceMs = undefined;
  else {
    track.shortSinceMs ??= nowMs;
    if (nowMs - track.shortSinceMs >= SHORT_FOR_MS) Object.assign(track, { told: false, longSinceMs: undefined, shortSinceMs: undefined });
  }
}

function noQueue(): QueueTrack {
  return { length: 0, waitMs: 0, atMs: 0, longSinceMs: undefined, shortSinceMs: undefined, told: false };
}

function remember(context: StepContext, { till, length, left = 0, leftMs = 0 }: QueueCount): void {
  const { queues } = hourNow(context);
  const hour = queues.get(till) ?? { left: 0, leftMs: 0, longest: 0 };
  if (!queues.has(till) && queues.size >= CAMERA_LIMITS.queues) return;
  queues.set(till, { left: hour.left + left, leftMs: hour.leftMs + leftMs, longest: Math.max(hour.longest, length) });
}

function tell(
  context: StepContext,
  what: {
    readonly track: QueueTrack;
    readonly reading: QueueCount;
    readonly settings: { readonly name: string; readonly zone?: string } | undefined;
  },
): void {
  const { track, reading, settings } = what;
  track.told = true;
  const name = settings?.name ?? context.store.devices.get(reading.till)?.name ?? reading.till;
  const zone = settings?.zone ?? context.store.devices.get(reading.till)?.zone;
  context.emit({
    kind: 'act.alert',
    alert: {
      id: context.nextId('queue'),
      atMs: context.nowMs,
      severity: 'warning',
      text: `${reading.length} people wait at ${name}, ${waitWords(reading.waitMs)}`,
      ...(zone !== undefined && { zone }),
    },
  });
}

/** A waiting time as people say it. */
export function waitWords(waitMs: DurationMs): string {
  const minutes = Math.round(waitMs / MINUTE_MS);
  if (minutes === 0) return 'less than a minute';
  return minutes === 1 ? 'about 1 minute' : `about ${minutes} minutes`;
}
