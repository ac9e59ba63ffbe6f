import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveDevices } from '../../agent/live-devices.ts';
import { Pairing } from '../../agent/pairing.ts';
import { UnknownDevices } from '../../agent/runtime/unknown-devices.ts';
import { EmbeddedBroker } from '../../devices/transports/embedded-broker.ts';
import { loaded, SMALL_STORE } from '../config/small-store.ts';

const SCALE = '{"HX711":{"Weight":1.2}}';

/** A broker that lets guests in as the agent does, with one device that has credentials and reads what a family writes. */
describe('a guest on the broker', () => {
  let nowMs: number;
  let broker: EmbeddedBroker;
  let pairing: Pairing;
  let unknown: UnknownDevices;
  /** What would have gone to the log. */
  let logged: string[];
  const clients: MqttClient[] = [];

  const connect = async (options: IClientOptions) => {
    const client = await connectAsync({ host: '127.0.0.1', port: broker.port(), reconnectPeriod: 0, ...options });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };
  const ended = (client: MqttClient) => vi.waitFor(() => expect(client.connected).toBe(false));
  const plate = (clientId: string) => connect({ clientId, username: 'shelf-1', password: 'right' });

  beforeEach(async () => {
    nowMs = 1_000;
    logged = [];
    unknown = new UnknownDevices();
    pairing = new Pairing({ devices: new LiveDevices(loaded(SMALL_STORE).config), unknown, nowMs: () => nowMs });
    broker = new EmbeddedBroker(
      { store: 'demo', host: '127.0.0.1', port: 0 },
      {
        authenticator: {
          authenticate: (clientId, username, secret) =>
            username === 'shelf-1' && secret === 'right'
              ? { device: 'shelf-1', topics: ['tele/#'], reads: ['tele/#', 'endcap/v1/demo/agent/#'] }
              : pairing.admit(clientId),
        },
        clock: { wallMs: () => nowMs, monotonicMs: () => performance.now() },
      },
    );
    await broker.start((message, settle) => {
      if (!pairing.take(message)) logged.push(message.topic);
      settle('done');
    });
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    await broker.stop();
  });

  it('is shown to the manager, and nothing it says reaches the log or another client', async () => {
    pairing.open();
    const heard: string[] = [];
    const reader = await plate('reader');
    reader.on('message', (topic) => heard.push(topic));
    await reader.subscribeAsync('tele/#');
    const guest = await connect({
      clientId: 'DVES_1',
      will: { topic: 'tele/scale9/LWT', payload: Buffer.from('Offline'), qos: 0, retain: true },
    });
    await guest.publishAsync('tele/scale9/SENSOR', SCALE, { qos: 1, retain: true });
    guest.stream.destroy();
    await ended(guest);
    await reader.publishAsync('tele/own/SENSOR', SCALE, { qos: 1 });
    await vi.waitFor(() => expect(heard).toEqual(['tele/own/SENSOR']));
    expect(logged).toEqual(['tele/own/SENSOR']);
    expect(unknown.list().map(({ knownAs }) => knownAs)).toContain('scale9');
    // Nothing of it is retained for whoever comes later.
    const later = await plate('later');
    await later.subscribeAsync('tele/#');
    later.on('message', (topic) => heard.push(topic));
    await later.publishAsync('tele/last/SENSOR', SCALE, { qos: 1 });
    await vi.waitFor(() => expect(heard).toContain('tele/last/SENSOR'));
    expect(heard).not.toContain('tele/scale9/SENSOR');
    expect(heard).not.toContain('tele/scale9/LWT');
  });

  it('hears nothing, whatever it subscribes to', async () => {
    pairing.open();
    const guest = await connect({ clientId: 'DVES_1' });
    for (const topic of ['#', 'tele/#', 'endcap/v1/demo/agent/#', 'endcap/v1/demo/guest~DVES_1/set', '$SYS/#'])
      await expect(guest.subscribeAsync(topic)).rejects.toThrow();
  });

  it.each(['endcap/v1/demo/shelf-1/event', 'endcap/v1/demo/guest~DVES_1/event', 'endcap/v1/demo/agent/state', 'anything/else'])(
    'loses its connection when it writes to %s',
    async (topic) => {
      pairing.open();
      const guest = await connect({ clientId: 'DVES_1' });
      guest.publish(topic, '{}', { qos: 0 });
      await ended(guest);
      expect([logged, unknown.list()]).toEqual([[], []]);
    },
  );

  it('cannot come under the name of a device, nor hold a name against it, nor speak for it', async () => {
    pairing.open();
    await expect(connect({ clientId: 'shelf-1' })).rejects.toThrow();
    const guest = await connect({ clientId: 'gateway' });
    const own = await plate('gateway');
    await ended(guest);
    expect(own.connected).toBe(true);
    // And not the other way round.
    await expect(connect({ clientId: 'gateway' })).rejects.toThrow();
    expect(own.connected).toBe(true);
  });

  it('is one of sixteen at most, while devices of the store still come in', async () => {
    pairing.open();
    for (let n = 0; n < 16; n++) await connect({ clientId: `guest-${n}` });
    await expect(connect({ clientId: 'guest-16' })).rejects.toThrow();
    expect((await plate('plate')).connected).toBe(true);
    expect(broker.status().refused).toMatchObject({ 'too-many-connections': 1 });
    await clients[0]?.endAsync();
    await vi.waitFor(async () => expect((await connect({ clientId: 'guest-17' })).connected).toBe(true));
  });

  it('is slowed down, and loses its connection over a packet that is no small message', async () => {
    pairing.open();
    const guest = await connect({ clientId: 'DVES_1' });
    for (let n = 0; n < 120; n++) guest.publish('tele/scale9/SENSOR', SCALE);
    await vi.waitFor(() => expect(broker.status().refused['paced']).toBe(1));
    // What it sends now waits for seconds, while a device of the store is heard at once.
    guest.publish('tele/scale8/SENSOR', SCALE);
    await (await plate('plate')).publishAsync('tele/own/SENSOR', SCALE, { qos: 1 });
    expect(logged).toEqual(['tele/own/SENSOR']);
    expect(unknown.list().map(({ knownAs }) => knownAs)).not.toContain('scale8');
    const other = await connect({ clientId: 'DVES_2' });
    other.publish('tele/scale9/SENSOR', 'x'.repeat(20_000));
    await ended(other);
  });

  it('is seen out when the time is over, and a new start of the agent knows of no guests', async () => {
    nowMs = pairing.open() - 300;
    const guest = await connect({ clientId: 'DVES_1' });
    await ended(guest);
    nowMs += 300;
    await expect(connect({ clientId: 'DVES_2' })).rejects.toThrow();
    pairing.open();
    const again = new Pairing({ devices: new LiveDevices(loaded(SMALL_STORE).config), unknown, nowMs: () => nowMs });
    expect([again.untilMs, again.admit('DVES_3')]).toEqual([undefined, undefined]);
  });

  it('is no device: a device whose credentials are taken away loses its connections at once, and nobody else does', async () => {
    const [one, two] = [await plate('a'), await plate('b')];
    pairing.open();
    const guest = await connect({ clientId: 'DVES_1' });
    broker.disconnect('shelf-1');
    await Promise.all([ended(one), ended(two)]);
    expect(guest.connected).toBe(true);
  });
});
