import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SECURITY_HEADERS } from '../../../agent/http/security-headers.ts';

/** A request that a page made, apart from the pages' own files. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly authorization: string | undefined;
  readonly lastEventId: string | undefined;
}

/** What the fake answers: a status and a JSON body. */
export interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** A small stand-in for the agent's HTTP side: serves the built pages under the real policy, canned answers, and streams driven by the test. */
export interface FakeStore extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Answers `METHOD /path` from now on; a function may look at the request. */
  readonly answer: (route: string, answer: FakeAnswer | ((request: SeenRequest) => FakeAnswer)) => void;
  /** Events for every open stream of that path, and (with `first`) for those still to come. */
  readonly send: (path: string, event: { readonly name: string; readonly data: unknown; readonly id?: string }) => void;
  /** Sent first on each new stream of that path. */
  readonly greet: (path: string, events: () => readonly { readonly name: string; readonly data: unknown; readonly id?: string }[]) => void;
  /** Cuts every open stream, as an access point that restarts. */
  readonly cut: () => void;
  /** From now on streams are refused with 503, until called with false. */
  readonly refuseStreams: (isRefusing: boolean) => void;
  readonly openStreams: (path: string) => number;
}

/** Starts on a free loopback port and serves the pages in `publicDir`. */
export async function fakeStore(publicDir: string): Promise<FakeStore> {
  const requests: SeenRequest[] = [];
  const answers = new Map<string, FakeAnswer | ((request: SeenRequest) => FakeAnswer)>();
  const greetings = new Map<string, () => readonly { readonly name: string; readonly data: unknown; readonly id?: string }[]>();
  const streams = new Map<ServerResponse, string>();
  let isRefusing = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://store').pathname;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    if (!path.startsWith('/api/')) return servePage(path, response);
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      body: await bodyOf(request),
      authorization: request.headers.authorization,
      lastEventId: request.headers['last-event-id']?.toString(),
    };
    requests.push(seen);
    if (path.endsWith('/stream') && !answers.has(`GET ${path}`)) return openStream(path, response);
    const answer = answers.get(`${seen.method} ${path}`) ?? { status: 404, body: { title: `No answer for ${seen.method} ${path}` } };
    const { status, body } = typeof answer === 'function' ? answer(seen) : answer;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }

  async function servePage(path: string, response: ServerResponse): Promise<void> {
    const name = path === '/' ? 'index.html' : path === '/shop' ? 'shop.html' : path.slice(1);
    const content = await readFile(join(publicDir, name)).catch(() => undefined);
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': typeOf(name) });
    response.end(content ?? '');
  }

  function openStream(path: string, response: ServerResponse): void {
    if (isRefusing) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 300\n\n');
    streams.set(response, path);
    response.on('close', () => streams.delete(response));
    for (const event of greetings.get(path)?.() ?? []) response.write(textOf(event));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: (route, answer) => void answers.set(route, answer),
    greet: (path, events) => void greetings.set(path, events),
    send: (path, event) => {
      for (const [response, at] of streams) if (at === path) response.write(textOf(event));
    },
    cut: () => {
      for (const response of streams.keys()) response.destroy();
    },
    refuseStreams: (refusing) => {
      isRefusing = refusing;
    },
    openStreams: (path) => [...streams.values()].filter((at) => at === path).length,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function textOf(event: { readonly name: string; readonly data: unknown; readonly id?: string }): string {
  return `${event.id === undefined ? '' : `id: ${event.id}\n`}event: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`;
}

function typeOf(name: string): string {
  if (name.endsWith('.html')) return 'text/html; charset=utf-8';
  if (name.endsWith('.js')) return 'text/javascript; charset=utf-8';
  if (name.endsWith('.css')) return 'text/css; charset=utf-8';
  return name.endsWith('.svg') ? 'image/svg+xml' : 'application/octet-stream';
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
