import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../../agent/core/overview.ts';
import { DeviceClient } from '../../support/device-client.ts';
import { LiveStore } from '../../support/live-store.ts';
import { call, Phone, redeem, signIn } from '../../support/till-and-phone.ts';
import { until } from '../../support/until.ts';

const DAY_MS = 86_400_000;

/** Where Debian puts the library that lies about the time. */
const library = (existsSync('/usr/lib') ? readdirSync('/usr/lib') : [])
  .map((folder) => join('/usr/lib', folder, 'faketime/libfaketime.so.1'))
  .find((path) => existsSync(path));
if (library === undefined) console.warn('Cannot test clock jumps: libfaketime is not installed; get it with "apt-get install faketime"');

describe.skipIf(library === undefined)('a clock that jumps', { timeout: 400_000 }, () => {
  let store: LiveStore;
  let cookie: string;
  let password: string;
  let aheadMs = 0;

  beforeAll(async () => {
    store = await LiveStore.create();
    const file = store.write('faketime', '+0s\n');
    const environment = {
      LD_PRELOAD: library!,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const agent = await store.start({ environment });
    cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
    password = (await store.addDevices('shelf-1')).get('shelf-1')!;
  });

  afterAll(() => store?.[Symbol.asyncDispose]());

  function jump(days: number): void {
    aheadMs = days * DAY_MS;
    store.write('faketime', `${days < 0 ? '-' : '+'}${Math.abs(days)}d\n`);
  }

  const problems = async () => {
    let answer = await call(`${store.url}/api/v1/store/overview`, { cookie });
    if (answer.status === 401) {
      // Ten days later nobody is signed in any more.
      cookie = await signIn(store.url, undefined);
      answer = await call(`${store.url}/api/v1/store/overview`, { cookie });
    }
    return (answer.body as unknown as StoreOverview).problems.map(({ id }) => id);
  };

  async function pick(id: string, atMs = Date.now()): Promise<void> {
    const shelf = await DeviceClient.connect(store.mqttPort, { device: 'shelf-1', password });
    await shelf.publish({ id, at: new Date(atMs).toISOString(), kind: 'shelf.pick', slot: '1-1', count: 1 });
    shelf.close();
  }

  it('ten days ahead: nothing is promised until it stands still, and what was promised holds until then', async () => {
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    await pick('before');
    const { id, code } = await phone.nextOffer();
    await phone.receipt(id, 'saved');
    jump(10);
    await until('the problem', async () => (await problems()).includes('clock'));
    await pick('untrusted');
    const decisions = await call(`${store.url}/api/v1/store/decisions?kind=hold`, { cookie });
    expect(JSON.stringify(decisions.body)).toContain('untrusted-clock');
    expect((await redeem(store.url, { code: code.long, receipt: 'r-1' })).status).toBe(200);
    await until('the end of the problem', async () => !(await problems()).includes('clock'), 120_000);
  });

  it('a day back: open offers end instead of living longer, and the store goes on', async () => {
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    await pick('ahead', Date.now() + aheadMs);
    const { id, code } = await phone.nextOffer();
    await phone.receipt(id, 'saved');
    jump(9);
    await until('the problem', async () => (await problems()).includes('clock'));
    await until('the end of the problem', async () => !(await problems()).includes('clock'), 120_000);
    expect((await redeem(store.url, { code: code.long, receipt: 'r-2' })).status).toBe(410);
    const audit = await call(`${store.url}/api/v1/store/audit`, { cookie });
    expect(JSON.stringify(audit.body)).toContain('The clock was set back by');
    const next = await (await Phone.open(store.url, 'shelf-1')).listen();
    await pick('back', Date.now() + aheadMs);
    expect((await next.nextOffer()).sku).toBe('TEA');
  });
});
