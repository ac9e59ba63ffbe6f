import type { DurationMs } from '../../agent/core/units.ts';

/** What the embedded broker allows; every limit has a counter of what it turned away. */
export interface BrokerLimits {
  /** Largest packet of a device, header included. */
  readonly maxPacketBytes: number;
  /** Largest packet of a device that sends pictures. */
  readonly maxFramePacketBytes: number;
  /** Largest first packet, when nobody knows yet who is calling. */
  readonly maxConnectBytes: number;
  /** Levels in a topic, separated by slashes. */
  readonly maxTopicLevels: number;
  readonly maxConnections: number;
  /** Connections that may share one device's credentials. */
  readonly maxConnectionsPerDevice: number;
  readonly maxSubscriptionsPerClient: number;
  /** Time to say who is calling. */
  readonly connectTimeoutMs: DurationMs;
  /** Time a reader may refuse to read before it is cut off. */
  readonly drainTimeoutMs: DurationMs;
  /** Bytes waiting for a slow reader; further messages to it are dropped. */
  readonly maxBacklogBytes: number;
  /** Packets taken from a client before it was let in. */
  readonly queueLimit: number;
  /** Half-finished QoS 2 messages of one client. */
  readonly maxInflightQos2: number;
  /** Sustained messages a second of one client, one more for every 4 kB; a faster one is read more slowly, and nothing of it is lost. */
  readonly messagesPerSecond: number;
  /** Messages that a client may send at once after a silence. */
  readonly burstMessages: number;
  /** Bytes read from all clients together in one turn of the event loop; some five hundred messages, about 5 ms of work on a PC. */
  readonly readBytesATurn: number;
  /** Retained messages in all. */
  readonly maxRetainedTopics: number;
  /** Largest message that is retained; a larger one passes but is not kept. */
  readonly maxRetainedBytes: number;
  /** Time that already taken messages have to be settled when the broker stops. */
  readonly stopTimeoutMs: DurationMs;
}

/** Safe for a store of some hundred devices on a small computer: one client can make the broker hold about half a megabyte. */
export const DEFAULT_BROKER_LIMITS: BrokerLimits = {
  maxPacketBytes: 65_536,
  maxFramePacketBytes: 1_048_576,
  maxConnectBytes: 8_192,
  maxTopicLevels: 12,
  maxConnections: 1_000,
  maxConnectionsPerDevice: 16,
  maxSubscriptionsPerClient: 20,
  connectTimeoutMs: 5_000,
  drainTimeoutMs: 10_000,
  maxBacklogBytes: 262_144,
  queueLimit: 100,
  maxInflightQos2: 20,
  messagesPerSecond: 2_000,
  burstMessages: 10_000,
  readBytesATurn: 131_072,
  maxRetainedTopics: 5_000,
  maxRetainedBytes: 16_384,
  stopTimeoutMs: 2_000,
};
