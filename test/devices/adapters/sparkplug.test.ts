import { get } from 'sparkplug-payload';
import { describe, expect, it } from 'vitest';
import { createAdapterRegistry } from '../../../devices/adapters/registry.ts';

describe('Sparkplug B', () => {
  const encode = (payload: object) =>
    get('spBv1.0')!.encodePayload(payload as Parameters<NonNullable<ReturnType<typeof get>>['encodePayload']>[0]);
  const at = 1_772_359_200_000;
  const birth = encode({
    timestamp: at,
    seq: 0,
    metrics: [
      { name: 'Slot3/Weight', alias: 7, type: 'Float', value: 1.5, properties: { engUnit: { type: 'String', value: 'kg' } } },
      { name: 'Properties/Firmware', alias: 8, type: 'String', value: '1.0' },
    ],
  });
  const data = (value: number, more: object = {}) =>
    encode({ timestamp: at + 1_000, seq: 1, metrics: [{ alias: 7, type: 'Float', value, ...more }] });

  it('is understood by alias after a birth, and waits for one before', () => {
    const fresh = createAdapterRegistry({
      store: 'demo',
      devices: [{ id: 'rack', adapter: 'sparkplug', knownAs: 'rack1', slots: { Slot3: '03-2' } }],
    });
    const say = (topic: string, payload: Uint8Array) => fresh.decode({ topic, payload, retain: false, receivedAtMs: at });
    expect(say('spBv1.0/g/DDATA/edge/rack1', data(2))).toEqual({ kind: 'ignored', reason: 'before-birth' });
    expect(say('spBv1.0/g/DBIRTH/edge/rack1', birth)).toMatchObject({
      readings: [
        { device: 'rack', kind: 'device.status', online: true },
        { device: 'rack', kind: 'shelf.weight', slot: '03-2', grams: 1_500 },
      ],
    });
    expect(say('spBv1.0/g/DDATA/edge/rack1', data(2))).toMatchObject({ readings: [{ slot: '03-2', grams: 2_000, atMs: at + 1_000 }] });
    // What was kept while the connection was gone has the time at which it was measured.
    expect(say('spBv1.0/g/DDATA/edge/rack1', data(3, { timestamp: at - 60_000, isHistorical: true }))).toMatchObject({
      readings: [{ grams: 3_000, atMs: at - 60_000 }],
    });
    expect(say('spBv1.0/g/DDEATH/edge/rack1', new Uint8Array())).toMatchObject({ readings: [{ online: false }] });
    expect(say('spBv1.0/g/DDATA/edge/rack1', data(2))).toEqual({ kind: 'ignored', reason: 'before-birth' });
    expect(say('spBv1.0/g/DBIRTH/edge/rack1', Buffer.from('{"a":1}'))).toMatchObject({ kind: 'malformed', reason: 'not-sparkplug' });
    expect(say('spBv1.0/g/NCMD/edge', birth)).toEqual({ kind: 'ignored', reason: 'command' });
  });
});
