import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decoded } from '../../../devices/adapters/adapter.ts';
import { createAdapterRegistry } from '../../../devices/adapters/registry.ts';
import { compilePath } from '../../../devices/mapping/field-path.ts';
import { type MappingSpec, mappingSchema } from '../../../devices/mapping/mapping-schema.ts';
import { compileTopic } from '../../../devices/mapping/topic-pattern.ts';

const SCALE: MappingSpec = {
  name: 'acme',
  messages: [
    {
      topic: 'acme/{device}/scale/{slot}',
      at: { path: 'ts', form: 'unix-s' },
      readings: [
        { kind: 'shelf.weight', fields: { slot: { topic: 'slot' }, grams: { path: 'load.net', unit: 'kg' } } },
        { kind: 'device.status', optional: true, beside: true, fields: { batteryPercent: { path: 'battery', unit: 'share' } } },
      ],
    },
    {
      topic: 'acme/{device}/door',
      payload: 'text',
      readings: [{ kind: 'contact', fields: { open: { path: '$', map: { closed: false, open: true } } } }],
    },
    {
      topic: 'acme/gateway/rows',
      each: 'rows',
      device: 'name',
      when: "type == 'climate'",
      readings: [{ kind: 'climate', optional: true, fields: { temperatureC: { path: 't', unit: 'F' }, humidityPercent: '$.humidity' } }],
    },
    { topic: 'acme/#', ignore: 'acme-other' },
  ],
};

function decode(topic: string, payload: unknown, spec: MappingSpec = SCALE): Decoded {
  const registry = createAdapterRegistry({
    store: 'demo',
    mappings: [mappingSchema.parse(spec)],
    devices: [{ id: 'scale-3', adapter: 'acme', knownAs: 's1', slots: { left: '03-2' } }],
  });
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return registry.decode({ topic, payload: Buffer.from(text), retain: false, receivedAtMs: 1_790_000_000_000 });
}

describe('a mapping', () => {
  it('places, converts and times', () => {
    expect(decode('acme/s1/scale/left', { ts: 1_772_359_200.5, load: { net: 1.2345 }, battery: 0.5 })).toMatchObject({
      readings: [
        { device: 'scale-3', kind: 'shelf.weight', slot: '03-2', grams: 1_234.5, atMs: 1_772_359_200_500 },
        { device: 'scale-3', kind: 'device.status', batteryPercent: 50 },
      ],
    });
  });

  it('leaves out what is optional, and says nothing of a device alone that is only said beside something', () => {
    expect(decode('acme/s1/scale/left', { load: { net: 1 } })).toMatchObject({ readings: [{ kind: 'shelf.weight' }] });
  });

  it('reads text, lists with the whole message beside them, and only what it should', () => {
    expect(decode('acme/s2/door', 'open')).toMatchObject({ readings: [{ device: 'acme:s2', kind: 'contact', open: true }] });
    const rows = [{ type: 'climate', name: 'a', t: 68 }, { type: 'other' }, { type: 'climate', name: 'b' }];
    expect(decode('acme/gateway/rows', { humidity: 40, rows })).toMatchObject({
      readings: [
        { device: 'acme:a', temperatureC: 20, humidityPercent: 40 },
        { device: 'acme:b', humidityPercent: 40 },
      ],
    });
    expect(decode('acme/anything/else', {})).toEqual({ kind: 'ignored', reason: 'acme-other' });
  });

  it.each<[payload: unknown, reason: string, detail: string]>([
    [{ load: { gross: 1 } }, 'field', 'shelf.weight.grams (reading 1): nothing at "load.net"; the message has load'],
    [{ load: { net: 'heavy' } }, 'field', 'expected a number, found "heavy"'],
    [{ load: { net: [1] } }, 'field', 'expected a number, found a list or object'],
    [{ load: { net: 5_000 } }, 'out-of-range', 'shelf.weight.grams'],
    ['[1,2', 'not-json', ''],
    ['7', 'not-an-object', ''],
  ])('%j is malformed: %s', (payload, reason, detail) => {
    const decoded = decode('acme/s1/scale/left', payload);
    expect(decoded).toMatchObject({ kind: 'malformed', reason });
    if (decoded.kind === 'malformed') expect(decoded.detail).toContain(detail);
  });

  it('refuses a value that its table does not have', () => {
    expect(decode('acme/s2/door', 'ajar')).toMatchObject({
      kind: 'malformed',
      detail: expect.stringContaining('expected one of closed, open'),
    });
  });

  it.each<[name: string, change: (spec: MappingSpec) => unknown, path: string, text: string]>([
    ['a field that is none', (s) => field(s, { gram: 'x', grams: 'x' }), 'fields.gram', 'has no field gram; it has slot, grams'],
    ['a field that is missing', (s) => field(s, { slot: 'x' }), 'fields', 'shelf.weight needs grams'],
    ['a unit that is none', (s) => field(s, { grams: { path: 'x', unit: 'stone' } }), 'fields.grams', 'there are g, kg, mg, lb, oz'],
    ['a broken path', (s) => field(s, { grams: 'a..b' }), 'fields.grams', 'is not a path'],
    ['a broken expression', (s) => field(s, { grams: { expression: 'a +' } }), 'fields.grams', 'ends too early'],
    ['a part that the topic has not', (s) => field(s, { grams: { topic: 'weight' } }), 'fields.grams', 'no part {weight}'],
    ['two sources', (s) => field(s, { grams: { path: 'a', constant: 1 } }), 'fields.grams', 'expected one of path'],
    ['no device', (s) => ({ ...s, messages: [{ ...s.messages[0], topic: 'acme/+/scale/{slot}' }] }), 'topic', 'names no device'],
    [
      'a broken topic',
      (s) => ({ ...s, messages: [{ ...s.messages[0], topic: 'acme/{device/x' }] }),
      'topic',
      'named parts look like {device}',
    ],
    ['no readings', (s) => ({ ...s, messages: [{ topic: 'a/{device}' }] }), 'readings', 'expected readings'],
  ])('with %s says where and what', (_name, change, path, text) => {
    const parsed = mappingSchema.safeParse(change(SCALE));
    const issues = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
    expect(issues.some((issue) => issue.includes(path) && issue.includes(text))).toBe(true);
  });

  it('never throws and never says anything unsound', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (payload) => {
        for (const topic of ['acme/s1/scale/left', 'acme/s1/door', 'acme/gateway/rows']) decode(topic, payload);
      }),
      { numRuns: 60 },
    );
  });
});

function field(spec: MappingSpec, fields: unknown): unknown {
  return { ...spec, messages: [{ ...spec.messages[0], readings: [{ kind: 'shelf.weight', fields }] }] };
}

describe('a path', () => {
  it.each([
    ['a.b[1]["c d"]', { a: { b: [0, { 'c d': 5 }] } }, 5],
    ['rssi@1m', { 'rssi@1m': -59 }, -59],
    ['$', 3, 3],
    ['$.a', { a: 1 }, 1],
    ['a.length', { a: [1, 2] }, undefined],
    ['__proto__', {}, undefined],
    ['a[5]', { a: [] }, undefined],
  ])('%s', (text, root, value) => {
    const path = compilePath(text);
    expect(path.ok && path.value(root)).toBe(value);
  });
});

describe('a topic pattern', () => {
  it.each<[pattern: string, topic: string, parts: readonly string[] | undefined]>([
    ['a/{x}/b', 'a/1/b', ['1']],
    ['a/{x}/b', 'a/1/2/b', undefined],
    ['a/{x...}/b', 'a/1/2/b', ['1/2']],
    ['shelly-{id}/x', 'shelly-17/x', ['17']],
    ['a/+/#', 'a/1/2/3', []],
    ['a.b/{x}', 'aXb/1', undefined],
    ['{x}/$s/{y}', '1/$s/2', ['1', '2']],
  ])('%s on %s', (pattern, topic, parts) => {
    const compiled = compileTopic(pattern);
    expect(compiled.ok && compiled.value.match(topic)).toEqual(parts);
  });

  it('says no to a long hostile topic', () => {
    const compiled = compileTopic('a/{x...}/b');
    expect(compiled.ok && compiled.value.match(`a/${'b/'.repeat(500)}c`)).toBe(undefined);
  });
});
