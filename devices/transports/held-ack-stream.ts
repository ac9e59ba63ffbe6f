import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { OutgoingFilter } from './outgoing-filter.ts';
import type { PacketMeter } from './packet-meter.ts';
import { SettlementQueue, type Ticket } from './settlement-queue.ts';
import type { Settlement } from './transport.ts';

/** A received QoS 1 message whose acknowledgement is held back. */
export interface HeldAck extends Ticket {
  readonly messageId: number;
}

/**
 * Stands between the MQTT client and its socket and takes over the acknowledging: the client's own PUBACKs, written as soon as it has handed a
 * message on, stop here, and ours leave when the messages are settled, in order, all of one turn in one write. What is held belongs to this
 * stream and dies with it, so a late settlement can never acknowledge a message of a later connection that was given the same packet id.
 */
export class HeldAckStream extends Duplex {
  readonly #socket: Socket;
  readonly #meter: PacketMeter;
  readonly #onAnswer: (settlement: Settlement) => void;
  readonly #filter = new OutgoingFilter();
  readonly #held: SettlementQueue<HeldAck>;
  #released: number[] = [];

  /** `onAnswer` hears of every message that was acknowledged, and of the one whose `retry` ended the connection. */
  constructor(socket: Socket, options: { readonly meter: PacketMeter; readonly onAnswer: (settlement: Settlement) => void }) {
    super({ readableHighWaterMark: 65_536, writableHighWaterMark: 65_536 });
    this.#socket = socket;
    this.#meter = options.meter;
    this.#onAnswer = options.onAnswer;
    this.#held = new SettlementQueue<HeldAck>((settlement, ack) => this.#answer(settlement, ack));
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** Messages received on this connection and not answered yet. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** Holds the acknowledgement of a message; to be called in the order of arrival. */
  hold(messageId: number): HeldAck {
    const ack: HeldAck = { messageId, settlement: undefined };
    this.#held.add(ack);
    return ack;
  }

  /** Settles a held message: `done` acknowledges it when its turn comes, `retry` ends the connection. */
  settle(ack: HeldAck, settlement: Settlement): void {
    this.#held.settle(ack, settlement);
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#held.clear();
    this.#released = [];
    this.#socket.destroy();
    done(error);
  }

  #answer(settlement: Settlement, { messageId }: HeldAck): void {
    if (this.destroyed) return;
    this.#onAnswer(settlement);
    if (settlement === 'retry') {
      this.destroy();
      return;
    }
    this.#released.push(messageId);
    if (this.#released.length === 1) queueMicrotask(() => this.#writeReleased());
  }

  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    const passed = this.#filter.pass(bytes);
    if (passed.length === 0) done();
    else this.#socket.write(passed, done);
    this.#writeReleased();
  }

  #writeReleased(): void {
    if (this.#released.length === 0 || this.destroyed || !this.#filter.isBetweenPackets) return;
    const acks = Buffer.allocUnsafe(this.#released.length * PUBACK_BYTES);
    // Type, length, packet id; without a reason code it means success in MQTT 3.1.1 and 5 alike.
    for (const [i, messageId] of this.#released.entries()) {
      acks.writeUInt16BE(0x4002, i * PUBACK_BYTES);
      acks.writeUInt16BE(messageId, i * PUBACK_BYTES + 2);
    }
    this.#released = [];
    this.#socket.write(acks);
  }

  #receive(chunk: Buffer): void {
    if (this.destroyed) return;
    const fault = this.#meter.take(chunk);
    if (fault !== undefined) this.destroy(Object.assign(new Error(`Cannot read from the broker: ${fault}`), { code: fault }));
    else if (!this.push(chunk)) this.#socket.pause();
  }
}

const PUBACK_BYTES = 4;
