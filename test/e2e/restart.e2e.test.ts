import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeviceClient } from '../support/device-client.ts';
import { type EndcapProcess, LiveStore } from '../support/live-store.ts';
import { Phone, redeem } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

describe('a restart in the middle of a visit', { timeout: 90_000 }, () => {
  let store: LiveStore;
  let agent: EndcapProcess;
  let password: string;

  beforeAll(async () => {
    store = await LiveStore.create();
    agent = await store.start();
    password = (await store.addDevices('shelf-1')).get('shelf-1')!;
  });

  afterAll(() => store?.[Symbol.asyncDispose]());

  const connect = () => DeviceClient.connect(store.mqttPort, { device: 'shelf-1', password });

  it.each(['SIGTERM', 'SIGKILL'] as const)('after %s phones and devices come back to where they were', async (signal) => {
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    const shelf = await connect();
    await shelf.publish({ id: `before-${signal}`, kind: 'shelf.pick', slot: '1-1', count: 1 });
    const kept = await phone.nextOffer();
    await phone.receipt(kept.id, 'saved');

    await agent.stop(signal);
    await until('the devices to notice', () => shelf.isClosed);
    agent = await store.start();

    await phone.listen();
    // What it had seen is not sent again, and is still its own.
    const [greeting] = phone.events;
    expect(greeting?.data).toMatchObject({ visitId: phone.visit, usable: [kept.id] });
    expect(phone.events).toHaveLength(1);
    using back = disposable(await connect());
    // The device never heard the acknowledgement and sends again: it counts once, and offers nothing twice.
    await back.client.publish({ id: `before-${signal}`, kind: 'shelf.pick', slot: '1-1', count: 1 });
    await back.client.publish({ id: `after-${signal}`, kind: 'shelf.pick', slot: '1-2', count: 1 });
    expect((await phone.nextOffer()).sku).toBe('COFFEE');
    expect(phone.events.filter(({ event }) => event === 'offer')).toHaveLength(1);

    const receipt = `r-${signal}`;
    expect((await redeem(store.url, { code: kept.code.long, receipt })).status).toBe(200);
    expect((await redeem(store.url, { code: kept.code.long, receipt: 'other' })).status).toBe(409);
    await phone.leave();
  });

  it('an offer that was redeemed before a kill is not redeemed again after it', async () => {
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    using shelf = disposable(await connect());
    await shelf.client.publish({ id: 'once', kind: 'shelf.pick', slot: '1-1', count: 1 });
    const { code } = await phone.nextOffer();
    expect((await redeem(store.url, { code: code.long, receipt: 'r-1' })).body['repeated']).toBe(false);
    await agent.stop('SIGKILL');
    agent = await store.start();
    expect((await redeem(store.url, { code: code.short, receipt: 'r-2' })).status).toBe(409);
    // The till that lost the answer asks again and gets the same one.
    const again = await redeem(store.url, { code: code.short, receipt: 'r-1' });
    expect([again.status, again.body['repeated']]).toEqual([200, true]);
  });
});

function disposable(client: DeviceClient): Disposable & { readonly client: DeviceClient } {
  return { client, [Symbol.dispose]: () => client.close() };
}
