import { randomInt } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backUp } from '../../../agent/store/backup.ts';
import { LiveStore } from '../../support/live-store.ts';
import { call, signIn } from '../../support/till-and-phone.ts';
import { Load } from '../load.ts';

const ROUNDS = 25;

it('whatever rots in the database, its log or its newest backup, the agent serves and people can sign in', {
  timeout: 900_000,
}, async () => {
  await using good = await LiveStore.create();
  const secrets = await good.addDevices('shelf-1', 'shelf-2', 'shelf-3', 'shelf-7', 'shelf-8', 'scanner-1', 'door-1', 'till-1');
  const agent = await good.start();
  await signIn(good.url, (await agent.written(/one-time code (\S+)/))[1]);
  const load = new Load(good, secrets);
  const running = load.run();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  load.stop();
  await running;
  expect((await backUp({ dir: good.data, nowMs: Date.now() - 60_000 })).ok).toBe(true);
  expect((await backUp({ dir: good.data, nowMs: Date.now() })).ok).toBe(true);
  await agent.stop('SIGKILL');

  for (let round = 0; round < ROUNDS; round += 1) {
    await using store = await LiveStore.create();
    cpSync(good.data, store.data, { recursive: true });
    const done = rot(store.data);
    const started = await store.start().catch((error: unknown) => {
      throw new Error(`Round ${round}, ${done}: ${String(error)}`);
    });
    const said = /one-time code (\S+)/.exec(started.output());
    await signIn(store.url, said?.[1]);
    expect((await call(`${store.url}/api/v1/visits`, { body: { consents: { offers: true } } })).status, done).toBe(201);
    expect(started.hasEnded, done).toBe(false);
  }
});

/** Damages one to three files at random; says what it did. */
function rot(folder: string): string {
  const backups = readdirSync(join(folder, 'backups'))
    .filter((name) => name.endsWith('.db'))
    .map((name) => `backups/${name}`)
    .sort();
  const files = ['core.db', 'core.db-wal', backups.at(-1)!];
  const hit = files.filter((_, at) => at === 0 || randomInt(2) === 0);
  return hit.map((name) => `${name}: ${damage(join(folder, name))}`).join(', ');
}

function damage(path: string): string {
  const { size } = statSync(path);
  if (size === 0) return 'empty';
  if (randomInt(4) === 0) {
    const kept = randomInt(size);
    truncateSync(path, kept);
    return `cut to ${kept} of ${size}`;
  }
  const bytes = readFileSync(path);
  const flips = 1 + randomInt(200);
  for (let n = 0; n < flips; n += 1) {
    const at = randomInt(size);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << randomInt(8));
  }
  writeFileSync(path, bytes);
  return `${flips} bits of ${size} bytes`;
}
