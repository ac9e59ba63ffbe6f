import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { VisitStreamEvents } from '../../agent/http/schemas/shop.ts';
import type { HttpLimits } from '../../agent/http/settings.ts';
import { startTestServer, type TestServer } from '../support/http-server.ts';
import { SseClient } from '../support/sse-client.ts';

let server: TestServer;
const clients: SseClient[] = [];
const sockets: Socket[] = [];

async function start(limits: Partial<HttpLimits> = {}): Promise<void> {
  server = await startTestServer({ limits });
}

async function listen(token: string, headers: Readonly<Record<string, string>> = {}): Promise<SseClient> {
  const client = await SseClient.open(`${server.url}/api/v1/visit/stream`, { authorization: `Bearer ${token}`, ...headers });
  clients.push(client);
  return client;
}

const until = vi.waitFor;

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.stop();
});

describe('the stream of a visit', () => {
  it('needs the token of a live visit', async () => {
    await start();
    expect((await server.call('GET', '/api/v1/visit/stream')).status).toBe(401);
    expect((await server.call('GET', '/api/v1/visit/stream', { token: 'x'.repeat(43) })).status).toBe(401);
  });

  it('brings an offer with its codes, and its withdrawal', async () => {
    await start();
    const { token, visitId } = await server.visit();
    const client = await listen(token);
    expect(client.headers.get('content-type')).toContain('text/event-stream');
    expect(client.headers.get('cache-control')).toBe('no-store');
    expect(client.headers.get('x-content-type-options')).toBe('nosniff');
    await until(() => expect(client.names()).toEqual(['open']));
    const offer = server.fakes.offer(visitId, { headline: 'Zwei für eins\n\nevent: x' });
    server.fakes.push(visitId, { kind: 'withdrawn', offer: offer.id, reason: 'nobody confirmed it' });
    await until(() => expect(client.names()).toEqual(['open', 'offer', 'withdrawn']));
    expect(client.events[0]?.data).toEqual({ visitId, usable: [] });
    expect(client.events[1]?.data).toMatchObject({
      id: 'o-1',
      headline: 'Zwei für eins\n\nevent: x',
      code: { long: 'long.o-1', short: 'S-o-1' },
    });
    expect(client.events[2]?.data).toEqual({ id: 'o-1', reason: 'nobody confirmed it' });
    for (const { event, data } of client.events) VisitStreamEvents[event as keyof typeof VisitStreamEvents].parse(data);
    expect(client.retryMs).toBe(2_000);
  });

  it('sends what is still usable on connecting, and never what has expired, was not confirmed in time, or is done with', async () => {
    await start();
    const { token, visitId } = await server.visit();
    const now = server.fakes.clock.nowMs;
    server.fakes.offer(visitId, { id: 'usable' });
    server.fakes.offer(visitId, { id: 'expired', expiresAtMs: now });
    server.fakes.offer(visitId, { id: 'unconfirmed', confirmByMs: now });
    server.fakes.offer(visitId, { id: 'saved', state: 'saved', confirmByMs: now - 1 });
    server.fakes.offer(visitId, { id: 'redeemed', state: 'redeemed' });
    const client = await listen(token);
    await until(() => expect(client.events).toHaveLength(3));
    expect(client.events[0]?.data).toEqual({ visitId, usable: ['usable', 'saved'] });
    expect(client.events.slice(1).map(({ data }) => (data as { id: string }).id)).toEqual(['usable', 'saved']);
  });

  it('never pushes an offer that has expired on its way, and counts it', async () => {
    await start();
    const { token, visitId } = await server.visit();
    const client = await listen(token);
    server.fakes.offer(visitId, { expiresAtMs: server.fakes.clock.nowMs });
    server.fakes.offer(visitId, { id: 'good' });
    await until(() => expect(client.names()).toEqual(['open', 'offer']));
    expect(client.events[1]?.data).toMatchObject({ id: 'good' });
    expect(server.fakes.countOf('endcap_http_events_dropped_total{reason=expired}')).toBe(1);
  });

  it('resumes after Last-Event-ID, and says which offers are still good', async () => {
    await start();
    const { token, visitId } = await server.visit();
    const first = await listen(token);
    const gone = server.fakes.offer(visitId, { id: 'gone' });
    server.fakes.clock.advance(5);
    server.fakes.offer(visitId, { id: 'seen' });
    await until(() => expect(first.events).toHaveLength(3));
    first.close();
    server.fakes.clock.advance(5);
    server.fakes.offer(visitId, { id: 'missed' });
    gone.state = 'withdrawn';
    const second = await listen(token, { 'last-event-id': first.events[2]?.id ?? '' });
    await until(() => expect(second.events).toHaveLength(2));
    expect(second.events[0]?.data).toEqual({ visitId, usable: ['seen', 'missed'] });
    expect(second.events[1]?.data).toMatchObject({ id: 'missed' });
  });

  it.each(['', 'nonsense', '999999999999999999999.x', '-1.o-1', '1e3.o-1'])(
    'sends everything usable when Last-Event-ID is %j',
    async (id) => {
      await start();
      const { token, visitId } = await server.visit();
      server.fakes.offer(visitId);
      const client = await listen(token, { 'last-event-id': id });
      await until(() => expect(client.names()).toEqual(['open', 'offer']));
    },
  );

  it('closes when the visit ends or is erased, and lets go of the feed', async () => {
    await start();
    const [ended, erased] = [await server.visit(), await server.visit()];
    const [one, two] = [await listen(ended.token), await listen(erased.token)];
    server.fakes.close(ended.visitId);
    await until(() => expect(one.names()).toEqual(['open', 'closed']));
    await until(() => expect(one.isEnded).toBe(true));
    await server.call('DELETE', '/api/v1/visit', { token: erased.token });
    await until(() => expect(two.isEnded).toBe(true));
    expect(server.server.openStreams()).toBe(0);
    expect(server.fakes.listeners(ended.visitId) + server.fakes.listeners(erased.visitId)).toBe(0);
  });

  it('lets go of the feed when the phone leaves', async () => {
    await start();
    const { token, visitId } = await server.visit();
    const client = await listen(token);
    expect(server.fakes.listeners(visitId)).toBe(1);
    client.close();
    await until(() => expect(server.fakes.listeners(visitId)).toBe(0));
    expect(server.fakes.countOf('endcap_http_streams_ended_total{stream=visit,reason=client}')).toBe(1);
  });

  it('beats, and ends where the visit is gone without a word', async () => {
    await start({ heartbeatMs: 20 });
    const { token, visitId } = await server.visit();
    const client = await listen(token);
    await until(() => expect(client.comments.length).toBeGreaterThan(1));
    server.fakes.ports.shop.offersOf(visitId);
    await server.fakes.ports.submit.submit({ kind: 'visit.erased', visit: visitId });
    await until(() => expect(client.isEnded).toBe(true));
  });
});

describe('the number of streams', () => {
  it('of one visit is limited, and the newest wins', async () => {
    await start({ maxStreamsPerVisit: 2 });
    const { token, visitId } = await server.visit();
    const [first, second, third] = [await listen(token), await listen(token), await listen(token)];
    await until(() => expect(first.isEnded).toBe(true));
    server.fakes.offer(visitId);
    await until(() => expect(third.names()).toEqual(['open', 'offer']));
    expect(second.names()).toEqual(['open', 'offer']);
    expect(server.server.openStreams()).toBe(2);
    expect(server.fakes.countOf('endcap_http_streams_ended_total{stream=visit,reason=evicted}')).toBe(1);
  });

  it('of all is limited with 503 and Retry-After, and a visit with a full set may still replace its own', async () => {
    await start({ maxStreams: 2, maxStreamsPerVisit: 2 });
    const [one, two] = [await server.visit(), await server.visit()];
    const first = await listen(one.token);
    await listen(one.token);
    const refused = await server.call('GET', '/api/v1/visit/stream', { token: two.token });
    expect(refused).toMatchObject({ status: 503, body: { type: 'urn:endcap:problem:too-many-streams' } });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect((await listen(one.token)).status).toBe(200);
    await until(() => expect(first.isEnded).toBe(true));
    expect(server.server.openStreams()).toBe(2);
  });
});

describe('a phone that does not read', () => {
  it('is cut off and counted once too much waits for it', async () => {
    await start({ maxStreamBufferBytes: 65_536 });
    const { token, visitId } = await server.visit();
    const socket = connect(server.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(`GET /api/v1/visit/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    await until(() => expect(server.fakes.listeners(visitId)).toBe(1));
    const headline = 'x'.repeat(60_000);
    for (let n = 0; n < 400 && server.fakes.listeners(visitId) > 0; n += 1) {
      server.fakes.offer(visitId, { headline });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(server.fakes.listeners(visitId)).toBe(0);
    expect(server.fakes.countOf('endcap_http_streams_ended_total{stream=visit,reason=slow}')).toBe(1);
    expect(server.server.openStreams()).toBe(0);
  });
});

describe('an offer on its way', () => {
  it('is on the socket before the feed gets control back', async () => {
    await start();
    const { token, visitId } = await server.visit();
    const client = await listen(token);
    await until(() => expect(client.names()).toEqual(['open']));
    const written = server.fakes.countOf('endcap_http_events_total{stream=visit,event=offer}');
    server.fakes.offer(visitId);
    // No await between: the count is taken right after the write, in the same turn.
    expect(server.fakes.countOf('endcap_http_events_total{stream=visit,event=offer}')).toBe(written + 1);
  });
});

describe('a defect on the way', () => {
  it('ends that stream, is reported, and does not reach whoever published', async () => {
    await start();
    const [one, two] = [await server.visit(), await server.visit()];
    const [broken, fine] = [await listen(one.token), await listen(two.token)];
    const { codeFor } = server.fakes.ports.codes;
    server.fakes.ports.codes.codeFor = (offer) => {
      if (offer.id === 'broken') throw new Error('no key');
      return codeFor(offer);
    };
    server.fakes.offer(one.visitId, { id: 'broken' });
    server.fakes.offer(two.visitId);
    await until(() => expect(broken.isEnded).toBe(true));
    await until(() => expect(fine.names()).toEqual(['open', 'offer']));
    expect(server.fakes.defects).toEqual([new Error('no key')]);
    const again = await listen(one.token);
    await until(() => expect(again.isEnded).toBe(true));
    expect(server.server.openStreams()).toBe(1);
    expect(server.fakes.listeners(one.visitId)).toBe(0);
  });
});
