import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { MINUTE_MS } from '../../agent/core/units.ts';
import { loadConfig } from '../../config/load.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { type EndcapProcess, LiveStore } from '../support/live-store.ts';
import { LoopRig } from '../support/loop-rig.ts';
import { freePort } from '../support/ports.ts';
import { storeYaml } from '../support/store-yaml.ts';
import { call, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

const VISITS = 12;
const SALES = 11;
/** Tables in SQLite, whatever the machine offers. */
const SQLITE = { DATABASE_URL: '' };

describe('the store and the cloud', { timeout: 90_000 }, () => {
  let store: LiveStore;
  let agent: EndcapProcess;
  let line: FaultProxy;
  let hubPort: number;
  let cookie: string;

  beforeAll(async () => {
    store = await LiveStore.create();
    hubPort = await freePort();
    line = await FaultProxy.before(`http://127.0.0.1:${hubPort}`);
    const added = await store.run(['hub', 'add-store', 'corner', '--name', 'Corner', '--data', 'hub', '--key-file', 'hub.key'], SQLITE);
    const keys = await store.run(['hub', 'new-key', 'campaigns.pem']);
    expect([added.code, keys.code]).toEqual([0, 0]);
    const [, publicKey] = /campaignsPublicKey: (\S+)/.exec(keys.stdout)!;
    const sync = `\n  url: ${line.url}\n  keyFile: hub.key\n  campaignsPublicKey: ${publicKey}\n  interval: 1s`;
    store.write('store.yaml', storeYaml({ sync }));
  });

  afterAll(async () => {
    await store?.[Symbol.asyncDispose]();
    await line?.[Symbol.asyncDispose]();
  });

  const overview = async () => (await call(`${store.url}/api/v1/store/overview`, { cookie })).body as unknown as StoreOverview;
  const fleet = async (path: string) => {
    const adminKey = readFileSync(join(store.folder, 'hub/admin.key'), 'utf8').trim();
    return call(`http://127.0.0.1:${hubPort}/v1/fleet/${path}`, { token: adminKey });
  };

  it('totals wait for the hub while it is away, and the manager page says so', async () => {
    // A busy minute of twenty minutes ago, after which the agent was switched off.
    await tradeForAMinute(store);
    agent = await store.start();
    cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
    const waiting = await until('a backlog', async () => {
      const seen = await overview();
      return seen.cloud.backlogBatches > 0 && seen.cloud.state === 'offline' ? seen : undefined;
    });
    expect(waiting.cloud.sentence).toMatch(/^Cannot reach the cloud: .+ Totals are kept and sent later$/);
    // Trade goes on: everything but the cloud works.
    expect((await call(`${store.url}/api/v1/visits`, { body: { consents: { offers: true } } })).status).toBe(201);
  });

  it('they arrive once each, though the hub takes them and its answers are lost', async () => {
    const hub = store.begin(['hub', 'start', '--data', 'hub', '--port', String(hubPort), '--campaign-key', 'campaigns.pem.pub'], {
      environment: SQLITE,
    });
    await hub.written(/Hub at /);
    await line.set({ kind: 'lose-answer' });
    await until('totals at the hub', async () => ((await fleet('totals')).body['days'] as unknown as unknown[]).length > 0);
    expect((await overview()).cloud.backlogBatches).toBeGreaterThan(0);
    await line.set({ kind: 'none' });
    await until('an empty outbox', async () => (await overview()).cloud.backlogBatches === 0, 60_000);
    const { body } = await fleet('totals');
    const days = body['days'] as unknown as readonly { readonly counts: Readonly<Record<string, number>> }[];
    const sum = (name: string) => days.reduce((total, { counts }) => total + (counts[name] ?? 0), 0);
    expect({ visits: sum('visitsOpened'), sales: sum('sales'), cents: sum('salesCents') }).toEqual({
      visits: VISITS,
      sales: SALES,
      cents: SALES * 400,
    });
    expect((await overview()).cloud.state).toBe('connected');
  });

  it('campaigns that were signed at head office reach the store, and others do not', async () => {
    store.write(
      'office.yaml',
      storeYaml({
        campaigns: '\n  - { id: from-office, name: From the office, skus: [MINT], discount: 0.50, budget: 50, headline: Mint for less }',
      }),
    );
    const publish = (key: string) =>
      store.run([
        ...['hub', 'publish-campaigns', '--url', `http://127.0.0.1:${hubPort}`, '--key', key],
        ...['--admin-key-file', 'hub/admin.key', '--config', 'office.yaml'],
      ]);
    expect(await publish('campaigns.pem')).toMatchObject({ code: 0, stdout: '1 campaigns published as version 1 for every store\n' });
    expect((await store.run(['hub', 'new-key', 'stranger.pem'])).code).toBe(0);
    expect((await publish('stranger.pem')).code).not.toBe(0);
    // Asked for when the agent starts, and every five minutes.
    await agent.stop();
    agent = await store.start();
    await until('the campaign', async () => (await overview()).campaigns.some(({ id }) => id === 'from-office'));
    const audit = await call(`${store.url}/api/v1/store/audit`, { cookie });
    expect(JSON.stringify(audit.body)).toContain('Version 1 with 1 campaigns');
  });
});

async function tradeForAMinute(store: LiveStore): Promise<void> {
  const outcome = loadConfig({ file: store.config, environment: {}, workingDirectory: store.folder });
  if (outcome.kind === 'invalid') throw new Error('Cannot load the configuration of the test');
  const rig = new LoopRig({ dir: store.data, startMs: Date.now() - 20 * MINUTE_MS });
  await rig.configure(outcome.loaded.store);
  for (let n = 0; n < VISITS; n += 1) {
    await rig.loop.submit({
      kind: 'visit.opened',
      visit: `v_${n}`,
      consents: { offers: true, measurement: true },
      textVersion: '1',
      tokenHash: `hash-${n}`,
      fixture: 'shelf-1',
    });
  }
  for (let n = 0; n < SALES; n += 1) {
    await rig.loop.submit({
      kind: 'reading',
      reading: {
        id: `sale-${n}`,
        device: 'till-1',
        atMs: rig.nowMs,
        kind: 'pos.sale',
        receipt: `receipt-${n}`,
        lines: [{ sku: 'TEA', quantity: 1, cents: 400 }],
        codes: [],
      },
    });
  }
  await rig.loop.stop();
  rig.abandon();
}
