import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../../agent/http/route.ts';
import { sha256Hex } from '../../agent/http/tokens.ts';
import { type CallOptions, startTestServer, type TestServer } from '../support/http-server.ts';

const TILL_KEY = 'till-key-0123456789abcdef';
const MONITORING_KEY = 'monitoring-key-0123456789';
const CALLERS = ['nobody', 'shopper', 'till', 'monitor', 'viewer', 'manager', 'admin'] as const;
type Caller = (typeof CALLERS)[number];

const EVERYBODY: readonly Caller[] = CALLERS;
const SIGNED_IN: readonly Caller[] = ['viewer', 'manager', 'admin'];

/** Who may call what, written down by hand: a route that is missing here fails the test. Bearer tokens of other kinds are no anonymity. */
const ALLOWED: Readonly<Record<string, readonly Caller[]>> = {
  'POST /api/v1/visits': EVERYBODY,
  'GET /api/v1/visit': ['shopper'],
  'PATCH /api/v1/visit/consents': ['shopper'],
  'PATCH /api/v1/visit/place': ['shopper'],
  'PATCH /api/v1/visit/tag': ['shopper'],
  'PATCH /api/v1/visit/broadcast': ['shopper'],
  'POST /api/v1/offers/:id/receipts': ['shopper'],
  'GET /api/v1/visit/data': ['shopper'],
  'GET /api/v1/visit/suggestions': ['shopper'],
  'DELETE /api/v1/visit': ['shopper'],
  'GET /api/v1/visit/stream': ['shopper'],
  'GET /api/v1/products/:sku': ['nobody', 'shopper', ...SIGNED_IN],
  'GET /api/v1/store': EVERYBODY,
  'POST /api/v1/redemptions': ['till'],
  'GET /api/v1/setup': EVERYBODY,
  'POST /api/v1/setup': EVERYBODY,
  'POST /api/v1/login': EVERYBODY,
  'POST /api/v1/logout': SIGNED_IN,
  'GET /api/v1/session': EVERYBODY,
  'POST /api/v1/store/accounts': ['admin'],
  'GET /api/v1/store/overview': SIGNED_IN,
  'GET /api/v1/store/stream': SIGNED_IN,
  'GET /api/v1/store/decisions': SIGNED_IN,
  'GET /api/v1/store/decisions/:id/explanation': SIGNED_IN,
  'GET /api/v1/store/fairness': SIGNED_IN,
  'GET /api/v1/store/baskets': SIGNED_IN,
  'GET /api/v1/store/experiments': SIGNED_IN,
  'POST /api/v1/store/experiments': ['manager', 'admin'],
  'POST /api/v1/store/experiments/:id': ['manager', 'admin'],
  'GET /api/v1/store/learnt': SIGNED_IN,
  'GET /api/v1/store/channels': SIGNED_IN,
  'POST /api/v1/store/policy/evaluate': ['manager', 'admin'],
  'GET /api/v1/store/quarantine': ['manager', 'admin'],
  'GET /api/v1/store/unknown-devices': ['manager', 'admin'],
  'GET /api/v1/store/device-choices': ['manager', 'admin'],
  'POST /api/v1/store/devices/listen': ['manager', 'admin'],
  'POST /api/v1/store/devices': ['manager', 'admin'],
  'DELETE /api/v1/store/devices/:id': ['manager', 'admin'],
  'POST /api/v1/store/devices/:id/credentials': ['manager', 'admin'],
  'GET /api/v1/store/traffic': SIGNED_IN,
  'GET /api/v1/store/cameras': ['manager', 'admin'],
  'GET /api/v1/store/cameras/:id/picture': ['manager', 'admin'],
  'POST /api/v1/store/cameras/:id': ['manager', 'admin'],
  'GET /api/v1/store/audit': ['manager', 'admin'],
  'POST /api/v1/store/pause': ['manager', 'admin'],
  'GET /api/v1/store/model': SIGNED_IN,
  'POST /api/v1/store/model': ['manager', 'admin'],
  'POST /api/v1/store/model/uploads': ['manager', 'admin'],
  'POST /api/v1/store/model/uploads/:upload': ['manager', 'admin'],
  'POST /api/v1/store/model/work': ['manager', 'admin'],
  'GET /api/v1/store/qr': SIGNED_IN,
  'GET /healthz': EVERYBODY,
  'GET /readyz': EVERYBODY,
  'GET /metrics': ['monitor', ...SIGNED_IN],
  'GET /api/openapi.json': EVERYBODY,
  'GET /.well-known/captive-portal': EVERYBODY,
  'GET /.well-known/security.txt': EVERYBODY,
  'GET /': EVERYBODY,
  'GET /shop': EVERYBODY,
  'GET /shop/privacy': EVERYBODY,
  'GET /shop/privacy.css': EVERYBODY,
  'GET /api/v1/notice': EVERYBODY,
};

/** Told apart from refusals by policy: a 401 of these kinds comes from the handler. */
const NOT_A_POLICY = ['login-failed'];

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    settings: {
      tillKeys: [{ name: 'till-1', sha256: sha256Hex(TILL_KEY) }],
      metrics: { openOnLoopback: false, keySha256s: [sha256Hex(MONITORING_KEY)] },
    },
    limits: { requestBurstPerAddress: 100_000 },
  });
});

afterAll(async () => {
  await server.stop();
});

async function credentials(caller: Caller): Promise<CallOptions> {
  switch (caller) {
    case 'nobody':
      return {};
    case 'shopper':
      return { token: (await server.visit()).token };
    case 'till':
      return { token: TILL_KEY };
    case 'monitor':
      return { token: MONITORING_KEY };
    case 'viewer':
    case 'manager':
    case 'admin':
      return { session: server.session(caller) };
  }
}

/** Calls a route without caring for its answer, only for whether the policy let it in. Streams are left after their head. */
async function isLetIn(route: Route, caller: Caller): Promise<boolean> {
  const options = await credentials(caller);
  const abort = new AbortController();
  const path = route.path.replace(/:\w+/g, 'x');
  const init = server.init(route.method, { ...options, ...(route.body === undefined ? {} : { body: {} }) });
  const response = await fetch(`${server.url}${path}`, { ...init, method: route.method, signal: abort.signal });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = isStream ? '' : await response.text();
  abort.abort();
  const isRefused = (response.status === 401 || response.status === 403) && !NOT_A_POLICY.some((kind) => text.includes(`:${kind}"`));
  return !isRefused;
}

describe('every route', () => {
  it('has an entry in the table above, and the table has no other', () => {
    const served = server.server.routes().map(({ method, path }) => `${method} ${path}`);
    expect(served.sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  it('lets in whom the table names and nobody else', async () => {
    const wrong: string[] = [];
    for (const route of server.server.routes()) {
      const name = `${route.method} ${route.path}`;
      for (const caller of CALLERS) {
        const expected = ALLOWED[name]?.includes(caller) === true;
        if ((await isLetIn(route, caller)) !== expected) wrong.push(`${name} ${expected ? 'refuses' : 'lets in'} ${caller}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('that is not public is closed to made-up credentials', async () => {
    const open: string[] = [];
    for (const route of server.server.routes().filter(({ policy }) => policy !== 'public')) {
      for (const headers of [
        { authorization: `Bearer ${'A'.repeat(43)}` },
        { authorization: 'Bearer ' },
        { authorization: 'Basic YWRtaW46YWRtaW4=' },
        { authorization: `Bearer ${'A'.repeat(5_000)}` },
        { cookie: `endcap_session=${'A'.repeat(43)}`, authorization: 'Bearer __proto__' },
        { cookie: `__Host-endcap=${server.session('admin')}`, authorization: 'Bearer x' },
      ]) {
        const path = route.path.replace(/:\w+/g, 'x');
        const answer = await server.call(route.method, path, { headers: { ...headers, origin: server.url } });
        if (answer.status !== 401) open.push(`${route.method} ${path} ${answer.status}`);
      }
    }
    expect(open).toEqual([]);
  });

  it('does not say whether an unknown address would need more rights', async () => {
    for (const path of ['/api/v1/store/secrets', '/api/v1/nothing', '/api', '/admin', '/..%2f..%2fetc/passwd', '/assets/nothing.js']) {
      expect(await server.call('GET', path)).toMatchObject({
        status: 404,
        body: { type: 'urn:endcap:problem:no-such-page', hint: expect.any(String) },
      });
    }
    expect((await server.call('PUT', '/api/v1/visit')).status).toBe(404);
    const { token } = await server.visit();
    const head = await server.raw('HEAD', '/api/v1/visit/stream', { host: 'localhost', authorization: `Bearer ${token}` });
    expect(head.status).toBe(404);
    expect(
      (await server.call('OPTIONS', '/api/v1/visit', { headers: { origin: 'https://evil.example' } })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull();
  });
});
