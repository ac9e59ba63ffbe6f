import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { z } from 'zod';
import type { Decision, Offer } from '../../agent/core/decision.ts';
import type { StoreOverview } from '../../agent/core/overview.ts';
import type { QuarantinedMessage } from '../../agent/http/ports.ts';
import type { DecisionView, QuarantineList } from '../../agent/http/schemas/manager.ts';
import { OverviewView } from '../../agent/http/schemas/overview.ts';
import type { OfferView } from '../../agent/http/schemas/shop.ts';
import { fakeDecision } from '../support/fake-views.ts';
import { startTestServer, type TestServer } from '../support/http-server.ts';
import { SseClient } from '../support/sse-client.ts';

let server: TestServer;
const clients: SseClient[] = [];
const until = vi.waitFor;

beforeEach(async () => {
  server = await startTestServer({ limits: { overviewEveryMs: 10, heartbeatMs: 30 } });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.stop();
});

async function watch(session: string): Promise<SseClient> {
  const client = await SseClient.open(`${server.url}/api/v1/store/stream`, { cookie: `endcap_session=${session}` });
  clients.push(client);
  return client;
}

describe('the wire schemas', () => {
  it('take what the core has', () => {
    expectTypeOf<StoreOverview>().toExtend<z.input<typeof OverviewView>>();
    expectTypeOf<Decision>().toExtend<z.input<typeof DecisionView>>();
    expectTypeOf<QuarantinedMessage>().toExtend<QuarantineList['messages'][number]>();
    expectTypeOf<Pick<Offer, 'id' | 'state' | 'why' | 'currency'>>().toExtend<Partial<OfferView>>();
  });
});

describe('the overview', () => {
  it('is sent as the core made it', async () => {
    const { body } = await server.call('GET', '/api/v1/store/overview', { session: server.session('viewer') });
    expect(body).toEqual(JSON.parse(JSON.stringify(server.fakes.overview)));
  });

  it('streams at once, then only what changed, the same text to all', async () => {
    const session = server.session('viewer');
    let asked = 0;
    const { overview } = server.fakes.ports.manager;
    server.fakes.ports.manager.overview = () => {
      asked += 1;
      return { ...overview(), atMs: server.fakes.clock.nowMs + asked };
    };
    const [one, two] = [await watch(session), await watch(session)];
    await until(() => expect([one.events.length, two.events.length]).toEqual([1, 1]));
    await until(() => expect(asked).toBeGreaterThan(5));
    expect([one.events.length, two.events.length]).toEqual([1, 1]);
    server.fakes.overview = { ...server.fakes.overview, visitsNow: 3 };
    await until(() => expect([one.events.length, two.events.length]).toEqual([2, 2]));
    expect(one.events[1]).toEqual(two.events[1]);
    expect(OverviewView.parse(one.events[1]?.data)).toMatchObject({ visitsNow: 3 });
    expect(one.names()).toEqual(['overview', 'overview']);
  });

  it('is not computed while nobody watches, and is fresh for the next who does', async () => {
    const session = server.session('viewer');
    const first = await watch(session);
    await until(() => expect(first.events).toHaveLength(1));
    first.close();
    await until(() => expect(server.server.openStreams()).toBe(0));
    const overview = vi.fn(() => ({ ...server.fakes.overview, atMs: 42 }));
    server.fakes.ports.manager.overview = overview;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(overview).not.toHaveBeenCalled();
    const second = await watch(session);
    await until(() => expect(second.events[0]?.data).toMatchObject({ atMs: 42 }));
  });

  it('that cannot be made is reported, and the pages hear again once it can', async () => {
    const session = server.session('viewer');
    const client = await watch(session);
    await until(() => expect(client.events).toHaveLength(1));
    const { overview } = server.fakes.ports.manager;
    server.fakes.ports.manager.overview = () => {
      throw new Error('not configured');
    };
    await until(() => expect(server.fakes.defects.length).toBeGreaterThan(0));
    expect((await server.call('GET', '/api/v1/store/overview', { session })).status).toBe(500);
    server.fakes.ports.manager.overview = () => ({ ...overview(), visitsNow: 9 });
    await until(() => expect(client.events.at(-1)?.data).toMatchObject({ visitsNow: 9 }));
  });

  it('stops streaming when the session ends, by logout at once and by age at the next heartbeat', async () => {
    const viewer = server.session('viewer');
    const admin = server.session('admin');
    const [one, two] = [await watch(viewer), await watch(admin)];
    await server.call('POST', '/api/v1/logout', { session: viewer });
    await until(() => expect(one.isEnded).toBe(true));
    expect(two.isEnded).toBe(false);
    server.fakes.clock.advance(86_400_000);
    await until(() => expect(two.isEnded).toBe(true));
  });
});

describe('decisions', () => {
  it('come newest first, page by page, without a gap where several share a millisecond', async () => {
    const session = server.session('viewer');
    server.fakes.decisions.push(...[9, 8, 8, 8, 7, 6, 6].map((atMs, n) => fakeDecision({ id: `d-${n}`, atMs })));
    const seen: string[] = [];
    let before = '';
    for (let page = 0; page < 10; page += 1) {
      const { body } = await server.call('GET', `/api/v1/store/decisions?limit=4${before}`, { session });
      seen.push(...(body['decisions'] as unknown as { id: string }[]).map(({ id }) => id));
      if (body['nextBeforeMs'] === null) break;
      before = `&beforeMs=${body['nextBeforeMs']}`;
    }
    expect(seen).toEqual(['d-0', 'd-1', 'd-2', 'd-3', 'd-4', 'd-5', 'd-6']);
  });

  it('can be narrowed to one kind, and refuse what makes no sense', async () => {
    const session = server.session('viewer');
    server.fakes.decisions.push(fakeDecision({ id: 'd-1', atMs: 2 }), fakeDecision({ id: 'd-2', atMs: 1, kind: 'offer', reason: 'offer' }));
    expect((await server.call('GET', '/api/v1/store/decisions?kind=offer', { session })).body['decisions']).toHaveLength(1);
    for (const query of ['limit=0', 'limit=201', 'limit=1e3', 'limit=', 'kind=all', 'beforeMs=-1', 'page=2', 'limit=1&limit=2']) {
      const answer = await server.call('GET', `/api/v1/store/decisions?${query}`, { session });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: expect.stringMatching(/^query/) }] } });
    }
  });
});

describe('the quarantine and the audit', () => {
  it('are lists of a limited length', async () => {
    const session = server.session('manager');
    const message = { atMs: 1, topic: 't', client: undefined, reason: 'malformed', detail: 'no JSON', excerpt: '{' };
    server.fakes.quarantined.push(message, { ...message, client: 'c' });
    expect((await server.call('GET', '/api/v1/store/quarantine?limit=1', { session })).body['messages']).toEqual([
      { atMs: 1, topic: 't', reason: 'malformed', detail: 'no JSON', excerpt: '{' },
    ]);
    server.fakes.accounts.recordAudit({ atMs: 1, action: 'login', detail: 'Maria' });
    expect((await server.call('GET', '/api/v1/store/audit', { session })).body['entries']).toHaveLength(1);
  });
});

describe('pausing', () => {
  it('is recorded with who did it', async () => {
    const session = server.session('manager');
    const pause = (body: object) => server.call('POST', '/api/v1/store/pause', { session, body });
    expect((await pause({ paused: true })).body).toEqual({ paused: true, campaign: null });
    expect((await pause({ paused: false, campaign: 'coffee-20' })).body).toEqual({ paused: false, campaign: 'coffee-20' });
    expect(server.fakes.inputs).toEqual([
      { kind: 'offers.paused', paused: true, by: 'manager-1' },
      { kind: 'offers.paused', paused: false, by: 'manager-1', campaign: 'coffee-20' },
    ]);
    expect((await pause({ paused: true, campaign: 'none' })).status).toBe(404);
  });
});

describe('the QR code of the shop', () => {
  it('is a picture, different for each shelf', async () => {
    const session = server.session('viewer');
    const door = await server.call('GET', '/api/v1/store/qr', { session });
    const shelf = await server.call('GET', '/api/v1/store/qr?at=shelf-03', { session });
    expect(door.headers.get('content-type')).toContain('image/svg+xml');
    expect(door.text).toMatch(/^<svg /);
    expect(shelf.text).not.toBe(door.text);
    expect((await server.call('GET', '/api/v1/store/qr?at=shelf-99', { session })).status).toBe(404);
  });
});
