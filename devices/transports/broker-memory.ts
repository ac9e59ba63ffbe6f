import { Readable } from 'node:stream';
import type { AedesPublishPacket } from 'aedes';
import { filterMatches } from './topic-filter.ts';

/**
 * What the broker remembers, and no more: retained messages up to a number, and unfinished QoS 2 messages of connected clients. There are no
 * sessions beyond a connection: a device that was away subscribes again and gets what is retained. The interface is the one that aedes asks for.
 */
export class BrokerMemory {
  readonly #maxRetained: number;
  readonly #onFull: () => void;
  readonly #retained = new Map<string, RetainedPacket>();
  readonly #unfinished = new Map<string, Map<number, StoredPacket>>();

  constructor(options: { readonly maxRetained: number; readonly onFull: () => void }) {
    this.#maxRetained = options.maxRetained;
    this.#onFull = options.onFull;
  }

  async setup(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#retained.clear();
    this.#unfinished.clear();
  }

  /** An empty payload deletes; a new topic beyond the limit is not kept. */
  async storeRetained(packet: AedesPublishPacket): Promise<void> {
    const { topic, qos } = packet;
    if (packet.payload.length === 0) {
      this.#retained.delete(topic);
    } else if (this.#retained.size >= this.#maxRetained && !this.#retained.has(topic)) {
      this.#onFull();
    } else {
      // A copy: the payload is a view of a chunk that may be hundreds of times as long.
      this.#retained.set(topic, { cmd: 'publish', topic, qos, retain: true, payload: Buffer.from(packet.payload) });
    }
  }

  createRetainedStream(filter: string): Readable {
    return this.createRetainedStreamCombi([filter]);
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from([...this.#retained.values()].filter(({ topic }) => filters.some((filter) => filterMatches(filter, topic))));
  }

  async incomingStorePacket(client: ClientRef, packet: StoredPacket): Promise<void> {
    const packets = this.#unfinished.get(client.id) ?? new Map<number, StoredPacket>();
    packets.set(packet.messageId, { messageId: packet.messageId });
    this.#unfinished.set(client.id, packets);
  }

  async incomingGetPacket(client: ClientRef, packet: StoredPacket): Promise<StoredPacket> {
    const stored = this.#unfinished.get(client.id)?.get(packet.messageId);
    if (stored === undefined) throw new Error('No such packet');
    return stored;
  }

  async incomingDelPacket(client: ClientRef, packet: StoredPacket): Promise<void> {
    if (this.#unfinished.get(client.id)?.delete(packet.messageId) !== true) throw new Error('No such packet');
  }

  async cleanIncoming(client: ClientRef): Promise<void> {
    this.#unfinished.delete(client.id);
  }

  // Sessions and queues for the absent, of which there are none; a will lives in its connection.
  async addSubscriptions(): Promise<void> {}
  async removeSubscriptions(): Promise<void> {}
  async cleanSubscriptions(): Promise<void> {}
  async subscriptionsByClient(): Promise<readonly never[]> {
    return [];
  }
  async subscriptionsByTopic(): Promise<readonly never[]> {
    return [];
  }
  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    return { subsCount: 0, clientsCount: 0 };
  }
  async outgoingEnqueue(): Promise<void> {}
  async outgoingEnqueueCombi(): Promise<void> {}
  async outgoingUpdate(): Promise<void> {}
  async outgoingClearMessageId(): Promise<void> {}
  outgoingStream(): Readable {
    return Readable.from([]);
  }
  async putWill(): Promise<void> {}
  async getWill(): Promise<void> {}
  async delWill(): Promise<void> {}
  streamWill(): Readable {
    return Readable.from([]);
  }
  getClientList(): Readable {
    return Readable.from([]);
  }
}

interface ClientRef {
  readonly id: string;
}

interface StoredPacket {
  readonly messageId: number;
}

interface RetainedPacket {
  readonly cmd: 'publish';
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: true;
  readonly payload: Buffer;
}
