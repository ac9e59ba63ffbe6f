import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../agent/http/tokens.ts';
import { startTestServer, type TestServer } from '../support/http-server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(async () => {
  await server.stop();
});

describe('opening a visit', () => {
  it('gives an id and a token, and hands the core only the hash of the token', async () => {
    const { status, body } = await server.call('POST', '/api/v1/visits', {
      body: { consents: { offers: true, measurement: false }, at: 'shelf-03', tag: 'cart-01' },
    });
    expect(status).toBe(201);
    expect(body['token']).toMatch(/^[\w-]{43}$/);
    expect(body['visitId']).toMatch(/^v_[\w-]{16}$/);
    expect(server.fakes.inputs).toEqual([
      {
        kind: 'visit.opened',
        visit: body['visitId'],
        consents: { offers: true, measurement: false },
        textVersion: '2',
        fixture: 'shelf-03',
        tag: 'cart-01',
        tokenHash: sha256Hex(String(body['token'])),
      },
    ]);
    expect(JSON.stringify(server.fakes.inputs)).not.toContain(String(body['token']));
  });

  it('does not keep a shopper out because of an old sticker or a retired cart', async () => {
    const { status, body } = await server.call('POST', '/api/v1/visits', { body: { consents: {}, at: 'shelf-99', tag: 'cart-99' } });
    expect(status).toBe(201);
    expect(body).toMatchObject({ at: null, tag: null });
    expect(server.fakes.inputs[0]).not.toHaveProperty('fixture');
    expect(server.fakes.inputs[0]).not.toHaveProperty('tag');
  });

  it('never gives the same token or id twice', async () => {
    const visits = await Promise.all(Array.from({ length: 20 }, () => server.visit()));
    expect(new Set(visits.map(({ token }) => token)).size).toBe(20);
    expect(new Set(visits.map(({ visitId }) => visitId)).size).toBe(20);
  });

  it('refuses a wording that is no longer the current one', async () => {
    const old = await server.call('POST', '/api/v1/visits', { body: { consents: { offers: true }, textVersion: '1' } });
    expect(old).toMatchObject({ status: 409, body: { type: 'urn:endcap:problem:wording-changed' } });
    expect(server.fakes.inputs).toEqual([]);
    expect((await server.call('POST', '/api/v1/visits', { body: { consents: { offers: true }, textVersion: '2' } })).status).toBe(201);
  });

  it('names every wrong field', async () => {
    const { status, body } = await server.call('POST', '/api/v1/visits', { body: { consents: { offers: 'yes' }, at: '../etc', extra: 1 } });
    expect(status).toBe(400);
    const errors = body['errors'] as unknown as { field: string; message: string }[];
    expect(errors.map(({ field }) => field).sort()).toEqual(['at', 'body', 'consents.offers']);
  });

  it.each([
    ['overloaded', 503, '1'],
    ['stopping', 503, '10'],
  ] as const)('says when to come back while the loop is %s', async (kind, status, retryAfter) => {
    server.fakes.answer = { kind };
    const answer = await server.call('POST', '/api/v1/visits', { body: { consents: {} } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
  });

  it('turns a defect into a 500 that tells nothing, and reports it', async () => {
    server.fakes.answer = new Error('secret-of-the-database at /var/lib/endcap');
    const answer = await server.call('POST', '/api/v1/visits', { body: { consents: {} } });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/secret|var\/lib| {4}at /);
    expect(server.fakes.defects).toEqual([server.fakes.answer]);
  });
});

describe('a visit', () => {
  it('shows where it is, what it agreed to, and its usable offers with their codes', async () => {
    const { token, visitId } = await server.visit({ consents: { offers: true }, at: 'shelf-03' });
    server.fakes.offer(visitId);
    server.fakes.offer(visitId, { expiresAtMs: server.fakes.clock.nowMs - 1 });
    const { status, body } = await server.call('GET', '/api/v1/visit', { token });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      visitId,
      consents: { offers: true, measurement: false },
      zone: 'Coffee and tea',
      consentTextVersion: '2',
      offers: [{ id: 'o-1', code: { long: 'long.o-1', short: 'S-o-1' } }],
    });
    expect(body['offers']).toHaveLength(1);
    expect(body['offers']?.[0]).not.toHaveProperty('campaign');
  });

  it('changes its consents', async () => {
    const { token, visitId } = await server.visit();
    const { body } = await server.call('PATCH', '/api/v1/visit/consents', {
      token,
      body: { consents: { offers: false, measurement: true } },
    });
    expect(body['consents']).toEqual({ offers: false, measurement: true, remember: false, member: false });
    expect(server.fakes.inputs.at(-1)).toEqual({
      kind: 'visit.consented',
      visit: visitId,
      consents: { offers: false, measurement: true },
      textVersion: '2',
    });
    expect((await server.call('PATCH', '/api/v1/visit/consents', { token, body: { consents: {} } })).status).toBe(400);
  });

  it('moves to a shelf and joins a cart, if the store has them', async () => {
    const { token } = await server.visit();
    expect((await server.call('PATCH', '/api/v1/visit/place', { token, body: { at: 'shelf-03' } })).body['fixture']).toEqual(
      expect.any(String),
    );
    expect((await server.call('PATCH', '/api/v1/visit/place', { token, body: { at: 'shelf-99' } })).status).toBe(404);
    expect((await server.call('PATCH', '/api/v1/visit/tag', { token, body: { tag: 'cart-02' } })).body['tag']).toBe('cart-02');
    expect((await server.call('PATCH', '/api/v1/visit/tag', { token, body: { tag: 'cart-99' } })).status).toBe(404);
  });

  it('confirms its offers, and no other visit can', async () => {
    const mine = await server.visit();
    const other = await server.visit();
    const offer = server.fakes.offer(mine.visitId);
    const receipt = { body: { state: 'shown' } };
    expect((await server.call('POST', '/api/v1/offers/o-1/receipts', { token: other.token, ...receipt })).status).toBe(404);
    expect((await server.call('POST', '/api/v1/offers/o-1/receipts', { token: mine.token, ...receipt })).status).toBe(204);
    expect(offer.state).toBe('shown');
    offer.state = 'withdrawn';
    const late = await server.call('POST', '/api/v1/offers/o-1/receipts', { token: mine.token, ...receipt });
    expect(late).toMatchObject({ status: 410, body: { state: 'withdrawn' } });
  });

  it('exports everything held, and after its erasure is gone with its token', async () => {
    const { token, visitId } = await server.visit();
    server.fakes.offer(visitId);
    const exported = await server.call('GET', '/api/v1/visit/data', { token });
    expect(exported.body).toMatchObject({ visitId, held: { visits: [{ id: visitId }], consents: ['offers'], offers: [{ id: 'o-1' }] } });
    expect(exported.headers.get('content-disposition')).toContain('attachment');
    expect((await server.call('DELETE', '/api/v1/visit', { token })).status).toBe(204);
    expect(server.fakes.inputs.at(-1)).toEqual({ kind: 'visit.erased', visit: visitId });
    expect((await server.call('GET', '/api/v1/visit', { token })).status).toBe(401);
    expect((await server.call('DELETE', '/api/v1/visit', { token })).status).toBe(401);
  });

  it('may change a lot, but not without end', async () => {
    const { token } = await server.visit();
    const other = await server.visit();
    const place = (of: string) => server.call('PATCH', '/api/v1/visit/place', { token: of, body: { at: 'shelf-03' } });
    const statuses: number[] = [];
    for (let n = 0; n < 32; n += 1) statuses.push((await place(token)).status);
    expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 200));
    expect(statuses.slice(30)).toEqual([429, 429]);
    expect((await place(other.token)).status).toBe(200);
    server.fakes.clock.advance(1_000);
    expect((await place(token)).status).toBe(200);
  });
});

describe('a product', () => {
  it('is shown to anybody, without its cost, and counts as a scan for a visit', async () => {
    const [product] = server.fakes.store.products;
    const path = `/api/v1/products/${product?.sku}`;
    const plain = await server.call('GET', path);
    expect(plain.body).toMatchObject({ sku: product?.sku, priceCents: product?.priceCents, currency: 'EUR', scanned: false });
    expect(plain.text).not.toContain('cost');
    expect(server.fakes.inputs).toEqual([]);
    const { token, visitId } = await server.visit();
    expect((await server.call('GET', path, { token })).body['scanned']).toBe(true);
    expect(server.fakes.inputs.at(-1)).toEqual({ kind: 'visit.scanned', visit: visitId, sku: product?.sku });
  });

  it('is shown even when the scan cannot be recorded', async () => {
    const { token } = await server.visit();
    server.fakes.answer = { kind: 'overloaded' };
    expect(await server.call('GET', `/api/v1/products/${server.fakes.store.products[0]?.sku}`, { token })).toMatchObject({
      status: 200,
      body: { scanned: false },
    });
  });

  it('that the store does not sell is a 404, and a wrong token is not ignored', async () => {
    expect((await server.call('GET', '/api/v1/products/none')).status).toBe(404);
    expect((await server.call('GET', `/api/v1/products/${server.fakes.store.products[0]?.sku}`, { token: 'x'.repeat(43) })).status).toBe(
      401,
    );
  });
});

describe('the store', () => {
  it('tells its name, shelves and the version of the consent text, and nothing of its margins', async () => {
    const { body, text } = await server.call('GET', '/api/v1/store');
    expect(body).toMatchObject({ name: 'Sample store', currency: 'EUR', consent: { textVersion: '2', ttlMs: 14_400_000 } });
    expect(body['fixtures']).toHaveLength(12);
    expect(text).not.toMatch(/costCents|marginFloor|holdout/);
  });
});
