import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerStore } from '../../../sync/hub/register-store.ts';
import { ADMIN_KEY, startTestHub, visitsRow } from '../../support/sync-fixtures.ts';
import { batch } from './hub-store-contract.ts';

const now = Date.UTC(2026, 2, 2, 12);
let test: Awaited<ReturnType<typeof startTestHub>>;

beforeAll(async () => {
  test = await startTestHub({ now: () => now });
  const name = '<script>alert("x")</script> & \u202eSons';
  await registerStore(test.hub.store, { store: 'zurich', name, currency: 'CHF', nowMs: 1 });
  const tills = { kind: 'tills', level: 'store-day', startMs: 1, day: '2026-03-02', counts: { sales: 40, salesCents: 123_456 } } as const;
  const rows = [visitsRow({ counts: { visitsOpened: 1_234, offers: 50, shown: 40, redeemed: 10 } }), tills];
  await test.hub.store.takeBatches({
    store: 'demo',
    epoch: '1',
    batches: [batch(1, rows), batch(4, [visitsRow({ counts: {} })])],
    nowMs: now - 60_000,
  });
});
afterAll(() => test[Symbol.asyncDispose]());

const get = (path: string) => fetch(`${test.url}${path}`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });

describe('the fleet page', () => {
  it('shows totals, the state of each store and the holes in what it sent', async () => {
    const page = await (await get('/')).text();
    expect(page).toContain('<dt>Visits</dt><dd>1,234</dd>');
    expect(page).toContain('<dt>Sales, EUR</dt><dd>1,234.56');
    expect(page).toContain('Catching up');
    expect(page).toContain('2: 2-3');
    expect(page).toContain('Never heard');
  });

  it('escapes what stores are called', async () => {
    const page = await (await get('/')).text();
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;');
  });

  it('allows nothing but its own style', async () => {
    const response = await get('/');
    const page = await response.text();
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(page).not.toMatch(/ style=| on[a-z]+=|https?:/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('has a language, a title, one main heading, and headers for every table column', async () => {
    const page = await (await get('/?days=28')).text();
    expect(page).toMatch(/<html lang="en">[\s\S]*<title>/);
    expect(page.match(/<h1/g)).toHaveLength(1);
    expect(page).toContain('aria-current="page">28 days');
    expect(page.match(/<th scope="col"/g)?.length).toBe(15);
  });

  it.each([
    '/?days=3',
    '/?days=x',
    '/?page=0',
    '/?page=1e9',
    '/?hello=1',
    '/v1/fleet/totals?from=2026-13-01',
    '/v1/fleet/totals?from=2020-01-01',
    '/v1/fleet/stores?limit=501',
  ])('refuses %s', async (path) => {
    expect((await get(path)).status).toBe(400);
  });
});

describe('the fleet for programs', () => {
  it('gives totals by day', async () => {
    expect(await (await get('/v1/fleet/totals')).json()).toMatchObject({
      fromDay: '2026-02-24',
      days: [{ day: '2026-03-02', currency: 'EUR', stores: 1, counts: { visitsOpened: 1_234, salesCents: 123_456 } }],
    });
  });

  it('gives stores and the rows of a day', async () => {
    expect(await (await get('/v1/fleet/stores')).json()).toMatchObject({
      total: 2,
      stores: [{ store: 'zurich' }, { store: 'demo', missing: 2 }],
    });
    expect(await (await get('/v1/fleet/stores/demo/days/2026-03-02')).json()).toMatchObject({
      rows: [{ kind: 'tills' }, { kind: 'visits' }],
    });
  });
});
