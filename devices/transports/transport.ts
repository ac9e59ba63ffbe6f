import type { DeviceId } from '../../agent/core/ids.ts';
import type { TimestampMs } from '../../agent/core/units.ts';

/** Bytes that arrived, with no idea of what they mean. */
export interface InboundMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** The authenticated device on the embedded broker; `undefined` where the broker is foreign or the sender unknown. */
  readonly client: string | undefined;
  readonly receivedAtMs: TimestampMs;
}

/** How a message ended: `done` acknowledges it; `retry` leaves it unacknowledged and drops the connection, so that the sender sends again. */
export type Settlement = 'done' | 'retry';

/**
 * Takes every message, synchronously; `settle` must be called exactly once, after the commit for anything that was promised.
 * Messages of one connection are settled in order.
 */
export type MessageSink = (message: InboundMessage, settle: (settlement: Settlement) => void) => void;

export interface OutboundMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly qos: 0 | 1;
}

/** A way in and out for messages. Starts degraded: `start` resolves even when the other side is away. */
export interface Transport {
  start(sink: MessageSink): Promise<void>;
  /** Sends when connected; rejects when not (callers that must not lose anything have their own table). */
  publish(message: OutboundMessage): Promise<void>;
  /** Ends the connections of a device whose credentials were taken away; absent where another broker keeps the accounts. */
  disconnect?(device: DeviceId): void;
  status(): TransportStatus;
  /** Stops taking messages; already taken ones may still settle. */
  stop(): Promise<void>;
}

export interface TransportStatus {
  readonly name: string;
  readonly state: 'listening' | 'connected' | 'connecting' | 'refused' | 'stopped';
  /** For people: what is going on and, when something is wrong, what to do. */
  readonly sentence: string;
  readonly clients: number;
  /** Counters since start by low-cardinality reason, e.g. `oversized`, `rate-limited`, `not-authorised`. */
  readonly refused: Readonly<Record<string, number>>;
}
