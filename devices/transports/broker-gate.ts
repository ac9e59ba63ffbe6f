import type { Socket } from 'node:net';
import type { AedesPublishPacket, AuthenticateError, Client, Connection, PublishPacket, Subscription } from 'aedes';
import type { DeviceId, StoreId } from '../../agent/core/ids.ts';
import { RESERVED_NAMES } from '../topics.ts';
import { DeviceAccess, isSaneClientId } from './authorisation.ts';
import { BrokerGuests } from './broker-guests.ts';
import type { BrokerLimits } from './broker-limits.ts';
import type { BrokerSession, PublishTicket } from './broker-session.ts';
import type { TransportClock } from './clock.ts';
import type { DeviceAuthenticator } from './device-authenticator.ts';
import { GuardedStream } from './guarded-stream.ts';
import { PacketMeter } from './packet-meter.ts';
import { ReadBudget } from './read-budget.ts';
import { Readers } from './readers.ts';
import { type RefusalReason, type Refusals, RefusedError } from './refusals.ts';
import { SettlementQueue } from './settlement-queue.ts';
import { TokenBucket } from './token-bucket.ts';
import type { MessageSink } from './transport.ts';

/** What the gate is made from. */
export interface BrokerGateOptions {
  readonly store: StoreId;
  readonly limits: BrokerLimits;
  readonly authenticator: DeviceAuthenticator;
  readonly clock: TransportClock;
  readonly refusals: Refusals;
  readonly sink: MessageSink;
}

/**
 * Every question that the embedded broker asks about a connection: who is it, may it write, subscribe, read. A message goes to the sink while the
 * broker waits for permission to acknowledge it, so that its PUBACK leaves after its commit and in order.
 */
export class BrokerGate {
  readonly #options: BrokerGateOptions;
  /** Every connection ever seen that still exists somewhere: a will is asked about after its connection has closed. */
  readonly #sessions = new WeakMap<Connection, BrokerSession>();
  readonly #live = new Set<BrokerSession>();
  readonly #byClientId = new Map<string, BrokerSession>();
  readonly #perDevice = new Map<DeviceId, number>();
  readonly #readers = new Readers();
  readonly #budget: ReadBudget;
  readonly #guests: BrokerGuests;
  #stopping = false;
  #onSettled: (() => void) | undefined;

  constructor(options: BrokerGateOptions) {
    this.#options = options;
    this.#budget = new ReadBudget(options.limits.readBytesATurn);
    this.#guests = new BrokerGuests(options.clock);
  }

  /** Wraps a new socket for the broker. */
  open(socket: Socket): GuardedStream {
    const { limits, refusals, clock } = this.#options;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, TCP_KEEPALIVE_MS);
    const meter = new PacketMeter({ firstPacketBytes: limits.maxConnectBytes, packetBytes: limits.maxPacketBytes });
    const stream = new GuardedStream(socket, {
      meter,
      budget: this.#budget,
      onFault: (fault) => {
        session.isFaulty = true;
        refusals.add(fault);
      },
    });
    const session: BrokerSession = {
      stream,
      settlements: new SettlementQueue<PublishTicket>((settlement, ticket) => {
        ticket.answer(settlement === 'done' ? null : new RefusedError('not-stored'));
        this.#announceWhenSettled();
      }),
      bucket: new TokenBucket({ perSecond: limits.messagesPerSecond, burst: limits.burstMessages }, clock.monotonicMs()),
      subscriptions: new Set(),
      willTopic: undefined,
      known: undefined,
      isFaulty: false,
    };
    this.#sessions.set(stream, session);
    this.#live.add(session);
    stream.on('close', () => this.#forget(session));
    return stream;
  }

  /** Looks at the connect packet before anything is believed. Sessions end with their connection: nothing is kept for the absent. */
  readonly preConnect = (client: Client, packet: { clean?: boolean; will?: { topic: string } }): boolean => {
    const session = this.#sessions.get(client.conn);
    if (session === undefined || this.#stopping) return false;
    packet.clean = true;
    session.willTopic = packet.will?.topic;
    return true;
  };

  /** Lets a device in, or says by code and counter why not. */
  authenticate(client: Client, username: string | undefined, password: Buffer | undefined): AuthenticateError | undefined {
    const session = this.#sessions.get(client.conn);
    if (session === undefined) return refused(SERVER_UNAVAILABLE);
    const { limits, refusals } = this.#options;
    const turnAway = (reason: RefusalReason, code: number): AuthenticateError => {
      session.isFaulty = true;
      refusals.add(reason);
      return refused(code);
    };
    if (!isSaneClientId(client.id)) return turnAway('bad-client-id', IDENTIFIER_REJECTED);
    const identity = this.#options.authenticator.authenticate(client.id, username, password?.toString('utf8'));
    if (identity === undefined || RESERVED_NAMES.has(identity.device)) return turnAway('bad-credentials', BAD_CREDENTIALS);
    const access = new DeviceAccess(this.#options.store, identity);
    if (session.willTopic !== undefined && !access.mayWrite(session.willTopic)) return turnAway('will-refused', NOT_AUTHORISED);
    const { guest } = identity;
    // A device may take over its own connection, or that of a guest who came with its name; never somebody else's.
    const holder = this.#byClientId.get(client.id);
    const isIntruder = this.#guests.has(holder) && guest === undefined;
    if (holder !== undefined && holder.known?.device !== identity.device && !isIntruder)
      return turnAway('client-id-in-use', IDENTIFIER_REJECTED);
    if (isIntruder) holder?.stream.destroy();
    if (guest !== undefined && !this.#guests.hasRoom) return turnAway('too-many-connections', SERVER_UNAVAILABLE);
    const others = this.#perDevice.get(identity.device) ?? 0;
    if (holder === undefined && others >= limits.maxConnectionsPerDevice) return turnAway('too-many-connections', SERVER_UNAVAILABLE);

    session.known = { device: identity.device, clientId: client.id, access };
    this.#byClientId.set(client.id, session);
    this.#perDevice.set(identity.device, others + 1);
    const { maxPacketBytes } = identity;
    session.stream.allowPackets(
      maxPacketBytes === undefined ? limits.maxPacketBytes : Math.min(maxPacketBytes, limits.maxFramePacketBytes),
    );
    if (guest !== undefined) {
      session.stream.allowPackets(Math.min(this.#guests.packetBytes, limits.maxPacketBytes));
      this.#guests.admit(session, guest);
    }
    return undefined;
  }

  /** Ends the connections of a device whose credentials are no longer good. */
  disconnect(device: DeviceId): void {
    for (const { known, stream } of this.#live) if (known?.device === device) stream.destroy();
  }

  /** Whether what a client writes goes to no other client: a guest's. */
  isGuest(client: unknown): boolean {
    if (typeof client !== 'object' || client === null || !('conn' in client)) return false;
    return this.#guests.has(this.#sessions.get(client.conn as Connection)); // What the broker calls a client has its stream in `conn`.
  }

  /** Hands a message to the sink; `answer` is called after its settlement, in the order of this connection's messages. */
  authorizePublish(client: Client | null, packet: PublishPacket, answer: (error?: Error | null) => void): void {
    const { clock, limits, refusals, sink } = this.#options;
    const session = client === null ? undefined : this.#sessions.get(client.conn);
    const known = session?.known;
    if (session === undefined || known === undefined || this.#stopping) return answer(new RefusedError('stopping'));
    if (!known.access.mayWrite(packet.topic)) return answer(this.#refuse('not-authorised'));
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    if (packet.retain && (payload.length > limits.maxRetainedBytes || !known.access.mayRetain(packet.topic))) {
      packet.retain = false;
      refusals.add('retain-ignored');
    }
    // A long message costs more to read than a short one: every 4 kB count as a message.
    const debtMs = session.bucket.take(clock.monotonicMs(), 1 + Math.floor(payload.length / 4_096));
    if (debtMs > 0 && session.stream.hold(debtMs)) refusals.add('paced');

    const ticket: PublishTicket = { settlement: undefined, answer };
    session.settlements.add(ticket);
    const { topic, qos } = packet;
    // Live, whatever its flag says: only a broker that repeats an old message may call it retained.
    const message = { topic, payload, qos, retain: false, client: known.device, receivedAtMs: clock.wallMs() };
    sink(message, (settlement) => {
      if (settlement === 'retry') refusals.add('not-stored');
      // Nobody would send a QoS 0 message again: its connection may stay.
      session.settlements.settle(ticket, qos === 0 ? 'done' : settlement);
    });
  }

  /** Whether a subscription is granted. */
  authorizeSubscribe(client: Client, subscription: Subscription): boolean {
    const session = this.#sessions.get(client.conn);
    if (session?.known?.access.maySubscribe(subscription.topic) !== true) {
      this.#options.refusals.add('subscription-refused');
      return false;
    }
    const isNew = !session.subscriptions.has(subscription.topic);
    if (isNew && session.subscriptions.size >= this.#options.limits.maxSubscriptionsPerClient) {
      this.#options.refusals.add('too-many-subscriptions');
      return false;
    }
    if (isNew) {
      session.subscriptions.add(subscription.topic);
      this.#readers.add(subscription.topic);
    }
    return true;
  }

  /** Makes room for other subscriptions. */
  unsubscribed(client: Client, filters: readonly string[]): void {
    const session = this.#sessions.get(client.conn);
    for (const filter of filters) if (session?.subscriptions.delete(filter) === true) this.#readers.remove(filter);
  }

  /** Whether anybody has subscribed to a topic: a message that nobody reads need not be routed. */
  hasReader(topic: string): boolean {
    return this.#readers.has(topic);
  }

  /** Whether a message may go out to a reader: permitted, and the reader keeps up. */
  authorizeForward(client: Client, packet: AedesPublishPacket): boolean {
    const session = this.#sessions.get(client.conn);
    if (session?.known?.access.mayRead(packet.topic) !== true) return false;
    if (session.stream.writableLength <= this.#options.limits.maxBacklogBytes) return true;
    this.#options.refusals.add('slow-reader');
    return false;
  }

  /** Counts the first error of a connection under its reason. */
  failed(client: Client, error: Error): void {
    const session = this.#sessions.get(client.conn);
    if (session === undefined || session.isFaulty) return;
    session.isFaulty = true;
    const reason = reasonOf(error);
    if (reason !== undefined) this.#options.refusals.add(reason);
  }

  /** Takes nothing more, and waits until what was taken is settled or the time is up. */
  async settle(timeoutMs: number): Promise<void> {
    this.#stopping = true;
    for (const { stream } of this.#live) stream.stopReading();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onSettled = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#announceWhenSettled();
    });
  }

  /** Ends every connection that is left. */
  closeAll(): void {
    for (const { stream } of this.#live) stream.destroy();
  }

  #refuse(reason: RefusalReason): RefusedError {
    this.#options.refusals.add(reason);
    return new RefusedError(reason);
  }

  #forget(session: BrokerSession): void {
    this.#live.delete(session);
    this.#guests.forget(session);
    for (const filter of session.subscriptions) this.#readers.remove(filter);
    session.subscriptions.clear();
    this.#announceWhenSettled();
    const { known } = session;
    if (known === undefined) return;
    if (this.#byClientId.get(known.clientId) === session) this.#byClientId.delete(known.clientId);
    const others = (this.#perDevice.get(known.device) ?? 1) - 1;
    if (others > 0) this.#perDevice.set(known.device, others);
    else this.#perDevice.delete(known.device);
  }

  #announceWhenSettled(): void {
    if (this.#onSettled === undefined) return;
    for (const { settlements } of this.#live) if (settlements.size > 0) return;
    this.#onSettled();
  }
}

/** The broker's own errors have no codes, only these words; what is not listed is a connection that simply ended, or a protocol error. */
function reasonOf(error: Error & { readonly code?: unknown }): RefusalReason | undefined {
  if (error instanceof RefusedError || error.code !== undefined || ENDINGS.has(error.message)) return undefined;
  if (error.message.startsWith('maxInflightInbound')) return 'too-many-unanswered';
  return REASONS.get(error.message) ?? 'protocol-error';
}

const ENDINGS: ReadonlySet<string> = new Set(['connection closed', 'Premature close', 'preconnect']);

const REASONS: ReadonlyMap<string, RefusalReason> = new Map([
  ['connect did not arrive in time', 'connect-timeout'],
  ['keep alive timeout', 'keepalive-timeout'],
  ['topic has too many levels', 'too-deep'],
  ['unacceptable protocol version', 'protocol-version'],
  ['identifier rejected', 'bad-client-id'],
  ['Client queue limit reached', 'too-many-unanswered'],
  ['drain timeout', 'slow-reader'],
]);

function refused(returnCode: number): AuthenticateError {
  return Object.assign(new Error('Connection refused'), { returnCode });
}

// CONNACK return codes of MQTT 3.1.1, section 3.2.2.3.
const IDENTIFIER_REJECTED = 2;
const SERVER_UNAVAILABLE = 3;
const BAD_CREDENTIALS = 4;
const NOT_AUTHORISED = 5;

const TCP_KEEPALIVE_MS = 60_000;
