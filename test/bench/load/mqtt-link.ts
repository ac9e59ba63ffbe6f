import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connectPacket } from './event-packets.ts';

/** Whom to connect to and as whom. */
export interface LinkOptions {
  readonly port: number;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  /** Hears of every packet but the CONNACK: its first byte, and its body inside `bytes`, valid only during the call. */
  readonly onPacket: (type: number, bytes: Buffer, range: { readonly from: number; readonly to: number }) => void;
  /** Called after the packets of one chunk. */
  readonly onChunk?: () => void;
  readonly onClose?: () => void;
}

const CONNACK = 0x20;

/** One MQTT connection that does no more than split packets. */
export class MqttLink {
  readonly socket: Socket;
  readonly #options: LinkOptions;
  #rest: Buffer = Buffer.alloc(0);
  #onAccepted: ((code: number) => void) | undefined;

  private constructor(options: LinkOptions) {
    this.#options = options;
    this.socket = connect({ host: '127.0.0.1', port: options.port, noDelay: true });
    this.socket.on('data', (chunk: Buffer) => this.#take(chunk));
    // A reset is followed by the close, and that is what counts.
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => options.onClose?.());
  }

  /** Connects and signs in; rejects when that is refused. */
  static async open(options: LinkOptions): Promise<MqttLink> {
    const link = new MqttLink(options);
    await once(link.socket, 'connect');
    const accepted = new Promise<number>((resolve, reject) => {
      link.#onAccepted = resolve;
      link.socket.once('close', () => reject(new Error(`Cannot sign in as "${options.username}": the connection was closed`)));
    });
    link.socket.write(connectPacket(options));
    const code = await accepted;
    if (code !== 0) throw new Error(`Cannot sign in as "${options.username}": refused with code ${code}`);
    return link;
  }

  /** Sends what is written and says goodbye; resolves when the other side has read all of it. */
  async end(): Promise<void> {
    if (this.socket.destroyed) return;
    const closed = once(this.socket, 'close');
    this.socket.end(DISCONNECT);
    await closed;
  }

  #take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (;;) {
      const header = readHeader(bytes, from);
      if (header === undefined || header.to > bytes.length) break;
      const type = bytes[from] ?? 0;
      if (type === CONNACK) this.#onAccepted?.(bytes[header.from + 1] ?? 255);
      else this.#options.onPacket(type, bytes, header);
      from = header.to;
    }
    this.#rest = from === bytes.length ? EMPTY : bytes.subarray(from);
    this.#options.onChunk?.();
  }
}

const DISCONNECT = Buffer.from([0xe0, 0]);
const EMPTY: Buffer = Buffer.alloc(0);

/** Where the body of the packet at `at` begins and ends; `undefined` while the header is not all there. */
function readHeader(bytes: Buffer, at: number): { readonly from: number; readonly to: number } | undefined {
  let length = 0;
  for (let index = 1; index <= 4; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** (index - 1);
    if ((byte & 0x80) === 0) return { from: at + index + 1, to: at + index + 1 + length };
  }
  return undefined;
}
