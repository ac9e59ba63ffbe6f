import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMALL_STORE } from '../config/small-store.ts';
import { CliRig, takePort, written } from './cli-rig.ts';

let rig: CliRig;

beforeAll(() => {
  rig = new CliRig();
  writeFileSync(join(rig.folder, 'store.yaml'), SMALL_STORE);
});

afterAll(() => {
  rig[Symbol.dispose]();
});

const SQLITE = { DATABASE_URL: '' };

// Each test runs whole programs one after the other, which a busy machine takes its time for.
describe('endcap hub', { timeout: 120_000 }, () => {
  it('registers a store, runs, and hands out campaigns that were signed elsewhere', async () => {
    const added = await rig.run(['hub', 'add-store', 'corner', '--name', 'Corner', '--data', 'hub', '--key-file', 'corner.key'], SQLITE);
    expect([added.code, added.stderr]).toEqual([0, '']);
    expect(statSync(join(rig.folder, 'corner.key')).mode & 0o077).toBe(0);
    const keys = await rig.run(['hub', 'new-key', 'campaigns.pem']);
    expect(keys.stdout).toMatch(/sync\.campaignsPublicKey: [A-Za-z0-9+/]{43}=/);

    const hub = rig.start(['hub', 'start', '--data', 'hub', '--port', '0', '--campaign-key', 'campaigns.pem.pub'], SQLITE);
    const [, url] = await written(hub, /Hub at (http:\/\/\S+);/);
    const words = [
      'hub',
      'publish-campaigns',
      '--url',
      url!,
      '--key',
      'campaigns.pem',
      '--admin-key-file',
      'hub/admin.key',
      '--config',
      'store.yaml',
    ];
    const published = await rig.run(words);
    expect([published.stderr, published.stdout]).toEqual(['', '1 campaigns published as version 1 for every store\n']);
    const key = readFileSync(join(rig.folder, 'corner.key'), 'utf8').trim();

    // The agent of that store finds the hub well.
    const doctor = await rig.run(['doctor', '-c', 'store.yaml'], { ENDCAP_SYNC_URL: url!, ENDCAP_SYNC_KEY_FILE: 'corner.key' });
    expect(doctor.stdout).toMatch(/OK {3}cloud {5}The hub answers/);
    hub.stop('SIGTERM');
    expect((await hub.ended).code).toBe(0);
    expect(hub.output()).not.toContain(key);
  });

  it('a store cannot be registered twice', async () => {
    const words = ['hub', 'add-store', 'twice', '--name', 'Twice', '--data', 'hub'];
    expect((await rig.run(words, SQLITE)).code).toBe(0);
    const second = await rig.run(words, SQLITE);
    expect([second.code, second.stdout]).toEqual([64, '']);
    expect(second.stderr).toContain('"twice" is registered already');
  });

  it('a private key is not overwritten', async () => {
    await rig.run(['hub', 'new-key', 'once.pem']);
    const before = readFileSync(join(rig.folder, 'once.pem'), 'utf8');
    expect((await rig.run(['hub', 'new-key', 'once.pem'])).code).toBe(64);
    expect(readFileSync(join(rig.folder, 'once.pem'), 'utf8')).toBe(before);
  });

  it.each([
    [
      'a taken port',
      async () => {
        const taken = await takePort();
        return { words: ['--port', String(taken.port)], environment: SQLITE, taken };
      },
    ],
    [
      'a database that is away',
      async () => ({ words: ['--port', '0'], environment: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' } }),
    ],
    ['an admin key that is not there', async () => ({ words: ['--admin-key-file', 'nowhere'], environment: SQLITE })],
  ] as readonly Trouble[])('%s is one line and exit code 69', async (_name, prepare) => {
    const { words, environment, taken } = await prepare();
    const { code, stderr } = await rig.run(['hub', 'start', '--data', 'hub', ...words], environment);
    await taken?.[Symbol.asyncDispose]();
    expect(stderr.split('\n')).toHaveLength(2);
    expect([code, stderr.startsWith('endcap: Cannot ')]).toEqual([69, true]);
  });
});

type Trouble = readonly [
  name: string,
  prepare: () => Promise<{
    readonly words: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly taken?: AsyncDisposable;
  }>,
];
