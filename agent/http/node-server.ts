import { createServer, type Server as PlainServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { addressKey } from './addresses.ts';
import type { HttpCounters } from './ports.ts';
import { PROBLEM_TYPE, type ProblemKind, problem } from './problem.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import type { HttpSettings } from './settings.ts';

/**
 * The listener with its limits: how long a request may take to arrive, how large its headers may be, how many connections there may be in all
 * and from one address. Throws when the certificate or key cannot be used.
 */
export function createNodeServer(
  handler: RequestListener,
  parts: { readonly settings: HttpSettings; readonly counters: HttpCounters },
): PlainServer {
  const { settings, counters } = parts;
  const { limits, tls } = settings;
  const options = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    // The default of 30 s would let a trickled request live up to 45 s.
    connectionsCheckingInterval: limits.checkEveryMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    noDelay: true,
  };
  const server =
    tls === undefined
      ? createServer(options, handler)
      : createTlsServer({ ...options, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: limits.headersTimeoutMs }, handler);
  server.setTimeout(limits.idleTimeoutMs);
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket;
  server.maxConnections = limits.maxConnections;
  server.on('drop', () => counters.count('endcap_http_refused_total', { reason: 'connections' }));
  server.on('dropRequest', () => counters.count('endcap_http_refused_total', { reason: 'requests-of-connection' }));
  limitPerAddress(server, { max: limits.maxConnectionsPerAddress, counters });
  return server;
}

function limitPerAddress(server: PlainServer, { max, counters }: { readonly max: number; readonly counters: HttpCounters }): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const key = addressKey(socket.remoteAddress);
    const count = (open.get(key) ?? 0) + 1;
    if (count > max) {
      counters.count('endcap_http_refused_total', { reason: 'connections-of-address' });
      socket.destroy();
      return;
    }
    open.set(key, count);
    socket.once('close', () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left === 0) open.delete(key);
      else open.set(key, left);
    });
  });
}

/** Answers what is too slow, too large or no HTTP at all, before there is a request, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, counters: HttpCounters): void {
  const kind = CLIENT_ERRORS[error.code ?? ''] ?? 'not-understood';
  counters.count('endcap_http_refused_total', { reason: kind });
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, body } = problem(kind);
  const text = JSON.stringify(body);
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${body['title']}\r\n${head.join('')}\r\n${text}`, () => socket.destroy());
}

const CLIENT_ERRORS: Readonly<Record<string, ProblemKind>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'too-slow',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'too-large',
};
