import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonObject } from '../../../devices/adapters/json-payload.ts';

const parse = (text: string, maxDepth = 16) => parseJsonObject(Buffer.from(text), { maxBytes: 65_536, maxDepth });

describe('a JSON payload', () => {
  it('is what JSON.parse says, for every object that is not too deep', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('__proto__'));
        expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('may be as deep as allowed and no deeper, and brackets in text do not count', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    expect(parse(nested(16)).ok).toBe(true);
    expect(parse(nested(17))).toMatchObject({ ok: false, error: { reason: 'too-deep' } });
    expect(parse(`{"a":"${'[{'.repeat(100)}","b":"\\"[[[[[[[[[[[[[[[[[[","c":[]}`).ok).toBe(true);
  });

  it('of nothing but brackets is refused quickly, before it is parsed', () => {
    expect(parse('['.repeat(60_000))).toMatchObject({ ok: false, error: { reason: 'too-deep' } });
    expect(parse('{"a":'.repeat(12_000))).toMatchObject({ ok: false, error: { reason: 'too-deep' } });
  });

  it('may mention __proto__ in its text, but not use it as a key', () => {
    expect(parse('{"a":"__proto__"}').ok).toBe(true);
    expect(parse('{"__proto__":1}').ok).toBe(false);
    expect(parse('{"\\u005F\\u005Fproto\\u005F\\u005F":1}').ok).toBe(false);
    expect(parse('{"a":{"b":[{"__proto__":null}]}}').ok).toBe(false);
  });

  it('may come as any view of bytes', () => {
    const bytes = new Uint8Array(new TextEncoder().encode('xx{"a":1}yy').buffer, 2, 7);
    expect(parseJsonObject(bytes)).toEqual({ ok: true, value: { a: 1 } });
  });
});
