import { EventPackets } from './event-packets.ts';
import { MqttLink } from './mqtt-link.ts';

/** Bytes that may wait in one socket before a paced sender holds back: what the kernel has not taken, the other side does not keep up with. */
const MOST_WAITING_BYTES = 262_144;
const PUBACK = 0x40;

/** One device connection of the load: sends on demand or keeps its window full. */
export class Publisher {
  readonly #link: MqttLink;
  readonly #packets: EventPackets;
  readonly #picks: EventPackets;
  readonly #pickEvery: number;
  #sinceAck = 0;
  #window = 0;
  sent = 0;
  acked = 0;
  isLost = false;

  private constructor(link: MqttLink, options: PublisherOptions) {
    this.#link = link;
    this.#pickEvery = options.pickEvery;
    this.#packets = new EventPackets(options);
    this.#picks = new EventPackets({ ...options, kind: 'pick', tag: `${options.tag}p` });
  }

  static async open(options: PublisherOptions): Promise<Publisher> {
    let publisher: Publisher | undefined;
    const link = await MqttLink.open({
      ...options,
      onPacket: (type) => {
        if (publisher !== undefined && type === PUBACK) publisher.#acknowledged();
      },
      onChunk: () => {
        if (publisher !== undefined) publisher.#refill();
      },
      onClose: () => {
        if (publisher !== undefined) publisher.isLost = true;
      },
    });
    publisher = new Publisher(link, options);
    return publisher;
  }

  /** Sends so many, unless the other side does not take them; returns how many went out. */
  send(count: number): number {
    const { socket } = this.#link;
    if (count <= 0 || this.isLost || socket.writableLength > MOST_WAITING_BYTES) return 0;
    const nowMs = Date.now();
    const picks = this.#pickEvery === 0 ? 0 : Math.floor((this.sent + count) / this.#pickEvery) - Math.floor(this.sent / this.#pickEvery);
    if (count > picks) socket.write(this.#packets.next(count - picks, nowMs));
    if (picks > 0) socket.write(this.#picks.next(picks, nowMs));
    this.sent += count;
    return count;
  }

  /** Fills the window, and fills it again with every acknowledgement; 0 stops that. */
  keep(window: number): void {
    this.#window = window;
    if (window > 0) this.send(window - (this.sent - this.acked));
  }

  /** Stops, and resolves when everything sent was read. */
  async end(): Promise<void> {
    this.#window = 0;
    await this.#link.end();
  }

  #acknowledged(): void {
    this.acked += 1;
    this.#sinceAck += 1;
  }

  #refill(): void {
    const count = this.#sinceAck;
    this.#sinceAck = 0;
    if (this.#window > 0) this.send(count);
  }
}

export interface PublisherOptions {
  readonly port: number;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly device: string;
  readonly slot: number;
  readonly kind: 'weight' | 'pick' | 'beacon';
  readonly qos: 0 | 1;
  readonly tag: string;
  readonly pickEvery: number;
}
