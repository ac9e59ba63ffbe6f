import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes, type PublishPacket } from 'aedes';
import type { DeviceId, StoreId } from '../../agent/core/ids.ts';
import { BrokerGate } from './broker-gate.ts';
import { type BrokerLimits, DEFAULT_BROKER_LIMITS } from './broker-limits.ts';
import { BrokerMemory } from './broker-memory.ts';
import type { TransportClock } from './clock.ts';
import type { DeviceAuthenticator } from './device-authenticator.ts';
import { ListenError } from './listen-error.ts';
import type { Presence } from './presence.ts';
import { Refusals } from './refusals.ts';
import type { MessageSink, OutboundMessage, Transport, TransportStatus } from './transport.ts';

/** Where the embedded broker listens and what it allows. */
export interface EmbeddedBrokerSettings {
  readonly store: StoreId;
  /** Address to listen on, such as `127.0.0.1` (this computer only) or `0.0.0.0`. */
  readonly host: string;
  /** Port to listen on; 0 takes any free one. */
  readonly port: number;
  /** PEM texts; with them the listener speaks TLS 1.2 or newer and nothing else. */
  readonly tls?: BrokerTls;
  readonly limits?: Partial<BrokerLimits>;
}

/** Certificates of the listener. With `clientCa`, devices must show a certificate of that authority as well. */
export interface BrokerTls {
  readonly certificate: string;
  readonly key: string;
  readonly clientCa?: string;
}

/** What the embedded broker needs from outside. */
export interface EmbeddedBrokerParts {
  readonly authenticator: DeviceAuthenticator;
  readonly clock: TransportClock;
  readonly presence?: Presence;
}

/** An MQTT 3.1.1 broker in this process, whose PUBACK means that the message is settled: it is the store's only durable acknowledgement. */
export class EmbeddedBroker implements Transport {
  readonly #settings: EmbeddedBrokerSettings;
  readonly #parts: EmbeddedBrokerParts;
  readonly #limits: BrokerLimits;
  readonly #refusals = new Refusals();
  #running: Running | undefined;

  constructor(settings: EmbeddedBrokerSettings, parts: EmbeddedBrokerParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#limits = { ...DEFAULT_BROKER_LIMITS, ...settings.limits };
  }

  /** Opens the port. Rejects with `ListenError` when that is impossible, because then no device can ever connect. */
  async start(sink: MessageSink): Promise<void> {
    if (this.#running !== undefined) throw new Error('Cannot start the broker: it is running');
    const { authenticator, clock, presence } = this.#parts;
    const { store } = this.#settings;
    const gate = new BrokerGate({ store, limits: this.#limits, authenticator, clock, refusals: this.#refusals, sink });
    const aedes = await this.#createBroker(gate);
    const server = this.#createServer((socket) => aedes.handle(gate.open(socket)));
    try {
      await this.#listen(server);
    } catch (error) {
      await closeBroker(aedes);
      throw error;
    }
    this.#running = { aedes, gate, server, port: (server.address() as AddressInfo).port }; // A TCP server has an address object once it listens.
    if (presence !== undefined) await this.publish(presence.online);
  }

  publish(message: OutboundMessage): Promise<void> {
    const aedes = this.#running?.aedes;
    if (aedes === undefined) return Promise.reject(new Error(`Cannot publish to "${message.topic}": the broker is stopped`));
    const { topic, retain, qos } = message;
    const packet = { cmd: 'publish', topic, payload: Buffer.from(message.payload), retain, qos, dup: false } as const;
    return new Promise((resolve, reject) => {
      aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  disconnect(device: DeviceId): void {
    this.#running?.gate.disconnect(device);
  }

  status(): TransportStatus {
    const refused = this.#refusals.snapshot();
    const name = 'embedded broker';
    if (this.#running === undefined)
      return { name, state: 'stopped', sentence: 'The broker for devices is not running', clients: 0, refused };
    const clients = this.#running.aedes.connectedClients;
    const where = `${this.#settings.host}:${this.#running.port}${this.#settings.tls === undefined ? '' : ' (TLS)'}`;
    const devices = clients === 1 ? '1 device is' : `${clients === 0 ? 'no' : clients} devices are`;
    return { name, state: 'listening', sentence: `Listening for devices on ${where}; ${devices} connected`, clients, refused };
  }

  /** The port that was opened, for settings with port 0; 0 when it is not running. */
  port(): number {
    return this.#running?.port ?? 0;
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    const closed = new Promise<void>((resolve) => running.server.close(() => resolve()));
    await running.gate.settle(this.#limits.stopTimeoutMs);
    // The last acknowledgements are written at the end of the turn that settled them.
    await new Promise((resolve) => setImmediate(resolve));
    await closeBroker(running.aedes);
    running.gate.closeAll();
    await closed;
  }

  #createBroker(gate: BrokerGate): Promise<Aedes> {
    const limits = this.#limits;
    const memory = new BrokerMemory({ maxRetained: limits.maxRetainedTopics, onFull: () => this.#refusals.add('retained-full') });
    return Aedes.createBroker({
      persistence: memory,
      // Unlimited, because with a limit one reader that does not read stops delivery to everybody; what waits is bounded for each reader instead.
      concurrency: 0,
      connectTimeout: limits.connectTimeoutMs,
      drainTimeout: limits.drainTimeoutMs,
      queueLimit: limits.queueLimit,
      maxInflightInbound: limits.maxInflightQos2,
      maxTopicLevels: limits.maxTopicLevels,
      preConnect: (client, packet, done) => {
        if (gate.preConnect(client, packet)) done(null, true);
        else done(new Error('preconnect'), false);
      },
      authenticate: (client, username, password, done) => {
        const refusal = gate.authenticate(client, username, password);
        done(refusal ?? null, refusal === undefined);
      },
      authorizePublish: (client, packet, done) => gate.authorizePublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => done(null, gate.authorizeSubscribe(client, subscription) ? subscription : null),
      authorizeForward: (client, packet) => (gate.authorizeForward(client, packet) ? packet : null),
    }).then((aedes) => {
      aedes.on('clientError', (client, error) => gate.failed(client, error));
      aedes.on('connectionError', (client, error) => gate.failed(client, error));
      aedes.on('unsubscribe', (filters, client) => gate.unsubscribed(client, filters));
      routeToReadersOnly(aedes, gate);
      return aedes;
    });
  }

  #createServer(onSocket: Parameters<typeof createServer>[1] & {}): Server {
    const { tls } = this.#settings;
    const server = tls === undefined ? createServer(onSocket) : createTlsServer(tlsOptions(tls, this.#limits.connectTimeoutMs), onSocket);
    server.maxConnections = this.#limits.maxConnections;
    server.on('drop', () => this.#refusals.add('too-many-connections'));
    server.on('tlsClientError', () => this.#refusals.add('tls-failed'));
    return server;
  }

  #listen(server: Server): Promise<void> {
    const { host, port } = this.#settings;
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(new ListenError({ host, port }, error)));
      server.listen({ host, port }, resolve);
    });
  }
}

interface Running {
  readonly aedes: Aedes;
  readonly gate: BrokerGate;
  readonly server: Server;
  readonly port: number;
}

/** How the broker itself publishes: what a client sent with that client in between, its own messages without. */
type Route = (packet: PublishPacket, from: unknown, done?: (error?: Error) => void) => void;

/** Leaves out the search for readers where there are none: nobody but the agent reads most of what devices say, and the search costs as much as all else. */
function routeToReadersOnly(aedes: Aedes, gate: BrokerGate): void {
  const route = aedes.publish.bind(aedes) as Route; // The types leave out the client, which the broker's own calls have.
  const sparing: Route = (packet, from, done) => {
    const isSpared = typeof from === 'object' && from !== null && !packet.retain && (gate.isGuest(from) || !gate.hasReader(packet.topic));
    if (isSpared) done?.();
    else route(packet, from, done);
  };
  aedes.publish = sparing as Aedes['publish']; // As above.
}

function tlsOptions({ certificate, key, clientCa }: BrokerTls, handshakeTimeout: number): Parameters<typeof createTlsServer>[0] & {} {
  const shown = { cert: certificate, key, minVersion: 'TLSv1.2', handshakeTimeout } as const;
  return clientCa === undefined ? shown : { ...shown, ca: clientCa, requestCert: true, rejectUnauthorized: true };
}

function closeBroker(aedes: Aedes): Promise<void> {
  return new Promise((resolve) => aedes.close(resolve));
}
