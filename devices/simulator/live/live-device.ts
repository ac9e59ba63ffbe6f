import mqtt, { type MqttClient } from 'mqtt';
import { READING_CLASS } from '../../../agent/core/reading.ts';
import { nativeTopic } from '../../topics.ts';
import type { DeviceMessageEvent } from '../sim-event.ts';
import type { LiveStats } from './live-stats.ts';
import { type Backoff, pause } from './waiting.ts';

/** Credentials of one device. */
export interface DeviceCredentials {
  readonly username: string;
  readonly password: string;
}

/** A message on its way: serialised once, so that sending it again sends the same bytes. */
interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly isTelemetry: boolean;
  attempts: number;
}

/** Most messages that wait for a device's connection; then the oldest telemetry goes first. */
const QUEUE_LIMIT = 2_000;
/** Most messages sent and not yet acknowledged; a device that waited for each would be slower than its scanner. */
const IN_FLIGHT_LIMIT = 32;
/** Connections on which one message is tried. */
const ATTEMPT_LIMIT = 20;

/**
 * One virtual device on a connection of its own: QoS 1, last will, a message counts when its PUBACK came. What was sent and not acknowledged
 * when the connection broke is sent again on the next one, in order, with the same id.
 */
export class LiveDevice {
  readonly #parts: DeviceParts;
  readonly #queue: Outgoing[] = [];
  #inFlight: Outgoing[] = [];
  #client: MqttClient | undefined;
  /** Broken on purpose by the scenario. */
  #isUnplugged = false;
  #idle: (() => void) | undefined;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
  }

  /** Connects, and again whenever the connection is lost, until the signal aborts. */
  async run(): Promise<void> {
    const { signal, backoff } = this.#parts;
    while (!signal.aborted) {
      if (!this.#isUnplugged) await this.#connectOnce();
      await pause(this.#isUnplugged ? 100 : backoff.next(), signal);
    }
  }

  /** Queues a message for sending. Payloads are made by the caller, who knows what time it is. */
  send(event: DeviceMessageEvent, payload: string): void {
    const isTelemetry = !('body' in event.message) || READING_CLASS[event.message.body.kind] === 'telemetry';
    const topic = nativeTopic(this.#parts.store, this.#parts.device, event.channel);
    this.#queue.push({ topic, payload, retain: event.channel === 'state', isTelemetry, attempts: 0 });
    this.#parts.stats.messages.waiting += 1;
    if (this.#queue.length > QUEUE_LIMIT) this.#shed();
    this.#flush();
  }

  /** Pulls the plug: the broker notices a dead connection and speaks the last will. */
  unplug(): void {
    this.#isUnplugged = true;
    this.#client?.stream.destroy();
  }

  plugIn(): void {
    this.#isUnplugged = false;
  }

  /** Resolves when nothing waits any more; the caller sets the limit. */
  async drained(): Promise<void> {
    if (this.#queue.length + this.#inFlight.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  /** One connection from connect to loss. Never rejects. */
  async #connectOnce(): Promise<void> {
    const { device, store, url, credentials, signal, stats, backoff, log } = this.#parts;
    const availability = nativeTopic(store, device, 'availability');
    const client = mqtt.connect(url, {
      ...(credentials === undefined ? {} : { username: credentials.username, password: credentials.password }),
      clientId: `${device}.sim`,
      clean: true,
      keepalive: 30,
      connectTimeout: 10_000,
      // A new client for every attempt: what is resent, and in which order, is decided here.
      reconnectPeriod: 0,
      queueQoSZero: false,
      will: { topic: availability, payload: Buffer.from('offline'), qos: 1, retain: true },
    });
    await new Promise<void>((resolve) => {
      // Without a farewell, so that the last will says that the device is gone.
      const stop = () => client.end(true);
      signal.addEventListener('abort', stop, { once: true });
      client.on('connect', () => {
        noDelay(client);
        backoff.reset();
        stats.connections.open += 1;
        this.#client = client;
        client.publish(availability, 'online', { qos: 1, retain: true }, () => {});
        this.#flush();
      });
      client.on('error', (error) => {
        const code = 'code' in error ? error.code : undefined;
        if (code === 4 || code === 5) {
          stats.connections.refused += 1;
          log(`Cannot connect device "${device}": the broker refuses its credentials`);
        } else if (this.#client !== client) log(`Cannot reach the broker at ${url}: ${String(code ?? error.message)}; trying again`);
        client.end(true);
      });
      client.on('close', () => {
        if (this.#client === client) {
          this.#client = undefined;
          stats.connections.open -= 1;
          if (!signal.aborted) stats.connections.lost += 1;
          this.#takeBack();
        }
        signal.removeEventListener('abort', stop);
        resolve();
      });
    });
  }

  #flush(): void {
    const client = this.#client;
    while (client?.connected && this.#inFlight.length < IN_FLIGHT_LIMIT) {
      const message = this.#queue.shift();
      if (message === undefined) return;
      this.#inFlight.push(message);
      message.attempts += 1;
      this.#parts.stats.messages.sent += 1;
      if (message.attempts > 1) this.#parts.stats.messages.sentAgain += 1;
      client.publish(message.topic, message.payload, { qos: 1, retain: message.retain }, (error) => {
        // Of an earlier connection: the message is in the queue again.
        if (error || this.#client !== client) return;
        this.#acknowledged(message);
      });
    }
  }

  #acknowledged(message: Outgoing): void {
    const at = this.#inFlight.indexOf(message);
    if (at < 0) return;
    this.#inFlight.splice(at, 1);
    this.#parts.stats.messages.acknowledged += 1;
    this.#parts.stats.messages.waiting -= 1;
    if (this.#queue.length + this.#inFlight.length === 0) this.#idle?.();
    this.#flush();
  }

  #takeBack(): void {
    const again = this.#inFlight.filter((message) => message.attempts < ATTEMPT_LIMIT);
    // A message that ends every connection is one that the broker will not have.
    this.#drop(this.#inFlight.length - again.length);
    this.#queue.unshift(...again);
    this.#inFlight = [];
  }

  #shed(): void {
    const at = this.#queue.findIndex((message) => message.isTelemetry);
    this.#queue.splice(Math.max(0, at), 1);
    this.#drop(1);
  }

  #drop(count: number): void {
    this.#parts.stats.messages.dropped += count;
    this.#parts.stats.messages.waiting -= count;
  }
}

/** What a device is made of. */
export interface DeviceParts {
  readonly device: string;
  readonly store: string;
  readonly url: string;
  readonly credentials: DeviceCredentials | undefined;
  readonly backoff: Backoff;
  readonly stats: LiveStats;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Without it a quiet device waits for the other side's delayed acknowledgement; mqtt.js leaves it on. */
function noDelay(client: MqttClient): void {
  const stream: { setNoDelay?: (on: boolean) => unknown } = client.stream as object;
  stream.setNoDelay?.(true);
}
