import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BrokerLimits } from '../../../devices/transports/broker-limits.ts';
import { requirePeer } from '../../support/peers.ts';
import { connectPacket, publishPacket, subscribePacket } from '../../support/raw-mqtt.ts';
import { BrokerRig } from './broker-rig.ts';

const EVENT = 'endcap/v1/demo/shelf-1/event';

describe('the embedded broker', () => {
  let rig: BrokerRig | undefined;

  afterEach(() => rig?.close());

  const open = async (limits: Partial<BrokerLimits> = {}) => {
    rig = await new BrokerRig(limits).start();
    return rig;
  };

  describe('lets in', () => {
    const turnedAway: [name: string, connect: Parameters<typeof connectPacket>[0], code: number, reason: string][] = [
      ['nobody without credentials', { clientId: 'x' }, 4, 'bad-credentials'],
      ['nobody with a wrong password', { clientId: 'x', username: 'shelf-1', password: 'guess' }, 4, 'bad-credentials'],
      ['nobody called like the agent itself', { clientId: 'x', username: 'agent', password: 'tnega' }, 4, 'bad-credentials'],
      ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a b', 'é', '../x', '<script>', 'x'.repeat(129)].map(
        (clientId) =>
          [`no client id like ${clientId.slice(0, 20)}`, { clientId, username: 'shelf-1', password: '1-flehs' }, 2, 'bad-client-id'] as [
            string,
            Parameters<typeof connectPacket>[0],
            number,
            string,
          ],
      ),
      ...['$SYS/broker/uptime', 'endcap/v1/demo/shelf-2/state', 'endcap/v1/other/shelf-1/state', 'endcap/v1/demo/shelf-1/set'].map(
        (topic) =>
          [
            `nobody whose will goes to ${topic}`,
            { clientId: 'x', username: 'shelf-1', password: '1-flehs', will: { topic, payload: 'gone' } },
            5,
            'will-refused',
          ] as [string, Parameters<typeof connectPacket>[0], number, string],
      ),
    ];

    it.each(turnedAway)('%s', async (_name, connect, code, reason) => {
      const the = await open();
      const raw = await the.dial();
      raw.write(connectPacket(connect));
      await vi.waitFor(() => expect(raw.connack()).toBe(code));
      await vi.waitFor(() => expect(raw.isClosed).toBe(true));
      expect(the.broker.status().refused).toEqual({ [reason]: 1 });
      expect(the.broker.status().clients).toBe(0);
    });

    it('a device without a client id of its own', async () => {
      const the = await open();
      const raw = await the.raw('shelf-1', '');
      await vi.waitFor(() => expect(raw.connack()).toBe(0));
    });

    it('a device that takes over its own connection, but not one that takes another device’s', async () => {
      const the = await open();
      const first = await the.raw('shelf-1', 'same');
      await vi.waitFor(() => expect(first.connack()).toBe(0));
      const thief = await the.raw('shelf-2', 'same');
      await vi.waitFor(() => expect(thief.connack()).toBe(2));
      expect(first.isClosed).toBe(false);
      const second = await the.raw('shelf-1', 'same');
      await vi.waitFor(() => expect(second.connack()).toBe(0));
      await vi.waitFor(() => expect(first.isClosed).toBe(true));
      await vi.waitFor(() => expect(the.broker.status().clients).toBe(1));
      expect(the.refused('client-id-in-use')).toBe(1);
    });

    it('only so many connections of one device, and again when one has gone', async () => {
      const the = await open({ maxConnectionsPerDevice: 2 });
      const [first] = [await the.raw('shelf-1', 'a'), await the.raw('shelf-1', 'b')];
      await vi.waitFor(() => expect(the.broker.status().clients).toBe(2));
      const third = await the.raw('shelf-1', 'c');
      await vi.waitFor(() => expect(third.connack()).toBe(3));
      first?.close();
      await vi.waitFor(() => expect(the.broker.status().clients).toBe(1));
      const fourth = await the.raw('shelf-1', 'd');
      await vi.waitFor(() => expect(fourth.connack()).toBe(0));
    });

    it('only so many connections in all', async () => {
      const the = await open({ maxConnections: 2 });
      await the.device('shelf-1');
      await the.device('shelf-2');
      const third = await the.dial();
      await vi.waitFor(() => expect(third.isClosed).toBe(true));
      expect(the.refused('too-many-connections')).toBe(1);
    });

    it('no MQTT 5, and says so in a way that a client can fall back from', async () => {
      const the = await open();
      const v5 = connectAsync({
        host: '127.0.0.1',
        port: the.broker.port(),
        protocolVersion: 5,
        username: 'shelf-1',
        password: '1-flehs',
        reconnectPeriod: 0,
      });
      await expect(v5).rejects.toMatchObject({ code: 1 });
      await vi.waitFor(() => expect(the.refused('protocol-version')).toBe(1));
    });
  });

  describe('lets a device write', () => {
    it.each([
      ['another device', 'endcap/v1/demo/shelf-2/event'],
      ['another store', 'endcap/v1/other/shelf-1/event'],
      ['what is meant for it', 'endcap/v1/demo/shelf-1/set'],
      ['under what is meant for it', 'endcap/v1/demo/shelf-1/set/x'],
      ['the agent', 'endcap/v1/demo/agent/state'],
      ['the broker', '$SYS/broker/uptime'],
      ['another family', 'zigbee2mqtt/lamp'],
      ['a name that begins like its own', 'endcap/v1/demo/shelf-10/event'],
    ])('not as %s: the connection ends without an acknowledgement', async (_name, topic) => {
      const the = await open();
      const raw = await the.raw('shelf-1');
      raw.write(publishPacket({ topic, payload: 'x', id: 1 }));
      await vi.waitFor(() => expect(raw.isClosed).toBe(true));
      expect(raw.acks()).toEqual([]);
      expect(the.arrivals).toEqual([]);
      expect(the.broker.status().refused).toEqual({ 'not-authorised': 1 });
    });

    it('topics of its family when the authenticator lists them', async () => {
      const the = await open();
      const bridge = await the.device('bridge');
      await bridge.publishAsync('zigbee2mqtt/door/contact', '{}', { qos: 1 });
      expect(the.arrivals).toMatchObject([{ topic: 'zigbee2mqtt/door/contact', client: 'bridge' }]);
    });

    it('its last will when it is lost, in its own name', async () => {
      const the = await open();
      const raw = await the.dial();
      const will = { topic: 'endcap/v1/demo/shelf-1/availability', payload: 'offline' };
      raw.write(connectPacket({ clientId: 'x', username: 'shelf-1', password: '1-flehs', will }));
      await vi.waitFor(() => expect(raw.connack()).toBe(0));
      raw.close();
      await vi.waitFor(() => expect(the.arrivals).toMatchObject([{ topic: will.topic, client: 'shelf-1' }]));
    });

    it('no last will when it is the agent that stops', async () => {
      const the = await open();
      const raw = await the.dial();
      const will = { topic: 'endcap/v1/demo/shelf-1/availability', payload: 'offline' };
      raw.write(connectPacket({ clientId: 'x', username: 'shelf-1', password: '1-flehs', will }));
      await vi.waitFor(() => expect(raw.connack()).toBe(0));
      await the.broker.stop();
      expect(the.arrivals).toEqual([]);
    });
  });

  describe('lets a device read', () => {
    it.each([
      'endcap/v1/demo/shelf-2/set',
      'endcap/v1/demo/+/set',
      'endcap/v1/demo/#',
      '#',
      '+/#',
      '$SYS/#',
      'endcap/v1/demo/shelf-2/event',
      'endcap/v1/demo/shelf-1/#',
    ])('not %s', async (filter) => {
      const the = await open();
      const raw = await the.raw('shelf-1');
      raw.write(subscribePacket(7, [filter]));
      await vi.waitFor(() => expect(raw.received.find(({ type }) => type === 0x90)?.body[2]).toBe(128));
      expect(the.refused('subscription-refused')).toBe(1);
    });

    it('what the agent says to it and of itself, and nothing that other devices say', async () => {
      const the = await open();
      const display = await the.device('shelf-1');
      const heard: string[] = [];
      display.on('message', (topic) => heard.push(topic));
      await display.subscribeAsync(['endcap/v1/demo/shelf-1/set', 'endcap/v1/demo/agent/#'], { qos: 1 });
      const other = await the.device('shelf-2');
      await other.publishAsync('endcap/v1/demo/shelf-2/state', '{}', { qos: 1, retain: true });
      await the.broker.publish({ topic: 'endcap/v1/demo/shelf-2/set', payload: 'not yours', retain: false, qos: 1 });
      await the.broker.publish({ topic: 'endcap/v1/demo/agent/state', payload: '{}', retain: false, qos: 1 });
      await vi.waitFor(() => expect(heard).toEqual(['endcap/v1/demo/agent/state']));
    });

    it('what another device says, where it may, from its subscription until it unsubscribes', async () => {
      const the = await open();
      const shelf = await the.device('shelf-1');
      const watcher = await the.device('watcher');
      const heard: string[] = [];
      watcher.on('message', (_topic, payload) => heard.push(payload.toString()));
      await shelf.publishAsync(EVENT, 'before', { qos: 1 });
      await watcher.subscribeAsync('endcap/v1/demo/+/event', { qos: 1 });
      await shelf.publishAsync(EVENT, 'at once', { qos: 0 });
      await shelf.publishAsync(EVENT, 'acknowledged', { qos: 1 });
      await shelf.publishAsync(EVENT, 'once', { qos: 2 });
      await vi.waitFor(() => expect(heard).toEqual(['at once', 'acknowledged', 'once']));
      await watcher.unsubscribeAsync('endcap/v1/demo/+/event');
      await shelf.publishAsync(EVENT, 'after', { qos: 1 });
      await watcher.subscribeAsync('endcap/v1/demo/+/event', { qos: 1 });
      await shelf.publishAsync(EVENT, 'again', { qos: 1 });
      await vi.waitFor(() => expect(heard).toEqual(['at once', 'acknowledged', 'once', 'again']));
      expect(the.texts()).toEqual(['before', 'at once', 'acknowledged', 'once', 'after', 'again']);
    });

    it('only so many subscriptions, and others after unsubscribing', async () => {
      const the = await open({ maxSubscriptionsPerClient: 2 });
      const watcher = await the.device('watcher');
      await watcher.subscribeAsync(['endcap/v1/demo/a/event', 'endcap/v1/demo/b/event'], { qos: 1 });
      await expect(watcher.subscribeAsync('endcap/v1/demo/c/event', { qos: 1 })).rejects.toThrow();
      expect(the.refused('too-many-subscriptions')).toBe(1);
      await watcher.unsubscribeAsync('endcap/v1/demo/a/event');
      await watcher.subscribeAsync('endcap/v1/demo/c/event', { qos: 1 });
    });

    it('nothing more once it stops reading, and everybody else goes on', async () => {
      const the = await open({ maxBacklogBytes: 65_536, drainTimeoutMs: 500 });
      const deaf = await the.raw('watcher');
      deaf.write(subscribePacket(1, ['endcap/v1/demo/shelf-1/event']));
      await vi.waitFor(() => expect(deaf.received.some(({ type }) => type === 0x90)).toBe(true));
      deaf.socket.pause();
      const device = await the.device('shelf-1');
      const large = Buffer.alloc(60_000, 'x');
      for (let i = 0; the.refused('slow-reader') === 0 && i < 1_000; i += 1) {
        void the.broker.publish({ topic: EVENT, payload: large.toString(), retain: false, qos: 0 }).catch(() => undefined);
        await device.publishAsync('endcap/v1/demo/shelf-1/state', 'going on', { qos: 1 });
      }
      expect(the.refused('slow-reader')).toBeGreaterThan(0);
    });
  });

  it('is spoken to by Debian’s own publisher', async () => {
    const program = requirePeer('mosquitto_pub');
    const the = await open();
    const send = (password: string) =>
      promisify(execFile)(program, [
        '-p',
        `${the.broker.port()}`,
        '-u',
        'shelf-1',
        '-P',
        password,
        '-q',
        '1',
        '-t',
        EVENT,
        '-m',
        '{"id":"1"}',
      ]);
    await send('1-flehs');
    expect(the.texts()).toEqual(['{"id":"1"}']);
    await expect(send('wrong')).rejects.toThrow(/[Nn]ot authori[sz]ed|bad user name or password/i);
  });
});
