import type { DeviceId } from '../../agent/core/ids.ts';
import type { Reading, ReadingKind } from '../../agent/core/reading.ts';
import type { TimestampMs } from '../../agent/core/units.ts';

/** A message as an adapter sees it. */
export interface DeviceMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  readonly receivedAtMs: TimestampMs;
  /** The placed device that is configured to write this very topic; it is the speaker then, whatever the topic looks like. */
  readonly as?: DeviceId;
}

/**
 * What a message meant. `ignored` is a message that is rightly not for us (`reason` is low-cardinality);
 * `malformed` should have been for us and could not be read (`detail` says what was wrong, where, and what was expected).
 */
export type Decoded =
  | { readonly kind: 'readings'; readonly readings: readonly Reading[] }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'malformed'; readonly reason: string; readonly detail: string };

/** A message that a family really sends, and what it becomes; `{device}` and `{store}` stand in the topic. */
export interface AdapterExample {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly reads: readonly ReadingKind[];
}

/** One device family. Pure: same message, same answer; never throws. */
export interface Adapter {
  /** Key in the registry and in config. */
  readonly name: string;
  /** For people and the generated device table. */
  readonly title: string;
  readonly description: string;
  /** Whether it is written in code or is a mapping. */
  readonly form: 'code' | 'mapping';
  /** MQTT filters that a device of this family writes; `{store}` and `{device}` are filled in. */
  readonly topics: readonly string[];
  /** What the connection of a bridge or server writes that speaks for many devices of this family; none when there is no such thing. */
  readonly bridgeTopics?: readonly string[];
  /** What a device of this family must be able to subscribe to, beyond what every device may; `{device}` is filled in. */
  readonly reads?: readonly string[];
  /** At least one, for the documentation, the contract tests and a first message to try. */
  readonly examples: readonly AdapterExample[];
  /** What to type at the device so that it reports here; `{host}`, `{port}`, `{user}`, `{password}` and `{device}` are filled in. */
  readonly setup?: string;
  /** Whether this adapter understands the topic; the first match in the registry decodes. */
  matches(topic: string): boolean;
  /** Whether a text on a topic that nobody knows is in this family's form: asked last, and to propose an adapter for an unknown device. */
  recognises?(text: string): boolean;
  decode(message: DeviceMessage): Decoded;
}
