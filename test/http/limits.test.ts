import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from '../../agent/http/settings.ts';
import { startTestServer, type TestServer } from '../support/http-server.ts';

let server: TestServer;
const sockets: RawSocket[] = [];
const until = vi.waitFor;

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await server.stop();
});

async function start(limits: Partial<HttpLimits>): Promise<void> {
  server = await startTestServer({ limits });
}

/** A TCP connection that can send bytes one by one. */
class RawSocket {
  text = '';
  isClosed = false;
  readonly #socket: Socket;
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (chunk) => {
      this.text += chunk.toString();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.isClosed = true;
    });
    sockets.push(this);
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  /** Sends a byte now and then, for as long as the other side listens. */
  trickle(everyMs: number): void {
    this.#timer = setInterval(() => this.#socket.writable && this.#socket.write('x'), everyMs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.destroy();
  }
}

const QUICK = { headersTimeoutMs: 200, requestTimeoutMs: 300, checkEveryMs: 20 };

describe('a request that trickles in', () => {
  it.each([
    ['headers', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
    ['a body', 'POST /api/v1/visits HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{'],
    ['nothing at all', ''],
  ])('%s: is answered with 408 and closed', async (_what, beginning) => {
    await start(QUICK);
    const socket = new RawSocket(server.port);
    socket.write(beginning);
    if (beginning !== '') socket.trickle(20);
    await until(() => expect(socket.isClosed).toBe(true), { timeout: 5_000 });
    if (beginning !== '') expect(socket.text).toMatch(/^HTTP\/1\.1 408 .*\r\n[\s\S]*urn:endcap:problem:too-slow/);
    expect(server.fakes.countOf('endcap_http_refused_total{reason=too-slow}')).toBe(1);
  });

  it('is closed within 15 s by default', () => {
    const { headersTimeoutMs, requestTimeoutMs, checkEveryMs } = DEFAULT_HTTP_LIMITS;
    expect(headersTimeoutMs).toBeLessThanOrEqual(requestTimeoutMs);
    expect(requestTimeoutMs + checkEveryMs).toBeLessThanOrEqual(15_000);
  });

  it('holds nobody else up', async () => {
    await start(QUICK);
    for (let n = 0; n < 50; n += 1) new RawSocket(server.port).write('POST /api/v1/visits HTTP/1.1\r\nHost: ');
    expect((await server.call('GET', '/healthz')).status).toBe(200);
  });
});

describe('a connection', () => {
  it('that is idle is closed', async () => {
    await start({ keepAliveTimeoutMs: 30, idleTimeoutMs: 50 });
    const socket = new RawSocket(server.port);
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => expect(socket.text).toContain('200 OK'));
    await until(() => expect(socket.isClosed).toBe(true), { timeout: 5_000 });
  });

  it('with an open stream is not idle', async () => {
    await start({ keepAliveTimeoutMs: 400, idleTimeoutMs: 400, heartbeatMs: 100_000 });
    const { token, visitId } = await server.visit();
    const socket = new RawSocket(server.port);
    socket.write(`GET /api/v1/visit/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    await until(() => expect(socket.text).toContain('event: open'));
    // Five times as long as an idle connection may stay.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    server.fakes.offer(visitId);
    await until(() => expect(socket.text).toContain('event: offer'));
  });

  it('too many from one address is refused and counted, and a closed one makes room', async () => {
    await start({ maxConnectionsPerAddress: 3 });
    const open = [new RawSocket(server.port), new RawSocket(server.port), new RawSocket(server.port)];
    for (const socket of open) socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => expect(open.every(({ text }) => text.includes('200 OK'))).toBe(true));
    const fourth = new RawSocket(server.port);
    await until(() => expect(fourth.isClosed).toBe(true));
    expect(server.fakes.countOf('endcap_http_refused_total{reason=connections-of-address}')).toBe(1);
    open[0]?.close();
    await until(async () => {
      const again = new RawSocket(server.port);
      again.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await until(() => expect(again.text).toContain('200 OK'), { timeout: 200 });
    });
  });

  it('too many in all is refused and counted', async () => {
    await start({ maxConnections: 2 });
    const open = [new RawSocket(server.port), new RawSocket(server.port)];
    for (const socket of open) socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => expect(open.every(({ text }) => text.includes('200 OK'))).toBe(true));
    const third = new RawSocket(server.port);
    await until(() => expect(third.isClosed).toBe(true));
    expect(server.fakes.countOf('endcap_http_refused_total{reason=connections}')).toBe(1);
  });

  it('is told to close after its share of requests, and refused after that', async () => {
    await start({ maxRequestsPerSocket: 2 });
    const socket = new RawSocket(server.port);
    for (let n = 1; n <= 2; n += 1) {
      socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await until(() => expect(socket.text.match(/200 OK/g)).toHaveLength(n));
    }
    expect(socket.text).toContain('Connection: close');
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => expect(socket.text).toContain('503 Service Unavailable'));
    expect(server.fakes.countOf('endcap_http_refused_total{reason=requests-of-connection}')).toBe(1);
  });
});

describe('a request', () => {
  it('with a body over the limit gets 413, whether it says so or not', async () => {
    await start({ maxBodyBytes: 1_000 });
    const raw = JSON.stringify({ consents: {}, tag: 'x'.repeat(2_000) });
    expect(await server.call('POST', '/api/v1/visits', { raw })).toMatchObject({
      status: 413,
      body: { type: 'urn:endcap:problem:too-large' },
    });
    const socket = new RawSocket(server.port);
    socket.write('POST /api/v1/visits HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
    socket.write(`${(2_000).toString(16)}\r\n${'x'.repeat(2_000)}\r\n`);
    await until(() => expect(socket.text).toMatch(/^HTTP\/1\.1 413 /));
    expect(server.fakes.inputs).toEqual([]);
  });

  it('with headers over the limit gets 431', async () => {
    await start({});
    expect((await server.call('GET', '/healthz', { headers: { 'x-long': 'x'.repeat(20_000) } })).status).toBe(431);
    expect(server.fakes.countOf('endcap_http_refused_total{reason=headers-too-large}')).toBe(1);
  });

  it.each([
    'NONSENSE\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n',
  ])('that is no HTTP (%j) gets 400 as a problem', async (text) => {
    await start({});
    const socket = new RawSocket(server.port);
    socket.write(text);
    await until(() =>
      expect(socket.text).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*urn:endcap:problem:not-understood/),
    );
  });

  it('too many of them from one address get 429 with Retry-After', async () => {
    await start({ requestBurstPerAddress: 5, requestsPerSecondPerAddress: 1 });
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await server.call('GET', '/healthz')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect((await server.call('GET', '/nothing')).headers.get('retry-after')).toBe('1');
    server.fakes.clock.advance(2_000);
    expect((await server.call('GET', '/healthz')).status).toBe(200);
    expect(server.fakes.countOf('endcap_http_refused_total{reason=rate}')).toBe(3);
  });

  it('too many visits from one address get 429', async () => {
    await start({ visitsPerMinutePerAddress: 2 });
    const open = () => server.call('POST', '/api/v1/visits', { body: { consents: {} } });
    expect([(await open()).status, (await open()).status, (await open()).status]).toEqual([201, 201, 429]);
    server.fakes.clock.advance(30_000);
    expect((await open()).status).toBe(201);
  });
});
