import { connectAsync, type MqttClient } from 'mqtt';
import type { BrokerLimits } from '../../../devices/transports/broker-limits.ts';
import type { DeviceIdentity } from '../../../devices/transports/device-authenticator.ts';
import { EmbeddedBroker } from '../../../devices/transports/embedded-broker.ts';
import type { MessageSink } from '../../../devices/transports/transport.ts';
import type { Arrival } from '../../contracts/transport.contract.ts';
import { connectPacket, RawMqtt } from '../../support/raw-mqtt.ts';

/** Devices called `shelf-<n>`, whose secret is their name backwards, and a few with special rights. */
export function authenticate(_clientId: string, username: string | undefined, secret: string | undefined): DeviceIdentity | undefined {
  if (username === undefined || secret !== [...username].reverse().join('')) return undefined;
  if (username === 'camera') return { device: 'camera', topics: [], maxPacketBytes: 1_048_576 };
  if (username === 'bridge') return { device: 'bridge', topics: ['zigbee2mqtt/#'] };
  if (username === 'watcher') return { device: 'watcher', topics: [], reads: ['endcap/v1/demo/#'] };
  return { device: username, topics: [] };
}

/** An embedded broker on a free port with everything that arrived. */
export class BrokerRig {
  readonly broker: EmbeddedBroker;
  readonly arrivals: Arrival[] = [];
  /** Settles at once while true; otherwise the test does. */
  autoSettle = true;
  readonly #clients: MqttClient[] = [];
  readonly #raw: RawMqtt[] = [];

  constructor(limits: Partial<BrokerLimits> = {}) {
    this.broker = new EmbeddedBroker(
      { store: 'demo', host: '127.0.0.1', port: 0, limits },
      { authenticator: { authenticate }, clock: { wallMs: Date.now, monotonicMs: () => performance.now() } },
    );
  }

  readonly sink: MessageSink = (message, settle) => {
    this.arrivals.push({ ...message, settle });
    if (this.autoSettle) settle('done');
  };

  async start(): Promise<this> {
    await this.broker.start(this.sink);
    return this;
  }

  texts(): string[] {
    return this.arrivals.map(({ payload }) => Buffer.from(payload).toString());
  }

  refused(reason: string): number {
    return this.broker.status().refused[reason] ?? 0;
  }

  /** A proper client. */
  async device(name: string, options: { readonly clientId?: string } = {}): Promise<MqttClient> {
    const client = await connectAsync({
      host: '127.0.0.1',
      port: this.broker.port(),
      username: name,
      password: [...name].reverse().join(''),
      reconnectPeriod: 20,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  /** A socket that says nothing yet. */
  async dial(): Promise<RawMqtt> {
    const raw = await RawMqtt.dial(this.broker.port());
    this.#raw.push(raw);
    return raw;
  }

  /** A raw client that has sent its connect packet as a device. */
  async raw(name: string, clientId = name): Promise<RawMqtt> {
    const raw = await this.dial();
    raw.write(connectPacket({ clientId, username: name, password: [...name].reverse().join('') }));
    return raw;
  }

  async close(): Promise<void> {
    for (const raw of this.#raw) raw.close();
    await Promise.all(this.#clients.map((client) => client.endAsync(true)));
    await this.broker.stop();
  }
}
