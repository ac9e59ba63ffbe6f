import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { packet, publishPacket, readHeader } from './raw-mqtt.ts';

/** What a scripted broker answers to a connect packet; `silence` says nothing, `hang-up` closes. */
export type ConnectAnswer = number | 'silence' | 'hang-up';

/** A broker that does only what its test tells it to, so that every byte of the client can be judged. MQTT 3.1.1 and 5. */
export class ScriptedBroker {
  /** Connections in the order they came. */
  readonly peers: ScriptedPeer[] = [];
  /** Answer to a connect packet of the given protocol version. */
  answer: (version: number) => ConnectAnswer = () => 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.peers.push(new ScriptedPeer(socket, (version) => this.answer(version))));
  }

  static async start(): Promise<ScriptedBroker> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedBroker(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The newest connection. */
  get peer(): ScriptedPeer {
    const peer = this.peers.at(-1);
    if (peer === undefined) throw new Error('Nobody has connected yet');
    return peer;
  }

  async close(): Promise<void> {
    for (const peer of this.peers) peer.socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The client's side of one connection, as the broker sees it. */
export class ScriptedPeer {
  readonly socket: Socket;
  /** First bytes of every packet received, such as 0x10 for CONNECT. */
  readonly types: number[] = [];
  /** Message ids of PUBACKs, in order. */
  readonly acks: number[] = [];
  /** How many PUBACKs came in each chunk that carried any. */
  readonly ackChunks: number[] = [];
  version = 0;
  isSubscribed = false;
  isClosed = false;
  /** Answers pings while true. */
  answersPings = true;
  readonly #answer: (version: number) => ConnectAnswer;
  #rest = Buffer.alloc(0);

  constructor(socket: Socket, answer: (version: number) => ConnectAnswer) {
    this.socket = socket;
    this.#answer = answer;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** Sends messages with these ids in one write; the payload is the id. */
  send(topic: string, ids: readonly number[]): void {
    const properties = this.version === 5 ? '\0' : '';
    this.socket.write(Buffer.concat(ids.map((id) => publishPacket({ topic, payload: `${properties}${id}`, id }))));
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const before = this.acks.length;
    for (;;) {
      const header = readHeader(this.#rest);
      if (header === undefined || this.#rest.length < header.bytes + header.length) break;
      this.#handle(this.#rest[0] ?? 0, this.#rest.subarray(header.bytes, header.bytes + header.length));
      this.#rest = this.#rest.subarray(header.bytes + header.length);
    }
    if (this.acks.length > before) this.ackChunks.push(this.acks.length - before);
  }

  #handle(type: number, body: Buffer): void {
    this.types.push(type);
    switch (type & 0xf0) {
      case 0x10:
        return this.#connect(body[6] ?? 0);
      case 0x40:
        this.acks.push(body.readUInt16BE(0));
        return;
      case 0x80:
        this.isSubscribed = true;
        this.socket.write(packet(0x90, Buffer.concat([body.subarray(0, 2), this.version === 5 ? Buffer.from([0, 1]) : Buffer.from([1])])));
        return;
      case 0xc0:
        if (this.answersPings) this.socket.write(packet(0xd0, Buffer.alloc(0)));
        return;
      default:
        return;
    }
  }

  #connect(version: number): void {
    this.version = version;
    const answer = this.#answer(version);
    if (answer === 'silence') return;
    if (answer === 'hang-up') this.socket.destroy();
    // A broker that does not know version 5 answers in the form of 3.1.1.
    else this.socket.write(packet(0x20, Buffer.from(version === 5 && answer !== 1 ? [0, answer, 0] : [0, answer])));
  }
}
