import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { DeviceClient } from '../support/device-client.ts';
import { LiveStore } from '../support/live-store.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { call, Phone, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

const AGENT = { name: 'agent', password: 'password-of-the-agent' };
const SHELF = { device: 'shelf-1', password: 'password-of-the-shelf' };

describe('an external broker', { timeout: 90_000 }, () => {
  let broker: Mosquitto;
  let store: LiveStore;

  beforeEach(async () => {
    broker = await Mosquitto.start({ users: { [AGENT.name]: AGENT.password, [SHELF.device]: SHELF.password } });
    store = await LiveStore.create({
      mqtt: `\n  url: mqtt://127.0.0.1:${broker.port}\n  username: ${AGENT.name}\n  passwordFile: broker.password`,
    });
    store.write('broker.password', `${AGENT.password}\n`);
  });

  afterEach(async () => {
    await store?.[Symbol.asyncDispose]();
    await broker?.close();
  });

  async function startStore() {
    const agent = await store.start();
    const cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
    const problems = async () => {
      const { body } = await call(`${store.url}/api/v1/store/overview`, { cookie });
      return (body as unknown as StoreOverview).problems;
    };
    return { agent, problems };
  }

  async function pickBecomesOffer(id: string): Promise<void> {
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    const shelf = await DeviceClient.connect(broker.port, SHELF);
    await shelf.publish({ id, kind: 'shelf.pick', slot: '1-1', count: 1 });
    expect((await phone.nextOffer()).sku).toBe('TEA');
    shelf.close();
    await phone.leave();
  }

  const isReady = async () => (await call(`${store.url}/readyz`)).status === 200;

  it('that restarts is found again without a restart of the agent, and what is wrong meanwhile is said', async () => {
    const { problems } = await startStore();
    await until('the connection', isReady);
    await pickBecomesOffer('1');
    await broker.kill();
    await until('the problem', async () => (await problems()).some(({ id }) => id === 'broker'));
    // Phones and tills need no broker.
    expect((await call(`${store.url}/api/v1/visits`, { body: { consents: { offers: true } } })).status).toBe(201);
    await broker.begin();
    await until('the connection', isReady);
    await pickBecomesOffer('2');
    await until('the end of the problem', async () => (await problems()).every(({ id }) => id !== 'broker'));
  });

  it('that is away at the start does not keep the agent from starting', async () => {
    await broker.kill();
    const { problems } = await startStore();
    await until('the problem', async () => (await problems()).some(({ id }) => id === 'broker'));
    expect(await isReady()).toBe(false);
    await broker.begin();
    await until('the connection', isReady);
    await pickBecomesOffer('1');
  });

  it('that refuses the password is said so in words, and nothing else stops', async () => {
    store.write('broker.password', 'not the password\n');
    const { problems, agent } = await startStore();
    const found = await until('the problem', async () => (await problems()).find(({ id }) => id === 'broker'));
    expect(found.sentence).toMatch(/user name|password|credentials/i);
    expect((await call(`${store.url}/api/v1/visits`, { body: { consents: { offers: true } } })).status).toBe(201);
    expect(JSON.stringify(await problems()) + agent.output()).not.toContain('not the password');
  });

  it('keeps for the agent what devices say while it is away, and each counts once', async () => {
    const { agent } = await startStore();
    await until('the connection', isReady);
    await agent.stop('SIGKILL');
    const shelf = await DeviceClient.connect(broker.port, SHELF);
    for (let n = 0; n < 200; n += 1) shelf.send({ id: `away-${n}`, kind: 'shelf.pick', slot: '1-1', count: 1 });
    await shelf.settled();
    shelf.close();
    await store.start();
    await until('all of them', async () => {
      const metrics = await (await fetch(`${store.url}/metrics`)).text();
      return metrics.includes('endcap_messages_total{outcome="accepted",kind="shelf.pick"} 200');
    });
  });
});
