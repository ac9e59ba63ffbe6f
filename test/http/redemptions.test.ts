import { afterEach, describe, expect, it } from 'vitest';
import type { HttpSettings } from '../../agent/http/settings.ts';
import { sha256Hex } from '../../agent/http/tokens.ts';
import { startTestServer, type TestServer } from '../support/http-server.ts';

let server: TestServer;
const KEY = 'till-key-0123456789abcdef';

afterEach(async () => {
  await server.stop();
});

async function start(settings: Partial<HttpSettings> = {}) {
  server = await startTestServer({ settings: { tillKeys: [{ name: 'till-1', sha256: sha256Hex(KEY) }], ...settings } });
  const visit = await server.visit();
  const offer = server.fakes.offer(visit.visitId);
  return { offer, visit };
}

function redeem(code: string, receipt: string, token: string | undefined = KEY) {
  return server.call('POST', '/api/v1/redemptions', { body: { code, receipt }, ...(token === undefined ? {} : { token }) });
}

describe('redeeming', () => {
  it('answers with the discount, and with the same again for the same code and receipt', async () => {
    await start();
    const first = await redeem('long.o-1', 'R-1');
    expect(first).toMatchObject({
      status: 200,
      body: { offerId: 'o-1', sku: 'espresso-250', discountCents: 100, currency: 'EUR', receipt: 'R-1', repeated: false },
    });
    expect(server.fakes.inputs.at(-1)).toEqual({ kind: 'offer.redeem', offer: 'o-1', receipt: 'R-1', till: 'till-1' });
    expect((await redeem('S-o-1', 'R-1')).body).toEqual({ ...first.body, repeated: true });
  });

  it('gives exactly one discount to tills that race for one code', async () => {
    await start();
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => redeem('long.o-1', `R-${n}`)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(11);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ offerId: 'o-1', redeemedAtMs: expect.any(Number) });
  });

  it('still gives the first answer when the same till asks again after the expiry', async () => {
    const { offer } = await start();
    await redeem('long.o-1', 'R-1');
    server.fakes.clock.advance(offer.expiresAtMs - offer.createdAtMs);
    expect(await redeem('long.o-1', 'R-1')).toMatchObject({ status: 200, body: { repeated: true } });
    expect((await redeem('long.o-1', 'R-2')).status).toBe(409);
  });

  it.each([
    ['expired', 410, 'offer-closed', 'long.o-1'],
    ['withdrawn', 410, 'offer-closed', 'long.o-1'],
    ['unknown', 404, 'unknown-code', 'long.nothing'],
    ['forged', 404, 'unknown-code', 'forged.o-1'],
    ['of another store', 404, 'other-store', 'other.o-1'],
  ])('refuses a code that is %s with %i', async (state, status, problem, code) => {
    const { offer } = await start();
    if (state === 'expired') server.fakes.clock.advance(offer.expiresAtMs - offer.createdAtMs);
    if (state === 'withdrawn') offer.state = 'withdrawn';
    const answer = await redeem(code, 'R-1');
    expect(answer).toMatchObject({ status, body: { type: `urn:endcap:problem:${problem}` } });
    if (status === 410) expect(answer.body['state']).toBe(state);
  });

  it('lets a till guess only so often, and right codes do not count', async () => {
    await start();
    for (let n = 0; n < 25; n += 1) expect((await redeem('long.o-1', 'R-1')).status).toBe(200);
    for (let n = 0; n < 20; n += 1) expect((await redeem(`S-${n}`, 'R-9')).status).toBe(404);
    const blocked = await redeem('S-20', 'R-9');
    expect(blocked).toMatchObject({ status: 429, body: { type: 'urn:endcap:problem:too-many-attempts' } });
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await redeem('S-o-1', 'R-1')).status).toBe(429);
    server.fakes.clock.advance(3_100);
    expect((await redeem('S-o-1', 'R-1')).status).toBe(200);
  });
});

describe('a till', () => {
  it('needs its key where keys are configured, on loopback too', async () => {
    await start();
    const inputs = server.fakes.inputs.length;
    for (const token of [undefined, 'wrong', `${KEY}x`, sha256Hex(KEY)]) {
      const answer = await server.call('POST', '/api/v1/redemptions', {
        body: { code: 'long.o-1', receipt: 'R-1' },
        ...(token === undefined ? {} : { token }),
      });
      expect(answer).toMatchObject({ status: 401, body: { type: 'urn:endcap:problem:till-key-needed' } });
    }
    expect(server.fakes.inputs).toHaveLength(inputs);
  });

  it('needs none on a loopback listener without keys, and /readyz warns about it', async () => {
    await start({ tillKeys: [] });
    expect((await redeem('long.o-1', 'R-1', undefined)).status).toBe(200);
    expect(server.fakes.inputs.at(-1)).toMatchObject({ till: 'local' });
    expect((await server.call('GET', '/readyz')).body['warnings']).toHaveLength(1);
  });

  it('needs one on any other listener, configured or not', async () => {
    await start({ tillKeys: [], host: '0.0.0.0' });
    const answer = await server.call('POST', '/api/v1/redemptions', { body: { code: 'long.o-1', receipt: 'R-1' } });
    expect(answer.status).toBe(401);
    expect((await server.call('GET', '/readyz')).body['warnings']).toEqual([]);
  });
});
