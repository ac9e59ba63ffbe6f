import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { DurationMs } from '../../agent/core/units.ts';
import type { MeterFault, PacketMeter } from './packet-meter.ts';
import type { ReadBudget } from './read-budget.ts';

/**
 * Stands between a device's socket and the broker: measures every packet before the broker keeps a byte of it, can stop reading for a while,
 * and writes what the broker says in one turn as one write. What a device sent before it hung up is still handed on.
 */
export class GuardedStream extends Duplex {
  readonly #socket: Socket;
  readonly #meter: PacketMeter;
  readonly #budget: ReadBudget;
  readonly #onFault: (fault: MeterFault) => void;
  #held: NodeJS.Timeout | undefined;
  /** Has used up its part of this turn. */
  #waitsForTurn = false;
  #stopped = false;
  /** The device has said all it will say. */
  #hasEnded = false;

  constructor(
    socket: Socket,
    options: { readonly meter: PacketMeter; readonly budget: ReadBudget; readonly onFault: (fault: MeterFault) => void },
  ) {
    // One chunk of a socket is at most 64 kB: the broker takes chunks whole, so this also bounds what one client has in flight.
    super({ readableHighWaterMark: 65_536, writableHighWaterMark: 65_536 });
    this.#socket = socket;
    this.#meter = options.meter;
    this.#budget = options.budget;
    this.#onFault = options.onFault;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => {
      this.#hasEnded = true;
      this.push(null);
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.#closed());
    socket.pause();
  }

  /** Changes how large packets may be from now on. */
  allowPackets(maxBytes: number): void {
    this.#meter.allow(maxBytes);
  }

  /**
   * Stops reading for a while from now; what the device sends meanwhile waits on its side of the wire. Called again, the new time counts.
   * Returns whether it was reading until now.
   */
  hold(durationMs: DurationMs): boolean {
    if (this.destroyed) return false;
    const wasReading = this.#held === undefined;
    clearTimeout(this.#held);
    this.#socket.pause();
    this.#held = setTimeout(() => {
      this.#held = undefined;
      this.#readOn();
    }, durationMs);
    return wasReading;
  }

  /** Stops reading for good, while answers can still be written. */
  stopReading(): void {
    this.#stopped = true;
    this.#socket.pause();
  }

  override _read(): void {
    this.#readOn();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    // The broker writes a packet in pieces; one buffer costs less than a system call with dozens of parts.
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#held);
    if (error === null && this.#socket.writableLength > 0 && !this.#socket.destroyed) {
      // The last words (a refusal) should arrive, but a peer that does not read must not keep the socket.
      const impatience = setTimeout(() => this.#socket.destroy(), LAST_WORDS_MS);
      this.#socket.once('close', () => clearTimeout(impatience));
      this.#socket.destroySoon();
    } else {
      this.#socket.destroy();
    }
    done(error);
  }

  #receive(chunk: Buffer): void {
    if (this.destroyed) return;
    const fault = this.#meter.take(chunk);
    if (fault !== undefined) {
      this.#onFault(fault);
      this.destroy();
      return;
    }
    const hasRoom = this.push(chunk);
    if (!this.#budget.spend(chunk.length, this.#onTurn)) this.#waitsForTurn = true;
    if (!hasRoom || this.#waitsForTurn) this.#socket.pause();
  }

  readonly #onTurn = (): void => {
    this.#waitsForTurn = false;
    this.#readOn();
  };

  #readOn(): void {
    if (this.#held === undefined && !this.#waitsForTurn && !this.#stopped && !this.destroyed) this.#socket.resume();
  }

  /** An answer to somebody who has gone is no error: what came before is still to be read. */
  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    if (this.#socket.destroyed) done();
    else this.#socket.write(bytes, done);
  }

  /** After an orderly goodbye the broker reads the rest, finds the end, and destroys this stream itself. */
  #closed(): void {
    if (!this.#hasEnded || this.#stopped || this.readableLength === 0) this.destroy();
  }
}

const LAST_WORDS_MS = 1_000;
