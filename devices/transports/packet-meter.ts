/** What the meter found wrong with a byte stream. */
export type MeterFault = 'oversized' | 'protocol-error';

/**
 * Follows MQTT packet boundaries by the fixed headers alone, so that a packet is refused by the length it announces, before any of it is kept.
 * The first packet has a limit of its own, because nobody knows yet who is calling.
 */
export class PacketMeter {
  #limit: number;
  #nextLimit: number;
  /** Bytes of the current packet that are still to come. */
  #left = 0;
  #length = 0;
  /** Position inside a fixed header: 0 before the type byte, then the number of length bytes expected next. */
  #headerByte = 0;

  constructor(limits: { readonly firstPacketBytes: number; readonly packetBytes: number }) {
    this.#limit = limits.firstPacketBytes;
    this.#nextLimit = limits.packetBytes;
  }

  /** Changes the limit of the packets to come, once it is known who is sending. */
  allow(packetBytes: number): void {
    this.#nextLimit = packetBytes;
    // The first packet is over by now, but bytes behind it may have been measured already.
    const isBetween = this.#left === 0 && this.#headerByte === 0;
    this.#limit = isBetween ? packetBytes : Math.max(this.#limit, packetBytes);
  }

  /** Reads one chunk from the wire. After a fault the connection must end: the boundaries are lost. */
  take(chunk: Uint8Array): MeterFault | undefined {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, chunk.length - offset);
        this.#left -= step;
        offset += step;
        if (this.#left === 0) this.#packetEnds();
        continue;
      }
      const byte = chunk[offset] ?? 0;
      offset += 1;
      const fault = this.#headerTakes(byte);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #headerTakes(byte: number): MeterFault | undefined {
    if (this.#headerByte === 0) {
      this.#headerByte = 1;
      this.#length = 0;
      return undefined;
    }
    this.#length += (byte & 0x7f) * 128 ** (this.#headerByte - 1);
    if ((byte & 0x80) !== 0) {
      this.#headerByte += 1;
      return this.#headerByte > 4 ? 'protocol-error' : undefined;
    }
    if (1 + this.#headerByte + this.#length > this.#limit) return 'oversized';
    this.#headerByte = 0;
    this.#left = this.#length;
    if (this.#left === 0) this.#packetEnds();
    return undefined;
  }

  #packetEnds(): void {
    this.#limit = this.#nextLimit;
  }
}
