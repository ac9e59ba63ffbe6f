import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ID_PATTERN } from '../../../agent/core/ids.ts';
import type { Decoded } from '../../../devices/adapters/adapter.ts';
import { createAdapterRegistry } from '../../../devices/adapters/registry.ts';

const HOSTILE = join(import.meta.dirname, '../../../../shared/data/hostile');
const isHere = existsSync(HOSTILE);
if (!isHere) console.warn(`Cannot test with hostile texts: ${HOSTILE} is absent`);

const registry = createAdapterRegistry({ store: 'demo' });
const AT = '2026-03-01T10:00:00.123Z';

/** A good message of each kind that has text in it, and which fields those are. */
const TEMPLATES: readonly { readonly message: Readonly<Record<string, unknown>>; readonly fields: readonly string[] }[] = [
  { message: { id: 'e', at: AT, kind: 'shelf.pick', slot: 's', count: 1 }, fields: ['id', 'at', 'kind', 'slot', 'count'] },
  { message: { id: 'e', at: AT, kind: 'shelf.weight', slot: 's', grams: 1 }, fields: ['slot', 'grams'] },
  { message: { id: 'e', at: AT, kind: 'rfid.read', epc: 'E2', rssiDbm: -60 }, fields: ['epc', 'rssiDbm'] },
  { message: { id: 'e', at: AT, kind: 'ble.sighting', beacon: 'b', rssiDbm: -60, txPowerDbm: -59 }, fields: ['beacon', 'txPowerDbm'] },
  { message: { id: 'e', at: AT, kind: 'camera.detections', people: [] }, fields: ['people'] },
  {
    message: { id: 'e', at: AT, kind: 'pos.sale', receipt: 'r', lines: [{ sku: 'a', quantity: 1, cents: 1 }], codes: [], visit: 'v' },
    fields: ['receipt', 'lines', 'codes', 'visit'],
  },
  { message: { id: 'e', at: AT, kind: 'context', topic: 't', value: 'v', until: AT }, fields: ['topic', 'value', 'until'] },
];

function decodeOn(channel: string, payload: Uint8Array): Decoded {
  return registry.decode({ topic: `endcap/v1/demo/d1/${channel}`, payload, retain: false, receivedAtMs: 1 });
}

/** Whatever was read must be storable, and its ids must be ids. */
function expectSound(decoded: Decoded): void {
  if (decoded.kind !== 'readings') return;
  for (const reading of decoded.readings) {
    const text = JSON.stringify(reading);
    expect(JSON.parse(Buffer.from(text, 'utf8').toString('utf8'))).toEqual(JSON.parse(text));
    expect(reading.id).toMatch(ID_PATTERN);
    expect(Number.isSafeInteger(reading.atMs)).toBe(true);
    if ('slot' in reading) expect(reading.slot).toMatch(ID_PATTERN);
    if ('beacon' in reading) expect(reading.beacon).toMatch(ID_PATTERN);
    if ('value' in reading) expect(/[\p{Cc}\p{Cs}]/u.test(reading.value)).toBe(false);
  }
}

describe.skipIf(!isHere)('hostile texts', () => {
  const suite = join(HOSTILE, 'json-test-suite');
  const files = isHere ? readdirSync(suite, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')) : [];

  it('JSONTestSuite as whole messages gives no reading on any channel', () => {
    expect(files.length).toBeGreaterThan(300);
    for (const file of files) {
      const bytes = readFileSync(join(suite, file));
      for (const channel of ['event', 'state', 'availability']) {
        expect([file, decodeOn(channel, bytes).kind]).not.toEqual([file, 'readings']);
      }
    }
  });

  it('JSONTestSuite as any field gives a reading only where it is a good value', () => {
    let read = 0;
    for (const file of files) {
      const bytes = readFileSync(join(suite, file));
      for (const { message, fields } of TEMPLATES) {
        for (const field of fields) {
          const others = JSON.stringify({ ...message, [field]: undefined }).slice(0, -1);
          const decoded = decodeOn('event', Buffer.concat([Buffer.from(`${others},"${field}":`), bytes, Buffer.from('}')]));
          expectSound(decoded);
          if (decoded.kind === 'readings') read += 1;
          // What no parser may accept cannot have been read.
          if (/(^|\/)n_/.test(file)) expect([file, field, decoded.kind]).not.toEqual([file, field, 'readings']);
        }
      }
    }
    // Some of the suite is good text, so a test that reads nothing at all would prove nothing.
    expect(read).toBeGreaterThan(0);
  });

  it('naughty strings in any field give a reading only where they are good values', () => {
    const strings = JSON.parse(readFileSync(join(HOSTILE, 'naughty-strings/blns.json'), 'utf8')) as string[];
    expect(strings.length).toBeGreaterThan(500);
    let read = 0;
    for (const text of strings) {
      for (const { message, fields } of TEMPLATES) {
        for (const field of fields) {
          const decoded = decodeOn('event', Buffer.from(JSON.stringify({ ...message, [field]: text })));
          expectSound(decoded);
          if (decoded.kind === 'readings') read += 1;
        }
        expectSound(decodeOn('event', Buffer.from(JSON.stringify({ ...message, [text]: text }))));
      }
      expectSound(decodeOn('state', Buffer.from(JSON.stringify({ firmware: text, id: text }))));
      expectSound(decodeOn(text, Buffer.from('{}')));
      expectSound(registry.decode({ topic: text, payload: Buffer.from(text), retain: false, receivedAtMs: 1 }));
    }
    expect(read).toBeGreaterThan(0);
  });
});
