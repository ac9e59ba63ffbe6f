import { describe, expect, it } from 'vitest';
import { NATIVE_EVENTS } from '../../devices/adapters/native-schemas.ts';
import { createAdapterRegistry } from '../../devices/adapters/registry.ts';
import { asyncApiDocument } from '../../devices/asyncapi.ts';

describe('the AsyncAPI document', () => {
  const text = JSON.stringify(asyncApiDocument('1.2.3'));
  // The document is JSON of our own making; the test looks at the parts it names.
  const document = JSON.parse(text) as {
    asyncapi: string;
    info: { version: string };
    channels: Record<
      string,
      { address: string; messages: Record<string, { payload: { properties?: Record<string, { const?: string; maximum?: number }> } }> }
    >;
    operations: Record<string, { action: string; channel: { $ref: string } }>;
  };

  it('has every kind of native event, with its limits', () => {
    expect(document).toMatchObject({ asyncapi: '3.0.0', info: { version: '1.2.3' } });
    const messages = document.channels['event']?.messages ?? {};
    expect(Object.keys(messages)).toEqual(Object.keys(NATIVE_EVENTS));
    for (const [kind, { payload }] of Object.entries(messages)) expect(payload.properties?.['kind']?.const).toBe(kind);
    expect(messages['shelf.weight']?.payload.properties?.['grams']?.maximum).toBe(1_000_000);
  });

  it('has every topic that the native adapter reads', () => {
    const addresses = Object.values(document.channels).map(({ address }) => address);
    const native = createAdapterRegistry({ store: 'demo' }).adapters.find(({ name }) => name === 'native');
    expect(addresses).toEqual(expect.arrayContaining([...(native?.topics ?? [])]));
  });

  it('has an operation for every channel, and references that exist', () => {
    expect(Object.values(document.operations).map(({ channel }) => channel.$ref)).toEqual(
      Object.keys(document.channels).map((name) => `#/channels/${name}`),
    );
  });

  it('says the same every time', () => {
    expect(JSON.stringify(asyncApiDocument('1.2.3'))).toBe(text);
  });
});
