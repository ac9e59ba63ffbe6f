import type { DeviceId } from '../../agent/core/ids.ts';
import type { DeviceAccess } from './authorisation.ts';
import type { GuardedStream } from './guarded-stream.ts';
import type { SettlementQueue, Ticket } from './settlement-queue.ts';
import type { TokenBucket } from './token-bucket.ts';

/** What the embedded broker knows of one connection. */
export interface BrokerSession {
  readonly stream: GuardedStream;
  /** Messages that wait for their commit, in order. */
  readonly settlements: SettlementQueue<PublishTicket>;
  bucket: TokenBucket;
  /** Topic filters it subscribed to. */
  readonly subscriptions: Set<string>;
  /** What it wants said when it is lost, from its connect packet. */
  willTopic: string | undefined;
  /** Who it is; `undefined` until it has shown its credentials. */
  known: KnownDevice | undefined;
  /** Set with the first error, so that one bad connection counts once. */
  isFaulty: boolean;
}

/** A device that has shown its credentials. */
export interface KnownDevice {
  readonly device: DeviceId;
  readonly clientId: string;
  readonly access: DeviceAccess;
}

/** A message whose answer is the broker's callback: without an error it is acknowledged, with one the connection ends. */
export interface PublishTicket extends Ticket {
  readonly answer: (error?: Error | null) => void;
}
