import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { StoreOverview } from '../../../agent/core/overview.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../agent/core/units.ts';
import { loadConfig } from '../../../config/load.ts';
import { LiveStore } from '../../support/live-store.ts';
import { LoopRig } from '../../support/loop-rig.ts';
import { freePort } from '../../support/ports.ts';
import { storeYaml } from '../../support/store-yaml.ts';
import { call, signIn } from '../../support/till-and-phone.ts';
import { until } from '../../support/until.ts';

const DAYS = 30;
const OPEN_HOURS = 12;
const VISITS = 12;
const SALES = 11;
const SQLITE = { DATABASE_URL: '' };

it('thirty days without a cloud fit on the disk, and arrive once each when it is back', { timeout: 900_000 }, async () => {
  await using store = await LiveStore.create();
  const port = await freePort();
  expect((await store.run(['hub', 'add-store', 'corner', '--name', 'Corner', '--data', 'hub', '--key-file', 'hub.key'], SQLITE)).code).toBe(
    0,
  );
  const yaml = storeYaml({ sync: `\n  url: http://127.0.0.1:${port}\n  keyFile: hub.key\n  interval: 1s` });
  store.write('store.yaml', yaml.replace(/timeZone: .*/, 'timeZone: Europe/Berlin'));
  const { quarters, usedBytes, batches } = await trade(store);
  expect(batches).toBeGreaterThan(1_000);
  // A day of totals, with the log and everything else of these visits.
  expect(usedBytes / DAYS).toBeLessThan(2_000_000);

  const hub = store.begin(['hub', 'start', '--data', 'hub', '--port', String(port)], { environment: SQLITE });
  await hub.written(/Hub at /);
  const agent = await store.start();
  const cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
  await until(
    'an empty outbox',
    async () =>
      ((await call(`${store.url}/api/v1/store/overview`, { cookie })).body as unknown as StoreOverview).cloud.backlogBatches === 0,
    300_000,
  );
  const adminKey = readFileSync(join(store.folder, 'hub/admin.key'), 'utf8').trim();
  const day = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
  const range = `from=${day(Date.now() - (DAYS + 3) * DAY_MS)}&to=${day(Date.now() + DAY_MS)}`;
  const { body } = await call(`http://127.0.0.1:${port}/v1/fleet/totals?${range}`, { token: adminKey });
  const days = body['days'] as unknown as readonly { readonly counts: Readonly<Record<string, number>> }[];
  const sum = (name: string) => days.reduce((total, { counts }) => total + (counts[name] ?? 0), 0);
  expect({ visits: sum('visitsOpened'), sales: sum('sales'), cents: sum('salesCents') }).toEqual({
    visits: quarters * VISITS,
    sales: quarters * SALES,
    cents: quarters * SALES * 400,
  });
});

async function trade(store: LiveStore): Promise<{ readonly quarters: number; readonly usedBytes: number; readonly batches: number }> {
  const outcome = loadConfig({ file: store.config, environment: {}, workingDirectory: store.folder });
  if (outcome.kind === 'invalid') throw new Error('Cannot load the configuration of the test');
  // Midnight in UTC, two days back from where the thirty days would end, so that the last of them is over.
  const startMs = Math.floor(Date.now() / DAY_MS - DAYS - 2) * DAY_MS;
  const rig = new LoopRig({ dir: store.data, startMs, quotaBytes: 8e9 });
  await rig.configure(outcome.loaded.store);
  let quarters = 0;
  for (let dayNo = 0; dayNo < DAYS; dayNo += 1) {
    for (let atMs = 0; atMs < OPEN_HOURS * HOUR_MS; atMs += 15 * MINUTE_MS) {
      rig.nowMs = startMs + dayNo * DAY_MS + 6 * HOUR_MS + atMs;
      await tradeForAMinute(rig, quarters);
      quarters += 1;
    }
  }
  rig.nowMs += DAY_MS;
  await rig.loop.submit({ kind: 'tick' });
  await rig.loop.stop();
  const { usedBytes } = rig.store.database.usage();
  const { pendingBatches } = rig.store.outbox.stats();
  rig.abandon();
  return { quarters, usedBytes, batches: pendingBatches };
}

async function tradeForAMinute(rig: LoopRig, quarter: number): Promise<void> {
  const visits = Array.from({ length: VISITS }, (_, n) =>
    rig.loop.submit({
      kind: 'visit.opened',
      visit: `v_${quarter}_${n}`,
      consents: { offers: true, measurement: true },
      textVersion: '1',
      tokenHash: `hash-${quarter}-${n}`,
      fixture: 'shelf-1',
    }),
  );
  const sales = Array.from({ length: SALES }, (_, n) =>
    rig.loop.submit({
      kind: 'reading',
      reading: {
        id: `s-${quarter}-${n}`,
        device: 'till-1',
        atMs: rig.nowMs,
        kind: 'pos.sale',
        receipt: `r-${quarter}-${n}`,
        lines: [{ sku: 'TEA', quantity: 1, cents: 400 }],
        codes: [],
      },
    }),
  );
  const outcomes = await Promise.all([...visits, ...sales]);
  if (outcomes.some(({ kind }) => kind !== 'committed')) throw new Error('Cannot trade: something was not recorded');
}
