import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateSigningKeys } from '../../sync/signing.ts';
import { systemSyncClock } from '../../sync/sync-clock.ts';
import { Uploader, type UploaderParts, type UploaderSettings } from '../../sync/uploader.ts';
import { type Fault, FaultProxy } from '../support/fault-proxy.ts';
import { MemoryOutbox } from '../support/memory-outbox.ts';
import { addTestStore, bodyOf, startTestHub, TestClock, totalsOf, visitsRow } from '../support/sync-fixtures.ts';

const range = { fromDay: '2026-01-01', toDay: '2026-12-31' };

type TestHub = Awaited<ReturnType<typeof startTestHub>>;

let test: TestHub;
let proxy: FaultProxy;
let outbox: MemoryOutbox;
let clock: TestClock;

beforeEach(async () => {
  test = await startTestHub();
  proxy = await FaultProxy.before(test.url);
  outbox = new MemoryOutbox();
  clock = new TestClock();
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
});

function uploader(settings: Partial<UploaderSettings> = {}, parts: Partial<UploaderParts> = {}): Uploader {
  return new Uploader({
    outbox,
    clock,
    random: () => 0.5,
    settings: { url: proxy.url, store: 'demo', apiKey: test.apiKey, ...settings },
    ...parts,
  });
}

function fill(count: number): void {
  for (let at = 0; at < count; at++) outbox.add(bodyOf(visitsRow({ startMs: at * 60_000, counts: { visitsOpened: 1 } })), clock.nowMs + at);
}

const arrived = async () => totalsOf(await test.hub.store.dailyTotals(range)).visitsOpened;

/** Runs until the outbox is empty, at most `rounds` times, moving the clock as the uploader asks. */
async function drain(up: Uploader, rounds = 500): Promise<void> {
  for (let round = 0; round < rounds && outbox.stats().pendingBatches > 0; round++) clock.nowMs += await up.runOnce();
}

function kicked<T>(up: Uploader, look: () => T): T {
  up.kick();
  return look();
}

/** The same requests, recorded. */
function recordingFetch(): { readonly seqs: number[][]; readonly keys: (string | null)[]; readonly fetch: typeof fetch } {
  const seqs: number[][] = [];
  const keys: (string | null)[] = [];
  return {
    seqs,
    keys,
    fetch: async (url, init) => {
      const { gunzipSync } = await import('node:zlib');
      const body = JSON.parse(gunzipSync(init?.body as Uint8Array).toString()) as { batches: { seq: number }[] };
      seqs.push(body.batches.map(({ seq }) => seq));
      keys.push(new Headers(init?.headers).get('idempotency-key'));
      return fetch(url, init);
    },
  };
}

describe('with the hub in reach', () => {
  it('uploads, acknowledges and says so', async () => {
    fill(1);
    const up = uploader();
    expect(up.status()).toMatchObject({ state: 'offline', sentence: 'Connecting to the cloud', backlogBatches: 1 });
    await drain(up);
    expect(await arrived()).toBe(1);
    expect(up.status()).toMatchObject({
      state: 'connected',
      sentence: 'Connected; everything is uploaded',
      sentBatches: 1,
      lastUploadAtMs: clock.nowMs,
    });
  });

  it('sends what is new first, then catches up from the oldest', async () => {
    fill(300);
    const recorded = recordingFetch();
    const up = uploader({}, { fetch: recorded.fetch });
    await up.runOnce();
    await up.runOnce();
    fill(1);
    await drain(up);
    expect(recorded.seqs.map((seqs) => [seqs[0], seqs.at(-1)])).toEqual([
      [300, 297],
      [1, 128],
      [301, 301],
      [129, 256],
      [257, 296],
    ]);
    expect(recorded.keys).toEqual(['demo:297-300', 'demo:1-128', 'demo:301', 'demo:129-256', 'demo:257-296']);
    expect(await arrived()).toBe(301);
  });

  it('leaves the line to others while it catches up', async () => {
    fill(300);
    const up = uploader({ catchUpBytesPerSecond: 1_000 });
    expect(await up.runOnce()).toBe(0);
    const sentBefore = up.status().sentBytes;
    const pause = await up.runOnce();
    expect(pause).toBeCloseTo(up.status().sentBytes - sentBefore, 0);
    expect(up.status().sentence).toBe('Connected; catching up, 168 batches to go');
  });

  it('gives a sign of life when there is nothing to say, and not more often than that', async () => {
    const up = uploader({ signOfLifeMs: 60_000 });
    for (let at = 0; at < 5; at++) clock.nowMs += await up.runOnce();
    expect(up.status()).toMatchObject({ state: 'connected', lastUploadAtMs: undefined });
    expect(test.hub.counters.requests).toBe(1);
    clock.nowMs += 60_000;
    await up.runOnce();
    expect(test.hub.counters.requests).toBe(2);
  });

  it('signs when it has a key', async () => {
    const pair = generateSigningKeys();
    const apiKey = await addTestStore(test.hub, 'signing', pair.publicKeyPem);
    fill(2);
    const unsigned = uploader({ store: 'signing', apiKey });
    await unsigned.runOnce();
    expect(unsigned.status()).toMatchObject({ state: 'refused', sentence: expect.stringContaining('signature') });
    const signed = uploader({ store: 'signing', apiKey, signingKeyPem: pair.privateKeyPem });
    await signed.runOnce();
    expect(signed.status()).toMatchObject({ state: 'connected', backlogBatches: 0 });
  });
});

describe('in bad weather', () => {
  const weather: readonly [string, Fault, string][] = [
    ['hangs', { kind: 'hang' }, 'no answer within 0.3 s'],
    ['resets', { kind: 'reset' }, 'ECONNRESET'],
    ['fails', { kind: 'status', status: 500 }, 'it answered 500'],
    ['speaks garbage', { kind: 'garbage' }, ''],
    ['is a guest network that wants a sign-in', { kind: 'portal' }, 'its answer made no sense'],
    ['takes the batches and loses its answer', { kind: 'lose-answer' }, ''],
    ['is slow beyond the timeout', { kind: 'slow', bytesPerSecond: 200 }, 'no answer within 0.3 s'],
    ['is gone', { kind: 'gone' }, 'ECONNREFUSED'],
  ];

  it.each(weather)('a hub that %s loses nothing and adds nothing twice', async (_, fault, fact) => {
    fill(20);
    await proxy.set(fault);
    const up = uploader({ timeoutMs: fault.kind === 'hang' || fault.kind === 'slow' ? 300 : 10_000 });
    for (let at = 0; at < 3; at++) clock.nowMs += await up.runOnce();
    expect(up.status()).toMatchObject({
      state: 'offline',
      backlogBatches: 20,
      consecutiveFailures: 3,
      sentence: expect.stringContaining(fact),
    });
    expect(up.status().sentence).toMatch(/^Cannot reach the cloud: .+\. Totals are kept and sent later$/);
    await proxy.set({ kind: 'none' });
    await drain(up);
    expect(up.status()).toMatchObject({ state: 'connected', consecutiveFailures: 0 });
    expect(await arrived()).toBe(20);
  });

  it('waits longer after each failure, up to the cap, and tries small requests only once it failed often', async () => {
    fill(200);
    await proxy.set({ kind: 'reset' });
    const recorded = recordingFetch();
    const up = uploader({ backoff: { firstMs: 1_000, capMs: 8_000 } }, { fetch: recorded.fetch });
    const waits: number[] = [];
    for (let at = 0; at < 7; at++) waits.push(await up.runOnce());
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 4_000, 4_000, 4_000]);
    expect(up.status().circuit).toBe('open');
    expect(recorded.seqs.map((seqs) => seqs.length)).toEqual([4, 4, 4, 4, 4, 1, 1]);
    await proxy.set({ kind: 'none' });
    await drain(up);
    expect(up.status().circuit).toBe('closed');
    expect(await arrived()).toBe(200);
  });

  it('spreads its retries: two unlucky stores do not come back together', async () => {
    await proxy.set({ kind: 'reset' });
    const waits = await Promise.all([0.1, 0.9].map((random) => uploader({}, { random: () => random }).runOnce()));
    expect(waits).toEqual([100, 900]);
  });

  it.each([
    [429, 'retry-after: 30\r\n', 45_000],
    [503, 'retry-after: 30\r\n', 45_000],
    [503, 'retry-after: 99999999\r\n', 5_400_000],
    [429, '', 1_500],
  ])('honours %i with "%s"', async (status, headers, waitMs) => {
    fill(1);
    await proxy.set({ kind: 'status', status, headers });
    expect(await uploader().runOnce()).toBe(waitMs);
  });

  it('being told to wait is not an outage', async () => {
    fill(1);
    const up = uploader();
    await drain(up);
    fill(1);
    await proxy.set({ kind: 'status', status: 429, headers: 'retry-after: 3\r\n' });
    await up.runOnce();
    expect(up.status()).toMatchObject({ state: 'connected', consecutiveFailures: 0 });
  });

  it('says that it is refused when the key is wrong, and goes on when it is right again', async () => {
    fill(1);
    const wrong = uploader({ apiKey: 'ek_wrong' });
    expect(await wrong.runOnce()).toBe(300_000);
    expect(wrong.status()).toMatchObject({ state: 'refused', sentence: expect.stringContaining('Check the store id, the API key') });
    expect(JSON.stringify(wrong.status())).not.toContain('ek_wrong');
  });

  it('says that it is refused where no hub answers at the address', async () => {
    fill(1);
    const lost = uploader({ url: `${proxy.url}/elsewhere` });
    await lost.runOnce();
    expect(lost.status()).toMatchObject({ state: 'refused', backlogBatches: 1 });
  });

  it('does not follow a redirect with its key', async () => {
    fill(1);
    await proxy.set({ kind: 'status', status: 307, headers: `location: ${test.url}/v1/stores/demo/batches\r\n` });
    const up = uploader();
    await up.runOnce();
    expect(up.status().state).toBe('refused');
    expect(test.hub.counters.requests).toBe(0);
  });

  it('an outbox that fails does not end it', async () => {
    fill(3);
    const up = uploader();
    const acknowledge = outbox.acknowledge.bind(outbox);
    outbox.acknowledge = () => {
      throw new Error('disk full');
    };
    await up.runOnce();
    expect(up.status()).toMatchObject({ sentence: expect.stringContaining('disk full') });
    outbox.acknowledge = acknowledge;
    await drain(up);
    expect(await arrived()).toBe(3);
  });
});

describe('a batch that the hub cannot take', () => {
  it('is kept aside at the hub when it is broken, and the others go on', async () => {
    fill(2);
    outbox.add('{"version":1,"rows":[{"kind":"nonsense"}]}', 1);
    fill(2);
    const up = uploader();
    await drain(up);
    expect(await arrived()).toBe(4);
    expect(up.status()).toMatchObject({ rejectedBatches: 1, sentence: expect.stringContaining('put 1 batch aside') });
  });

  it('is kept here when it is of a version that the hub does not know yet, and the others go on', async () => {
    fill(200);
    outbox.add('{"version":2,"rows":[]}', 1);
    fill(200);
    const up = uploader();
    for (let round = 0; round < 40; round++) clock.nowMs += await up.runOnce();
    expect(await arrived()).toBe(400);
    expect(up.status()).toMatchObject({
      state: 'connected',
      backlogBatches: 1,
      setAsideBatches: 1,
      sentence: expect.stringContaining('cannot read 1 batch yet'),
    });
  });

  it('does not stop the others even when it is no JSON at all', async () => {
    fill(3);
    outbox.add('{"version":', 1);
    fill(3);
    const up = uploader();
    for (let round = 0; round < 20; round++) clock.nowMs += await up.runOnce();
    expect(await arrived()).toBe(6);
    expect(outbox.stats().pendingBatches).toBe(1);
  });

  it('is not acknowledged on the word of a hub about batches that were not sent', async () => {
    fill(300);
    const lying = async () =>
      new Response(JSON.stringify({ stored: Array.from({ length: 128 }, (_, at) => at + 100), rejected: [], highestContiguous: 300 }));
    const up = uploader({}, { fetch: lying });
    await up.runOnce();
    expect(outbox.stats().pendingBatches).toBe(300);
  });
});

describe('a store without a cloud', () => {
  it.each([
    [undefined, 'This store sends nothing to a cloud'],
    [
      { url: 'http://hub.example.com', store: 'demo', apiKey: 'k' },
      'Cannot send to "http://hub.example.com": the connection would not be encrypted; use https',
    ],
  ])('is off and says why: %j', async (settings, sentence) => {
    fill(1);
    const up = new Uploader({ outbox, clock, settings, fetch: () => Promise.reject(new Error('must not be called')) });
    up.start();
    await up.runOnce();
    expect(up.status()).toMatchObject({ state: 'off', sentence, backlogBatches: 1 });
    await up[Symbol.asyncDispose]();
  });
});

describe('running by itself', () => {
  it('uploads on its own, at once when told of news, and stops in the middle of a request', async () => {
    const up = uploader({ intervalMs: 3_600_000 }, { clock: systemSyncClock() });
    up.start();
    await expect.poll(() => up.status().state).toBe('connected');
    fill(2);
    await expect.poll(() => kicked(up, () => outbox.stats().pendingBatches)).toBe(0);
    await proxy.set({ kind: 'hang' });
    fill(1);
    const before = proxy.connections;
    await expect.poll(() => kicked(up, () => proxy.connections)).toBeGreaterThan(before);
    await up[Symbol.asyncDispose]();
    expect(outbox.stats().pendingBatches).toBe(1);
  });
});

describe('after thirty days without a line', () => {
  it('the whole backlog arrives once, newest minute first, while the hub fails now and then', async () => {
    const minutes = 30 * 24 * 60;
    for (let at = 0; at < minutes; at++) {
      outbox.add(bodyOf(visitsRow({ startMs: at * 60_000, day: '2026-03-02', counts: { visitsOpened: 1, interactions: at % 7 } })), at);
    }
    const recorded = recordingFetch();
    const up = uploader({ timeoutMs: 5_000 }, { fetch: recorded.fetch });
    const faults: readonly Fault[] = [{ kind: 'reset' }, { kind: 'lose-answer' }, { kind: 'status', status: 502 }, { kind: 'none' }];
    const startedMs = clock.nowMs;
    for (let round = 0; outbox.stats().pendingBatches > 0; round++) {
      if (round % 40 === 20) await proxy.set(faults[((round / 40) % faults.length) | 0]!);
      if (round % 40 === 24) await proxy.set({ kind: 'none' });
      clock.nowMs += await up.runOnce();
    }
    expect(recorded.seqs[0]?.[0]).toBe(minutes);
    expect(totalsOf(await test.hub.store.dailyTotals(range))).toMatchObject({ visitsOpened: minutes });
    expect(test.hub.counters).toMatchObject({ stored: minutes, rejected: 0 });
    expect(test.hub.counters.repeated).toBeGreaterThan(0);
    expect((await test.hub.store.stores({ ...range, offset: 0, limit: 1 }))[0]).toMatchObject({ missing: 0, highestContiguous: minutes });
    expect(clock.nowMs - startedMs).toBeLessThan(60 * 60_000);
  }, 180_000);
});
