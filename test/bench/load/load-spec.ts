import type { EventKind } from './event-packets.ts';

/** What a load process does; sent to it as its first message. */
export interface LoadSpec {
  readonly port: number;
  readonly connections: number;
  /** Number of the first device; connection `n` speaks for device `firstDevice + n % devices`. */
  readonly firstDevice: number;
  readonly devices: number;
  readonly qos: 0 | 1;
  readonly kind: EventKind;
  /** Every so many messages of a connection are picks instead; 0 for none. */
  readonly pickEvery: number;
  /** A device name for all connections instead of the numbered ones. */
  readonly deviceName?: string;
  readonly pace: Pace;
}

/**
 * `window`: each connection keeps so many messages unacknowledged (1: it waits for each ack). `rate`: all connections together send so many a
 * second, whatever comes back. `burst`: so many messages in all, as fast as they are taken.
 */
export type Pace =
  | { readonly kind: 'window'; readonly messages: number }
  | { readonly kind: 'rate'; readonly perSecond: number }
  | { readonly kind: 'burst'; readonly messages: number };

/** What the bench tells a load process. `end` stops it in order: everything sent is read by the other side before it answers. */
export type LoadCommand = { readonly kind: 'begin' } | { readonly kind: 'mark' } | { readonly kind: 'end' };

/** Totals since `begin`. */
export interface LoadTotals {
  readonly sent: number;
  readonly acked: number;
  /** Messages of a rate that were not sent because the other side did not take them. */
  readonly heldBack: number;
  /** Connections that the other side ended. */
  readonly lost: number;
  /** Monotonic time of this machine, comparable between processes. */
  readonly atMs: number;
}

export type LoadAnswer =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'totals' } & LoadTotals)
  | { readonly kind: 'failed'; readonly reason: string };
