import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { DeviceClient } from '../support/device-client.ts';
import { type Fault, FaultProxy } from '../support/fault-proxy.ts';
import { LiveStore } from '../support/live-store.ts';
import { call, Phone, redeem, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

/** What only a running store can show; every other weather is the uploader's own test. Only the proxy's answers are heard. */
const WEATHER: readonly (readonly [string, Fault, 'offline' | 'refused'])[] = [
  ['answers with an error', { kind: 'status', status: 500 }, 'offline'],
  ['answers like the sign-in page of a guest network', { kind: 'portal' }, 'offline'],
  ['accepts and says nothing', { kind: 'hang' }, 'offline'],
  ['refuses the key', { kind: 'status', status: 401 }, 'refused'],
];

describe('trade under a hub that', { timeout: 90_000 }, () => {
  let line: FaultProxy;

  beforeAll(async () => {
    line = await FaultProxy.before('http://127.0.0.1:9');
  });

  afterAll(() => line?.[Symbol.asyncDispose]());

  it.each(WEATHER)('%s goes on as if nothing was, and the page says what is', async (_name, fault, state) => {
    await line.set({ kind: 'none' });
    const { url } = line;
    await line.set(fault);
    await using store = await LiveStore.create({ sync: `\n  url: ${url}\n  keyFile: hub.key\n  interval: 1s` });
    store.write('hub.key', 'key-of-the-store-at-the-hub\n');
    const agent = await store.start();
    const cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
    const password = (await store.addDevices('shelf-1')).get('shelf-1')!;
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    const shelf = await DeviceClient.connect(store.mqttPort, { device: 'shelf-1', password });
    await shelf.publish({ id: '1', kind: 'shelf.pick', slot: '1-1', count: 1 });
    const { code } = await phone.nextOffer();
    expect((await redeem(store.url, { code: code.short, receipt: 'r-1' })).status).toBe(200);
    shelf.close();
    phone.hangUp();
    const { cloud, health } = await until('the state of the link', async () => {
      const { body } = await call(`${store.url}/api/v1/store/overview`, { cookie });
      const seen = body as unknown as StoreOverview;
      return fault.kind === 'hang' || seen.cloud.state === state ? seen : undefined;
    });
    expect(cloud.sentence).toMatch(/^(Cannot reach the cloud|The cloud refuses this store|Connecting to the cloud)/);
    // Being without a cloud is normal; being turned away is somebody's task.
    expect(health.state).toBe(state === 'refused' ? 'attention' : 'ok');
    // Asked to stop, it does not wait for the hub either.
    expect((await agent.stop()).code).toBe(0);
    expect(agent.output()).not.toContain('key-of-the-store-at-the-hub');
  });
});
