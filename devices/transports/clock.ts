import type { TimestampMs } from '../../agent/core/units.ts';

/** Time as transports need it: the wall clock stamps messages, the monotonic clock measures rates. */
export interface TransportClock {
  wallMs(): TimestampMs;
  monotonicMs(): number;
}
