import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAdapterRegistry } from '../../devices/adapters/registry.ts';
import type { LiveStats } from '../../devices/simulator/live/live-stats.ts';
import { type LiveOptions, runLive } from '../../devices/simulator/live.ts';
import type { Scenario } from '../../devices/simulator/scenario.ts';
import { sampleStore } from '../support/sample-store.ts';
import { type Answer, type Request, TestAgent, TestBroker } from './live-peers.ts';
import { quietScenario } from './support.ts';

const store = sampleStore();
const passwords = new Map(store.devices.map(({ id }) => [id, `secret of ${id}`]));

let broker: TestBroker;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  broker = new TestBroker(passwords);
  await broker.start();
  closing.push(() => broker.stop());
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A store in a hurry: a few minutes of it in a few seconds. */
function hurry(changes: Record<string, unknown> = {}): Scenario {
  return quietScenario({
    speed: 100,
    durationMinutes: 4,
    arrivals: { perHour: Array.from({ length: 24 }, () => 200), initialShoppers: 4 },
    shoppers: { phoneShare: 1, offersConsentShare: 1, openAtDoorShare: 1 },
    habits: { dwellSeconds: { mean: 5, sd: 1 }, examineSeconds: { mean: 10, sd: 1 } },
    ...changes,
  });
}

async function agent(answer: (request: Request) => Answer = agreeable): Promise<TestAgent> {
  const started = new TestAgent(answer);
  await started.start();
  closing.push(() => started.stop());
  return started;
}

const opened = { status: 201, body: { visitId: 'v_1', token: 'token-1', at: null, tag: null } };

/** Opens every visit, keeps every stream open in silence, takes every report. */
function agreeable({ method, path }: Request): Answer {
  if (path === '/api/v1/visits') return opened;
  if (path === '/api/v1/visit/stream') return { stream: () => {} };
  if (path === '/api/v1/redemptions') return { status: 200, body: {} };
  return { status: method === 'GET' ? 200 : 204 };
}

function options(changes: Partial<LiveOptions> & Pick<LiveOptions, 'httpUrl' | 'scenario'>): LiveOptions {
  return {
    store,
    mqttUrl: broker.url,
    credentials: (device) => ({ username: device, password: passwords.get(device) ?? '' }),
    signal: new AbortController().signal,
    log: () => {},
    ...changes,
  };
}

const eventOf = (device: string) => broker.of(device, 'event').map(({ payload }) => JSON.parse(payload) as Record<string, unknown>);

describe('runLive over MQTT', () => {
  it('sends every message in native form, from its own device, with the time of now, and counts each acknowledgement', async () => {
    const fromMs = Date.now();
    const stats = await runLive(options({ httpUrl: (await agent()).url, scenario: hurry() }));
    const registry = createAdapterRegistry({ store: 'demo' });
    const kinds = new Set<string>();
    for (const { client, topic, payload, retain } of broker.arrived) {
      const [, , , device, channel] = topic.split('/');
      expect(client).toBe(`${device}.sim`);
      expect(retain).toBe(channel !== 'event');
      const decoded = registry.decode({ topic, payload: Buffer.from(payload), retain: false, receivedAtMs: Date.now() });
      if (decoded.kind !== 'readings') throw new Error(`${topic} ${payload}: ${JSON.stringify(decoded)}`);
      for (const reading of decoded.readings) {
        kinds.add(reading.kind);
        expect(reading.atMs).toBeGreaterThanOrEqual(fromMs);
        expect(reading.atMs).toBeLessThanOrEqual(Date.now());
      }
    }
    for (const kind of ['ble.sighting', 'shelf.weight', 'shelf.pick', 'presence', 'door.count', 'device.status', 'pos.sale'])
      expect(kinds).toContain(kind);
    const ours = broker.arrived.filter(({ topic }) => !topic.endsWith('/availability'));
    expect(stats.messages).toEqual({
      generated: ours.length,
      sent: ours.length,
      acknowledged: ours.length,
      sentAgain: 0,
      dropped: 0,
      waiting: 0,
    });
    expect(ours.length).toBeGreaterThan(500);
    expect(stats.till.sales).toBe(eventOf('till-1').length);
  });

  it('says online when a device connects, and lets the last will say offline when it goes', async () => {
    const stats = await runLive(options({ httpUrl: (await agent()).url, scenario: hurry({ durationMinutes: 1 }) }));
    expect(stats.connections.open).toBe(0);
    for (const { id } of store.devices) expect(broker.of(id, 'availability')[0]).toMatchObject({ payload: 'online', retain: true });
    const topics = store.devices.map(({ id }) => `endcap/v1/demo/${id}/availability`);
    await vi.waitFor(() => expect([...broker.wills].sort()).toEqual(topics.sort()));
  });

  it('sends a repeated message with the very same bytes', async () => {
    const scenario = hurry({
      noise: { duplicateShare: 1, duplicateDelaySeconds: 20, clockOffsetMs: { sd: 500 } },
      arrivals: { perHour: Array.from({ length: 24 }, () => 20) },
    });
    await runLive(options({ httpUrl: (await agent()).url, scenario }));
    const byId = new Map<string, string[]>();
    for (const { topic, payload } of broker.arrived) {
      if (!topic.endsWith('/event')) continue;
      const key = `${topic} ${(JSON.parse(payload) as { id: string }).id}`;
      byId.set(key, [...(byId.get(key) ?? []), payload]);
    }
    const repeated = [...byId.values()].filter((payloads) => payloads.length > 1);
    expect(repeated.length).toBeGreaterThan(100);
    for (const payloads of repeated) expect(new Set(payloads).size).toBe(1);
  });

  it('keeps delays and wrong clocks as they are at any speed', async () => {
    const scenario = hurry({ durationMinutes: 2, noise: { clockOffsetMs: { sd: 0, devices: { 'cam-care': -3_600_000 } } } });
    await runLive(options({ httpUrl: (await agent()).url, scenario }));
    for (const { at } of eventOf('cam-care')) {
      const behindMs = Date.now() - Date.parse(String(at));
      expect(behindMs).toBeGreaterThanOrEqual(3_600_000);
      expect(behindMs).toBeLessThan(3_660_000);
    }
    expect(eventOf('cam-care').length).toBeGreaterThan(10);
  });

  it('has only so much under way without an acknowledgement', async () => {
    broker.withholds = true;
    let stats: LiveStats | undefined;
    const stop = new AbortController();
    const running = runLive(
      options({
        httpUrl: (await agent()).url,
        scenario: hurry({ durationMinutes: 0 }),
        signal: stop.signal,
        onStart: (counters) => (stats = counters),
      }),
    );
    await vi.waitFor(() => expect(broker.of('scan-coffee', 'event').length).toBeGreaterThan(20), 20_000);
    await vi.waitFor(() => expect(stats?.messages.waiting).toBeGreaterThan(1_500), 20_000);
    expect(broker.of('scan-coffee', 'event').length).toBeLessThanOrEqual(32);
    expect(stats?.messages.acknowledged).toBe(0);
    broker.withholds = false;
    for (const acknowledge of broker.withheld.splice(0)) acknowledge();
    await vi.waitFor(() => expect(stats?.messages.acknowledged).toBeGreaterThan(1_500), 20_000);
    stop.abort();
    const ended = await running;
    expect(ended.messages.generated).toBe(ended.messages.acknowledged + ended.messages.dropped + ended.messages.waiting);
  });

  it('survives a broker that goes away: what was not acknowledged is sent again, in order, with the same id', async () => {
    let stats: LiveStats | undefined;
    const running = runLive(
      options({ httpUrl: (await agent()).url, scenario: hurry({ durationMinutes: 8 }), onStart: (counters) => (stats = counters) }),
    );
    await vi.waitFor(() => expect(stats?.messages.acknowledged).toBeGreaterThan(200), 10_000);
    broker.withholds = true;
    await vi.waitFor(() => expect(broker.withheld.length).toBeGreaterThan(50), 10_000);
    broker.withheld = [];
    await broker.stop();
    broker.withholds = false;
    await broker.start();
    const ended = await running;
    expect(ended.messages.sentAgain).toBeGreaterThan(20);
    expect(ended.messages).toMatchObject({ dropped: 0, waiting: 0, acknowledged: ended.messages.generated });
    for (const { id } of store.devices) {
      const ids = eventOf(id).map((event) => Number(String(event['id']).split('-').at(-1)));
      const firsts = ids.filter((number, at) => ids.indexOf(number) === at);
      expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
    }
  });

  it('starts before the broker is there and goes on when it comes', async () => {
    await broker.stop();
    const lines: string[] = [];
    const running = runLive(options({ httpUrl: (await agent()).url, scenario: hurry(), log: (line) => lines.push(line) }));
    await vi.waitFor(() => expect(lines.join('\n')).toMatch(/Cannot reach the broker at mqtt:.*ECONNREFUSED/));
    await broker.start();
    const { messages } = await running;
    expect(messages).toMatchObject({ waiting: 0, acknowledged: messages.generated });
  });

  it('says which device has wrong credentials, and lets the others work', async () => {
    const lines: string[] = [];
    const stats = await runLive(
      options({
        httpUrl: (await agent()).url,
        scenario: hurry({ durationMinutes: 1 }),
        credentials: (device) => (device === 'door-1' ? undefined : { username: device, password: passwords.get(device) ?? '' }),
        log: (line) => lines.push(line),
      }),
    );
    expect(lines).toContain('Cannot connect device "door-1": the broker refuses its credentials');
    expect(stats.connections.refused).toBeGreaterThan(0);
    expect(stats.messages.acknowledged).toBeGreaterThan(100);
    expect(eventOf('door-1')).toEqual([]);
  });

  it('breaks the connection of a device that the scenario fails, and mends it', async () => {
    const failures = [{ device: 'cam-care', atMinute: 1, forMinutes: 1, mode: 'offline' }];
    const stats = await runLive(options({ httpUrl: (await agent()).url, scenario: hurry({ failures }) }));
    expect(broker.of('cam-care', 'availability').filter(({ payload }) => payload === 'online').length).toBe(2);
    expect(stats.connections.lost).toBe(1);
  });
});

describe('runLive over HTTP', () => {
  /** Offers the coffee at once to everybody who listens, and once more after the stream is lost. */
  function offering(redemption: Answer) {
    let streams = 0;
    let offers = 0;
    return (request: Request): Answer => {
      if (request.path === '/api/v1/visits') {
        return { status: 201, body: { visitId: `v_${++offers}`, token: `token-${offers}`, at: null, tag: null } };
      }
      if (request.path === '/api/v1/visit/stream') {
        streams += 1;
        const breaks = streams % 3 === 1 && request.lastEventId === undefined;
        return { stream: (response) => offer(response, { token: request.token ?? '', breaks }) };
      }
      return request.path === '/api/v1/redemptions' ? redemption : agreeable(request);
    };
  }

  function offer(response: ServerResponse, { token, breaks }: { readonly token: string; readonly breaks: boolean }): void {
    response.write('retry: 100\nevent: open\ndata: {"visitId":"v","usable":[]}\n\n');
    for (const sku of ['coffee-01', 'coffee-05', 'shampoo-01', 'soap-01', 'tooth-01', 'choc-01', 'tea-01', 'gum-01']) {
      const id = `o_${token}_${sku}`;
      const data = { id, sku, discountCents: 50, headline: 'Less', code: { long: `long.${id}`, short: `short.${id}` } };
      response.write(`id: ${id}\nevent: offer\ndata: ${JSON.stringify(data)}\n\n`);
    }
    if (breaks) response.end();
  }

  const buyers = {
    durationMinutes: 6,
    shoppers: {
      phoneShare: 1,
      offersConsentShare: 1,
      openAtDoorShare: 1,
      eraseShare: 0.5,
      budgetCents: { median: 20_000, spread: 0 },
      types: { sureThing: { weight: 1, buy: 1 }, persuadable: { weight: 0 }, lostCause: { weight: 0 }, annoyed: { weight: 0 } },
    },
    offers: { detourShare: 1, useCodeShare: 1 },
    habits: { dwellSeconds: { mean: 2, sd: 0 }, examineSeconds: { mean: 3, sd: 0 }, scanShare: 1, scanShelfShare: 1, compareShare: 0 },
  };

  it('opens visits, resumes broken streams, reports receipts and scans, redeems codes and erases', async () => {
    const fake = await agent(offering({ status: 200, body: { discountCents: 50 } }));
    const scenario = hurry({ ...buyers, checkout: { redeemOverHttpShare: 1 } });
    const stats = await runLive(options({ httpUrl: fake.url, scenario, tillKey: 'till key' }));
    const [visit] = fake.asked('POST', /visits$/);
    expect(visit?.body).toMatchObject({ consents: { offers: true } });
    expect(stats.shop.visits).toBe(fake.asked('POST', /visits$/).length);
    expect(fake.asked('GET', /stream$/).some(({ lastEventId }) => lastEventId?.startsWith('o_token'))).toBe(true);
    expect(fake.asked('GET', /stream$/).every(({ token }) => token?.startsWith('token-'))).toBe(true);
    expect(fake.asked('GET', /products\/[a-z0-9-]+\?visit$/).length).toBeGreaterThan(0);
    const places = fake.asked('PATCH', /visit\/place$/);
    expect(places[0]?.body).toEqual({ at: expect.stringMatching(/^shelf-\d\d$/) });
    const receipts = fake.asked('POST', /receipts$/);
    expect(receipts.some(({ body }) => (body as { state: string }).state === 'shown')).toBe(true);
    expect(receipts.length).toBe(stats.shop.shown + stats.shop.saved + stats.shop.dismissed);
    const redemptions = fake.asked('POST', /redemptions$/);
    expect(redemptions.length).toBeGreaterThan(0);
    expect(redemptions.every(({ token }) => token === 'till key')).toBe(true);
    const codes = redemptions.map(({ body }) => (body as { code: string }).code);
    expect(codes.every((code) => /^(long|short)\.o_token/.test(code))).toBe(true);
    const sold = new Set(eventOf('till-1').map((event) => event['receipt']));
    expect(redemptions.some(({ body }) => sold.has((body as { receipt: string }).receipt))).toBe(true);
    expect(stats.till.redeemed).toBe(redemptions.length);
    expect(fake.asked('DELETE', /visit$/).length).toBe(stats.shop.erased);
    expect(stats.shop.erased).toBeGreaterThan(0);
    expect(stats.streams.open).toBe(0);
  });

  it('puts codes into the sale where the till is not asked first', async () => {
    const fake = await agent(offering({ status: 200 }));
    await runLive(options({ httpUrl: fake.url, scenario: hurry({ ...buyers, checkout: { redeemOverHttpShare: 0 } }) }));
    expect(fake.asked('POST', /redemptions$/)).toEqual([]);
    expect(eventOf('till-1').some((sale) => (sale['codes'] as string[]).length > 0)).toBe(true);
  });

  it('gives no discount for a code that the agent refuses', async () => {
    const fake = await agent(offering({ status: 410, body: {} }));
    const scenario = hurry({ ...buyers, checkout: { redeemOverHttpShare: 1, baseSeconds: 30 }, speed: 60 });
    const stats = await runLive(options({ httpUrl: fake.url, scenario }));
    expect(stats.till.codesRefused).toBeGreaterThan(0);
    const prices = new Map(store.products.map(({ sku, priceCents }) => [sku, priceCents]));
    for (const sale of eventOf('till-1')) {
      for (const { sku, quantity, cents } of sale['lines'] as { sku: string; quantity: number; cents: number }[]) {
        expect(cents).toBe((prices.get(sku) ?? 0) * quantity);
      }
    }
  });

  it('tries again while the agent is busy, and takes a no for an answer', async () => {
    let asked = 0;
    const fake = await agent((request) => {
      if (request.path === '/api/v1/visits') return ++asked % 2 === 1 ? { status: 503 } : opened;
      if (request.path.endsWith('/stream')) return { status: 401 };
      return { status: 404 };
    });
    const stats = await runLive(options({ httpUrl: fake.url, scenario: hurry({ ...buyers, durationMinutes: 4 }) }));
    expect(stats.http.retries).toBeGreaterThan(0);
    expect(stats.shop.visits).toBeGreaterThan(0);
    expect(stats.http.refused).toBeGreaterThan(0);
    expect(stats.streams.reconnects).toBe(0);
  });

  it('goes on without any agent on the other side', async () => {
    const stats = await runLive(options({ httpUrl: 'http://127.0.0.1:9', scenario: hurry({ durationMinutes: 2 }) }));
    expect(stats.shop.visits).toBe(0);
    expect(stats.messages.acknowledged).toBeGreaterThan(200);
  });
});
