import { describe, expect, it } from 'vitest';
import { createAdapterRegistry, describeAdapters, fillTopic } from '../../../devices/adapters/registry.ts';

describe('the adapter registry', () => {
  const registry = createAdapterRegistry({ store: 'demo' });

  it('hands a message to the adapter that knows its topic', () => {
    const payload = Buffer.from('{"id":"e1","at":"2026-03-01T10:00:00.000Z","kind":"presence","count":2}');
    const decoded = registry.decode({ topic: 'endcap/v1/demo/eye-1/event', payload, retain: false, receivedAtMs: 0 });
    expect(decoded).toMatchObject({ kind: 'readings', readings: [{ device: 'eye-1', kind: 'presence', count: 2 }] });
  });

  it.each(['', '/', 'endcap/v2/demo/x/event', 'somewhere/sensor/x', '__proto__'])('ignores the unknown topic "%s"', (topic) => {
    expect(registry.decode({ topic, payload: new Uint8Array(), retain: false, receivedAtMs: 0 })).toEqual({
      kind: 'ignored',
      reason: 'unknown-topic',
    });
  });

  it('says what to subscribe to on a foreign broker', () => {
    expect(registry.subscriptions).toEqual(
      expect.arrayContaining(['endcap/v1/demo/+/event', 'endcap/v1/demo/+/state', 'endcap/v1/demo/+/availability']),
    );
  });

  it('says what one device may write', () => {
    expect(fillTopic('zigbee2mqtt/{device}/#', { store: 'demo', device: '$&-1' })).toBe('zigbee2mqtt/$&-1/#');
  });

  it('names every adapter once, and describes each in a table', () => {
    const names = registry.adapters.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const table = describeAdapters(registry.adapters);
    for (const { name, title } of registry.adapters) expect(table).toContain(`| \`${name}\` | ${title} |`);
    expect(table.split('\n')).toHaveLength(names.length + 3);
  });
});
