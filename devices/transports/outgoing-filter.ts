/**
 * Follows the packets of an outgoing MQTT byte stream and leaves out every PUBACK, whole or in pieces. Pure bookkeeping: bytes in, bytes out.
 */
export class OutgoingFilter {
  /** Bytes of the current packet still to come, and whether they are passed on. */
  #left = 0;
  #isPassing = true;
  /** A fixed header of which the end has not been written yet. */
  #header: Buffer = EMPTY;

  /** True between two packets, the only place where something else may be written. */
  get isBetweenPackets(): boolean {
    return (this.#left === 0 || !this.#isPassing) && this.#header.length === 0;
  }

  /** What may leave of these bytes. */
  pass(bytes: Buffer): Buffer {
    const input = this.#header.length === 0 ? bytes : Buffer.concat([this.#header, bytes]);
    this.#header = EMPTY;
    const passed: Buffer[] = [];
    let offset = 0;
    while (offset < input.length) {
      if (this.#left === 0 && !this.#beginPacket(input, offset)) {
        this.#header = input.subarray(offset);
        break;
      }
      const end = Math.min(offset + this.#left, input.length);
      if (this.#isPassing) passed.push(input.subarray(offset, end));
      this.#left -= end - offset;
      offset = end;
    }
    return passed.length === 1 ? (passed[0] ?? EMPTY) : Buffer.concat(passed);
  }

  /** Reads the fixed header at `offset`; false when it is not all there. */
  #beginPacket(input: Buffer, offset: number): boolean {
    let length = 0;
    for (let i = 1; i <= 4; i += 1) {
      const byte = input[offset + i];
      if (byte === undefined) return false;
      length += (byte & 0x7f) * 128 ** (i - 1);
      if ((byte & 0x80) === 0) {
        this.#left = 1 + i + length;
        this.#isPassing = input[offset] !== PUBACK;
        return true;
      }
    }
    throw new Error('Cannot follow the outgoing packets: a length of more than four bytes');
  }
}

const PUBACK = 0x40;
const EMPTY = Buffer.alloc(0);
