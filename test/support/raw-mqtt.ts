import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A bare MQTT 3.1.1 client that sends exactly the bytes it is told to, for what a well-behaved library would never do. */
export class RawMqtt {
  readonly socket: Socket;
  /** Packets received so far: first byte and body. */
  readonly received: { readonly type: number; readonly body: Buffer }[] = [];
  isClosed = false;
  #rest = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** Opens the socket and says nothing. */
  static async dial(port: number): Promise<RawMqtt> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new RawMqtt(socket);
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** Message ids of the PUBACKs received, in order. */
  acks(): number[] {
    return this.received.filter(({ type }) => type === 0x40).map(({ body }) => body.readUInt16BE(0));
  }

  /** Return code of the CONNACK, `undefined` before it came. */
  connack(): number | undefined {
    return this.received.find(({ type }) => type === 0x20)?.body[1];
  }

  close(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const header = readHeader(this.#rest);
      if (header === undefined || this.#rest.length < header.bytes + header.length) return;
      this.received.push({ type: this.#rest[0] ?? 0, body: this.#rest.subarray(header.bytes, header.bytes + header.length) });
      this.#rest = this.#rest.subarray(header.bytes + header.length);
    }
  }
}

/** What a connect packet may say. */
export interface ConnectOptions {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly keepaliveS?: number;
  readonly will?: { readonly topic: string; readonly payload: string };
}

/** A CONNECT packet with a clean session. */
export function connectPacket({ clientId, username, password, keepaliveS = 30, will }: ConnectOptions): Buffer {
  const flags = 0x02 | (will === undefined ? 0 : 0x0c) | (password === undefined ? 0 : 0x40) | (username === undefined ? 0 : 0x80);
  const parts = [field('MQTT'), Buffer.from([4, flags, keepaliveS >> 8, keepaliveS & 0xff]), field(clientId)];
  if (will !== undefined) parts.push(field(will.topic), field(will.payload));
  if (username !== undefined) parts.push(field(username));
  if (password !== undefined) parts.push(field(password));
  return packet(0x10, Buffer.concat(parts));
}

/** A PUBLISH packet; without an id it is QoS 0. */
export function publishPacket(message: {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly id?: number;
  readonly qos?: 1 | 2;
  readonly retain?: boolean;
}): Buffer {
  const { topic, payload, id, qos = 1, retain = false } = message;
  const type = 0x30 | (id === undefined ? 0 : qos << 1) | (retain ? 1 : 0);
  const idBytes = id === undefined ? Buffer.alloc(0) : Buffer.from([id >> 8, id & 0xff]);
  return packet(type, Buffer.concat([field(topic), idBytes, Buffer.from(payload)]));
}

/** A SUBSCRIBE packet with QoS 1 for every filter. */
export function subscribePacket(id: number, filters: readonly string[]): Buffer {
  const entries = filters.flatMap((filter) => [field(filter), Buffer.from([1])]);
  return packet(0x82, Buffer.concat([Buffer.from([id >> 8, id & 0xff]), ...entries]));
}

/** Any packet: first byte, the length in MQTT's own encoding, body. */
export function packet(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type]), lengthBytes(body.length), body]);
}

/** A length in MQTT's encoding, for announcing more than will ever come. */
export function lengthBytes(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  do {
    const more = rest >= 128;
    bytes.push((rest % 128) | (more ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** Reads a fixed header: how many bytes it takes and how long the body is. */
export function readHeader(buffer: Buffer): { readonly bytes: number; readonly length: number } | undefined {
  let length = 0;
  for (let i = 1; i < Math.min(buffer.length, 5); i += 1) {
    const byte = buffer[i] ?? 0;
    length += (byte & 0x7f) * 128 ** (i - 1);
    if ((byte & 0x80) === 0) return { bytes: i + 1, length };
  }
  return undefined;
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
