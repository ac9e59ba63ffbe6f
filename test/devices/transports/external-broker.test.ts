import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ExternalBroker, type ExternalBrokerParts } from '../../../devices/transports/external-broker.ts';
import type { ExternalBrokerSettings } from '../../../devices/transports/external-settings.ts';
import { transportContract } from '../../contracts/transport.contract.ts';
import { Mosquitto } from '../../support/mosquitto.ts';
import { hasPeer } from '../../support/peers.ts';

const FILTERS = ['endcap/v1/demo/+/event', 'endcap/v1/demo/+/state', 'endcap/v1/demo/+/availability'];

function createTransport(port: number, settings: Partial<ExternalBrokerSettings> = {}, parts: Partial<ExternalBrokerParts> = {}) {
  return new ExternalBroker(
    { url: `mqtt://127.0.0.1:${port}`, clientId: 'endcap-demo', filters: FILTERS, limits: { firstBackoffMs: 20 }, ...settings },
    { clock: { wallMs: Date.now, monotonicMs: () => performance.now() }, random: Math.random, ...parts },
  );
}

describe.skipIf(!hasPeer('mosquitto'))('the connection to a mosquitto', () => {
  const closing: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const startBroker = async (options: Parameters<typeof Mosquitto.start>[0] = {}) => {
    const broker = await Mosquitto.start(options);
    closing.push(() => broker.close());
    return broker;
  };

  const connectClient = async (
    port: number,
    options: { readonly username?: string; readonly password?: string } = {},
  ): Promise<MqttClient> => {
    const client = await connectAsync({ host: '127.0.0.1', port, reconnectPeriod: 20, ...options });
    closing.push(() => client.endAsync(true));
    return client;
  };

  const run = async (transport: ExternalBroker, heard: string[] = []) => {
    closing.push(() => transport.stop());
    await transport.start(({ payload }, settle) => {
      heard.push(Buffer.from(payload).toString());
      settle('done');
    });
    return heard;
  };

  const waitForState = (transport: ExternalBroker, state: string) =>
    vi.waitFor(() => expect(transport.status().state).toBe(state), { timeout: 10_000 });

  transportContract(async () => {
    const broker = await Mosquitto.start();
    const clients: MqttClient[] = [];
    const transport = createTransport(broker.port);
    return {
      transport,
      store: 'demo',
      device: async (name) => {
        const client = await connectAsync({
          host: '127.0.0.1',
          port: broker.port,
          clientId: `${name}-${clients.length}`,
          reconnectPeriod: 20,
        });
        clients.push(client);
        return client;
      },
      close: async () => {
        await Promise.all(clients.map((client) => client.endAsync(true)));
        await transport.stop();
        await broker.close();
      },
    };
  });

  it('gets what was sent while it was away, once and in order', async () => {
    const broker = await startBroker();
    const heard = await run(createTransport(broker.port));
    const device = await connectClient(broker.port);
    const first = createTransport(broker.port, { clientId: 'endcap-away' });
    await run(first, heard.splice(0));
    await waitForState(first, 'connected');
    await first.stop();
    const sent = Array.from({ length: 2_000 }, (_, n) => `${n}`);
    await Promise.all(sent.map((text) => device.publishAsync('endcap/v1/demo/shelf-1/event', text, { qos: 1 })));
    const later = await run(createTransport(broker.port, { clientId: 'endcap-away' }));
    await vi.waitFor(() => expect(later).toHaveLength(sent.length), { timeout: 10_000 });
    expect(later).toEqual(sent);
  });

  it('comes back by itself after the broker was killed, subscribed and present', async () => {
    const broker = await startBroker();
    const presence = {
      online: { topic: 'endcap/v1/demo/agent/availability', payload: 'online', retain: true, qos: 1 },
      offline: { topic: 'endcap/v1/demo/agent/availability', payload: 'offline', retain: true, qos: 1 },
    } as const;
    const transport = createTransport(broker.port, {}, { presence });
    const heard = await run(transport);
    await waitForState(transport, 'connected');
    await broker.kill();
    await waitForState(transport, 'connecting');
    expect(transport.status().sentence).toMatch(/trying again by itself$/);
    await broker.begin();
    await waitForState(transport, 'connected');
    const device = await connectClient(broker.port);
    const seen: string[] = [];
    device.on('message', (_topic, payload) => seen.push(payload.toString()));
    await device.subscribeAsync(presence.online.topic, { qos: 1 });
    await device.publishAsync('endcap/v1/demo/shelf-1/event', 'again', { qos: 1 });
    await vi.waitFor(() => expect(heard).toEqual(['again']));
    await vi.waitFor(() => expect(seen).toEqual(['online']));
    await transport.stop();
    await vi.waitFor(() => expect(seen).toEqual(['online', 'offline']));
  });

  it('tells a wrong password from a broker that is not there', async () => {
    const broker = await startBroker({ users: { agent: 'right' } });
    const wrong = createTransport(broker.port, { username: 'agent', password: 'wrong' });
    await run(wrong);
    await waitForState(wrong, 'refused');
    expect(wrong.status().sentence).toBe(
      `The broker at mqtt://127.0.0.1:${broker.port} refuses our user name or password; check mqtt.username and mqtt.passwordFile; trying again by itself`,
    );
    const right = createTransport(broker.port, { url: `mqtt://agent:right@127.0.0.1:${broker.port}`, clientId: 'right' });
    await run(right);
    await waitForState(right, 'connected');
    expect(JSON.stringify([wrong.status(), right.status()])).not.toMatch(/right@|wrong"/);

    await broker.kill();
    await vi.waitFor(
      () => expect(right.status().sentence).toMatch(/Cannot reach the broker at mqtt:\/\/127\.0\.0\.1:\d+: nothing listens there/),
      {
        timeout: 10_000,
      },
    );
    expect(right.status().state).toBe('connecting');
  });

  it('suspects a second program with its client id when the two throw each other out', async () => {
    const broker = await startBroker();
    const one = createTransport(broker.port);
    const other = createTransport(broker.port);
    await Promise.all([run(one), run(other)]);
    await vi.waitFor(() => expect(`${one.status().sentence} ${other.status().sentence}`).toContain('store.id'), {
      timeout: 10_000,
      interval: 1,
    });
  });

  it('loses nothing while messages are settled, refused and the broker dies around it', async () => {
    const broker = await startBroker({ lines: ['persistence true', 'autosave_interval 1', 'autosave_on_changes true'] });
    const stored = new Set<string>();
    let n = 0;
    const transport = createTransport(broker.port);
    closing.push(() => transport.stop());
    await transport.start(({ payload }, settle) => {
      n += 1;
      const text = Buffer.from(payload).toString();
      // Every 97th commit fails; the others take a turn.
      if (n % 97 === 0) return void setImmediate(settle, 'retry');
      setImmediate(() => {
        stored.add(text);
        settle('done');
      });
    });
    await waitForState(transport, 'connected');
    const device = await connectClient(broker.port);
    const sent = Array.from({ length: 1_000 }, (_, i) => `${i}`);
    await Promise.all(sent.map((text) => device.publishAsync('endcap/v1/demo/shelf-1/event', text, { qos: 1 })));
    await vi.waitFor(() => expect(stored.size).toBe(sent.length), { timeout: 20_000 });
    expect(transport.status().refused['not-stored']).toBeGreaterThan(0);
  });
});
