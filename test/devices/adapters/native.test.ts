import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { READING_CLASS } from '../../../agent/core/reading.ts';
import type { Decoded } from '../../../devices/adapters/adapter.ts';
import { createNativeAdapter } from '../../../devices/adapters/native.ts';
import { NATIVE_EVENTS } from '../../../devices/adapters/native-schemas.ts';

const AT = '2026-03-01T10:00:00.123Z';
const AT_MS = Date.UTC(2026, 2, 1, 10, 0, 0, 123);
const RECEIVED_MS = AT_MS + 40;

const adapter = createNativeAdapter({ store: 'demo' });

function decode(payload: unknown, options: { readonly topic?: string; readonly retain?: boolean } = {}): Decoded {
  const bytes = payload instanceof Uint8Array ? payload : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return adapter.decode({ topic: 'endcap/v1/demo/shelf-1/event', payload: bytes, retain: false, receivedAtMs: RECEIVED_MS, ...options });
}

const event = (body: object) => ({ id: 'e1', at: AT, ...body });

const GOOD: readonly [kind: string, body: object][] = [
  ['shelf.weight', { slot: '03-2', grams: -12.5 }],
  ['shelf.pick', { slot: '03-2', count: 1 }],
  ['shelf.return', { slot: '03-2', count: 2 }],
  ['rfid.read', { epc: 'E28011606000020A1B2C3D4E', rssiDbm: -61 }],
  ['presence', { count: 0 }],
  ['ble.sighting', { beacon: 'AA:BB:CC:00:11:22', rssiDbm: -66 }],
  ['ble.sighting', { beacon: 'cart-17', rssiDbm: -66, txPowerDbm: -59 }],
  ['camera.detections', { people: [] }],
  ['camera.detections', { people: [{ x: 0, y: 0.1, w: 1, h: 0.5, confidence: 0.9 }] }],
  ['camera.detections', { people: [{ x: 0, y: 0.1, w: 1, h: 0.5, confidence: 0.9, track: 't1' }] }],
  ['door.count', { in: 1, out: 0 }],
  ['pos.sale', { receipt: 'R-1', lines: [{ sku: 'A1', quantity: 0.345, cents: 199 }], codes: [] }],
  ['pos.sale', { receipt: 'R-1', lines: [{ sku: 'A1', quantity: 1, cents: 199 }], codes: ['K7M2Q'], visit: 'v_1' }],
  ['rfid.read', { epc: '94D8FC5F' }],
  ['camera.detections', { partial: true, people: [{ x: 0, y: 0.1, w: 1, h: 0.5, confidence: 0.9 }] }],
  ['contact', { open: true }],
  ['occupancy', { occupied: false }],
  ['vibration', { active: true }],
  ['vibration', { active: true, slot: '03-2' }],
  ['button', { action: 'single_left' }],
  ['reach', { active: true, slot: '03-2' }],
  ['distance', { metres: 0.42 }],
  ['stop', { seat: 4, active: true }],
  ['queue', { till: 'till-1', length: 3, waitMs: 90_000 }],
  ['heat', { cells: [{ cell: 7, seconds: 12.5, people: 2 }] }],
  ['dwell', { zone: 'pantry', ms: 42_000 }],
  ['flow', { from: 'pantry', to: 'fresh', count: 1 }],
  ['climate', { temperatureC: -18 }],
  ['climate', { temperatureC: 4, humidityPercent: 80, illuminanceLux: 300, co2Ppm: 600 }],
];

describe('the native form', () => {
  it.each(GOOD)('reads %s %j as it was meant', (kind, body) => {
    expect(decode(event({ kind, ...body }))).toEqual({
      kind: 'readings',
      readings: [{ id: 'e1', device: 'shelf-1', atMs: AT_MS, kind, ...body }],
    });
  });

  it('reads context with the end of its truth', () => {
    expect(
      decode(event({ kind: 'context', topic: 'weather/outside', value: 'rain – heavy', until: '2026-03-01T12:00:00.000Z' })),
    ).toMatchObject({
      readings: [{ kind: 'context', topic: 'weather/outside', value: 'rain – heavy', untilMs: Date.UTC(2026, 2, 1, 12) }],
    });
  });

  it('has a schema for every kind of reading but the device’s own status, and a good example of each here', () => {
    const kinds = Object.keys(READING_CLASS).filter((kind) => kind !== 'device.status');
    expect(Object.keys(NATIVE_EVENTS).sort()).toEqual(kinds.sort());
    expect([...new Set([...GOOD.map(([kind]) => kind), 'context'])].sort()).toEqual(kinds.sort());
  });

  it('drops what nobody asked for', () => {
    const decoded = decode(event({ kind: 'presence', count: 3, firmware: '1.2', constructor: 1, nested: { deep: [1] } }));
    expect(decoded).toEqual({ kind: 'readings', readings: [{ id: 'e1', device: 'shelf-1', atMs: AT_MS, kind: 'presence', count: 3 }] });
  });

  it('knows one RFID tag however its hexadecimal is spelt', () => {
    const decoded = decode(event({ kind: 'rfid.read', epc: 'e28011606000020a', rssiDbm: -61 }));
    expect(decoded).toMatchObject({ readings: [{ epc: 'E28011606000020A' }] });
  });

  it.each<[name: string, payload: unknown, reason: string, detail: RegExp]>([
    ['nothing', '', 'not-json', /JSON/],
    ['half an object', '{"id":"e1"', 'not-json', /JSON/],
    ['an array', '[]', 'not-an-object', /object/],
    ['null', 'null', 'not-an-object', /object/],
    ['a byte order mark and nothing behind it', '\ufeff', 'not-json', /JSON/],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), 'not-utf8', /UTF-8/],
    ['more than 64 kB', `{"id":"${'x'.repeat(65_536)}"}`, 'oversized', /at most 65536/],
    ['17 levels', `{"a":${'['.repeat(16)}${']'.repeat(16)}}`, 'too-deep', /16 levels/],
    ['a prototype', `{"__proto__":{"kind":"presence"},"id":"e1","at":"${AT}","kind":"presence","count":1}`, 'forbidden-key', /__proto__/],
    [
      'a disguised prototype, deep',
      `{"a":[{"\\u005f_proto__":1}],"id":"e1","at":"${AT}","kind":"presence","count":1}`,
      'forbidden-key',
      /__proto__/,
    ],
    ['no kind', event({ count: 1 }), 'schema', /^kind/],
    ['no id', { at: AT, kind: 'presence', count: 1 }, 'schema', /^id: .*expected string/],
    ['an id of 65 characters', { id: 'x'.repeat(65), at: AT, kind: 'presence', count: 1 }, 'schema', /^id: expected 1 to 64/],
    ['a number as id', { id: 7, at: AT, kind: 'presence', count: 1 }, 'schema', /^id/],
    ['a local time', { id: 'e1', at: '2026-03-01T10:00:00', kind: 'presence', count: 1 }, 'bad-time', /UTC/],
    ['30 February', { id: 'e1', at: '2026-02-30T10:00:00.000Z', kind: 'presence', count: 1 }, 'bad-time', /UTC/],
    ['a count as text', event({ kind: 'presence', count: '1' }), 'schema', /^count: .*expected number/],
    ['half a pick', event({ kind: 'shelf.pick', slot: 's', count: 0.5 }), 'schema', /^count/],
    ['no pick', event({ kind: 'shelf.pick', slot: 's', count: 0 }), 'schema', /^count/],
    ['1e309', `{"id":"e1","at":"${AT}","kind":"shelf.weight","slot":"s","grams":1e309}`, 'schema', /^grams/],
    ['a tonne and more', event({ kind: 'shelf.weight', slot: 's', grams: 1_000_001 }), 'schema', /^grams/],
    ['a signal louder than any', event({ kind: 'ble.sighting', beacon: 'b', rssiDbm: 31 }), 'schema', /^rssiDbm/],
    [
      'a box outside the picture',
      event({ kind: 'camera.detections', people: [{ x: 1.1, y: 0, w: 0, h: 0, confidence: 1 }] }),
      'schema',
      /^people\.0\.x/,
    ],
    [
      'a crowd of 201',
      event({ kind: 'camera.detections', people: Array(201).fill({ x: 0, y: 0, w: 0, h: 0, confidence: 1 }) }),
      'schema',
      /^people/,
    ],
    ['an empty sale', event({ kind: 'pos.sale', receipt: 'R', lines: [], codes: [] }), 'schema', /^lines/],
    [
      'parts of a cent',
      event({ kind: 'pos.sale', receipt: 'R', lines: [{ sku: 'a', quantity: 1, cents: 1.5 }], codes: [] }),
      'schema',
      /^lines\.0\.cents/,
    ],
    ['a climate of nothing', event({ kind: 'climate' }), 'schema', /at least one/],
    ['half a character', event({ kind: 'context', topic: 't', value: '\ud800', until: AT }), 'schema', /^value/],
    ['a context without an end', event({ kind: 'context', topic: 't', value: 'v', until: 'never' }), 'schema', /^until/],
  ])('refuses %s and says why', (_name, payload, reason, detail) => {
    const decoded = decode(payload);
    expect(decoded).toMatchObject({ kind: 'malformed', reason, detail: expect.stringMatching(detail) });
  });

  it.each<[name: string, topic: string, payload: string, reason: string]>([
    ['another store', 'endcap/v1/other/shelf-1/event', '{}', 'other-store'],
    ['the agent itself', 'endcap/v1/demo/agent/state', '{}', 'own-topic'],
    ['the staff channel', 'endcap/v1/demo/staff/alert', '{}', 'own-topic'],
    ['commands to a device', 'endcap/v1/demo/shelf-1/set', '{}', 'own-topic'],
    ['pictures', 'endcap/v1/demo/cam-1/frame', '\xff\xd8', 'frame'],
    ['a channel of the future', 'endcap/v1/demo/shelf-1/diagnostics', '{}', 'unknown-channel'],
    ['a topic too short', 'endcap/v1/demo/shelf-1', '{}', 'unknown-topic'],
    ['a topic too long', 'endcap/v1/demo/shelf-1/event/x', '{}', 'unknown-topic'],
    ['a kind of the future', 'endcap/v1/demo/shelf-1/event', '{"kind":"lidar.sweep"}', 'unknown-kind'],
    ['a kind that every object has', 'endcap/v1/demo/shelf-1/event', '{"kind":"constructor"}', 'unknown-kind'],
    ['a deleted retained message', 'endcap/v1/demo/shelf-1/state', '', 'cleared'],
    ['a state that says nothing we know', 'endcap/v1/demo/shelf-1/state', '{"mood":"good"}', 'empty-state'],
  ])('ignores %s, by name', (_name, topic, payload, reason) => {
    expect(decode(payload, { topic })).toEqual({ kind: 'ignored', reason });
  });

  it('ignores an event that a broker kept and repeats', () => {
    expect(decode(event({ kind: 'presence', count: 1 }), { retain: true })).toEqual({ kind: 'ignored', reason: 'retained-event' });
  });

  it('refuses a device id that could not be a file name or a link', () => {
    expect(decode('{}', { topic: 'endcap/v1/demo/..%2f/event' })).toMatchObject({ kind: 'malformed', reason: 'bad-device-id' });
  });

  describe('on state and availability', () => {
    const availability = { topic: 'endcap/v1/demo/shelf-1/availability' };
    const state = { topic: 'endcap/v1/demo/shelf-1/state' };

    it.each([
      ['online', true],
      ['offline', false],
    ])('reads the word %s', (word, online) => {
      expect(decode(word, availability)).toMatchObject({
        kind: 'readings',
        readings: [{ kind: 'device.status', device: 'shelf-1', atMs: RECEIVED_MS, online }],
      });
    });

    it('reads what a device says of itself, with its own time and id where it gives them', () => {
      const said = { batteryPercent: 71, rssiDbm: -70, uptimeMs: 5_000, firmware: '1.4.2' };
      expect(decode({ ...said, extra: 1 }, state)).toMatchObject({ readings: [{ ...said, kind: 'device.status', atMs: RECEIVED_MS }] });
      expect(decode({ ...said, id: 's9', at: AT }, state)).toMatchObject({ readings: [{ ...said, id: 's9', atMs: AT_MS }] });
    });

    it('derives an id from the moment and the words: the same message again is the same, another one is not', () => {
      const idOf = (decoded: Decoded) => (decoded.kind === 'readings' ? decoded.readings[0]?.id : undefined);
      const id = idOf(decode({ batteryPercent: 71 }, state));
      expect(id).toBeDefined();
      expect(idOf(decode({ batteryPercent: 71 }, state))).toBe(id);
      expect(idOf(decode({ batteryPercent: 70 }, state))).not.toBe(id);
    });

    it.each([
      ['a battery of 101 percent', { batteryPercent: 101 }],
      ['a time of no day', { online: true, at: 'yesterday' }],
    ])('refuses %s', (_name, payload) => {
      expect(decode(payload, state).kind).toBe('malformed');
    });
  });

  it('never throws, whatever the bytes and the topic', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.uint8Array({ maxLength: 300 }), fc.boolean(), (topic, payload, retain) => {
        adapter.decode({ topic: `endcap/v1/demo/${topic}`, payload, retain, receivedAtMs: 0 });
        adapter.decode({ topic: 'endcap/v1/demo/d/event', payload, retain, receivedAtMs: 0 });
        adapter.decode({ topic: 'endcap/v1/demo/d/state', payload, retain, receivedAtMs: 0 });
      }),
    );
  });

  it('never throws and never reads anything out of range, whatever the JSON', () => {
    const kind = fc.constantFrom(...Object.keys(NATIVE_EVENTS));
    const value = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.constantFrom('s1', AT, null, true, -0, 1e308), fc.json());
    const keys = fc.constantFrom(
      'slot',
      'grams',
      'count',
      'epc',
      'rssiDbm',
      'beacon',
      'in',
      'out',
      'temperatureC',
      'people',
      'lines',
      'value',
    );
    fc.assert(
      fc.property(kind, fc.dictionary(keys, value), (name, body) => {
        const decoded = decode(event({ kind: name, ...body }));
        if (decoded.kind !== 'readings') return;
        const [reading] = decoded.readings;
        expect(JSON.parse(JSON.stringify(reading))).toEqual(JSON.parse(JSON.stringify({ ...reading })));
        for (const number of Object.values(reading ?? {}).filter((field) => typeof field === 'number'))
          expect(Number.isFinite(number)).toBe(true);
      }),
    );
  });

  it('says the same of the same message every time', () => {
    const message = {
      topic: 'endcap/v1/demo/shelf-1/event',
      payload: Buffer.from(JSON.stringify(event({ kind: 'presence', count: 1 }))),
      retain: false,
      receivedAtMs: 5,
    };
    expect(createNativeAdapter({ store: 'demo' }).decode(message)).toEqual(adapter.decode(message));
  });
});
