import type { TransportClock } from './clock.ts';
import type { ConnectionEnd } from './connection-end.ts';
import { ExternalConnection } from './external-connection.ts';
import {
  type BrokerAddress,
  DEFAULT_EXTERNAL_LIMITS,
  type ExternalBrokerSettings,
  type ExternalLimits,
  readBrokerUrl,
} from './external-settings.ts';
import type { Presence } from './presence.ts';
import { Refusals } from './refusals.ts';
import type { MessageSink, OutboundMessage, Transport, TransportStatus } from './transport.ts';

/** What the external broker's transport needs from outside. */
export interface ExternalBrokerParts {
  readonly clock: TransportClock;
  /** A number in [0, 1), so that a thousand stores do not come back at the same moment. */
  readonly random: () => number;
  readonly presence?: Presence;
}

/**
 * A connection to a broker that somebody else runs, made again for as long as it takes. MQTT 5 where the broker speaks it, 3.1.1 otherwise; a
 * persistent session, QoS 1, and no PUBACK before the message is settled.
 */
export class ExternalBroker implements Transport {
  readonly #settings: ExternalBrokerSettings;
  readonly #parts: ExternalBrokerParts;
  readonly #address: BrokerAddress;
  readonly #limits: ExternalLimits;
  readonly #refusals = new Refusals();
  #sink: MessageSink | undefined;
  #connection: ExternalConnection | undefined;
  #protocolVersion: 4 | 5 = 5;
  #isOpen = false;
  #complaint: string | undefined;
  #lastEnd: ConnectionEnd | undefined;
  /** Ends in a row without a good connection between them. */
  #failures = 0;
  #isGood = false;
  /** Connections in a row that the broker accepted and ended again soon, for no reason of ours. */
  #shortLives = 0;
  #hasRetried = false;
  #startedMs = 0;
  #retryTimer: NodeJS.Timeout | undefined;

  /** Throws when the URL cannot be one of a broker. */
  constructor(settings: ExternalBrokerSettings, parts: ExternalBrokerParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#address = readBrokerUrl(settings);
    this.#limits = { ...DEFAULT_EXTERNAL_LIMITS, ...settings.limits };
  }

  /** Resolves at once; `status` says how it goes. */
  async start(sink: MessageSink): Promise<void> {
    if (this.#sink !== undefined) throw new Error('Cannot start the connection to the broker: it is running');
    this.#sink = sink;
    this.#failures = 0;
    this.#connect(sink);
  }

  publish(message: OutboundMessage): Promise<void> {
    if (this.#connection !== undefined) return this.#connection.publish(message);
    return Promise.reject(new Error(`Cannot publish to "${message.topic}": not connected to the broker`));
  }

  status(): TransportStatus {
    const common = { name: 'external broker', clients: this.#isOpen ? 1 : 0, refused: this.#refusals.snapshot() };
    if (this.#sink === undefined) return { ...common, state: 'stopped', sentence: `The connection to ${this.#address.name} is stopped` };
    if (this.#isOpen) {
      const but = this.#complaint === undefined ? '' : `, but ${this.#complaint}`;
      return { ...common, state: 'connected', sentence: `Connected to ${this.#address.name}${but}` };
    }
    const end = this.#lastEnd;
    if (end === undefined) return { ...common, state: 'connecting', sentence: `Connecting to ${this.#address.name}` };
    return { ...common, state: end.kind === 'refused' ? 'refused' : 'connecting', sentence: `${end.sentence}; trying again by itself` };
  }

  async stop(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#sink = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    this.#isOpen = false;
    await connection?.stop();
  }

  #connect(sink: MessageSink): void {
    this.#isGood = false;
    this.#hasRetried = false;
    this.#startedMs = this.#parts.clock.monotonicMs();
    const connection: ExternalConnection = new ExternalConnection({
      settings: this.#settings,
      address: this.#address,
      limits: this.#limits,
      protocolVersion: this.#protocolVersion,
      presence: this.#parts.presence,
      sink,
      wallMs: () => this.#parts.clock.wallMs(),
      onOpen: (complaint) => {
        if (this.#connection !== connection) return;
        this.#isOpen = true;
        this.#complaint = complaint;
      },
      onSettled: (settlement) => {
        if (settlement === 'done') {
          this.#isGood = true;
        } else {
          this.#hasRetried = true;
          this.#refusals.add('not-stored');
        }
      },
      onEnd: (end) => {
        // After a stop, or a stop and a new start, this is no longer ours to follow up.
        if (this.#connection === connection) this.#ended(sink, end);
      },
    });
    this.#connection = connection;
  }

  #ended(sink: MessageSink, end: ConnectionEnd): void {
    this.#connection = undefined;
    this.#isOpen = false;
    const isShort = this.#parts.clock.monotonicMs() - this.#startedMs < this.#limits.goodAfterMs;
    const isLost = end.kind === 'lost';
    this.#failures = this.#isGood || (isLost && !isShort) ? 0 : this.#failures + 1;
    this.#shortLives = isLost && isShort && !this.#hasRetried ? this.#shortLives + 1 : 0;
    this.#lastEnd = this.#shortLives >= SUSPICIOUS_LIVES ? { kind: 'refused', sentence: this.#rivalSentence() } : end;
    if (end.kind === 'version' || end.kind === 'hung-up') this.#protocolVersion = this.#protocolVersion === 5 ? 4 : 5;
    this.#retryTimer = setTimeout(() => this.#connect(sink), this.#backoffMs());
  }

  /** Not every broker says that it gave our session to somebody else; it looks like this. */
  #rivalSentence(): string {
    const { clientId } = this.#settings;
    return `The broker at ${this.#address.name} has ended ${this.#shortLives} connections in a row soon after accepting them; if the agent of another store uses our client id "${clientId}", give one of them another store.id`;
  }

  /** Full jitter: uniform between nothing and a bound that doubles. */
  #backoffMs(): number {
    const { firstBackoffMs, maxBackoffMs } = this.#limits;
    return this.#parts.random() * Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(this.#failures, 20));
  }
}

const SUSPICIOUS_LIVES = 3;
