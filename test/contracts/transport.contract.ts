import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InboundMessage, Settlement, Transport } from '../../devices/transports/transport.ts';

/** A transport to test, with somebody on the other side of it. */
export interface TransportSubject {
  readonly transport: Transport;
  /** The store in its topics; devices are called `shelf-1` and so on. */
  readonly store: string;
  /** Connects as a device that may publish its own topics and read its own `set`; kept and closed by the subject. */
  device(name: string): Promise<MqttClient>;
  /** Ends everything. */
  close(): Promise<void>;
}

/** A message with its settlement, kept for the test to decide. */
export interface Arrival extends InboundMessage {
  settle(settlement: Settlement): void;
}

/** What every way in and out for messages must do, whoever is on the other side. */
export function transportContract(open: () => Promise<TransportSubject>): void {
  describe('as a transport', () => {
    let subject: TransportSubject;
    let arrivals: Arrival[];
    let autoSettle: boolean;

    beforeEach(async () => {
      arrivals = [];
      autoSettle = true;
      subject = await open();
      await subject.transport.start((message, settle) => {
        arrivals.push({ ...message, settle });
        if (autoSettle) setImmediate(settle, 'done');
      });
      await vi.waitFor(() => expect(['listening', 'connected']).toContain(subject.transport.status().state), { timeout: 10_000 });
    });

    afterEach(() => subject.close());

    const topicOf = (device: string, channel = 'event') => `endcap/v1/${subject.store}/${device}/${channel}`;
    const texts = () => arrivals.map(({ payload }) => Buffer.from(payload).toString());
    const waitForArrivals = (count: number) => vi.waitFor(() => expect(arrivals.length).toBeGreaterThanOrEqual(count), { timeout: 10_000 });

    it('hands over exactly the bytes that were sent', async () => {
      const device = await subject.device('shelf-1');
      const bytes = Buffer.from([0x00, 0xff, 0xc3, 0x28, 0x7b, 0x0a, 0x80]);
      const before = Date.now();
      await device.publishAsync(topicOf('shelf-1'), bytes, { qos: 1 });
      await waitForArrivals(1);
      const [arrival] = arrivals;
      expect(Buffer.from(arrival?.payload ?? []).equals(bytes)).toBe(true);
      expect(arrival).toMatchObject({ topic: topicOf('shelf-1'), qos: 1, retain: false });
      expect(arrival?.receivedAtMs).toBeGreaterThanOrEqual(before);
    });

    it('keeps the order of one device, even when its messages are settled backwards', async () => {
      const device = await subject.device('shelf-1');
      const sent = Array.from({ length: 50 }, (_, n) => `message ${n}`);
      autoSettle = false;
      const acknowledged = sent.map((text) => device.publishAsync(topicOf('shelf-1'), text, { qos: 1 }));
      // A broker in between lets only so many be open at once, so they are settled in lots.
      let settled = 0;
      await vi.waitFor(
        () => {
          for (const arrival of arrivals.slice(settled).reverse()) arrival.settle('done');
          settled = arrivals.length;
          expect(settled).toBeGreaterThanOrEqual(sent.length);
        },
        { timeout: 10_000, interval: 5 },
      );
      await Promise.all(acknowledged);
      expect(texts()).toEqual(sent);
    });

    it('gets a message again that could not be stored, until it is settled', async () => {
      const device = await subject.device('shelf-1');
      autoSettle = false;
      const acknowledged = device.publishAsync(topicOf('shelf-1'), 'precious', { qos: 1 });
      await waitForArrivals(1);
      arrivals[0]?.settle('retry');
      await waitForArrivals(2);
      arrivals[1]?.settle('retry');
      await waitForArrivals(3);
      arrivals[2]?.settle('done');
      await acknowledged;
      expect(texts()).toEqual(['precious', 'precious', 'precious']);
    });

    it('goes on with other messages after one could not be stored', async () => {
      const device = await subject.device('shelf-1');
      autoSettle = false;
      const acknowledged = ['a', 'b', 'c'].map((text) => device.publishAsync(topicOf('shelf-1'), text, { qos: 1 }));
      await waitForArrivals(3);
      arrivals[0]?.settle('done');
      arrivals[1]?.settle('retry');
      // Whatever happens to c now, its connection is over: it must come again.
      arrivals[2]?.settle('done');
      autoSettle = true;
      await Promise.all(acknowledged);
      await vi.waitFor(() => expect(texts().slice(3)).toEqual(expect.arrayContaining(['b', 'c'])), { timeout: 10_000 });
    });

    it('delivers what the agent publishes, retained messages also to those who come later', async () => {
      const early = await subject.device('shelf-1');
      const heard: string[] = [];
      early.on('message', (_topic, payload) => heard.push(payload.toString()));
      await early.subscribeAsync(topicOf('shelf-1', 'set'), { qos: 1 });
      await subject.transport.publish({ topic: topicOf('shelf-1', 'set'), payload: 'now', retain: false, qos: 1 });
      await subject.transport.publish({ topic: topicOf('shelf-1', 'set'), payload: 'kept', retain: true, qos: 1 });
      await vi.waitFor(() => expect(heard).toEqual(['now', 'kept']));

      await early.endAsync();
      const late = await subject.device('shelf-1');
      const heardLater: string[] = [];
      late.on('message', (_topic, payload, packet) => heardLater.push(`${payload.toString()} ${packet.retain}`));
      await late.subscribeAsync(topicOf('shelf-1', 'set'), { qos: 1 });
      await vi.waitFor(() => expect(heardLater).toEqual(['kept true']));
    });

    it('stops cleanly: says so, refuses to publish, and can start again', async () => {
      const device = await subject.device('shelf-1');
      await device.publishAsync(topicOf('shelf-1'), 'before', { qos: 1 });
      await waitForArrivals(1);
      await subject.transport.stop();
      expect(subject.transport.status().state).toBe('stopped');
      await expect(subject.transport.publish({ topic: 'x', payload: '', retain: false, qos: 1 })).rejects.toThrow(/Cannot publish to "x"/);
      await subject.transport.stop();

      const again: string[] = [];
      await subject.transport.start((message, settle) => {
        again.push(Buffer.from(message.payload).toString());
        settle('done');
      });
      const other = await subject.device('shelf-2');
      await other.publishAsync(topicOf('shelf-2'), 'after', { qos: 1 });
      await vi.waitFor(() => expect(again).toContain('after'), { timeout: 10_000 });
    });

    it('still acknowledges what was committed while it was stopping', async () => {
      const device = await subject.device('shelf-1');
      autoSettle = false;
      const acknowledged = device.publishAsync(topicOf('shelf-1'), 'last', { qos: 1 });
      await waitForArrivals(1);
      const stopped = subject.transport.stop();
      arrivals[0]?.settle('done');
      await stopped;
      await acknowledged;
      expect(texts()).toEqual(['last']);
    });
  });
}
