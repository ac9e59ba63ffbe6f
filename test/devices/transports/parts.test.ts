import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeviceAccess, isSaneClientId } from '../../../devices/transports/authorisation.ts';
import { readBrokerUrl } from '../../../devices/transports/external-settings.ts';
import { OutgoingFilter } from '../../../devices/transports/outgoing-filter.ts';
import { PacketMeter } from '../../../devices/transports/packet-meter.ts';
import { SettlementQueue, type Ticket } from '../../../devices/transports/settlement-queue.ts';
import { TokenBucket } from '../../../devices/transports/token-bucket.ts';
import { filterCovers, filterMatches } from '../../../devices/transports/topic-filter.ts';
import type { Settlement } from '../../../devices/transports/transport.ts';
import { packet } from '../../support/raw-mqtt.ts';

interface NumberedTicket extends Ticket {
  readonly n: number;
}

describe('the settlement queue', () => {
  it('answers in the order of arrival, whatever the order of settlement, and nothing behind a retry', () => {
    const order = fc.integer({ min: 1, max: 40 }).chain((size) =>
      fc.tuple(
        fc.shuffledSubarray(
          Array.from({ length: size }, (_, n) => n),
          { minLength: size },
        ),
        fc.array(fc.constantFrom<Settlement>('done', 'done', 'done', 'retry'), { minLength: size, maxLength: size }),
      ),
    );
    fc.assert(
      fc.property(order, ([shuffled, settlements]) => {
        const answers: number[] = [];
        const queue = new SettlementQueue<NumberedTicket>((_settlement, { n }) => answers.push(n));
        const tickets = settlements.map((_, n): NumberedTicket => ({ n, settlement: undefined }));
        for (const ticket of tickets) queue.add(ticket);
        for (const n of shuffled) queue.settle(tickets[n] as NumberedTicket, settlements[n] as Settlement);
        const firstRetry = settlements.indexOf('retry');
        const expected = firstRetry === -1 ? tickets.length : firstRetry + 1;
        expect(answers).toEqual(Array.from({ length: expected }, (_, n) => n));
        expect(queue.size).toBe(0);
      }),
    );
  });

  it('answers a message that arrives and is settled while another is being answered, after it', () => {
    const answers: number[] = [];
    const queue: SettlementQueue<NumberedTicket> = new SettlementQueue((_settlement, { n }) => {
      answers.push(n);
      if (n >= 3) return;
      const next: NumberedTicket = { n: n + 1, settlement: undefined };
      queue.add(next);
      queue.settle(next, 'done');
      answers.push(-n);
    });
    const first: NumberedTicket = { n: 1, settlement: undefined };
    queue.add(first);
    queue.settle(first, 'done');
    expect(answers).toEqual([1, -1, 2, -2, 3]);
  });

  it('has no answer for what it was told to forget', () => {
    const answers: number[] = [];
    const queue = new SettlementQueue<NumberedTicket>((_settlement, { n }) => answers.push(n));
    const old: NumberedTicket = { n: 1, settlement: undefined };
    queue.add(old);
    expect(queue.clear()).toBe(1);
    const next: NumberedTicket = { n: 2, settlement: undefined };
    queue.add(next);
    queue.settle(old, 'done');
    queue.settle(next, 'done');
    expect(answers).toEqual([2]);
  });
});

/** Cuts bytes into pieces at arbitrary places. */
const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 });

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let offset = 0, i = 0; offset < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1;
    pieces.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return pieces;
}

const packets = fc.array(
  fc.record({ type: fc.constantFrom(0x10, 0x30, 0x32, 0x40, 0x82, 0xc0, 0xe0), size: fc.integer({ min: 0, max: 300 }) }),
  { minLength: 1, maxLength: 20 },
);
const bytesOf = (list: readonly { readonly type: number; readonly size: number }[]) =>
  Buffer.concat(list.map(({ type, size }) => packet(type, Buffer.alloc(size, 0x40))));

describe('the packet meter', () => {
  it('passes packets within the limit and stops at the first one beyond it, however the bytes are cut', () => {
    fc.assert(
      fc.property(packets, cuts, fc.integer({ min: 2, max: 303 }), (list, sizes, limit) => {
        const meter = new PacketMeter({ firstPacketBytes: limit, packetBytes: limit });
        const faults = cut(bytesOf(list), sizes).map((piece) => meter.take(piece));
        const isTooLarge = list.some(({ type, size }) => packet(type, Buffer.alloc(size)).length > limit);
        expect(faults.some((fault) => fault === 'oversized')).toBe(isTooLarge);
      }),
    );
  });

  it('has a limit of its own for the first packet, and a new one when it is told so', () => {
    const meter = new PacketMeter({ firstPacketBytes: 100, packetBytes: 10 });
    expect(meter.take(packet(0x10, Buffer.alloc(90)))).toBeUndefined();
    expect(meter.take(packet(0x30, Buffer.alloc(8)))).toBeUndefined();
    meter.allow(1_000);
    expect(meter.take(packet(0x30, Buffer.alloc(900)))).toBeUndefined();
    expect(meter.take(packet(0x30, Buffer.alloc(1_000)))).toBe('oversized');
  });

  it('refuses a length of five bytes', () => {
    const meter = new PacketMeter({ firstPacketBytes: 100, packetBytes: 100 });
    expect(meter.take(Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80]))).toBe('protocol-error');
  });
});

describe('the outgoing filter', () => {
  it('leaves out every PUBACK and nothing else, however the bytes are cut, and knows when it is between packets', () => {
    fc.assert(
      fc.property(packets, cuts, (list, sizes) => {
        const filter = new OutgoingFilter();
        const passed = Buffer.concat(cut(bytesOf(list), sizes).map((piece) => filter.pass(piece)));
        expect(passed.equals(bytesOf(list.filter(({ type }) => type !== 0x40)))).toBe(true);
        expect(filter.isBetweenPackets).toBe(true);
        filter.pass(Buffer.from([0x30]));
        expect(filter.isBetweenPackets).toBe(false);
        filter.pass(Buffer.from([0x02, 0x00]));
        expect(filter.isBetweenPackets).toBe(false);
        filter.pass(Buffer.from([0x00]));
        expect(filter.isBetweenPackets).toBe(true);
      }),
    );
  });
});

describe('the token bucket', () => {
  it('allows a burst, then asks to wait as long as the rate demands', () => {
    const bucket = new TokenBucket({ perSecond: 100, burst: 3 }, 0);
    expect([1, 2, 3].map(() => bucket.take(0))).toEqual([0, 0, 0]);
    expect(bucket.take(0)).toBe(10);
    expect(bucket.take(0)).toBe(20);
    expect(bucket.take(30)).toBe(0);
    expect(bucket.take(30)).toBe(10);
  });

  it('never saves up more than a burst, and does not mind a clock that stands still or goes back', () => {
    const bucket = new TokenBucket({ perSecond: 1_000, burst: 2 }, 1_000);
    expect([1, 2, 3].map(() => bucket.take(1_000_000))).toEqual([0, 0, 1]);
    expect(bucket.take(0)).toBe(2);
  });
});

describe('topic filters', () => {
  it.each<[filter: string, topic: string, matches: boolean]>([
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a/b/c', false],
    ['a/+', 'a', false],
    ['a/#', 'a/b/c', true],
    ['a/#', 'a', true],
    ['a/#', 'ab', false],
    ['#', 'a/b', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['a/+/c', 'a//c', true],
  ])('%s on %s: %s', (filter, topic, matches) => {
    expect(filterMatches(filter, topic)).toBe(matches);
  });

  it('a filter that covers another matches everything that the other matches', () => {
    const level = fc.constantFrom('a', 'b', '+', '');
    const filter = fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([levels, rest]) => (rest ? [...levels, '#'] : levels).join('/'));
    const topic = fc.array(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));
    fc.assert(
      fc.property(filter, filter, topic, (wide, narrow, name) => {
        if (filterCovers(wide, narrow) && filterMatches(narrow, name)) expect(filterMatches(wide, name)).toBe(true);
        expect(filterCovers(wide, wide)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what a device may do', () => {
  const access = new DeviceAccess('demo', { device: 'shelf-1', topics: ['ble/shelf-1/#'], reads: ['endcap/v1/demo/staff/alert'] });

  it.each(['endcap/v1/demo/shelf-1/event', 'endcap/v1/demo/shelf-1/frame', 'ble/shelf-1/x', 'endcap/v1/demo/shelf-1/settings'])(
    'write %s',
    (topic) => {
      expect(access.mayWrite(topic)).toBe(true);
    },
  );

  it.each([
    'endcap/v1/demo/shelf-1/',
    'endcap/v1/demo/shelf-1',
    'endcap/v1/demo/shelf-1/set',
    'endcap/v1/demo/shelf-2/event',
    'ble/shelf-2/x',
    '$SYS/x',
    '',
  ])('not write %s', (topic) => {
    expect(access.mayWrite(topic)).toBe(false);
  });

  it.each<[string, boolean]>([
    ['endcap/v1/demo/shelf-1/set', true],
    ['endcap/v1/demo/agent/#', true],
    ['endcap/v1/demo/agent/state', true],
    ['endcap/v1/demo/staff/alert', true],
    ['endcap/v1/demo/staff/#', false],
    ['endcap/v1/demo/+/set', false],
    ['endcap/v1/demo/#', false],
  ])('subscribe to %s: %s', (filter, may) => {
    expect(access.maySubscribe(filter)).toBe(may);
  });

  it.each(['mosq-Fh3kQ', 'aedes_0b5c', 'shelf-1', 'A', 'mqttjs_0a1b2c3d', 'user@host'])('be called %s', (clientId) => {
    expect(isSaneClientId(clientId)).toBe(true);
  });
});

describe('the broker’s URL', () => {
  it.each([
    [
      'mqtt://broker.local',
      { host: 'broker.local', port: 1883, isTls: false, username: undefined, password: undefined, name: 'mqtt://broker.local:1883' },
    ],
    [
      'mqtts://u%40x:p%3Aw@10.0.0.2:9000',
      { host: '10.0.0.2', port: 9000, isTls: true, username: 'u@x', password: 'p:w', name: 'mqtts://10.0.0.2:9000' },
    ],
    ['mqtt://[::1]:1884', { host: '::1', port: 1884, isTls: false, username: undefined, password: undefined, name: 'mqtt://[::1]:1884' }],
  ])('%s is read', (url, address) => {
    expect(readBrokerUrl({ url })).toEqual(address);
  });

  it('gives way to credentials that are set on their own', () => {
    expect(readBrokerUrl({ url: 'mqtt://a:b@h', username: 'c', password: 'd' })).toMatchObject({ username: 'c', password: 'd' });
  });

  it.each(['', 'broker.local', 'http://broker', 'mqtt://', 'ws://user:secret@h'])(
    '"%s" is refused in words that show no password',
    (url) => {
      expect(() => readBrokerUrl({ url })).toThrow(/^Cannot use mqtt\.url \(or ENDCAP_MQTT_URL\): expected mqtt:/);
    },
  );
});
