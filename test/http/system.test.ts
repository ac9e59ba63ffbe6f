import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/http-server.ts';

let server: TestServer;
let folder: string;
const SCRIPT = `console.log(${JSON.stringify('x'.repeat(2_000))});`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'endcap-pages-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Manager</title>');
  writeFileSync(join(folder, 'shop.html'), '<!doctype html><title>Shop</title>');
  writeFileSync(join(folder, 'secret.pem'), 'secret');
  writeFileSync(join(folder, 'assets', 'app-3f9a.js'), SCRIPT);
  writeFileSync(join(folder, 'assets', 'app-3f9a.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(folder, 'assets', 'app-3f9a.js.gz'), gzipSync(SCRIPT));
  server = await startTestServer({ settings: { publicDir: folder, securityContact: 'mailto:security@store.example' } });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('every response', () => {
  it.each(['/', '/shop', '/assets/app-3f9a.js', '/healthz', '/api/v1/store', '/nothing', '/api/v1/visit', '/api/openapi.json'])(
    '%s carries the security headers',
    async (path) => {
      const { headers } = await server.call('GET', path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy':
          "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'permissions-policy': expect.stringContaining('camera=()'),
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('server')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
      if (!path.startsWith('/assets')) expect(headers.get('cache-control')).toMatch(/^no-(store|cache)$/);
    },
  );
});

describe('the pages', () => {
  it('are served, checked for changes each time', async () => {
    const page = await server.call('GET', '/shop?at=shelf-03');
    expect(page).toMatchObject({ status: 200, text: '<!doctype html><title>Shop</title>' });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const again = await server.call('GET', '/shop', { headers: { 'if-none-match': page.headers.get('etag') ?? '' } });
    expect(again).toMatchObject({ status: 304, text: '' });
    expect((await server.call('HEAD', '/')).status).toBe(200);
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['gzip;q=0.8, br;q=0', 'gzip'],
    ['identity', null],
    ['', null],
  ])('come compressed for %j as %s', async (accepted, encoding) => {
    const asset = await server.call('GET', '/assets/app-3f9a.js', { headers: { 'accept-encoding': accepted } });
    expect(asset.headers.get('content-encoding')).toBe(encoding);
    expect(asset.text).toBe(SCRIPT);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('vary')).toBe('accept-encoding');
  });

  it.each([
    '/secret.pem',
    '/assets/../secret.pem',
    '/assets/..%2f..%2f..%2fetc%2fpasswd',
    '/%2e%2e/package.json',
    '/assets/',
    '/index.html%00',
    '/assets/app-3f9a.js.map',
  ])('do not give away %s', async (path) => {
    const answer = await server.raw('GET', path, { host: 'localhost' });
    expect([400, 404]).toContain(answer.status);
  });

  it('that were not built say so', async () => {
    const bare = await startTestServer();
    expect(await bare.call('GET', '/')).toMatchObject({ status: 503, body: { hint: expect.stringContaining('npm run build') } });
    await bare.stop();
  });
});

describe('health', () => {
  it('is alive even when not ready, and readiness names what is missing', async () => {
    expect((await server.call('GET', '/readyz')).status).toBe(200);
    server.fakes.checks.push({ name: 'model', ready: false, sentence: 'The model is being loaded.' });
    const answer = await server.call('GET', '/readyz');
    server.fakes.checks.pop();
    expect(answer.status).toBe(503);
    expect(answer.body['ready']).toBe(false);
    expect(answer.body['checks']).toContainEqual({ name: 'model', ready: false, sentence: 'The model is being loaded.' });
    expect((await server.call('GET', '/healthz')).status).toBe(200);
    expect(await server.raw('HEAD', '/healthz', { host: 'localhost' })).toEqual({ status: 200, text: '' });
  });

  it('gives its figures to this machine by default', async () => {
    const answer = await server.call('GET', '/metrics');
    expect(answer).toMatchObject({ status: 200, text: 'endcap_up 1\n' });
    expect(answer.headers.get('content-type')).toContain('version=0.0.4');
  });

  it('counts requests by the pattern of their route, never by what was asked', async () => {
    await server.call('GET', '/api/v1/products/some-secret-sku');
    await server.call('GET', '/some-secret-path');
    expect(server.fakes.countOf('endcap_http_requests_total{route=/api/v1/products/:sku,status=404}')).toBe(1);
    expect(server.fakes.countOf('endcap_http_requests_total{route=none,status=404}')).toBeGreaterThan(0);
    expect(server.fakes.counted.join()).not.toContain('secret');
  });
});

/** Routes whose path says everything there is to say. */
const SAYS_IT_ALL = /\/(logout|listen|credentials)$/;

describe('the API document', () => {
  interface Operation {
    readonly summary: string;
    readonly operationId: string;
    readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
    readonly requestBody?: { readonly content: object };
    readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: object }>>;
  }

  async function operations(): Promise<Readonly<Record<string, Operation>>> {
    const { body } = await server.call('GET', '/api/openapi.json');
    expect(body['openapi']).toBe('3.1.0');
    const paths = body['paths'] as unknown as Record<string, Record<string, Operation>>;
    return Object.fromEntries(
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, it]) => [`${method.toUpperCase()} ${path}`, it]),
      ),
    );
  }

  it('describes every route but the pages, each with its answers', async () => {
    const described = await operations();
    const served = server.server.routes().filter(({ group }) => group !== 'pages');
    expect(Object.keys(described).sort()).toEqual(served.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`).sort());
    expect(new Set(Object.values(described).map(({ operationId }) => operationId)).size).toBe(served.length);
  });

  it('has a schema for everything that a route takes and gives', () => {
    const lacking: string[] = [];
    for (const route of server.server.routes()) {
      const name = `${route.method} ${route.path}`;
      if (route.path.includes(':') && route.params === undefined) lacking.push(`${name}: params`);
      if ((route.method === 'PATCH' || (route.method === 'POST' && !SAYS_IT_ALL.test(route.path))) && route.body === undefined)
        lacking.push(`${name}: body`);
      for (const [status, response] of Object.entries(route.responses)) {
        if (status !== '204' && response.schema === undefined && response.type === undefined) lacking.push(`${name}: ${status}`);
      }
    }
    expect(lacking).toEqual([]);
  });

  it('says what fields look like', async () => {
    const described = await operations();
    expect(described['POST /api/v1/redemptions']?.requestBody?.content).toMatchObject({
      'application/json': { schema: { type: 'object', required: ['code', 'receipt'], additionalProperties: false } },
    });
    expect(described['GET /api/v1/store/decisions']?.parameters.map(({ name }) => name)).toEqual(['beforeMs', 'limit', 'kind']);
    expect(described['GET /api/v1/products/{sku}']?.parameters[0]).toMatchObject({ name: 'sku', in: 'path', required: true });
    expect(JSON.stringify(described)).not.toContain('$defs');
  });
});

describe('the well-known addresses', () => {
  it('tell phones where the page of the store is', async () => {
    const answer = await server.call('GET', '/.well-known/captive-portal');
    expect(answer.headers.get('content-type')).toContain('application/captive+json');
    expect(answer.body).toEqual({ captive: false, 'venue-info-url': `${server.url}/shop` });
  });

  it('tell where to report a weakness, or that nobody was named', async () => {
    const { text } = await server.call('GET', '/.well-known/security.txt');
    expect(text).toMatch(/^Contact: mailto:security@store\.example\nExpires: 2026-07-04T10:00:00\.000Z\n/);
    const bare = await startTestServer();
    expect((await bare.call('GET', '/.well-known/security.txt')).status).toBe(404);
    await bare.stop();
  });
});
