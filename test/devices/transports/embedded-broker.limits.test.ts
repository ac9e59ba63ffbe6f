import { createServer } from 'node:net';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BrokerLimits } from '../../../devices/transports/broker-limits.ts';
import { EmbeddedBroker } from '../../../devices/transports/embedded-broker.ts';
import { connectPacket, lengthBytes, packet, publishPacket, subscribePacket } from '../../support/raw-mqtt.ts';
import { BrokerRig } from './broker-rig.ts';

const EVENT = 'endcap/v1/demo/shelf-1/event';

describe('the embedded broker', () => {
  let rig: BrokerRig | undefined;

  afterEach(() => rig?.close());

  const open = async (limits: Partial<BrokerLimits> = {}) => {
    rig = await new BrokerRig(limits).start();
    return rig;
  };

  describe('acknowledges', () => {
    it('only what was settled, in the order it came', async () => {
      const the = await open();
      the.autoSettle = false;
      const raw = await the.raw('shelf-1');
      raw.write(Buffer.concat([1, 2, 3].map((id) => publishPacket({ topic: EVENT, payload: `m${id}`, id }))));
      await vi.waitFor(() => expect(the.arrivals).toHaveLength(3));
      the.arrivals[1]?.settle('done');
      the.arrivals[2]?.settle('done');
      await roundTrip(the);
      expect(raw.acks()).toEqual([]);
      the.arrivals[0]?.settle('done');
      await vi.waitFor(() => expect(raw.acks()).toEqual([1, 2, 3]));
    });

    it('nothing after a message that could not be stored, and ends the connection', async () => {
      const the = await open();
      the.autoSettle = false;
      const raw = await the.raw('shelf-1');
      raw.write(Buffer.concat([1, 2, 3].map((id) => publishPacket({ topic: EVENT, payload: `m${id}`, id }))));
      await vi.waitFor(() => expect(the.arrivals).toHaveLength(3));
      the.arrivals[2]?.settle('done');
      the.arrivals[0]?.settle('done');
      the.arrivals[1]?.settle('retry');
      await vi.waitFor(() => expect(raw.isClosed).toBe(true));
      expect(raw.acks()).not.toContain(2);
      expect(raw.acks()).not.toContain(3);
      expect(the.refused('not-stored')).toBe(1);
    });

    it('and still hands on what a device sent before it hung up', async () => {
      const the = await open();
      the.autoSettle = false;
      const raw = await the.raw('shelf-1');
      await vi.waitFor(() => expect(raw.connack()).toBe(0));
      const say = (text: string) => publishPacket({ topic: EVENT, payload: text });
      const first = Array.from({ length: 50 }, (_, index) => `first ${index}`);
      raw.write(Buffer.concat(first.map(say)));
      await vi.waitFor(() => expect(the.texts()).toEqual(first));
      // The broker reads on when these are settled; by then the connection has long been closed.
      raw.socket.end(Buffer.concat([say('second'), say('third'), Buffer.from([0xe0, 0])]));
      await vi.waitFor(() => expect(raw.isClosed).toBe(true));
      for (const { settle } of the.arrivals) settle('done');
      await vi.waitFor(() => expect(the.texts()).toEqual([...first, 'second', 'third']));
      for (const { settle } of the.arrivals.slice(first.length)) settle('done');
      await vi.waitFor(() => expect(the.broker.status().clients).toBe(0));
    });

    it('QoS 2 after its commit too, and hands it over once', async () => {
      const the = await open();
      const device = await the.device('shelf-1');
      await device.publishAsync(EVENT, 'twice is once', { qos: 2 });
      expect(the.texts()).toEqual(['twice is once']);
    });

    it('a message once, however often it is settled', async () => {
      const the = await open();
      the.autoSettle = false;
      const raw = await the.raw('shelf-1');
      raw.write(publishPacket({ topic: EVENT, payload: 'x', id: 9 }));
      await vi.waitFor(() => expect(the.arrivals).toHaveLength(1));
      for (const settlement of ['done', 'retry', 'done'] as const) the.arrivals[0]?.settle(settlement);
      await roundTrip(the);
      expect(raw.acks()).toEqual([9]);
      expect(raw.isClosed).toBe(false);
    });
  });

  describe('keeps in memory', () => {
    it('retained state, but no retained events and nothing large', async () => {
      const the = await open({ maxRetainedBytes: 100 });
      const device = await the.device('shelf-1');
      await device.publishAsync(EVENT, 'old news', { qos: 1, retain: true });
      await device.publishAsync('endcap/v1/demo/shelf-1/state', 'x'.repeat(101), { qos: 1, retain: true });
      await device.publishAsync('endcap/v1/demo/shelf-1/availability', 'online', { qos: 1, retain: true });
      expect(the.refused('retain-ignored')).toBe(2);
      expect(the.arrivals.map(({ retain }) => retain)).toEqual([false, false, false]);
      const watcher = await the.device('watcher');
      const heard: string[] = [];
      watcher.on('message', (topic) => heard.push(topic));
      await watcher.subscribeAsync('endcap/v1/demo/#', { qos: 1 });
      await vi.waitFor(() => expect(heard).toEqual(['endcap/v1/demo/shelf-1/availability']));
    });

    it('only so many retained topics, of which old ones can still change and go', async () => {
      const the = await open({ maxRetainedTopics: 1 });
      const retained = (device: string, payload: string) =>
        the.broker.publish({ topic: `endcap/v1/demo/${device}/set`, payload, retain: true, qos: 1 });
      await retained('a', '1');
      await retained('b', '1');
      expect(the.refused('retained-full')).toBe(1);
      await retained('a', '');
      await retained('b', '2');
      const watcher = await the.device('watcher');
      const heard: string[] = [];
      watcher.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
      await watcher.subscribeAsync('endcap/v1/demo/#', { qos: 1 });
      await vi.waitFor(() => expect(heard).toEqual(['endcap/v1/demo/b/set 2']));
    });

    it('nothing for a device that is away: its session ends with its connection', async () => {
      const the = await open();
      const options = { host: '127.0.0.1', port: the.broker.port(), username: 'shelf-1', password: '1-flehs', clean: false, clientId: 'c' };
      const first = await connectAsync(options);
      await first.subscribeAsync('endcap/v1/demo/shelf-1/set', { qos: 1 });
      await first.endAsync();
      const second = await connectAsync(options);
      const heard: string[] = [];
      second.on('message', (topic) => heard.push(topic));
      await the.broker.publish({ topic: 'endcap/v1/demo/shelf-1/set', payload: 'x', retain: false, qos: 1 });
      await second.publishAsync(EVENT, 'still fine', { qos: 1 });
      expect(heard).toEqual([]);
      await second.endAsync();
    });
  });

  describe('ends a connection', () => {
    it('that announces a packet over the limit, before the packet has come', async () => {
      const the = await open();
      const raw = await the.raw('shelf-1');
      await vi.waitFor(() => expect(raw.connack()).toBe(0));
      raw.write(Buffer.concat([Buffer.from([0x32]), lengthBytes(268_435_455), Buffer.from('endcap')]));
      await vi.waitFor(() => expect(raw.isClosed).toBe(true));
      expect(the.broker.status().refused).toEqual({ oversized: 1 });
    });

    it('that announces a large packet before it has said who it is', async () => {
      const the = await open();
      const raw = await the.dial();
      raw.write(Buffer.concat([Buffer.from([0x10]), lengthBytes(20_000)]));
      await vi.waitFor(() => expect(raw.isClosed).toBe(true));
      expect(the.broker.status().refused).toEqual({ oversized: 1 });
    });

    it('but not that of a camera with a picture of its size', async () => {
      const the = await open();
      const picture = Buffer.alloc(900_000, 7);
      const camera = await the.device('camera');
      await camera.publishAsync('endcap/v1/demo/camera/frame', picture, { qos: 1 });
      expect(the.arrivals[0]?.payload.length).toBe(picture.length);
      const shelf = await the.raw('shelf-1');
      shelf.write(publishPacket({ topic: EVENT, payload: picture, id: 1 }));
      await vi.waitFor(() => expect(shelf.isClosed).toBe(true));
    });

    it.each([
      ['nothing', () => Buffer.alloc(0)],
      ['half a connect packet', () => connectPacket({ clientId: 'half', username: 'shelf-1', password: '1-flehs' }).subarray(0, 9)],
    ])('that says %s for too long', async (_name, bytes) => {
      const the = await open({ connectTimeoutMs: 100 });
      const raw = await the.dial();
      raw.write(bytes());
      await vi.waitFor(() => expect(raw.isClosed).toBe(true));
      expect(the.broker.status().refused).toEqual({ 'connect-timeout': 1 });
    });

    it('that has gone silent in the middle of a packet, after one and a half keepalives', async () => {
      const the = await open();
      const raw = await the.dial();
      raw.write(connectPacket({ clientId: 'x', username: 'shelf-1', password: '1-flehs', keepaliveS: 1 }));
      await vi.waitFor(() => expect(raw.connack()).toBe(0));
      raw.write(publishPacket({ topic: EVENT, payload: 'x'.repeat(100), id: 1 }).subarray(0, 50));
      await vi.waitFor(() => expect(raw.isClosed).toBe(true), { timeout: 5_000 });
      expect(the.broker.status().refused).toEqual({ 'keepalive-timeout': 1 });
    });

    it.each([
      ['a topic of 100 levels', publishPacket({ topic: `endcap/v1/demo/shelf-1/${'x/'.repeat(100)}x`, payload: 'x', id: 1 }), 'too-deep'],
      ['a filter of 100 levels', subscribePacket(1, [`endcap/v1/demo/agent/${'x/'.repeat(100)}#`]), 'protocol-error'],
      ['a topic with a wildcard', publishPacket({ topic: 'endcap/v1/demo/shelf-1/#', payload: 'x', id: 1 }), 'protocol-error'],
      ['an empty topic', publishPacket({ topic: '', payload: 'x', id: 1 }), 'protocol-error'],
      ['a second connect packet', connectPacket({ clientId: 'x' }), 'protocol-error'],
      ['an unknown packet type', packet(0xf0, Buffer.alloc(0)), 'protocol-error'],
      ['a length that never ends', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff]), 'protocol-error'],
      ['a topic longer than its packet', packet(0x32, Buffer.from([0xff, 0xff, 0x61])), 'protocol-error'],
    ])('that sends %s', async (_name, bytes, reason) => {
      const the = await open();
      const raw = await the.raw('shelf-1');
      await vi.waitFor(() => expect(raw.connack()).toBe(0));
      raw.write(bytes);
      await vi.waitFor(() => expect(raw.isClosed).toBe(true));
      expect(Object.keys(the.broker.status().refused)).toEqual([reason === 'protocol-error' ? expect.any(String) : reason]);
      expect(the.arrivals).toEqual([]);
    });

    it('that opens QoS 2 messages and never finishes them', async () => {
      const the = await open({ maxInflightQos2: 5 });
      const raw = await the.raw('shelf-1');
      raw.write(Buffer.concat(Array.from({ length: 6 }, (_, n) => publishPacket({ topic: EVENT, payload: 'x', id: n + 1, qos: 2 }))));
      await vi.waitFor(() => expect(raw.isClosed).toBe(true));
      expect(the.broker.status().refused).toEqual({ 'too-many-unanswered': 1 });
    });

    it('that sends garbage instead of MQTT', async () => {
      const the = await open();
      for (const text of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\0\0\0\0', '\x16\x03\x01\x02\x00\x01\x00\x01', '{"id":1}']) {
        const raw = await the.dial();
        raw.write(Buffer.from(text, 'latin1'));
        raw.socket.end();
        await vi.waitFor(() => expect(raw.isClosed).toBe(true));
      }
      const device = await the.device('shelf-1');
      await device.publishAsync(EVENT, 'alive', { qos: 1 });
      expect(the.texts()).toEqual(['alive']);
    });
  });

  it('reads a device that sends too fast more slowly, and loses nothing of it', async () => {
    const the = await open({ messagesPerSecond: 2_000, burstMessages: 10 });
    const device = await the.device('shelf-1');
    await Promise.all(Array.from({ length: 400 }, (_, n) => device.publishAsync(EVENT, `${n}`, { qos: 1 })));
    expect(the.texts()).toEqual(Array.from({ length: 400 }, (_, n) => `${n}`));
    expect(the.refused('paced')).toBeGreaterThan(0);
  });

  it('names the setting when its port is taken', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    );
    const broker = new EmbeddedBroker(
      { store: 'demo', host: '127.0.0.1', port },
      { authenticator: { authenticate: () => undefined }, clock: { wallMs: Date.now, monotonicMs: Date.now } },
    );
    await expect(broker.start(() => undefined)).rejects.toThrow(
      `Cannot listen for devices on 127.0.0.1:${port}: another program uses this port; set mqtt.port (or ENDCAP_MQTT_PORT) to another one`,
    );
    await new Promise((resolve) => taken.close(resolve));
  });
});

/** Whatever was written to anybody before has arrived when a newcomer has its answer. */
async function roundTrip(rig: BrokerRig): Promise<void> {
  const newcomer = await rig.raw('shelf-99');
  await vi.waitFor(() => expect(newcomer.connack()).toBe(0));
}
