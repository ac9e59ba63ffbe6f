import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Called, startTestServer, type TestServer } from '../support/http-server.ts';

const HOSTILE = join(import.meta.dirname, '../../../shared/data/hostile');
const STRINGS = join(HOSTILE, 'naughty-strings/blns.json');
const BODIES = join(HOSTILE, 'json-test-suite/test_parsing');

let server: TestServer;
let session: string;

beforeAll(async () => {
  server = await startTestServer({
    limits: {
      requestBurstPerAddress: 10_000_000,
      visitsPerMinutePerAddress: 10_000_000,
      changeBurstPerVisit: 10_000_000,
      wrongCodesPerTill: 10_000_000,
    },
  });
  session = server.session('admin');
});

afterAll(async () => {
  await server.stop();
});

/** Every place of the API that takes text, with the text in it. */
const FIELDS: readonly (readonly [string, (text: string, token: string) => Promise<Called>])[] = [
  ['tag of a new visit', (tag) => server.call('POST', '/api/v1/visits', { body: { consents: {}, tag } })],
  ['place of a new visit', (at) => server.call('POST', '/api/v1/visits', { body: { consents: {}, at } })],
  ['wording', (textVersion) => server.call('POST', '/api/v1/visits', { body: { consents: {}, textVersion } })],
  ['consent', (offers) => server.call('POST', '/api/v1/visits', { body: { consents: { offers } } })],
  ['name of a field', (name) => server.call('POST', '/api/v1/visits', { raw: `{"consents":{},${JSON.stringify(name)}:1}` })],
  ['place', (at, token) => server.call('PATCH', '/api/v1/visit/place', { token, body: { at } })],
  ['tag', (tag, token) => server.call('PATCH', '/api/v1/visit/tag', { token, body: { tag } })],
  ['receipt state', (state, token) => server.call('POST', '/api/v1/offers/o-1/receipts', { token, body: { state } })],
  ['offer', (id, token) => server.call('POST', `/api/v1/offers/${encode(id)}/receipts`, { token, body: { state: 'shown' } })],
  ['product', (sku, token) => server.call('GET', `/api/v1/products/${encode(sku)}`, { token })],
  ['code', (code) => server.call('POST', '/api/v1/redemptions', { body: { code, receipt: 'R' } })],
  ['receipt', (receipt) => server.call('POST', '/api/v1/redemptions', { body: { code: 'long.none', receipt } })],
  ['campaign', (campaign) => server.call('POST', '/api/v1/store/pause', { session, body: { paused: true, campaign } })],
  ['query', (text) => server.call('GET', `/api/v1/store/decisions?kind=${encode(text)}&${encode(text)}`, { session })],
  ['shelf of a QR code', (text) => server.call('GET', `/api/v1/store/qr?at=${encode(text)}`, { session })],
  ['address', (text) => server.call('GET', `/api/${encode(text)}`)],
  ['setup code', (code) => server.call('POST', '/api/v1/setup', { body: { code, name: 'x', password: 'y' } })],
];

/** Lone surrogates cannot be in a URL; the nearest text that can. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '�'));
}

function isFine({ status }: Called): boolean {
  return status < 500;
}

describe('naughty strings', () => {
  it.skipIf(!existsSync(STRINGS)).each(FIELDS)(
    'as %s are refused or stored, never a defect (needs ../shared/data/hostile)',
    async (_name, call) => {
      const { token } = await server.visit();
      const bad: string[] = [];
      const texts = JSON.parse(readFileSync(STRINGS, 'utf8')) as string[];
      const check = async (text: string) => {
        const answer = await call(text, token);
        if (!isFine(answer)) bad.push(`${answer.status} ${text}`);
      };
      for (let from = 0; from < texts.length; from += 64) await Promise.all(texts.slice(from, from + 64).map(check));
      expect(bad).toEqual([]);
      expect(server.fakes.defects).toEqual([]);
    },
  );

  it.each(FIELDS)('of any other kind as %s, neither', async (_name, call) => {
    const { token } = await server.visit();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (text) => isFine(await call(text, token))),
      { numRuns: 40 },
    );
    expect(server.fakes.defects).toEqual([]);
  });
});

describe('bodies', () => {
  const ROUTES = [
    ['POST', '/api/v1/visits'],
    ['POST', '/api/v1/redemptions'],
    ['POST', '/api/v1/setup'],
    ['POST', '/api/v1/login'],
    ['POST', '/api/v1/store/pause'],
    ['PATCH', '/api/v1/visit/consents'],
  ] as const;

  it.skipIf(!existsSync(BODIES)).each(ROUTES)(
    'of JSONTestSuite to %s %s are refused with 4xx (needs ../shared/data/hostile)',
    async (method, path) => {
      const { token } = await server.visit();
      const before = server.fakes.inputs.length;
      const bad: string[] = [];
      for (const file of readdirSync(BODIES)) {
        const response = await fetch(`${server.url}${path}`, {
          method,
          headers: {
            'content-type': 'application/json',
            origin: server.url,
            ...(path.includes('visit') ? { authorization: `Bearer ${token}` } : { cookie: `endcap_session=${session}` }),
          },
          body: readFileSync(join(BODIES, file)),
        });
        const text = await response.text();
        const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
        if (response.status < 400 || response.status >= 500 || !isProblem) bad.push(`${file}: ${response.status} ${text.slice(0, 100)}`);
        server.fakes.clock.advance(10_000);
      }
      expect(bad).toEqual([]);
      expect(server.fakes.inputs).toHaveLength(before);
      expect(server.fakes.defects).toEqual([]);
    },
  );

  it.each([
    ['__proto__', '{"consents":{},"__proto__":{"isAdmin":true}}'],
    ['constructor', '{"consents":{},"constructor":{"prototype":{"isAdmin":true}}}'],
    ['nested __proto__', '{"consents":{"__proto__":{"offers":true}}}'],
    ['a number beyond all', '{"consents":{},"at":1e309}'],
    ['NaN', '{"consents":{},"at":NaN}'],
    ['a hundred thousand brackets', '['.repeat(100_000)],
    ['deep nesting', `{"consents":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`],
    ['nothing', ''],
    ['a lone quote', '"'],
    ['a repeated key', '{"consents":{},"consents":"x"}'],
  ])('with %s are refused', async (_name, raw) => {
    const before = server.fakes.inputs.length;
    const answer = await server.call('POST', '/api/v1/visits', { raw });
    expect(answer.status).toBe(400);
    expect(answer.text.length).toBeLessThan(5_000);
    expect(server.fakes.inputs).toHaveLength(before);
    expect({}).not.toHaveProperty('isAdmin');
  });

  it('with thousands of unknown fields get an answer of modest length', async () => {
    const raw = JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`field-${n}`, n])));
    const answer = await server.call('POST', '/api/v1/visits', { raw });
    expect(answer.status).toBe(400);
    expect(answer.text.length).toBeLessThan(5_000);
  });
});

describe('secrets', () => {
  it('are in no answer: not those sent, not those held', async () => {
    const fresh = await startTestServer();
    const { token, visitId } = await fresh.visit();
    const sent = ['canary-password-one', 'canary-setup-code', 'canary-token-0123456789'];
    const answers = [
      await fresh.call('POST', '/api/v1/login', { body: { name: 'x', password: sent[0] } }),
      await fresh.call('POST', '/api/v1/setup', { body: { code: sent[1], name: 'x', password: sent[0] } }),
      await fresh.call('POST', '/api/v1/setup', { body: { code: fresh.fakes.setupCode, name: 'x', password: 'short' } }),
      await fresh.call('GET', '/api/v1/visit', { token: sent[2] ?? '' }),
      await fresh.call('GET', '/api/v1/visit', { token }),
      await fresh.call('GET', '/api/openapi.json'),
      await fresh.call('GET', '/readyz'),
      await fresh.call('GET', '/api/v1/store'),
    ];
    const held = [token, fresh.fakes.setupCode ?? ''];
    for (const { text } of answers) for (const secret of [...sent, ...held]) expect(text).not.toContain(secret);
    expect(answers.some(({ text }) => text.includes(visitId))).toBe(true);
    await fresh.stop();
  });
});
