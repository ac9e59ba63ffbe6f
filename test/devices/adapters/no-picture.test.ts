import { describe, expect, it } from 'vitest';
import { createAdapterRegistry } from '../../../devices/adapters/registry.ts';

const STORE = 'corner';
const PICTURE = Buffer.concat([Buffer.of(0xff, 0xd8, 0xff, 0xe0), Buffer.alloc(3_000, 7), Buffer.of(0xff, 0xd9)]);

/** What cameras may say. */
const SAID = [
  { kind: 'presence', count: 2, zone: 'door' },
  { kind: 'dwell', zone: 'door', ms: 4_000 },
  { kind: 'flow', from: 'door', to: 'aisle', count: 1 },
  { kind: 'reach', active: true },
  { kind: 'camera.detections', people: [{ x: 0.1, y: 0.1, w: 0.2, h: 0.5, confidence: 0.9, track: 't1' }] },
] as const;

describe('what a camera says', () => {
  const registry = createAdapterRegistry({ store: STORE });
  const decode = (channel: string, payload: Buffer) =>
    registry.decode({ topic: `endcap/v1/${STORE}/cam/${channel}`, payload, retain: false, receivedAtMs: Date.UTC(2026, 0, 5, 10) });

  it.each(SAID)('$kind becomes a reading without the picture that came with it', (body) => {
    const smuggled = { id: '1', at: '2026-01-05T10:00:00.000Z', ...body, image: PICTURE.toString('base64'), frame: [...PICTURE] };
    const decoded = decode('event', Buffer.from(JSON.stringify(smuggled)));
    if (decoded.kind === 'malformed') throw new Error(decoded.detail);
    expect(JSON.stringify(decoded)).not.toContain('/9j/4');
    expect(decoded).toMatchObject({ kind: 'readings', readings: [{ ...body, device: 'cam' }] });
    expect(Object.keys(decoded.kind === 'readings' ? (decoded.readings[0] ?? {}) : {}).sort()).toEqual(
      ['atMs', 'device', 'id', ...Object.keys(body)].sort(),
    );
  });

  it('has no text that is long enough to hold a picture', () => {
    const named = { id: '1', at: '2026-01-05T10:00:00.000Z', kind: 'presence', count: 1, zone: PICTURE.toString('base64') };
    const tracked = {
      ...named,
      kind: 'camera.detections',
      people: [{ x: 0, y: 0, w: 1, h: 1, confidence: 1, track: PICTURE.toString('base64') }],
    };
    expect([named, tracked].map((event) => decode('event', Buffer.from(JSON.stringify(event))).kind)).toEqual(['malformed', 'malformed']);
  });

  it('on its picture channel is never a reading', () => {
    expect(decode('frame', PICTURE).kind).toBe('ignored');
  });
});
