import type { ReadingBody } from '../../agent/core/reading.ts';
import type { Cents, TimestampMs } from '../../agent/core/units.ts';

/** One thing that happens in the simulated store, at `atMs` of store time. Events come in order of `atMs`. */
export type SimEvent = DeviceMessageEvent | DeviceLinkEvent | PhoneEvent | RedeemEvent;

/** A device sends a message. */
export interface DeviceMessageEvent {
  readonly kind: 'message';
  readonly atMs: TimestampMs;
  readonly device: string;
  readonly channel: 'event' | 'state';
  /** The same object when a message is sent again. */
  readonly message: NativeMessage | RawMessage;
}

/** A message in native JSON form: the envelope (`at` still as a number) and the body, flat when serialised by `nativeJson`. */
export interface NativeMessage {
  readonly id: string;
  /** Device time: when it happened, by a clock that may be wrong. */
  readonly deviceAtMs: TimestampMs;
  readonly body: ReadingBody;
}

/** Bytes of a device gone wrong. */
export interface RawMessage {
  readonly text: string;
}

/** A device's connection breaks (its last will speaks for it) or comes back. */
export interface DeviceLinkEvent {
  readonly kind: 'link';
  readonly atMs: TimestampMs;
  readonly device: string;
  readonly up: boolean;
}

/** A shopper does something on the phone page. */
export type PhoneEvent = { readonly kind: 'phone'; readonly atMs: TimestampMs; readonly shopper: string } & PhoneAction;

export type PhoneAction =
  | {
      readonly action: 'open';
      readonly consents: { readonly offers: boolean; readonly measurement: boolean };
      readonly at?: string;
      readonly tag?: string;
    }
  | { readonly action: 'receipt'; readonly offer: string; readonly state: 'shown' | 'dismissed' | 'saved' }
  | { readonly action: 'scan'; readonly sku: string }
  /** Scans the code on a shelf: here I am. */
  | { readonly action: 'place'; readonly at: string }
  | { readonly action: 'erase' }
  /** The page is closed and listens no more. */
  | { readonly action: 'close' };

/** A till asks for a code over HTTP; the sale follows as a message. */
export interface RedeemEvent {
  readonly kind: 'redeem';
  readonly atMs: TimestampMs;
  readonly till: string;
  readonly shopper: string;
  readonly offer: string;
  readonly code: string;
  readonly receipt: string;
}

/** An offer as the phone page got it. */
export interface OfferSeen {
  readonly id: string;
  readonly sku: string;
  readonly code: string;
  /** Off one unit. */
  readonly discountCents: Cents;
}

/** The message as the contract wants it on the wire. `atMs` replaces the device time, for drivers that live in another time. */
export function nativeJson(message: NativeMessage, atMs: TimestampMs = message.deviceAtMs): string {
  const at = new Date(atMs).toISOString();
  if (message.body.kind === 'context') {
    const { kind, topic, value, untilMs } = message.body;
    // On the wire an end is a time like any other; it moves with the message's own.
    return JSON.stringify({ id: message.id, at, kind, topic, value, until: new Date(untilMs - message.deviceAtMs + atMs).toISOString() });
  }
  const { kind, ...fields } = message.body;
  return JSON.stringify({ id: message.id, at, kind, ...fields });
}
