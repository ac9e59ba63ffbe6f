import type { DurationMs } from '../../agent/core/units.ts';
import type { BrokerSession } from './broker-session.ts';
import type { TransportClock } from './clock.ts';
import type { DeviceIdentity } from './device-authenticator.ts';
import { TokenBucket } from './token-bucket.ts';

/** What those without credentials may take of the broker together; enough for a box of new sensors, and out of the way of the store's own. */
const MOST_GUESTS = 16;
const GUEST_PACKET_BYTES = 16_384;
const GUEST_PACE = { perSecond: 10, burst: 50 } as const;
/** Timers cannot wait for longer than this. */
const LONGEST_WAIT_MS: DurationMs = 3_600_000;

/** The connections of guests: few, slow, small, and over when their time is. */
export class BrokerGuests {
  readonly #clock: TransportClock;
  readonly #ends = new Map<BrokerSession, NodeJS.Timeout>();

  constructor(clock: TransportClock) {
    this.#clock = clock;
  }

  /** Whether there is room for another. */
  get hasRoom(): boolean {
    return this.#ends.size < MOST_GUESTS;
  }

  /** Largest packet of a guest. */
  get packetBytes(): number {
    return GUEST_PACKET_BYTES;
  }

  has(session: BrokerSession | undefined): boolean {
    return session !== undefined && this.#ends.has(session);
  }

  /** Keeps a guest to its pace, and sees it out when its time is over. */
  admit(session: BrokerSession, { untilMs }: DeviceIdentity['guest'] & {}): void {
    session.bucket = new TokenBucket(GUEST_PACE, this.#clock.monotonicMs());
    const leftMs = Math.min(LONGEST_WAIT_MS, Math.max(0, untilMs - this.#clock.wallMs()));
    const end = setTimeout(() => session.stream.destroy(), leftMs);
    end.unref();
    this.#ends.set(session, end);
  }

  forget(session: BrokerSession): void {
    clearTimeout(this.#ends.get(session));
    this.#ends.delete(session);
  }
}
