import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Campaign } from '../../agent/core/store-map.ts';
import { type ReceivedCampaigns, signBundle } from '../../sync/campaigns-bundle.ts';
import { Downloader, type DownloaderParts, type DownloaderSettings } from '../../sync/downloader.ts';
import { publishCampaigns } from '../../sync/hub/publish.ts';
import { campaignSchema } from '../../sync/protocol.ts';
import { generateSigningKeys, signingKey } from '../../sync/signing.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { sampleStore } from '../support/sample-store.ts';
import { ADMIN_KEY, addTestStore, startTestHub, TestClock } from '../support/sync-fixtures.ts';

const office = generateSigningKeys();
const stranger = generateSigningKeys();
const campaigns: readonly Campaign[] = sampleStore().campaigns;

let test: Awaited<ReturnType<typeof startTestHub>>;
let proxy: FaultProxy;
let taken: ReceivedCampaigns[];

beforeEach(async () => {
  test = await startTestHub({ campaignKeysPem: [office.publicKeyPem] });
  proxy = await FaultProxy.before(test.url);
  taken = [];
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
});

function downloader(parts: Partial<DownloaderParts> = {}, settings: Partial<DownloaderSettings> = {}): Downloader {
  return new Downloader({
    clock: new TestClock(),
    version: 0,
    onCampaigns: async (received) => void taken.push(received),
    random: () => 0.5,
    settings: { url: proxy.url, store: 'demo', apiKey: test.apiKey, campaignKeysPem: [office.publicKeyPem], ...settings },
    ...parts,
  });
}

const publish = (audience = '*', privateKeyPem = office.privateKeyPem, list = campaigns) =>
  publishCampaigns({ url: test.url, adminKey: ADMIN_KEY, privateKeyPem, audience, campaigns: list, nowMs: 1 });

/** A hub that serves one text, whatever it is asked. */
const serving = (text: string) => async () => new Response(text, { headers: { etag: '"x"' } });

const bundle = (version: number, audience = 'demo', privateKeyPem = office.privateKeyPem) =>
  JSON.stringify(
    signBundle(
      { kind: 'campaigns', version, audience, issuedAtMs: 1, campaigns: campaigns.map((campaign) => campaignSchema.parse(campaign)) },
      signingKey(privateKeyPem),
    ),
  );

describe('asking the hub for campaigns', () => {
  it('brings what was published, once', async () => {
    const down = downloader();
    expect(await down.checkOnce()).toEqual({ kind: 'unchanged' });
    expect(down.status().sentence).toBe('The cloud has no campaigns for this store');
    expect(await publish()).toEqual({ ok: true, value: { version: 1 } });
    expect(await down.checkOnce()).toEqual({ kind: 'campaigns', received: { version: 1, campaigns } });
    expect(await down.checkOnce()).toEqual({ kind: 'unchanged' });
    expect(taken).toHaveLength(1);
    expect(down.status()).toMatchObject({ state: 'ok', sentence: 'Campaigns are at version 1', version: 1 });
  });

  it('costs an empty answer when nothing has changed', async () => {
    await publish();
    const statuses: number[] = [];
    const down = downloader({
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        statuses.push(response.status);
        return response;
      },
    });
    await down.checkOnce();
    await down.checkOnce();
    expect(statuses).toEqual([200, 304]);
  });

  it('gives a store the newest publication that names it or all', async () => {
    await addTestStore(test.hub, 'other');
    await publish('*');
    await publish('other');
    const down = downloader();
    expect(await down.checkOnce()).toMatchObject({ received: { version: 1 } });
    await publish('demo');
    expect(await down.checkOnce()).toMatchObject({ received: { version: 3 } });
  });

  it('hands over again what the store could not take', async () => {
    await publish();
    let isFull = true;
    const down = downloader({
      onCampaigns: async (received) => {
        if (isFull) throw new Error('disk full');
        taken.push(received);
      },
    });
    expect(await down.checkOnce()).toEqual({ kind: 'not-applied', fact: 'disk full' });
    isFull = false;
    expect(await down.checkOnce()).toMatchObject({ kind: 'campaigns' });
    expect(taken).toHaveLength(1);
  });

  it('does not hand over again after a restart what is in force', async () => {
    await publish();
    const down = downloader({ version: 1 });
    expect(await down.checkOnce()).toEqual({ kind: 'unchanged' });
    expect(taken).toEqual([]);
  });
});

describe('what is not taken', () => {
  it.each([
    ['a forged bundle', () => bundle(9).replace('"percent":', '"percent":9'), 'forged'],
    ['a bundle of a stranger', () => bundle(9, 'demo', stranger.privateKeyPem), 'unknown-key'],
    ['an older bundle', () => bundle(3), 'rolled-back'],
    ['a bundle for another store', () => bundle(9, 'other'), 'other-store'],
    ['a page', () => '<h1>Sign in</h1>', 'malformed'],
    ['nothing', () => '', 'malformed'],
  ])('is %s', async (_, text, reason) => {
    const down = downloader({ version: 5, fetch: serving(text()) });
    expect(await down.checkOnce()).toEqual({ kind: 'rejected', reason });
    expect(taken).toEqual([]);
    expect(down.status()).toMatchObject({
      state: 'rejected',
      version: 5,
      rejected: 1,
      sentence: expect.stringContaining('The ones in force stay'),
    });
  });

  it('is anything at all when no key is pinned', async () => {
    const down = downloader({ fetch: serving(bundle(9)) }, { campaignKeysPem: [] });
    expect(await down.checkOnce()).toEqual({ kind: 'rejected', reason: 'unknown-key' });
  });

  it('is an answer beyond two megabytes', async () => {
    const down = downloader({ fetch: serving(' '.repeat(2_200_000)) });
    expect(await down.checkOnce()).toMatchObject({ kind: 'unreachable', fact: 'the answer was too long' });
  });
});

describe('in bad weather', () => {
  it.each([
    [{ kind: 'hang' }, 'unreachable'],
    [{ kind: 'reset' }, 'unreachable'],
    [{ kind: 'garbage' }, 'unreachable'],
    [{ kind: 'portal' }, 'rejected'],
    [{ kind: 'status', status: 500 }, 'unreachable'],
    [{ kind: 'status', status: 401 }, 'refused'],
    [{ kind: 'gone' }, 'unreachable'],
  ] as const)('%j keeps the campaigns in force, and they are renewed when it clears up', async (fault, kind) => {
    await publish();
    await proxy.set(fault);
    const down = downloader({}, fault.kind === 'hang' ? { timeoutMs: 300 } : {});
    expect(await down.checkOnce()).toMatchObject({ kind });
    await proxy.set({ kind: 'none' });
    expect(await down.checkOnce()).toMatchObject({ kind: 'campaigns' });
  });

  it('asks by itself until it is stopped', async () => {
    await publish();
    await proxy.set({ kind: 'reset' });
    const down = downloader();
    down.start();
    await expect.poll(() => down.status().consecutiveFailures).toBeGreaterThan(2);
    await proxy.set({ kind: 'none' });
    await expect.poll(() => taken.length).toBe(1);
    await down[Symbol.asyncDispose]();
  });
});

describe('publishing', () => {
  it('is refused with a key that the hub does not know', async () => {
    expect(await publish('*', stranger.privateKeyPem)).toMatchObject({ ok: false, error: expect.stringContaining('signature') });
  });

  it('is refused with a wrong admin key', async () => {
    const answer = await publishCampaigns({
      url: test.url,
      adminKey: 'wrong',
      privateKeyPem: office.privateKeyPem,
      audience: '*',
      campaigns,
      nowMs: 1,
    });
    expect(answer).toMatchObject({ ok: false });
  });

  it('is refused when a campaign makes no sense, naming what', async () => {
    expect(await publish('*', office.privateKeyPem, [{ ...campaigns[0]!, maxPerVisit: 0 }])).toMatchObject({
      ok: false,
      error: expect.stringContaining('maxPerVisit'),
    });
  });

  it('cannot bring an old version back', async () => {
    await publish();
    await publish();
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
    const again = await fetch(`${test.url}/v1/fleet/campaigns`, { method: 'POST', headers, body: bundle(1, '*') });
    expect([again.status, ((await again.json()) as { detail: string }).detail]).toEqual([409, 'Version 2 was published already']);
  });
});
