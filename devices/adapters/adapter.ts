import type { Reading } from '../../agent/core/reading.ts';
import type { TimestampMs } from '../../agent/core/units.ts';

/** A message as an adapter sees it. */
export interface DeviceMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  readonly receivedAtMs: TimestampMs;
}

/**
 * What a message meant. `ignored` is a message that is rightly not for us (`reason` is low-cardinality);
 * `malformed` should have been for us and could not be read (`detail` says what was wrong, where, and what was expected).
 */
export type Decoded =
  | { readonly kind: 'readings'; readonly readings: readonly Reading[] }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'malformed'; readonly reason: string; readonly detail: string };

/** One device family. Pure: same message, same answer; never throws. */
export interface Adapter {
  /** Key in the registry and in config. */
  readonly name: string;
  /** For people and the generated device table. */
  readonly title: string;
  readonly description: string;
  /** MQTT filters that a device of this family writes; `{store}` and `{device}` are filled in. */
  readonly topics: readonly string[];
  /** Whether this adapter understands the topic; the first match in the registry decodes. */
  matches(topic: string): boolean;
  decode(message: DeviceMessage): Decoded;
}
