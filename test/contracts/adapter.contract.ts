import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ID_PATTERN } from '../../agent/core/ids.ts';
import type { Adapter, AdapterExample, Decoded, DeviceMessage } from '../../devices/adapters/adapter.ts';
import { READING_BODIES } from '../../devices/adapters/native-schemas.ts';

/** A store's device that the subject reads, under a name of its own. */
export interface AdapterSubject {
  readonly adapter: Adapter;
  readonly store: string;
  /** What the device is called in its messages, and in the store. */
  readonly knownAs: string;
  readonly device: string;
}

const RECEIVED_MS = 1_790_000_000_000;

/** The message of an example, sent by the named device. */
export function exampleMessage(example: AdapterExample, names: { readonly store: string; readonly device: string }): DeviceMessage {
  const fill = (text: string) => text.replaceAll('{store}', names.store).replaceAll('{device}', names.device);
  const payload = typeof example.payload === 'string' ? Buffer.from(fill(example.payload)) : example.payload;
  return { topic: fill(example.topic), payload, retain: false, receivedAtMs: RECEIVED_MS };
}

/** What every device family must do, in code or as a mapping. */
export function adapterContract({ adapter, store, knownAs, device }: AdapterSubject): void {
  const examples = adapter.examples.map(
    (example) => [example.topic, example, exampleMessage(example, { store, device: knownAs })] as const,
  );

  it('has an example, a title and a description that fit into a table', () => {
    expect(examples.length).toBeGreaterThan(0);
    for (const text of [adapter.title, adapter.description]) expect(text).toMatch(/^[^|\n]{3,200}$/);
    expect(adapter.topics.length).toBeGreaterThan(0);
    for (const filter of [...adapter.topics, ...(adapter.bridgeTopics ?? [])])
      expect(filter).toMatch(/^(?:[^+#]|(?<=^|\/)\+(?=\/|$))*(?:(?<=\/)#)?$/);
  });

  it.each(examples)('knows the topic of its example %s, and a device of the family may write it', (_topic, _example, message) => {
    expect(adapter.matches(message.topic)).toBe(true);
    const allowed = [...adapter.topics, ...(adapter.bridgeTopics ?? [])].map((filter) =>
      filter.replace('{store}', store).replace('{device}', knownAs),
    );
    expect(allowed.some((filter) => filterRegExp(filter).test(message.topic))).toBe(true);
  });

  it.each(examples)('reads its example %s as what it says', (_topic, example, message) => {
    const decoded = adapter.decode(message);
    expect(decoded).toMatchObject({ kind: 'readings' });
    if (decoded.kind === 'readings') expect(decoded.readings.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...example.reads]));
    expectSound(decoded);
  });

  it('calls the device by its id in the store', () => {
    const speakers = examples.flatMap(([, , message]) => {
      const decoded = adapter.decode(message);
      return decoded.kind === 'readings' ? decoded.readings.map((reading) => reading.device) : [];
    });
    expect(speakers).toContain(device);
  });

  it('says the same twice, so that a redelivery is one', () => {
    for (const [, , message] of examples) expect(adapter.decode(message)).toEqual(adapter.decode({ ...message }));
  });

  it('never throws and says nothing unsound, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.constantFrom(...examples), fc.uint8Array({ maxLength: 200 }), ([, , message], payload) => {
        expectSound(adapter.decode({ ...message, payload }));
      }),
      { numRuns: 100 },
    );
  });

  it('survives its own examples with anything in any field', () => {
    const texts = examples.filter(([, example]) => typeof example.payload === 'string' && /^[{[]/.test(example.payload));
    if (texts.length === 0) return;
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), fc.jsonValue({ maxDepth: 3 }), ([, , message], where, value) => {
        const changed = replaceAt(JSON.parse(Buffer.from(message.payload).toString()), where, value);
        expectSound(adapter.decode({ ...message, payload: Buffer.from(JSON.stringify(changed)) }));
      }),
      { numRuns: 300 },
    );
  });
}

/** Whatever was read fits its schema and can be stored. */
export function expectSound(decoded: Decoded): void {
  if (decoded.kind !== 'readings') {
    expect(decoded.reason).toMatch(/^[a-z0-9-]{1,40}$/);
    return;
  }
  expect(decoded.readings.length).toBeGreaterThan(0);
  for (const { id, device, atMs, ...body } of decoded.readings) {
    expect(READING_BODIES[body.kind].safeParse(body).success).toBe(true);
    expect([id, device].every((name) => ID_PATTERN.test(name))).toBe(true);
    expect(Number.isSafeInteger(atMs) && atMs >= 0).toBe(true);
  }
}

function filterRegExp(filter: string): RegExp {
  const source = filter
    .split('/')
    .map((level) => (level === '+' ? '[^/]+' : level === '#' ? '.*' : level.replace(/[.*?^${}()|[\]\\]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${source}$`);
}

/** Replaces the value at the `where`-th place of a JSON value, counted in the order they are written. */
function replaceAt(root: unknown, where: number, value: unknown): unknown {
  let places = 0;
  const count = (node: unknown): void => {
    places += 1;
    if (typeof node === 'object' && node !== null) Object.values(node).forEach(count);
  };
  count(root);
  let left = where % places;
  const copy = (node: unknown): unknown => {
    if (left-- === 0) return value;
    if (Array.isArray(node)) return node.map(copy);
    return typeof node === 'object' && node !== null
      ? Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, copy(inner)]))
      : node;
  };
  return copy(root);
}

/** Runs the contract under a title. */
export function describeAdapter(subject: AdapterSubject): void {
  describe(`${subject.adapter.name} (${subject.adapter.title})`, () => adapterContract(subject));
}
