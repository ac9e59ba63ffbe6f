import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { type EndcapProcess, LiveStore } from '../support/live-store.ts';
import { call, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

/** What `npm start` runs, but faster: the sample store with simulated shoppers and devices. */
const NPM_START = {
  words: [],
  environment: {
    ENDCAP_SIMULATOR_SPEED: '40',
    ENDCAP_LOG_LEVEL: 'warn',
    ENDCAP_SIMULATOR_SCENARIO_FILE: 'nobody-erases.yaml',
    // However busy the machine is: a model that rests is a problem on the page.
    ENDCAP_MODEL_DEADLINE: '10s',
  },
};

describe('the sample store with simulated shoppers', { timeout: 120_000 }, () => {
  let store: LiveStore;
  let agent: EndcapProcess;

  beforeAll(async () => {
    store = await LiveStore.create();
    // After an erasure the log before it can no longer be told again, and this test wants to compare all of it.
    store.write('nobody-erases.yaml', readFileSync('config/scenarios/demo.yaml', 'utf8').replace(/eraseShare: .*/, 'eraseShare: 0'));
    agent = await store.start(NPM_START);
  });

  afterAll(() => store?.[Symbol.asyncDispose]());

  /** Sum of all series of a counter whose labels contain a text. */
  async function counted(name: string, labels = ''): Promise<number> {
    const text = await (await fetch(`${store.url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return lines.filter((line) => line.includes(labels)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  it('answers, and comes to offers and redemptions by itself', async () => {
    expect(await agent.written(/with simulated shoppers/)).not.toBeNull();
    expect((await call(`${store.url}/healthz`)).body).toEqual({ status: 'ok' });
    expect((await call(`${store.url}/readyz`)).status).toBe(200);
    for (const path of ['/', '/shop']) expect(await (await fetch(`${store.url}${path}`)).text()).toContain('id="app"');
    await until('an offer', async () => (await counted('endcap_decisions_total', 'kind="offer"')) > 0, 60_000);
    const cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
    const overview = await until(
      'a redemption',
      async () => {
        const { body } = await call(`${store.url}/api/v1/store/overview`, { cookie });
        const seen = body as unknown as StoreOverview;
        return seen.money.redemptions > 0 ? seen : undefined;
      },
      60_000,
    );
    expect(overview.problems).toEqual([]);
    expect(overview.health.state).toBe('ok');
    expect(await counted('endcap_messages_total', 'outcome="malformed"')).toBe(0);
    expect(await counted('endcap_turn_failures_total')).toBe(0);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('goes on after %s with the same shoppers and devices', async (signal) => {
    const ended = await agent.stop(signal);
    expect(ended.code).toBe(signal === 'SIGTERM' ? 0 : null);
    agent = await store.start(NPM_START);
    await until('accepted messages', async () => (await counted('endcap_messages_total', 'outcome="accepted"')) > 50);
    await until('phones that listen', async () => (await counted('endcap_phones_connected')) > 0);
    expect((await call(`${store.url}/readyz`)).status).toBe(200);
  });

  it('leaves a log that replays to the very decisions that were recorded', async () => {
    await agent.stop();
    const replayed = await store.run(['replay', store.data, '--diff', '--quiet']);
    expect([replayed.code, replayed.stdout]).toEqual([0, '']);
    expect(replayed.stderr).toMatch(/^\d{3,} log entries, [1-9]\d* decisions, 0 different\n$/);
  });
});
