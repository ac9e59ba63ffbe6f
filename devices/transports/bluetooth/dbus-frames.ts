import { DbusFormatError, readFrame } from './dbus-message.ts';

/** More than any list of devices of BlueZ; the protocol would allow 128 MiB. */
const MOST_BYTES = 16 * 1024 * 1024;
/** All that a bus may say before it greets. */
const MOST_GREETING_BYTES = 4_096;
const FIXED_BYTES = 16;

/**
 * Cuts what a message bus sends into its parts and looks at each before anybody else does: the lines of the greeting, then whole messages. What is no
 * message throws a `DbusFormatError`, and nothing after it is of use; what is one that nobody here waits for is left out.
 */
export class DbusFrames {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** Bytes that must be there before it is worth looking again. */
  #wanted = 1;
  #greetingBytes = 0;
  #hasGreeted = false;

  /** Takes what came and gives what is whole by now. */
  take(chunk: Uint8Array): readonly Buffer[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#wanted) return [];
    const whole: Buffer[] = [];
    let rest = Buffer.concat(this.#chunks);
    while (rest.length >= this.#wanted) {
      const part = this.#hasGreeted ? this.#message(rest) : this.#line(rest);
      if (part === undefined) break;
      if (part.pass) whole.push(rest.subarray(0, part.bytes));
      rest = rest.subarray(part.bytes);
      this.#wanted = this.#hasGreeted ? FIXED_BYTES : 1;
    }
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
    return whole;
  }

  #line(buffer: Buffer): { readonly bytes: number; readonly pass: boolean } | undefined {
    const end = buffer.indexOf(0x0a);
    const bytes = end < 0 ? buffer.length : end + 1;
    if (this.#greetingBytes + bytes > MOST_GREETING_BYTES) throw new DbusFormatError('its greeting has no end');
    if (end < 0) {
      this.#wanted = buffer.length + 1;
      return undefined;
    }
    this.#greetingBytes += bytes;
    this.#hasGreeted = /^OK /.test(buffer.toString('latin1', 0, end));
    return { bytes, pass: true };
  }

  #message(buffer: Buffer): { readonly bytes: number; readonly pass: boolean } | undefined {
    const bytes = lengthOf(buffer);
    this.#wanted = bytes;
    if (buffer.length < bytes) return undefined;
    return { bytes, pass: readFrame(buffer.subarray(0, bytes)) === 'for-us' };
  }
}

/** Length of the message whose fixed part is there. */
function lengthOf(buffer: Buffer): number {
  const order = buffer[0];
  if (order !== 0x6c && order !== 0x42) throw new DbusFormatError(`a message begins with byte ${order}`);
  if (buffer[3] !== 1) throw new DbusFormatError(`protocol version ${buffer[3]}`);
  const [body, fields] =
    order === 0x6c ? [buffer.readUInt32LE(4), buffer.readUInt32LE(12)] : [buffer.readUInt32BE(4), buffer.readUInt32BE(12)];
  const bytes = FIXED_BYTES + Math.ceil(fields / 8) * 8 + body;
  if (bytes > MOST_BYTES) throw new DbusFormatError(`a message of ${bytes} bytes`);
  return bytes;
}
