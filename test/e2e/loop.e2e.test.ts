import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { DeviceClient } from '../support/device-client.ts';
import { type EndcapProcess, LiveStore } from '../support/live-store.ts';
import { requirePeer } from '../support/peers.ts';
import { call, Phone, redeem, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

describe('the loop of a store', { timeout: 60_000 }, () => {
  let store: LiveStore;
  let agent: EndcapProcess;
  let shelf: DeviceClient;
  let till: DeviceClient;
  let secrets: ReadonlyMap<string, string>;

  beforeAll(async () => {
    store = await LiveStore.create();
    agent = await store.start();
    // Beside the running agent, as an installer would.
    secrets = await store.addDevices('shelf-1', 'shelf-2', 'till-1');
    shelf = await DeviceClient.connect(store.mqttPort, { device: 'shelf-1', password: secrets.get('shelf-1')! });
    till = await DeviceClient.connect(store.mqttPort, { device: 'till-1', password: secrets.get('till-1')! });
  });

  afterAll(async () => {
    shelf?.close();
    till?.close();
    await store?.[Symbol.asyncDispose]();
  });

  it('goes from a publish to an offer, its receipt, its redemption, the sale, and the money on the manager page', async () => {
    const setupCode = (await agent.written(/one-time code (\S+)/))[1];
    expect((await call(`${store.url}/api/v1/store/overview`)).status).toBe(401);
    const cookie = await signIn(store.url, setupCode);
    const before = await overviewOf(store, cookie);
    expect(before.money).toMatchObject({ salesCents: 0, redemptions: 0 });

    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    await shelf.publish({ id: 'pick-1', kind: 'shelf.pick', slot: '1-1', count: 1 });
    const offer = await phone.nextOffer();
    expect(offer).toMatchObject({ sku: 'TEA', discountCents: 60 });
    expect(await phone.receipt(offer.id, 'shown')).toBe(204);

    const redeemed = await redeem(store.url, { code: offer.code.short, receipt: 'r-1' });
    expect([redeemed.status, redeemed.body['discountCents'], redeemed.body['repeated']]).toEqual([200, 60, false]);
    const again = await redeem(store.url, { code: offer.code.long, receipt: 'r-1' });
    expect([again.status, again.body['repeated']]).toEqual([200, true]);
    expect((await redeem(store.url, { code: offer.code.long, receipt: 'r-2' })).status).toBe(409);
    await until('the withdrawal on the phone', () => phone.events.some(({ event }) => event === 'withdrawn'));

    const lines = [{ sku: 'TEA', quantity: 1, cents: 340 }];
    await till.publish({ id: 'sale-1', kind: 'pos.sale', receipt: 'r-1', lines, codes: [offer.code.long] });
    const after = await until('the attribution', async () => {
      const overview = await overviewOf(store, cookie);
      return overview.money.attributedSalesCents > 0 ? overview : undefined;
    });
    expect(after.money).toMatchObject({ salesCents: 340, attributedSalesCents: 340, discountCents: 60, redemptions: 1 });
    expect(after.funnelToday.map(({ visits }) => visits)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(after.health.state).toBe('ok');
    await phone.leave();
  });

  it('two tills racing for one code give one discount', async () => {
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    await shelf.publish({ id: 'pick-race', kind: 'shelf.pick', slot: '1-1', count: 1 });
    const { code } = await phone.nextOffer();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => redeem(store.url, { code: n % 2 === 0 ? code.long : code.short, receipt: `race-${n}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(409)]);
    await phone.leave();
  });

  it('what mosquitto_pub publishes becomes a decision', async () => {
    const publisher = requirePeer('mosquitto_pub');
    const phone = await (await Phone.open(store.url, 'shelf-2')).listen();
    const event = { id: '1', at: new Date().toISOString(), kind: 'shelf.pick', slot: '2-2', count: 1 };
    const words = ['-h', '127.0.0.1', '-p', String(store.mqttPort), '-u', 'shelf-2', '-P', secrets.get('shelf-2')!];
    await promisify(execFile)(publisher, [...words, ...['-q', '1', '-t', 'endcap/v1/corner/shelf-2/event', '-m', JSON.stringify(event)]]);
    expect((await phone.nextOffer()).sku).toBe('COFFEE');
    await phone.leave();
  });

  it('gives out everything held about a visit, and after an erasure not a byte of it is left on the disk', async () => {
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    await shelf.publish({ id: 'pick-erased', kind: 'shelf.pick', slot: '1-1', count: 1 });
    const offer = await phone.nextOffer();
    await phone.receipt(offer.id, 'shown');
    const held = (await phone.call('/api/v1/visit/data')).body as unknown as { readonly held: Readonly<Record<string, unknown[]>> };
    expect(Object.keys(held.held)).toEqual(expect.arrayContaining(['visits', 'consents', 'decisions', 'offers', 'inbox']));
    expect(JSON.stringify(held.held)).toContain(offer.id);
    expect(filesWith(store.data, phone.visit)).not.toEqual([]);

    expect((await phone.call('/api/v1/visit', { method: 'DELETE' })).status).toBe(204);
    expect(filesWith(store.data, phone.visit)).toEqual([]);
    expect(filesWith(store.data, phone.token)).toEqual([]);
    expect((await phone.call('/api/v1/visit')).status).toBe(401);
    expect((await redeem(store.url, { code: offer.code.long, receipt: 'r-erased' })).status).not.toBe(200);
    await until('the end of the stream', () => phone.events.some(({ event }) => event === 'closed'));
  });

  it('ends with code 0 when it is asked to, and leaves a log that replays to the same decisions', async () => {
    expect(await agent.stop()).toMatchObject({ code: 0 });
    const replayed = await store.run(['replay', store.data, '--diff', '--quiet']);
    expect([replayed.code, replayed.stdout]).toEqual([0, '']);
    expect(replayed.stderr).toMatch(/ 0 different/);
  });
});

async function overviewOf(store: LiveStore, cookie: string): Promise<StoreOverview> {
  const { status, body } = await call(`${store.url}/api/v1/store/overview`, { cookie });
  if (status !== 200) throw new Error(`Cannot read the overview: ${status}`);
  return body as unknown as StoreOverview;
}

/** Files below a folder whose bytes contain a text. */
function filesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}
