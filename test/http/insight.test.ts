import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeInsight } from '../support/fake-views.ts';
import { startTestServer, type TestServer } from '../support/http-server.ts';

let server: TestServer;
const asked: string[] = [];

beforeEach(async () => {
  asked.length = 0;
  server = await startTestServer();
  Object.assign(server.fakes.ports.insight, {
    ...fakeInsight(),
    explanation: async (id: string) =>
      id === 'd1'
        ? {
            for: 'For.',
            against: 'Against.',
            change: 'Change.',
            method: 'trees',
            how: 'How.',
            baseIntent: undefined,
            parts: [{ words: 'it was scanned once', share: 0.9 }],
          }
        : undefined,
    shopperAct: () => ({ kind: 'picked', times: 2 }),
    suggestions: (visit: string) => {
      asked.push(visit);
      return [{ sku: 'milk-01', name: 'Whole milk', priceCents: 129, withName: 'Oat biscuits', fixtureName: undefined }];
    },
  });
});

afterEach(() => server.stop());

describe('the explanation of a decision', () => {
  it('is three sentences and the numbers behind them', async () => {
    const answer = await server.call('GET', '/api/v1/store/decisions/d1/explanation', { session: server.session('viewer') });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ for: 'For.', against: 'Against.', change: 'Change.', baseIntent: null });
  });

  it('is a 404 in words for a decision that is not kept', async () => {
    const answer = await server.call('GET', '/api/v1/store/decisions/nobody/explanation', { session: server.session('viewer') });
    expect([answer.status, answer.body['title']]).toEqual([404, 'No such decision is kept.']);
  });
});

describe('an offer on the phone', () => {
  it('says what the shopper did that it rests on, for the page to put into their language', async () => {
    const { token, visitId } = await server.visit();
    server.fakes.offer(visitId);
    const { body } = await server.call('GET', '/api/v1/visit', { token });
    expect(body['offers']?.[0]).toMatchObject({ reason: { kind: 'picked', times: 2 } });
  });
});

describe('suggestions', () => {
  it('are products at their shelf price, for the visit that asks', async () => {
    const { token, visitId } = await server.visit();
    const { body } = await server.call('GET', '/api/v1/visit/suggestions', { token });
    expect(body['products']).toEqual([
      { sku: 'milk-01', name: 'Whole milk', priceCents: 129, currency: 'EUR', with: 'Oat biscuits', fixture: null },
    ]);
    expect(asked).toEqual([visitId]);
  });
});

describe('the price of a product', () => {
  it('is the same with and without a visit', async () => {
    const { token, visitId } = await server.visit();
    server.fakes.offer(visitId, { sku: 'coffee-01' });
    const anybody = await server.call('GET', '/api/v1/products/coffee-01');
    const somebody = await server.call('GET', '/api/v1/products/coffee-01', { token });
    expect(somebody.body['priceCents']).toBe(anybody.body['priceCents']);
    expect(JSON.stringify(somebody.body)).not.toContain('discount');
  });
});

describe('being known again', () => {
  it('gives the phone a token once it agreed, and the core only its hash', async () => {
    const { body } = await server.call('POST', '/api/v1/visits', { body: { consents: { offers: true, remember: true } } });
    expect(body['rememberToken']).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const input = server.fakes.inputs.at(-1);
    expect(input).toMatchObject({ kind: 'visit.opened', remember: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(JSON.stringify(input)).not.toContain(String(body['rememberToken']));
  });

  it('takes the same token again, and passes it on with a no so that it is forgotten', async () => {
    const rememberToken = 'A'.repeat(43);
    const yes = await server.call('POST', '/api/v1/visits', { body: { consents: { offers: true, remember: true }, rememberToken } });
    expect(yes.body['rememberToken']).toBe(rememberToken);
    const no = await server.call('POST', '/api/v1/visits', { body: { consents: { offers: true, remember: false }, rememberToken } });
    expect(no.body['rememberToken']).toBeNull();
    const [first, second] = server.fakes.inputs.slice(-2);
    expect(first).toMatchObject({ consents: { remember: true } });
    expect(second).toMatchObject({ consents: { remember: false }, remember: (first as { remember?: string }).remember });
  });

  it('hands on no loyalty number, only its keyed hash', async () => {
    await server.call('POST', '/api/v1/visits', { body: { consents: { offers: true, member: true }, memberId: 'L-12345678' } });
    expect(server.fakes.inputs.at(-1)).toMatchObject({ member: 'key-of-L-12345678' });
    const answer = await server.call('POST', '/api/v1/visits', { body: { consents: { offers: true }, rememberToken: 'short' } });
    expect(answer.status).toBe(400);
  });
});
