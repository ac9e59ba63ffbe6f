import { createServer, type Server, Socket } from 'node:net';

/** What a proxy does to each connection while the mode is set. */
export type Fault =
  | { readonly kind: 'none' }
  /** Accepts and says nothing, reads nothing. */
  | { readonly kind: 'hang' }
  /** Resets every connection at once. */
  | { readonly kind: 'reset' }
  /** Answers every request with this status, without asking the server behind. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: string }
  /** Answers with bytes that are not HTTP. */
  | { readonly kind: 'garbage' }
  /** Answers 200 with a page, as the sign-in page of a guest network does. */
  | { readonly kind: 'portal' }
  /** Passes the request on and resets when the answer begins: the work was done, nobody hears of it. */
  | { readonly kind: 'lose-answer' }
  /** Passes bytes on at this rate, each way. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Stops listening. */
  | { readonly kind: 'gone' };

/** A TCP proxy on loopback that misbehaves on demand. */
export class FaultProxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #fault: Fault = { kind: 'none' };
  /** Connections accepted so far. */
  connections = 0;

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
  }

  /** A proxy in front of an HTTP server's base URL. */
  static async before(url: string): Promise<FaultProxy> {
    const { hostname, port } = new URL(url);
    const proxy = new FaultProxy({ host: hostname, port: Number(port) });
    await proxy.#listen();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Sets the fault for new connections and cuts those that are open. */
  async set(fault: Fault): Promise<void> {
    this.#fault = fault;
    this.#cut();
    if (fault.kind === 'gone') await this.#close();
    else await this.#listen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cut();
    await this.#close();
  }

  #listen(): Promise<void> {
    if (this.#server !== undefined) return Promise.resolve();
    const server = createServer((client) => this.#accept(client));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      // The port is kept from the first time on, so that "gone" and "back" are at one address.
      server.listen(this.#port, '127.0.0.1', () => {
        const address = server.address();
        if (typeof address === 'object' && address !== null) this.#port = address.port;
        resolve();
      });
    });
  }

  #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    return new Promise((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(client: Socket): void {
    this.connections += 1;
    this.#keep(client);
    const fault = this.#fault;
    switch (fault.kind) {
      case 'none':
        return this.#pass(client, (chunk, to) => to.write(chunk));
      case 'slow':
        return this.#pass(client, trickle(fault.bytesPerSecond));
      case 'lose-answer':
        return this.#pass(client, (chunk, to) => (to === client ? void client.resetAndDestroy() : void to.write(chunk)));
      case 'reset':
        client.resetAndDestroy();
        return;
      case 'hang':
        client.pause();
        return;
      case 'garbage':
        client.once('data', () => client.end('\x00\xff\x13this is not HTTP\r\n\r\n'));
        return;
      case 'portal':
        client.once('data', () =>
          client.end('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 19\r\n\r\n<h1>Sign in</h1>\r\n\r\n'),
        );
        return;
      case 'status':
        client.once('data', () =>
          client.end(`HTTP/1.1 ${fault.status} No\r\n${fault.headers ?? ''}content-length: 0\r\nconnection: close\r\n\r\n`),
        );
        return;
      case 'gone':
        client.destroy();
    }
  }

  #pass(client: Socket, forward: (chunk: Buffer, to: Socket) => void): void {
    const upstream = this.#keep(new Socket());
    upstream.connect(this.#target);
    client.on('data', (chunk) => forward(chunk, upstream));
    upstream.on('data', (chunk) => forward(chunk, client));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // Broken connections are this proxy's trade.
    socket.on('error', () => undefined);
    return socket;
  }
}

/** Writes a byte at a time at the given rate, one queue a direction. */
function trickle(bytesPerSecond: number): (chunk: Buffer, to: Socket) => void {
  const queues = new Map<Socket, Buffer>();
  return (chunk, to) => {
    const waiting = queues.get(to);
    queues.set(to, Buffer.concat([waiting ?? Buffer.alloc(0), chunk]));
    if (waiting !== undefined) return;
    const timer = setInterval(() => {
      const queue = queues.get(to)!;
      const part = queue.subarray(0, Math.max(1, Math.round(bytesPerSecond / 50)));
      if (to.destroyed) clearInterval(timer);
      else if (part.length > 0) to.write(part);
      queues.set(to, queue.subarray(part.length));
    }, 20);
    timer.unref();
    to.on('close', () => clearInterval(timer));
  };
}
