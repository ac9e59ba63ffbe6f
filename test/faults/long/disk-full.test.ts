import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../../agent/core/overview.ts';
import { DeviceClient } from '../../support/device-client.ts';
import { type EndcapProcess, LiveStore } from '../../support/live-store.ts';
import { call, Phone, redeem, signIn } from '../../support/till-and-phone.ts';
import { until } from '../../support/until.ts';

/** A file system of its own, or nothing where this user may not mount one. */
function mountSmallDisk(): { readonly folder: string; unmount(): void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'endcap-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  return {
    folder,
    unmount() {
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true });
    },
  };
}

const disk = mountSmallDisk();
if (disk === undefined) console.warn('Cannot test a full disk: mounting a small one needs root');

describe.skipIf(disk === undefined)('a disk that is full', { timeout: 300_000 }, () => {
  const data = join(disk?.folder ?? '', 'data');
  const filler = join(disk?.folder ?? '', 'filler');
  let store: LiveStore;
  let cookie: string;
  let secrets: ReadonlyMap<string, string>;
  let agent: EndcapProcess;
  let serial = 0;

  const environment = { ENDCAP_DATA_DIR: data, ENDCAP_DATA_QUOTA: '256MB' };
  const hasBallast = () => existsSync(join(data, 'core.db.ballast'));
  const fillDisk = () =>
    expect(() => {
      for (let n = 0; ; n += 1) writeFileSync(filler, Buffer.alloc(65_536, n), { flag: 'a' });
    }).toThrow(/ENOSPC/);

  beforeAll(async () => {
    mkdirSync(data);
    store = await LiveStore.create();
    agent = await store.start({ environment });
    cookie = await signIn(store.url, (await agent.written(/one-time code (\S+)/))[1]);
    const added = await store.run(['device', 'add', '--config', store.config, '--json', 'shelf-1', 'camera-1'], environment);
    const lines = added.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly device: string; readonly password: string });
    secrets = new Map(lines.map(({ device, password }) => [device, password]));
    // Written by the first upkeep, a minute after the start.
    await until('the ballast', hasBallast, 120_000);
  });

  afterAll(async () => {
    await store?.[Symbol.asyncDispose]();
    disk?.unmount();
  });

  /** Sends one big telemetry message; true when it was taken. */
  async function detect(): Promise<boolean> {
    serial += 1;
    const camera = await DeviceClient.connect(store.mqttPort, { device: 'camera-1', password: secrets.get('camera-1')! });
    const people = Array.from({ length: 200 }, () => ({ x: 0.1, y: 0.1, w: 0.1, h: 0.1, confidence: 0.5 }));
    camera.send({ id: `c-${serial}`, kind: 'camera.detections', people });
    try {
      await camera.settled();
      return true;
    } catch {
      return false;
    } finally {
      camera.close();
    }
  }

  async function offerAndRedeem(id: string): Promise<number> {
    const phone = await (await Phone.open(store.url, 'shelf-1')).listen();
    const shelf = await DeviceClient.connect(store.mqttPort, { device: 'shelf-1', password: secrets.get('shelf-1')! });
    await shelf.publish({ id, kind: 'shelf.pick', slot: '1-1', count: 1 });
    const { code } = await phone.nextOffer();
    const { status } = await redeem(store.url, { code: code.long, receipt: `r-${id}` });
    shelf.close();
    await phone.leave();
    return status;
  }

  it('sheds telemetry, keeps consents, offers and redemptions, says so, and goes on when there is room again', async () => {
    expect(await detect()).toBe(true);
    fillDisk();
    await until('a refusal of telemetry', async () => !(await detect()), 60_000);
    for (let round = 0; round < 20; round += 1) expect(await offerAndRedeem(`full-${round}`)).toBe(200);
    const { body } = await call(`${store.url}/api/v1/store/overview`, { cookie });
    expect((body as unknown as StoreOverview).problems.map(({ id }) => id)).toContain('disk-full');

    rmSync(filler);
    await until('telemetry to be taken again', async () => detect(), 120_000);
    expect(await offerAndRedeem('after')).toBe(200);
    await until(
      'the end of the problem',
      async () => {
        const answer = await call(`${store.url}/api/v1/store/overview`, { cookie });
        return (answer.body as unknown as StoreOverview).problems.every(({ id }) => id !== 'disk-full');
      },
      60_000,
    );
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('is no reason not to start after %s', async (signal) => {
    await until('the ballast', hasBallast, 120_000);
    expect(await detect()).toBe(true);
    if (signal === 'SIGTERM') await agent.stop(signal);
    fillDisk();
    if (signal === 'SIGKILL') await agent.stop(signal);
    agent = await store.start({ environment });
    expect(await offerAndRedeem(`start-${signal}`)).toBe(200);
    rmSync(filler);
  });
});
