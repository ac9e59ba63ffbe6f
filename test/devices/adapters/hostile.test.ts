import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAdapterRegistry } from '../../../devices/adapters/registry.ts';
import { exampleMessage, expectSound } from '../../contracts/adapter.contract.ts';

const HOSTILE = join(import.meta.dirname, '../../../../shared/data/hostile');
const isHere = existsSync(HOSTILE);
if (!isHere) console.warn(`Cannot test with hostile texts: ${HOSTILE} is absent`);

const registry = createAdapterRegistry({ store: 'demo' });
const messages = registry.adapters.flatMap((adapter) =>
  adapter.examples.map((example) => ({ adapter, message: exampleMessage(example, { store: 'demo', device: 'x-1' }) })),
);

/** Topics where a bare number or word is a whole message, so that some hostile texts are good ones. */
const BARE = new Set(
  messages
    .filter(
      ({ message }) =>
        message.payload[0] !== undefined && message.payload[0] > 0x20 && !'{[$'.includes(String.fromCharCode(message.payload[0])),
    )
    .map(({ message }) => message.topic),
);

describe.skipIf(!isHere)('hostile texts through every adapter and mapping', () => {
  const suite = join(HOSTILE, 'json-test-suite');
  const files = isHere ? readdirSync(suite, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')) : [];

  it('JSONTestSuite gives no reading and a named rejection', () => {
    expect(files.length).toBeGreaterThan(300);
    const reasons = new Set<string>();
    for (const file of files) {
      const payload = readFileSync(join(suite, file));
      for (const { adapter, message } of messages) {
        const decoded = adapter.decode({ ...message, payload });
        expectSound(decoded);
        if (decoded.kind !== 'readings') reasons.add(decoded.reason);
        else expect([file, message.topic, BARE.has(message.topic)]).toEqual([file, message.topic, true]);
        // What no parser may accept cannot have been read.
        if (/(^|\/)n_/.test(file) && !BARE.has(message.topic))
          expect([file, adapter.name, decoded.kind]).not.toEqual([file, adapter.name, 'readings']);
      }
    }
    expect(reasons.has('not-json')).toBe(true);
  });

  it('naughty strings as messages, as topics and as device names are sound', { timeout: 120_000 }, () => {
    const strings = JSON.parse(readFileSync(join(HOSTILE, 'naughty-strings/blns.json'), 'utf8')) as string[];
    expect(strings.length).toBeGreaterThan(500);
    for (const text of strings) {
      for (const { adapter, message } of messages) {
        expectSound(adapter.decode({ ...message, payload: Buffer.from(text) }));
        expectSound(adapter.decode({ ...message, topic: message.topic.replace('x-1', () => text.replace(/[/+#]/g, '_')) }));
      }
      const decoded = registry.decode({
        topic: text,
        payload: Buffer.from(JSON.stringify({ [text]: text })),
        retain: false,
        receivedAtMs: 1,
      });
      expectSound(decoded);
    }
  });

  it('numbers beyond nature are refused, not pulled into range', () => {
    const cases: readonly (readonly [topic: string, payload: string])[] = [
      ['tele/s/SENSOR', '{"HX711":{"Weight":1e309}}'],
      ['tele/s/SENSOR', '{"HX711":{"Weight":2000000}}'],
      ['tele/s/SENSOR', '{"SI7021":{"Temperature":-300,"Humidity":40}}'],
      ['zigbee2mqtt/t', '{"temperature":-300,"humidity":50}'],
      ['zigbee2mqtt/t', '{"temperature":21,"humidity":104.7}'],
      ['zigbee2mqtt/t', '{"contact":true,"battery":255}'],
      ['espresense/devices/cart/office', '{"rssi":40}'],
      ['frigate/door/person', '1e9'],
      ['frigate/door/person', '-1'],
      ['home/gw/BTtoMQTT/x', '{"id":"45:e1:74:12:6e:00","rssi":-1000}'],
      ['shelly-1/status/temperature:0', '{"tC":999}'],
      ['shellies/ht/sensor/humidity', '140'],
      ['node/sensor/shelf_weight/state', '1e12'],
      ['pos/till/receipt', '{"receipt":"r","lines":[{"sku":"a","amount":1e12}],"codes":[]}'],
      ['impinj/r/events', '{"tagInventoryEvent":{"epcHex":"E2","peakRssiCdbm":-99999}}'],
    ];
    for (const [topic, payload] of cases) {
      const decoded = registry.decode({ topic, payload: Buffer.from(payload), retain: false, receivedAtMs: 1 });
      expect([topic, payload, decoded.kind]).toEqual([topic, payload, 'malformed']);
      expect(decoded).toMatchObject({ reason: expect.stringMatching(/out-of-range|schema|field/) });
    }
  });

  it('a flood of strangers leaves nothing behind but a bounded memory of names', () => {
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 30_000; index++) {
      registry.decode({
        topic: `zigbee2mqtt/stranger-${index}`,
        payload: Buffer.from('{"contact":true}'),
        retain: false,
        receivedAtMs: index,
      });
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
  });
});
