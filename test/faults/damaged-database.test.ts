import { randomBytes, randomInt } from 'node:crypto';
import { closeSync, cpSync, openSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { backUp } from '../../agent/store/backup.ts';
import { DeviceClient } from '../support/device-client.ts';
import { type EndcapProcess, LiveStore } from '../support/live-store.ts';
import { call, Phone, redeem, signIn } from '../support/till-and-phone.ts';

/** Overwrites a file from a position on. */
function overwrite(path: string, at: number, bytes: Buffer): void {
  const handle = openSync(path, 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
}

function flipBits(path: string, count: number): void {
  const bytes = readFileSync(path);
  for (let n = 0; n < count; n += 1) {
    const at = randomInt(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << randomInt(8));
  }
  writeFileSync(path, bytes);
}

const DAMAGE: readonly (readonly [string, (file: string) => void])[] = [
  ['a header of random bytes', (file) => overwrite(file, 0, randomBytes(100))],
  ['a file cut in half', (file) => truncateSync(file, Math.floor(statSync(file).size / 2))],
  ['random bytes in the middle', (file) => overwrite(file, Math.floor(statSync(file).size / 2), randomBytes(40_960))],
  ['five hundred flipped bits', (file) => flipBits(file, 500)],
  ['another file in its place', (file) => writeFileSync(file, 'this is not a database\n'.repeat(1_000))],
];

describe('a database that was damaged while the agent was off', { timeout: 60_000 }, () => {
  let good: LiveStore;
  let store: LiveStore;
  let password: string;
  let code: string;

  beforeAll(async () => {
    good = await LiveStore.create();
    const agent = await good.start();
    password = (await good.addDevices('shelf-1')).get('shelf-1')!;
    await signIn(good.url, (await agent.written(/one-time code (\S+)/))[1]);
    const phone = await (await Phone.open(good.url, 'shelf-1')).listen();
    const shelf = await DeviceClient.connect(good.mqttPort, { device: 'shelf-1', password });
    await shelf.publish({ id: 'p-1', kind: 'shelf.pick', slot: '1-1', count: 1 });
    code = (await phone.nextOffer()).code.long;
    expect((await redeem(good.url, { code, receipt: 'r-1' })).status).toBe(200);
    shelf.close();
    await phone.leave();
    await agent.stop();
    const backup = await backUp({ dir: good.data, nowMs: Date.now() });
    expect(backup.ok).toBe(true);
  });

  afterAll(() => good?.[Symbol.asyncDispose]());
  afterEach(() => store?.[Symbol.asyncDispose]());

  async function startDamaged(damage: (file: string) => void, keep: (path: string) => boolean = () => true): Promise<EndcapProcess> {
    store = await LiveStore.create();
    cpSync(good.data, store.data, { recursive: true, filter: (path) => keep(path) });
    damage(join(store.data, 'core.db'));
    return store.start();
  }

  it.each(DAMAGE)('%s: the backup takes its place, the page says so, and no code is redeemed again', async (_name, damage) => {
    await startDamaged(damage);
    const cookie = await signIn(store.url, undefined);
    const { body } = await call(`${store.url}/api/v1/store/overview`, { cookie });
    const { problems, health } = body as unknown as StoreOverview;
    expect(problems).toEqual([
      expect.objectContaining({ id: 'restored', sentence: expect.stringMatching(/damaged .* restored from the backup of 20/) }),
    ]);
    expect(health.state).toBe('attention');
    expect(readdirSync(store.data).filter((name) => name.startsWith('core.db.corrupt.'))).toHaveLength(1);
    // Credentials, codes and redemptions are those of the backup.
    expect((await redeem(store.url, { code, receipt: 'r-2' })).status).toBe(409);
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    const shelf = await DeviceClient.connect(store.mqttPort, { device: 'shelf-1', password });
    await shelf.publish({ id: 'p-2', kind: 'shelf.pick', slot: '1-1', count: 1 });
    expect((await phone.nextOffer()).sku).toBe('TEA');
    shelf.close();
  });

  it('without a good backup the store begins empty, keeps the damaged file, and serves', async () => {
    const agent = await startDamaged(DAMAGE[0]![1], (path) => !path.endsWith('backups'));
    const cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
    const { body } = await call(`${store.url}/api/v1/store/overview`, { cookie });
    expect((body as unknown as StoreOverview).problems.map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(/no good backup, so the store started empty/),
    ]);
    expect((await call(`${store.url}/api/v1/visits`, { body: { consents: { offers: true } } })).status).toBe(201);
  });

  it('a log that was torn by a power cut ends earlier and does no harm', async () => {
    const running = await startDamaged(() => undefined);
    for (let n = 0; n < 20; n += 1) expect((await call(`${store.url}/api/v1/visits`, { body: { consents: {} } })).status).toBe(201);
    await running.stop('SIGKILL');
    const wal = join(store.data, 'core.db-wal');
    expect(statSync(wal).size).toBeGreaterThan(0);
    truncateSync(wal, statSync(wal).size - randomInt(1, 20_000));
    overwrite(wal, statSync(wal).size - 10, randomBytes(10));
    await store.start();
    const cookie = await signIn(store.url, undefined);
    const { body } = await call(`${store.url}/api/v1/store/overview`, { cookie });
    expect((body as unknown as StoreOverview).problems).toEqual([]);
    expect((await call(`${store.url}/api/v1/visits`, { body: { consents: {} } })).status).toBe(201);
  });
});
