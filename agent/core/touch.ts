import type { TimestampMs } from './units.ts';
import type { Visit } from './visit.ts';

/** Ways in which an offer reaches somebody. */
export const CHANNELS = ['phone', 'shelf-display', 'label', 'signage', 'staff'] as const;

export type Channel = (typeof CHANNELS)[number];

/** One time that a visit was reached. */
export interface Touch {
  readonly channel: Channel;
  readonly atMs: TimestampMs;
}

/** Most touches kept of one visit; the first stays, the oldest after it gives way: crediting the first and the last needs both. */
export const MOST_TOUCHES = 16;

/** Notes that a channel reached a visit. */
export function touch(visit: Visit, channel: Channel, atMs: TimestampMs): void {
  visit.touches ??= [];
  visit.touches.push({ channel, atMs });
  if (visit.touches.length > MOST_TOUCHES) visit.touches.splice(1, 1);
}
