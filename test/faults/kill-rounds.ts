import { randomInt } from 'node:crypto';
import { expect } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { LiveStore } from '../support/live-store.ts';
import { call, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';
import { Load } from './load.ts';
import { contradictions, totalsOf } from './verify.ts';

const DEVICES = ['shelf-1', 'shelf-2', 'shelf-3', 'shelf-7', 'shelf-8', 'scanner-1', 'door-1', 'till-1'];

/** Kills the agent again and again at random moments under load, and holds what it has in the end against what everybody outside was told. */
export async function killRounds(rounds: number): Promise<{ readonly acknowledged: number; readonly redeemed: number }> {
  await using store = await LiveStore.create();
  const secrets = await store.addDevices(...DEVICES);
  const load = new Load(store, secrets);
  let agent = await store.start();
  const setupCode = (await agent.written(/one-time code (\S+)/))[1];
  await signIn(store.url, setupCode);
  for (let round = 0; round < rounds; round += 1) {
    const running = load.run();
    // Every second round anywhere from the first connection on; the others in the middle of redemptions.
    const before = load.ledger.redeemed.size;
    if (round % 2 === 1) await until('a redemption', () => load.ledger.redeemed.size > before);
    await new Promise((resolve) => setTimeout(resolve, randomInt(5, 1_000)));
    await agent.stop('SIGKILL');
    await running;
    agent = await store.start();
    await load.settle();
  }
  const cookie = await signIn(store.url, undefined);
  const { body } = await call(`${store.url}/api/v1/store/overview`, { cookie });
  const { money } = body as unknown as StoreOverview;
  expect((await agent.stop()).code).toBe(0);

  expect(contradictions(store, load.ledger)).toEqual([]);
  const { salesCents, discountCents, redemptions } = money;
  expect({ salesCents, discountCents, redemptions }).toEqual(totalsOf(store));
  expect(salesCents).toBe(load.ledger.sales().reduce((sum, { cents }) => sum + cents, 0));
  const replayed = await store.run(['replay', store.data, '--diff', '--quiet']);
  expect([replayed.code, replayed.stdout]).toEqual([0, '']);
  expect(replayed.stderr).toMatch(/^\d+ log entries, \d+ decisions, 0 different\n$/);
  return { acknowledged: load.ledger.acknowledged.size, redeemed: redemptions };
}
