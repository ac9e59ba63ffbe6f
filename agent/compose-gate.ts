import type { LiveDevices } from './live-devices.ts';
import type { Counters } from './runtime/counters.ts';
import { excerptOf, maskMacs } from './runtime/excerpt.ts';
import { Gate } from './runtime/gate.ts';
import type { Loop } from './runtime/loop.ts';
import type { OfferCodes } from './runtime/offer-codes.ts';
import type { PhoneTokens } from './runtime/phone-tokens.ts';
import type { UnknownDevices } from './runtime/unknown-devices.ts';
import type { Store } from './store/store.ts';

/** What the way in for messages is made from. */
export interface GateParts {
  readonly loop: Loop;
  readonly devices: LiveDevices;
  readonly counters: Counters;
  readonly codes: OfferCodes;
  readonly tokens: PhoneTokens;
  readonly store: Store;
  readonly unknownDevices: UnknownDevices;
  readonly nowMs: () => number;
}

/** The way in for what devices say: decoded, recognised when it comes again, handed to the loop; what is refused is set aside without addresses. */
export function createGate({ loop, devices, counters, codes, tokens, store, unknownDevices, nowMs }: GateParts): Gate {
  return new Gate({
    loop,
    decode: (message) => devices.decode(message),
    counters,
    nowMs,
    resolveCode(code, atMs) {
      const resolved = codes.resolve(code, atMs);
      return resolved.kind === 'offer' ? resolved.offer : undefined;
    },
    visitOfToken: (token, atMs) => tokens.visitOf(token, atMs),
    quarantine: ({ atMs, message, reason, detail }) => {
      const excerpt = excerptOf(message.payload);
      store.quarantine.add({ atMs, topic: maskMacs(message.topic), client: message.client, reason, detail: maskMacs(detail), excerpt });
    },
    unknown: (message, readings) => unknownDevices.note(devices.introduce(message, readings)),
  });
}
