import { request } from 'node:http';
import type { Route } from '../../agent/http/route.ts';
import { ProblemBody } from '../../agent/http/schemas/common.ts';
import { createHttpServer, type HttpServer } from '../../agent/http/server.ts';
import { DEFAULT_HTTP_LIMITS, DEFAULT_HTTP_SETTINGS, type HttpLimits, type HttpSettings } from '../../agent/http/settings.ts';
import { sha256Hex } from '../../agent/http/tokens.ts';
import { FakeStore } from './http-fakes.ts';

export interface CallOptions {
  /** A bearer token, of a visit, a till or a monitor. */
  readonly token?: string;
  /** A session cookie's value. */
  readonly session?: string;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, `undefined` when it is not JSON. Tests look into it by name. */
  readonly body: Record<string, never> & Record<string, unknown>;
}

/** A real HTTP server on a free port over a store in memory. Every answer is held against what its route declares. */
export class TestServer {
  readonly fakes: FakeStore;
  readonly url: string;
  readonly port: number;
  readonly server: HttpServer;

  constructor(server: HttpServer, parts: { readonly fakes: FakeStore; readonly url: string; readonly port: number }) {
    this.server = server;
    this.fakes = parts.fakes;
    this.url = parts.url;
    this.port = parts.port;
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  /** Calls a route with fetch; session calls come from the agent's own page unless the headers say otherwise. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Called> {
    const response = await fetch(`${this.url}${path}`, { method, redirect: 'manual', ...this.init(method, options) });
    const text = await response.text();
    const called = { status: response.status, headers: response.headers, text, body: parsed(text) as Called['body'] };
    this.#holdAgainstSchema(method, { path, called });
    return called;
  }

  /** The fetch options of a call. */
  init(method: string, options: CallOptions): RequestInit {
    const { token, session, body, raw } = options;
    const headers: Record<string, string> = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(session === undefined ? {} : { cookie: `endcap_session=${session}` }),
      ...(session === undefined || method === 'GET' ? {} : { origin: this.url }),
      ...(body === undefined && raw === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    };
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    return { headers, ...(content === undefined ? {} : { body: content }) };
  }

  /** Opens a visit and gives its id and token. */
  async visit(body: object = { consents: { offers: true } }): Promise<{ readonly visitId: string; readonly token: string }> {
    const opened = await this.call('POST', '/api/v1/visits', { body });
    if (opened.status !== 201) throw new Error(`Cannot open a visit: ${opened.text}`);
    return opened.body as unknown as { visitId: string; token: string };
  }

  /** A session of a role, without a login. */
  session(role: 'viewer' | 'manager' | 'admin'): string {
    const id = `session-of-${role}`;
    this.fakes.accounts.signIn(role, sha256Hex(id));
    return id;
  }

  /** A request with headers that fetch would not let through, such as Host. */
  raw(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: this.port, method, path, headers, setHost: false, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  #holdAgainstSchema(method: string, { path, called }: { readonly path: string; readonly called: Called }): void {
    if (called.status >= 400 && called.headers.get('content-type')?.startsWith('application/problem+json') === true) {
      ProblemBody.parse(called.body);
      return;
    }
    const route = this.server.routes().find((candidate) => candidate.method === method && matches(candidate, path.split('?')[0] ?? ''));
    const spec = route?.responses[called.status];
    if (route === undefined || route.group === 'pages') return;
    if (spec === undefined)
      throw new Error(`${method} ${path} answered ${called.status}, which it does not declare: ${called.text.slice(0, 300)}`);
    spec.schema?.parse(called.body);
  }
}

/** Starts a server over a fresh store; `settings` and `limits` replace the defaults. */
export async function startTestServer(
  options: { readonly settings?: Partial<HttpSettings>; readonly limits?: Partial<HttpLimits>; readonly fakes?: FakeStore } = {},
): Promise<TestServer> {
  const fakes = options.fakes ?? new FakeStore();
  const settings: HttpSettings = {
    ...DEFAULT_HTTP_SETTINGS,
    port: 0,
    publicDir: '/nonexistent',
    ...options.settings,
    limits: { ...DEFAULT_HTTP_LIMITS, ...options.limits },
  };
  const server = createHttpServer({ settings, ports: fakes.ports });
  const started = await server.start();
  if (!started.ok) throw new Error(started.error.message);
  return new TestServer(server, { fakes, url: started.value.url, port: started.value.port });
}

function matches(route: Route, path: string): boolean {
  return new RegExp(`^${route.path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}/?$`).test(path);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
