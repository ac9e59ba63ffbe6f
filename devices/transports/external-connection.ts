import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type IClientOptions, MqttClient } from 'mqtt';
import { type ConnectionEnd, describeEnd } from './connection-end.ts';
import type { BrokerAddress, ExternalBrokerSettings, ExternalLimits } from './external-settings.ts';
import { HeldAckStream } from './held-ack-stream.ts';
import { PacketMeter } from './packet-meter.ts';
import type { Presence } from './presence.ts';
import type { MessageSink, OutboundMessage, Settlement } from './transport.ts';

/** What one connection needs to know and whom it tells. */
export interface ExternalConnectionOptions {
  readonly settings: ExternalBrokerSettings;
  readonly address: BrokerAddress;
  readonly limits: ExternalLimits;
  readonly protocolVersion: 4 | 5;
  readonly presence: Presence | undefined;
  readonly sink: MessageSink;
  readonly wallMs: () => number;
  /** The broker let us in; `complaint` says what it did not grant. */
  readonly onOpen: (complaint: string | undefined) => void;
  readonly onSettled: (settlement: Settlement) => void;
  /** Called once, whatever happened. */
  readonly onEnd: (end: ConnectionEnd) => void;
}

/**
 * One connection to an external broker, from its first byte to its last. There is no reconnecting here: whatever is held, pending or numbered
 * belongs to this object and ends with it.
 */
export class ExternalConnection {
  readonly #options: ExternalConnectionOptions;
  readonly #client: MqttClient;
  readonly #stream: HeldAckStream;
  readonly #publishing = new Set<(error: Error) => void>();
  #wasAccepted = false;
  #isOpen = false;
  #isStopping = false;
  #hasReached = false;
  #lastError: Error | undefined;
  #takenOver = false;
  /** The client waits with the next message while too many are in flight. */
  #goOn: (() => void) | undefined;
  #onDrained: (() => void) | undefined;

  constructor(options: ExternalConnectionOptions) {
    this.#options = options;
    const socket = openSocket(options);
    socket.setNoDelay(true);
    socket.once(options.address.isTls ? 'secureConnect' : 'connect', () => {
      this.#hasReached = true;
    });
    const limit = options.protocolVersion === 5 ? options.limits.maxPacketBytes : options.limits.maxForeignPacketBytes;
    const meter = new PacketMeter({ firstPacketBytes: limit, packetBytes: limit });
    this.#stream = new HeldAckStream(socket, { meter, onAnswer: (settlement) => this.#answered(settlement) });
    this.#client = new MqttClient(() => this.#stream, clientOptions(options));
    this.#client.handleMessage = (packet, callback) => this.#receive(packet, callback);
    this.#client.on('connect', () => this.#accepted());
    this.#client.on('error', (error) => {
      this.#lastError = error;
    });
    this.#client.on('disconnect', ({ reasonCode }) => {
      this.#takenOver = reasonCode === SESSION_TAKEN_OVER;
    });
    this.#client.on('close', () => this.#ended());
  }

  /** Resolves when the broker has acknowledged (QoS 1) or the bytes are on their way (QoS 0). */
  publish({ topic, payload, qos, retain }: OutboundMessage): Promise<void> {
    if (!this.#isOpen) return Promise.reject(new Error(`Cannot publish to "${topic}": not connected to the broker`));
    if (this.#publishing.size >= this.#options.limits.maxPublishing) {
      return Promise.reject(new Error(`Cannot publish to "${topic}": ${this.#publishing.size} messages are waiting for the broker`));
    }
    return new Promise((resolve, reject) => {
      this.#publishing.add(reject);
      this.#client.publish(topic, payload, { qos, retain }, (error) => {
        this.#publishing.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Takes nothing more, waits until what was taken is settled or the time is up, says goodbye and closes. */
  async stop(): Promise<void> {
    const { presence, limits } = this.#options;
    this.#isStopping = true;
    await withTimeout(limits.stopTimeoutMs, (done) => {
      this.#onDrained = done;
      if (this.#stream.heldCount === 0) done();
    });
    if (this.#isOpen && presence !== undefined) {
      await withTimeout(limits.stopTimeoutMs, (done) => void this.publish(presence.offline).then(done, done));
    }
    if (this.#wasAccepted && !this.#stream.destroyed)
      await withTimeout(limits.stopTimeoutMs, (done) => void this.#client.end(false, {}, () => done()));
    this.#stream.destroy();
  }

  /** The broker has let us in; what remains is to ask for messages. A resumed session brings them even before that. */
  #accepted(): void {
    const { settings, presence, protocolVersion, onOpen } = this.#options;
    this.#wasAccepted = true;
    const isFive = protocolVersion === 5;
    // MQTT 5 can be told not to repeat retained messages at every reconnect (`rh` 1) and not to echo what we say ourselves (`nl`).
    this.#client.subscribe([...settings.filters], isFive ? { qos: 1, rh: 1, nl: true } : { qos: 1 }, (error) => {
      if (this.#stream.destroyed) return;
      this.#isOpen = true;
      if (presence !== undefined) this.publish(presence.online).catch(() => undefined); // Said again at the next connection.
      onOpen(
        error === null
          ? undefined
          : `it refuses some of our subscriptions (${error.message}): give the user of mqtt.username the right to read them`,
      );
    });
  }

  #receive(packet: Parameters<MqttClient['handleMessage']>[0], callback: () => void): void {
    // What comes while we stop stays unacknowledged: the broker keeps it in our session.
    if (this.#isStopping || this.#stream.destroyed) return callback();
    const { sink, wallMs, limits, onSettled } = this.#options;
    const { topic, qos, retain, messageId } = packet;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const held = qos === 0 || messageId === undefined ? undefined : this.#stream.hold(messageId);
    const message = { topic, payload, qos, retain, client: undefined, receivedAtMs: wallMs() };
    sink(message, (settlement) => {
      if (held !== undefined) this.#stream.settle(held, settlement);
      else onSettled(settlement);
    });
    if (this.#stream.heldCount < limits.maxInFlight) callback();
    else this.#goOn = callback;
  }

  #answered(settlement: Settlement): void {
    this.#options.onSettled(settlement);
    if (this.#stream.heldCount === 0) this.#onDrained?.();
    const goOn = this.#goOn;
    if (goOn === undefined || this.#stream.heldCount >= this.#options.limits.maxInFlight) return;
    this.#goOn = undefined;
    goOn();
  }

  #ended(): void {
    this.#isOpen = false;
    this.#onDrained?.();
    const lost = new Error('Cannot finish publishing: the connection to the broker was lost');
    for (const reject of this.#publishing) reject(lost);
    this.#publishing.clear();
    this.#client.end(true);
    const { address, settings, onEnd } = this.#options;
    onEnd(
      describeEnd({
        address: address.name,
        clientId: settings.clientId,
        error: this.#lastError,
        hasReached: this.#hasReached,
        wasAccepted: this.#wasAccepted,
        takenOver: this.#takenOver,
      }),
    );
  }
}

function openSocket({ address, settings }: ExternalConnectionOptions): Socket {
  const { host, port, isTls } = address;
  if (!isTls) return connectTcp({ host, port });
  const { ca, certificate, key } = settings.tls ?? {};
  return connectTls({
    host,
    port,
    minVersion: 'TLSv1.2',
    // An address has no name to ask for.
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(key !== undefined && { key }),
  });
}

function clientOptions({ settings, address, limits, protocolVersion, presence }: ExternalConnectionOptions): IClientOptions {
  const five = {
    sessionExpiryInterval: limits.sessionExpiryS,
    receiveMaximum: limits.maxInFlight,
    maximumPacketSize: limits.maxPacketBytes,
  };
  return {
    clientId: settings.clientId,
    protocolVersion,
    clean: false,
    keepalive: limits.keepaliveS,
    connectTimeout: limits.connectTimeoutMs,
    // One client is one connection: what comes next is decided by the transport, with its own waits.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(protocolVersion === 5 && { properties: five }),
    ...(presence !== undefined && { will: { ...presence.offline, payload: Buffer.from(presence.offline.payload) } }),
  };
}

/** Runs until `done` is called or the time is up; the end is the same. */
function withTimeout(timeoutMs: number, run: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    run(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Reason code of a DISCONNECT in MQTT 5, section 3.14.2.1. */
const SESSION_TAKEN_OVER = 142;
