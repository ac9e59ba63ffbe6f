import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { DeviceClient } from '../support/device-client.ts';
import { LiveStore } from '../support/live-store.ts';
import { requirePeer } from '../support/peers.ts';
import { call, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

const CLIP = resolve('../shared/data/video/one-by-one-person-detection.mp4');
const PATIENCE_MS = 50_000;

describe('cameras of a running store', { timeout: 120_000 }, () => {
  const stores: LiveStore[] = [];
  afterEach(async () => {
    for (const store of stores.splice(0)) await store[Symbol.asyncDispose]();
  });

  it('three lines of configuration count the people in a video, and how long they stayed', async (context) => {
    if (!existsSync(CLIP)) return context.skip('the clips of ../shared/data/video are not here');
    requirePeer('ffmpeg');
    const { store, cookie } = await startWith(`\n  - id: cam\n    source: "file:${CLIP}"\n    zone: aisle-1`);
    const busy = await until('a person in the zone', async () => zoneOf(await overviewOf(store, cookie), 1), PATIENCE_MS);
    expect(busy).toMatchObject({ id: 'aisle-1', peopleNow: 1, state: 'ok' });
    const left = await until(
      'the end of a stay',
      async () => (await overviewOf(store, cookie)).zones.find(({ meanStayMs }) => meanStayMs !== undefined),
      PATIENCE_MS,
    );
    expect(left.meanStayMs).toBeGreaterThan(5_000);
    expectNoPicture(store.folder);
  });

  it('a camera that shows the same picture is a problem within seconds, and its number goes', async () => {
    const { store, cookie } = await startWith(
      '\n  - { id: door-cam, name: entrance, source: "folder:pictures", zone: aisle-1, rate: 5 }',
      async (folder) => {
        mkdirSync(join(folder, 'pictures'));
        writeFileSync(join(folder, 'pictures/one.jpg'), await picture(1));
      },
    );
    const problem = await until(
      'the problem',
      async () => (await overviewOf(store, cookie)).problems.find(({ id }) => id === 'camera:door-cam'),
      PATIENCE_MS,
    );
    expect(problem.sentence).toMatch(/^camera entrance: same picture for \d+ s$/);
    // It moves again: the problem clears itself.
    for (let i = 0; i < 40; i++) writeFileSync(join(store.folder, `pictures/${i}.jpg`), await picture(i));
    await until(
      'the end of the problem',
      async () => ((await overviewOf(store, cookie)).problems.every(({ id }) => id !== 'camera:door-cam') ? true : undefined),
      PATIENCE_MS,
    );
  });

  it('pictures over MQTT are counted, kept nowhere, and what is no picture is a problem in words', async () => {
    const { store, cookie } = await startWith('\n  - { id: mqtt-cam, source: mqtt, zone: aisle-1, rate: 15 }');
    const secrets = await store.addDevices('mqtt-cam');
    const camera = await DeviceClient.connect(store.mqttPort, { device: 'mqtt-cam', password: secrets.get('mqtt-cam')! });
    let sent = 0;
    const empty = await until(
      'an empty zone',
      async () => {
        camera.sendRaw('endcap/v1/corner/mqtt-cam/frame', await picture(sent), `frame-${sent++}`);
        return zoneOf(await overviewOf(store, cookie), 0);
      },
      PATIENCE_MS,
    );
    expect(empty.peopleNow).toBe(0);
    const problem = await until(
      'the problem',
      async () => {
        camera.sendRaw('endcap/v1/corner/mqtt-cam/frame', Buffer.from('GIF89a and then nothing'), `bad-${sent++}`);
        return (await overviewOf(store, cookie)).problems.find(({ id }) => id === 'camera:mqtt-cam');
      },
      PATIENCE_MS,
    );
    expect(problem.sentence).toContain('camera mqtt-cam: ');
    camera.close();
    expectNoPicture(store.folder);
  });

  async function startWith(cameras: string, prepare: (folder: string) => Promise<void> = async () => undefined) {
    const store = await LiveStore.create({ cameras });
    stores.push(store);
    await prepare(store.folder);
    const agent = await store.start();
    const setupCode = (await agent.written(/one-time code (\S+)/))[1];
    return { store, cookie: await signIn(store.url, setupCode) };
  }
});

async function overviewOf(store: LiveStore, cookie: string): Promise<StoreOverview> {
  return (await call(`${store.url}/api/v1/store/overview`, { cookie })).body as unknown as StoreOverview;
}

function zoneOf(overview: StoreOverview, people: number) {
  return overview.zones.find(({ peopleNow }) => peopleNow === people);
}

/** Noise of its own, so that no two are the same. */
function picture(seed: number): Promise<Buffer> {
  const raw = Buffer.alloc(64 * 64 * 3);
  for (let i = 0; i < raw.length; i++) raw[i] = (i * (seed + 3) * 7919) % 97;
  return sharp(raw, { raw: { width: 64, height: 64, channels: 3 } })
    .resize(320, 240)
    .jpeg()
    .toBuffer();
}

/** Nothing in the data folder holds the beginning of a picture. */
function expectNoPicture(folder: string): void {
  const signs = [Buffer.of(0xff, 0xd8, 0xff), Buffer.from('JFIF'), Buffer.from('IHDR'), Buffer.from('/9j/4AAQ')];
  const files = readdirSync(join(folder, 'data'), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, 'data', name));
  const held = files
    .filter((path) => statSync(path).isFile())
    .filter((path) => {
      const bytes = readFileSync(path);
      return signs.some((sign) => bytes.includes(sign));
    });
  expect(held).toEqual([]);
}
