import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHub } from '../../../sync/hub/hub.ts';
import { renewStoreKey } from '../../../sync/hub/register-store.ts';
import { WIRE_LIMITS } from '../../../sync/protocol.ts';
import { generateSigningKeys, signingKey } from '../../../sync/signing.ts';
import { ADMIN_KEY, addTestStore, bodyOf, startTestHub, visitsRow } from '../../support/sync-fixtures.ts';

type TestHub = Awaited<ReturnType<typeof startTestHub>>;

let test: TestHub;
beforeAll(async () => {
  test = await startTestHub({ failureRate: { perSecond: 1_000, burst: 1_000 } });
});
afterAll(() => test[Symbol.asyncDispose]());

const upload = (batches: readonly { seq: number; body?: unknown }[], changes: Record<string, unknown> = {}) => ({
  version: 1,
  store: 'demo',
  epoch: 'e1',
  batches: batches.map(({ seq, body = JSON.parse(bodyOf(visitsRow())) }) => ({ seq, createdAtMs: 1, body })),
  ...changes,
});

async function post(
  body: unknown,
  { url = test.url, key = test.apiKey, path = '/v1/stores/demo/batches', headers = {} as Record<string, string> } = {},
) {
  const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: bytes as string,
  });
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json().catch(() => undefined)) as Record<string, unknown>,
  };
}

const gz = { 'content-encoding': 'gzip' };

describe('uploading', () => {
  it('answers with what is stored', async () => {
    const first = await post(gzipSync(JSON.stringify(upload([{ seq: 1 }, { seq: 2 }]))), {
      headers: { ...gz, 'idempotency-key': 'demo:1-2' },
    });
    expect(first).toMatchObject({ status: 200, json: { stored: [1, 2], rejected: [], highestContiguous: 2 } });
    expect(await post(upload([{ seq: 2 }, { seq: 4 }]))).toMatchObject({ json: { stored: [2, 4], highestContiguous: 2 } });
  });

  it('takes no batches as a sign of life', async () => {
    expect(await post(upload([]))).toMatchObject({ status: 200, json: { stored: [] } });
  });

  it('stores the good batches of an upload and keeps the broken ones aside', async () => {
    const tooFew = JSON.parse(bodyOf(visitsRow({ visits: 4 })));
    const answer = await post(
      upload([{ seq: 101 }, { seq: 102, body: tooFew }, { seq: 103, body: { version: 1, rows: [], extra: 1 } }, { seq: 104, body: null }]),
    );
    expect(answer.json).toMatchObject({ stored: [101], rejected: [102, 103, 104].map((seq) => ({ seq, reason: 'malformed' })) });
  });

  it.each([
    ['not JSON', '{"version":1', {}, 400],
    ['not gzip', 'hello', gz, 400],
    ['an unknown encoding', 'hello', { 'content-encoding': 'br' }, 415],
    ['another type', '<a/>', { 'content-type': 'application/xml' }, 415],
    ['invalid UTF-8', new Uint8Array([0x22, 0xff, 0x22]), {}, 400],
    ['a list', '[]', {}, 400],
    ['unknown fields', JSON.stringify(upload([], { hello: 1 })), {}, 400],
    ['a __proto__ key', '{"__proto__":{"x":1},"version":1,"store":"demo","epoch":"e","batches":[]}', {}, 400],
    ['a later protocol', JSON.stringify(upload([], { version: 2 })), {}, 422],
    ['a later batch version', JSON.stringify(upload([{ seq: 900, body: { version: 2, rows: [] } }])), {}, 422],
    ['the name of another store', JSON.stringify(upload([], { store: 'other' })), {}, 403],
    ['an idempotency key of other batches', JSON.stringify(upload([{ seq: 901 }])), { 'idempotency-key': 'demo:902' }, 400],
    ['a seq of 0', JSON.stringify(upload([{ seq: 0 }])), {}, 400],
    ['a fraction as seq', JSON.stringify(upload([{ seq: 1.5 }])), {}, 400],
    ['too many batches', JSON.stringify(upload(Array.from({ length: 129 }, (_, at) => ({ seq: at + 1 })))), {}, 400],
    ['nesting without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, {}, 400],
  ])('refuses %s with problem details', async (_, body, headers, status) => {
    const answer = await post(body, { headers });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.json).toMatchObject({ status, type: expect.stringMatching(/^urn:endcap:problem:/), title: expect.any(String) });
  });

  it('refuses a large body, and a small one that unpacks to a large one', async () => {
    expect((await post('x'.repeat(WIRE_LIMITS.requestBytes + 1))).status).toBe(413);
    const bomb = gzipSync(Buffer.alloc(100_000_000, 32), { level: 9 });
    expect(bomb.length).toBeLessThan(WIRE_LIMITS.requestBytes);
    const before = process.memoryUsage().arrayBuffers;
    expect((await post(new Uint8Array(bomb), { headers: gz })).status).toBe(413);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });
});

describe('keys', () => {
  it.each([
    ['no key', { authorization: '' }],
    ['a wrong key', { authorization: 'Bearer ek_wrong' }],
    ['the admin key', { authorization: `Bearer ${ADMIN_KEY}` }],
    ['half a header', { authorization: 'Bearer' }],
  ])('%s opens no store', async (_, headers) => {
    expect((await post(upload([]), { headers })).status).toBe(401);
  });

  it('one store cannot write or read as another, and cannot tell whether it exists', async () => {
    const other = await addTestStore(test.hub, 'neighbour');
    expect((await post(upload([]), { key: other })).status).toBe(401);
    const known = await fetch(`${test.url}/v1/stores/demo/campaigns`, { headers: { authorization: `Bearer ${other}` } });
    const unknown = await fetch(`${test.url}/v1/stores/nowhere/campaigns`, { headers: { authorization: `Bearer ${other}` } });
    expect([known.status, await known.text()]).toEqual([unknown.status, await unknown.text()]);
  });

  it('can be renewed without a gap', async () => {
    const old = await addTestStore(test.hub, 'renewing');
    const renewed = await renewStoreKey(test.hub.store, { store: 'renewing', revokeOld: false, nowMs: 1 });
    const path = '/v1/stores/renewing/batches';
    const body = upload([], { store: 'renewing' });
    expect((await post(body, { key: old, path })).status).toBe(200);
    expect((await post(body, { key: renewed.ok ? renewed.value.apiKey : '', path })).status).toBe(200);
    const last = await renewStoreKey(test.hub.store, { store: 'renewing', revokeOld: true, nowMs: 1 });
    expect(last).toMatchObject({ ok: true, value: { revoked: 2 } });
    expect((await post(body, { key: old, path })).status).toBe(401);
  });

  it('are refused before the body is read', async () => {
    expect((await post('not JSON at all', { key: 'ek_wrong' })).status).toBe(401);
  });

  it('of a store that signs are not enough without the signature', async () => {
    const pair = generateSigningKeys();
    const key = await addTestStore(test.hub, 'signing', pair.publicKeyPem);
    const path = '/v1/stores/signing/batches';
    const text = JSON.stringify(upload([], { store: 'signing' }));
    const signature = signingKey(pair.privateKeyPem).sign('endcap.batch.v1', text);
    expect((await post(text, { key, path })).status).toBe(403);
    expect((await post(`${text} `, { key, path, headers: { 'endcap-signature': signature } })).status).toBe(403);
    expect((await post(text, { key, path, headers: { 'endcap-signature': signature } })).status).toBe(200);
    const packed = new Uint8Array(gzipSync(text));
    expect((await post(packed, { key, path, headers: { ...gz, 'endcap-signature': signature } })).status).toBe(200);
  });

  it.each(['/', '/metrics', '/v1/fleet/totals', '/v1/fleet/stores', '/v1/fleet/campaigns', '/v1/fleet/stores/demo/days/2026-03-02'])(
    '%s opens for the admin key only, by Bearer or Basic',
    async (path) => {
      const status = async (authorization?: string) =>
        (await fetch(`${test.url}${path}`, { headers: authorization === undefined ? {} : { authorization } })).status;
      expect(await status()).toBe(401);
      expect(await status(`Bearer ${test.apiKey}`)).toBe(401);
      expect(await status(`Bearer ${ADMIN_KEY}`)).toBe(200);
      expect(await status(`Basic ${Buffer.from(`me:${ADMIN_KEY}`).toString('base64')}`)).toBe(200);
    },
  );
});

describe('limits', () => {
  it('a store that asks too often is told when to come back, and another is not held up', async () => {
    const now = { ms: 1_000_000 };
    await using limited = await startTestHub({ storeRate: { perSecond: 0.5, burst: 2 }, now: () => now.ms });
    const other = await addTestStore(limited.hub, 'other');
    const ask = () => post(upload([]), { url: limited.url, key: limited.apiKey });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const refused = await ask();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
    expect((await post(upload([], { store: 'other' }), { url: limited.url, key: other, path: '/v1/stores/other/batches' })).status).toBe(
      200,
    );
    now.ms += 2_000;
    expect((await ask()).status).toBe(200);
  });

  it('guessing keys is slowed down, also with the right key among the guesses', async () => {
    const now = { ms: 1_000_000 };
    await using limited = await startTestHub({ failureRate: { perSecond: 1, burst: 3 }, now: () => now.ms });
    const ask = (key: string) => post(upload([]), { url: limited.url, key });
    for (let guess = 0; guess < 3; guess++) expect((await ask(`ek_${guess}`)).status).toBe(401);
    expect((await ask(limited.apiKey)).status).toBe(429);
    now.ms += 1_000;
    expect((await ask(limited.apiKey)).status).toBe(200);
  });

  it('refuses to start with a short admin key', async () => {
    await expect(createHub({ sqlitePath: ':memory:', settings: { adminKey: 'short' } })).rejects.toThrow('admin key');
  });

  it('refuses to start without its database', async () => {
    const unreachable = createHub({ databaseUrl: 'postgresql://127.0.0.1:1/none', settings: { adminKey: ADMIN_KEY } });
    await expect(unreachable).rejects.toThrow('ECONNREFUSED');
  });
});

describe('retention', () => {
  it('deletes details past their time when the hub starts, and keeps the totals', async () => {
    const now = Date.UTC(2027, 8, 1);
    const settings = { adminKey: ADMIN_KEY, port: 0, now: () => now };
    await using hub = await createHub({ sqlitePath: ':memory:', settings });
    await addTestStore(hub, 'demo');
    const rows = [visitsRow({ day: '2026-07-27' }), visitsRow({ day: '2026-07-29' })];
    await hub.store.takeBatches({
      store: 'demo',
      epoch: '1',
      nowMs: 1,
      batches: [{ seq: 1, createdAtMs: 1, hash: 'h', content: { kind: 'rows', rows } }],
    });
    await hub.listen();
    await expect.poll(() => hub.store.cells({ store: 'demo', day: '2026-07-27' })).toEqual([]);
    expect(await hub.store.cells({ store: 'demo', day: '2026-07-29' })).toHaveLength(1);
    expect(await hub.store.dailyTotals({ fromDay: '2026-01-01', toDay: '2026-12-31' })).toHaveLength(2);
  });
});

describe('health', () => {
  it('says that it lives and that its database answers', async () => {
    expect((await fetch(`${test.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${test.url}/readyz`)).status).toBe(200);
  });

  it('is not ready when the database is gone, and an upload fails without details', async () => {
    const failures: string[] = [];
    const broken = await startTestHub({ onFailure: (message) => failures.push(message) });
    await broken.hub.store.close();
    expect((await fetch(`${broken.url}/readyz`)).status).toBe(503);
    const answer = await post(upload([{ seq: 1 }]), { url: broken.url, key: broken.apiKey });
    expect(answer).toMatchObject({ status: 500, json: { detail: 'The hub failed; the fault is on its side' } });
    expect(failures).toEqual(['Cannot answer POST /v1/stores/:store/batches']);
    await broken[Symbol.asyncDispose]();
  });

  it('counts in the Prometheus format', async () => {
    const text = await (await fetch(`${test.url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } })).text();
    expect(text).toMatch(/^endcap_hub_stored_total [1-9]/m);
    expect(text).toMatch(/^# TYPE endcap_hub_limited_total counter$/m);
  });

  it('answers unknown addresses with problem details', async () => {
    const response = await fetch(`${test.url}/v2/anything`);
    expect([response.status, response.headers.get('content-type')]).toEqual([404, expect.stringContaining('application/problem+json')]);
  });

  it('survives bytes that are not HTTP', async () => {
    const { port } = new URL(test.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('\x16\x03\x01 nonsense\r\n\r\n'));
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      socket.on('close', () => resolve());
    });
    expect((await fetch(`${test.url}/healthz`)).status).toBe(200);
  });
});
