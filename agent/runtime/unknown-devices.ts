import { maskAddresses } from '../../devices/adapters/hardware-address.ts';
import type { ReadingKind } from '../core/reading.ts';
import type { DurationMs, TimestampMs } from '../core/units.ts';

/** A device that speaks and has no place in the store. */
export interface UnknownDevice {
  /** Stable while it is listed. */
  readonly key: string;
  /** Its topic, without hardware addresses. */
  readonly topic: string;
  /** The adapter that reads it; `undefined` when none does. */
  readonly adapter: string | undefined;
  /** What it calls itself: what `knownAs` would be. `undefined` where that is a hardware address, which is printed on the device. */
  readonly knownAs: string | undefined;
  /** What it would report if it were placed. */
  readonly reads: readonly ReadingKind[];
  readonly firstAtMs: TimestampMs;
  readonly lastAtMs: TimestampMs;
  readonly messages: number;
  /** The beginning of its last message, at most 300 characters, printable, without hardware addresses. */
  readonly excerpt: string;
  /** What its last message became, field by field; addresses masked. */
  readonly fields: readonly DecodedField[];
}

/** One field of a reading, for people. */
export interface DecodedField {
  readonly reading: string;
  readonly name: string;
  readonly value: string;
}

/** What the list needs to know about one message. */
export interface UnknownMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly atMs: TimestampMs;
  readonly adapter: string | undefined;
  readonly knownAs: string | undefined;
  readonly reads: readonly ReadingKind[];
  /** Made only when it is wanted. */
  readonly fields: () => readonly DecodedField[];
}

const MAX_DEVICES = 200;
const MAX_EXCERPT = 300;
/** The last message is taken down at most this often a device: a flood of them costs a counter each. */
const EXCERPT_EVERY_MS: DurationMs = 1_000;

interface Entry {
  readonly key: string;
  topic: string;
  readonly adapter: string | undefined;
  readonly knownAs: string | undefined;
  readonly reads: Set<ReadingKind>;
  readonly firstAtMs: TimestampMs;
  lastAtMs: TimestampMs;
  messages: number;
  excerpt: string;
  excerptAtMs: TimestampMs;
  /** Of the readings of the excerpt, by reading, so that the parts of one message come together. */
  readonly fields: Map<string, readonly DecodedField[]>;
}

/**
 * Devices that were heard and are not placed, for the manager page: in memory only, at most 200, the one unheard for longest is forgotten first.
 * Strangers' beacons never come here.
 */
export class UnknownDevices {
  readonly #heard = new Map<string, Entry>();

  note(message: UnknownMessage): void {
    // By its name where a family knows it, so that all topics of one device are one entry.
    const topic = maskAddresses(message.topic).slice(0, 200);
    const key = `${message.adapter ?? ''} ${message.knownAs ?? topic}`;
    const known = this.#heard.get(key);
    if (known === undefined) {
      this.#makeRoom();
      this.#heard.set(key, {
        key,
        topic,
        adapter: message.adapter,
        knownAs: message.knownAs,
        reads: new Set(message.reads),
        firstAtMs: message.atMs,
        lastAtMs: message.atMs,
        messages: 1,
        excerpt: excerptOf(message.payload),
        excerptAtMs: message.atMs,
        fields: noteFields(new Map(), message),
      });
      return;
    }
    // Back to the end of the queue: what speaks stays.
    this.#heard.delete(key);
    this.#heard.set(key, known);
    known.lastAtMs = message.atMs;
    known.messages++;
    for (const kind of message.reads) known.reads.add(kind);
    if (message.atMs - known.excerptAtMs < EXCERPT_EVERY_MS && message.atMs >= known.excerptAtMs) {
      // The other readings of the message that is being shown.
      if (message.reads.some((kind) => !known.fields.has(kind))) noteFields(known.fields, message);
      return;
    }
    noteFields(known.fields, message);
    known.topic = topic;
    known.excerpt = excerptOf(message.payload);
    known.excerptAtMs = message.atMs;
  }

  /** Forgets those that have a place now. */
  forget(isPlaced: (device: Pick<UnknownDevice, 'adapter' | 'knownAs'>) => boolean): void {
    for (const [key, entry] of this.#heard) if (isPlaced(entry)) this.#heard.delete(key);
  }

  /** Newest first. */
  list(limit = MAX_DEVICES): readonly UnknownDevice[] {
    return [...this.#heard.values()]
      .reverse()
      .slice(0, limit)
      .map(({ key, topic, adapter, knownAs, reads, firstAtMs, lastAtMs, messages, excerpt, fields }) => ({
        key,
        topic,
        adapter,
        knownAs,
        reads: [...reads],
        firstAtMs,
        lastAtMs,
        messages,
        excerpt,
        fields: [...fields.values()].flat(),
      }));
  }

  #makeRoom(): void {
    if (this.#heard.size < MAX_DEVICES) return;
    for (const oldest of this.#heard.keys()) {
      this.#heard.delete(oldest);
      return;
    }
  }
}

const MAX_KINDS = 8;

function noteFields(fields: Map<string, readonly DecodedField[]>, message: UnknownMessage): Map<string, readonly DecodedField[]> {
  for (const field of message.fields()) {
    if (fields.size >= MAX_KINDS && !fields.has(field.reading)) continue;
    const value = maskAddresses(field.value).slice(0, 80);
    const others = (fields.get(field.reading) ?? []).filter(({ name }) => name !== field.name);
    fields.set(field.reading, [...others, { ...field, value }]);
  }
  return fields;
}

function excerptOf(payload: Uint8Array): string {
  const text = Buffer.from(payload.subarray(0, 4 * MAX_EXCERPT)).toString('utf8');
  return maskAddresses(text.replace(/[\p{Cc}\p{Cs}\ufffd]+/gu, ' ')).slice(0, MAX_EXCERPT);
}
