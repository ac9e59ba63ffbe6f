import { afterEach, describe, expect, it } from 'vitest';
import { writeResponseModel } from '../../models/policy/response/response-model.ts';
import { trainResponse } from '../../models/policy/response/train-response.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import { DeviceClient } from '../support/device-client.ts';
import { LiveStore } from '../support/live-store.ts';
import { call, Phone, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

describe('experiments and what offers do, from a shell and over the API', { timeout: 120_000 }, () => {
  let store: LiveStore;

  afterEach(() => store?.[Symbol.asyncDispose]());

  it('an experiment begins on the page, is listed and stopped by a shell, and is what it was after a kill', async () => {
    store = await LiveStore.create();
    const first = await store.start();
    const cookie = await signIn(store.url, (await first.written(/one-time code (\S+)/))[1]);
    const api = (path: string, body?: unknown) =>
      call(`${store.url}/api/v1/store/${path}`, { cookie, headers: { origin: store.url }, ...(body === undefined ? {} : { body }) });
    const listed = async () =>
      (await api('experiments')).body['experiments'] as unknown as readonly { readonly id: string; readonly status: string }[];
    const variant = { name: '20 % off', discount: { kind: 'percent', percent: 20 } };
    const plan = { id: 'deeper', name: 'Deeper', campaign: 'tea-time', metric: 'profit', effect: 10, variant };
    expect((await api('experiments', plan)).status).toBe(200);
    expect(await listed()).toMatchObject([{ id: 'deeper', status: 'running' }]);
    await first.stop('SIGKILL');
    const second = await store.start();
    await second.written(/Manager page/);
    expect(await listed()).toMatchObject([{ id: 'deeper', status: 'running' }]);
    const list = await store.run(['experiment', 'list']);
    expect(list.stdout + list.stderr).toMatch(/^deeper \(Deeper, campaign Tea time\): running/);
    expect((await store.run(['experiment', 'stop', 'deeper'])).stdout).toMatch(/"deeper" is stopped/);
    expect(await listed()).toMatchObject([{ id: 'deeper', status: 'stopped' }]);
    expect((await store.run(['experiment', 'stop', 'none'])).stdout).toMatch(/There is no experiment "none"/);
  });

  it('a change is judged in a process of its own, which says when there is too little to go by', async () => {
    store = await LiveStore.create();
    const agent = await store.start();
    const cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
    const asked = { cookie, body: { minIntent: 0.3 }, headers: { origin: store.url } };
    const found = await call(`${store.url}/api/v1/store/policy/evaluate`, asked);
    expect(found.body).toMatchObject({ kind: 'too-early', sentence: expect.stringMatching(/^Not enough data yet/) });
  });

  it('what a discount does, once learnt, is in the scores that decide', async () => {
    store = await LiveStore.create();
    const visits = Array.from({ length: 400 }, (_, i) => ({
      ...{ features: VISIT_SPEC.features.map(() => 0), intent: 0.2, discountShare: 0.1, propensity: 0.5, atMs: i },
      isOffered: i % 2 === 0,
      isBought: i % 4 === 0,
    }));
    store.write('data/models/offer-response.json', writeResponseModel(trainResponse(visits)));
    const secrets = await store.addDevices('shelf-1');
    const agent = await store.start();
    const cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
    const shelf = await DeviceClient.connect(store.mqttPort, { device: 'shelf-1', password: secrets.get('shelf-1')! });
    try {
      await Phone.open(store.url, 'shelf-1');
      await shelf.publish({ id: 'p-1', kind: 'shelf.pick', slot: '1-1', count: 1 });
      const responses = async () => {
        const { body } = await call(`${store.url}/api/v1/store/decisions`, { cookie });
        const decisions = body['decisions'] as unknown as readonly { readonly score?: { readonly response?: number } }[];
        return decisions.flatMap(({ score }) => score?.response ?? []);
      };
      await until('a decision that knows', async () => (await responses()).length > 0);
    } finally {
      shelf.close();
    }
  });
});
