import { describe, expect, it } from 'vitest';
import type { Decoded } from '../../../devices/adapters/adapter.ts';
import { type AdapterSettings, createAdapterRegistry } from '../../../devices/adapters/registry.ts';

/** A message as a device sends it: bytes, text, or an object that goes as JSON. */
type Payload = string | Uint8Array | object;
/** What a message says, in order. */
export type Read = readonly [name: string, topic: string, payload: Payload, readings: readonly object[]];
/** Under which name a message is not for us. */
export type Refused = readonly [name: string, topic: string, payload: Payload, verdict: string];

/** The store's own beacon in these tables, and an advertisement of it. */
export const BEACON = '1de4b189-115e-45f6-b44e-509352269977-1-2';
export const ADVERTISEMENT = '0201061aff4c0002151de4b189115e45f6b44e50935226997700010002c5';

/** Decodes a message of a table; `retain` as the broker marks what it kept. */
export type Decode = (topic: string, payload: Payload, retain?: boolean) => Decoded;

/** A decoder for a store with these devices and tags. */
export function decoderOf(settings: Omit<AdapterSettings, 'store'>): Decode {
  const registry = createAdapterRegistry({ store: 'demo', ...settings });
  return (topic, payload, retain = false) => {
    const bytes = payload instanceof Uint8Array ? payload : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
    return registry.decode({ topic, payload: bytes, retain, receivedAtMs: 1_790_000_000_000 });
  };
}

/** Tests that each message becomes what it means; to be called inside a `describe`. */
export function itDecodes(
  decode: Decode,
  { reads, refused }: { readonly reads: readonly Read[]; readonly refused: readonly Refused[] },
): void {
  it.each(reads)('%s', (_name, topic, payload, readings) => {
    const decoded = decode(topic, payload);
    expect(decoded).toMatchObject({ kind: 'readings' });
    if (decoded.kind !== 'readings') return;
    expect(decoded.readings).toHaveLength(readings.length);
    expect(decoded.readings).toMatchObject(readings);
    expect(new Set(decoded.readings.map(({ id }) => id)).size).toBe(readings.length);
  });

  it.each(refused)('%s is not read', (_name, topic, payload, verdict) => {
    const decoded = decode(topic, payload);
    expect(decoded.kind === 'readings' ? decoded.readings : `${decoded.kind} ${decoded.reason}`).toBe(verdict);
  });
}

/** The same in a store where nothing is placed. */
export function describeCaptures(title: string, table: { readonly reads: readonly Read[]; readonly refused: readonly Refused[] }): void {
  describe(title, () => itDecodes(decoderOf({ tags: [BEACON] }), table));
}
