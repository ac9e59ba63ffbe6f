import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';

/** What a broker got, in order of arrival. */
export interface Arrived {
  readonly client: string;
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** A real broker on a free port that checks credentials and writes down every publish before it acknowledges it. */
export class TestBroker {
  readonly arrived: Arrived[] = [];
  /** Topics on which a last will said that its device is gone. */
  readonly wills: string[] = [];
  /** Publishes taken and not yet acknowledged. */
  withheld: (() => void)[] = [];
  withholds = false;
  readonly passwords: ReadonlyMap<string, string>;
  #server: NetServer | undefined;
  #aedes: Aedes | undefined;
  readonly #sockets = new Set<Socket>();
  port = 0;

  constructor(passwords: ReadonlyMap<string, string>) {
    this.passwords = passwords;
  }

  /** Listens; the second time on the same port. */
  async start(): Promise<void> {
    const aedes = await Aedes.createBroker({
      authenticate: (client, username, password, done) => {
        const isRight = username !== undefined && this.passwords.get(username) === password?.toString();
        done(isRight ? null : Object.assign(new Error('no'), { returnCode: 4 }), isRight && client.id === `${username}.sim`);
      },
      authorizePublish: (client, packet, done) => {
        if (client !== null)
          this.arrived.push({ client: client.id, topic: packet.topic, payload: packet.payload.toString(), retain: packet.retain });
        if (this.withholds) this.withheld.push(() => done(null));
        else done(null);
      },
    });
    aedes.on('publish', (packet) => {
      if (packet.payload.toString() === 'offline' && packet.retain) this.wills.push(packet.topic);
    });
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      aedes.handle(socket);
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#aedes = aedes;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** What arrived on a channel of a device. */
  of(device: string, channel: string): readonly Arrived[] {
    return this.arrived.filter(({ topic }) => topic === `endcap/v1/demo/${device}/${channel}`);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    const aedes = this.#aedes;
    this.#server = undefined;
    this.#aedes = undefined;
    if (aedes !== undefined) await new Promise<void>((resolve) => aedes.close(() => resolve()));
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly lastEventId: string | undefined;
  readonly body: unknown;
}

/** What the fake agent answers: a status with a body, or a stream that the test writes to. */
export type Answer = { readonly status: number; readonly body?: unknown } | { readonly stream: (response: ServerResponse) => void };

/** A small HTTP server that writes down every request and answers as it is told. */
export class TestAgent {
  readonly requests: Request[] = [];
  readonly #server: Server;

  constructor(answer: (request: Request) => Answer) {
    this.#server = createHttpServer((request, response) => {
      void read(request).then((body) => {
        const asked: Request = {
          method: request.method ?? '',
          path: request.url ?? '',
          token: request.headers.authorization?.replace('Bearer ', ''),
          lastEventId: request.headers['last-event-id']?.toString(),
          body: body === '' ? undefined : JSON.parse(body),
        };
        this.requests.push(asked);
        const answered = answer(asked);
        if ('stream' in answered) {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          answered.stream(response);
        } else {
          response.writeHead(answered.status, { 'content-type': 'application/json' });
          response.end(answered.body === undefined ? undefined : JSON.stringify(answered.body));
        }
      });
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  asked(method: string, path: RegExp): readonly Request[] {
    return this.requests.filter((request) => request.method === method && path.test(request.path));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
