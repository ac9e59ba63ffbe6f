import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { DeviceClient } from '../support/device-client.ts';
import { LiveStore } from '../support/live-store.ts';
import { filesWithPictures } from '../support/no-picture.ts';
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
    expect(filesWithPictures(join(store.folder, 'data'))).toEqual([]);
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
    expect(filesWithPictures(join(store.folder, 'data'))).toEqual([]);
  });

  it('a folder of pictures in three lines shows people, their stays and queues, and the way to set the camera up', async () => {
    const { store, cookie } = await startWith('\n  - id: folder-cam\n    source: "folder:pictures"\n    zone: aisle-1', async (folder) => {
      mkdirSync(join(folder, 'pictures'));
      for (let i = 0; i < 30; i++) writeFileSync(join(folder, `pictures/${i}.jpg`), await picture(i));
    });
    const empty = await until('a count', async () => zoneOf(await overviewOf(store, cookie), 0), PATIENCE_MS);
    expect(empty).toMatchObject({ id: 'aisle-1', peopleNow: 0, state: 'ok' });

    // The live picture is straight from memory, for managers, and leaves no trace.
    const look = (cookieOf: string) => fetch(`${store.url}/api/v1/store/cameras/folder-cam/picture`, { headers: { cookie: cookieOf } });
    const live = await until('a picture', async () => okOrNothing(await look(cookie)), PATIENCE_MS);
    expect(live.headers.get('cache-control')).toContain('no-store');
    expect([...new Uint8Array(await live.arrayBuffer()).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    expect((await look('')).status).toBe(401);

    // What is drawn into it stands in the file, comments kept, and is in use.
    const before = readFileSync(store.config, 'utf8');
    const drawing = {
      floor: [
        { picture: [0.1, 0.1], plan: [0, 0] },
        { picture: [0.9, 0.1], plan: [4, 0] },
        { picture: [0.9, 0.9], plan: [4, 4] },
        { picture: [0.1, 0.9], plan: [0, 4] },
      ],
      entrances: [
        {
          id: 'door',
          zone: 'exit',
          line: [
            [0.2, 0.5],
            [0.8, 0.5],
          ],
          inside: [0.5, 0.2],
        },
      ],
      queues: [
        {
          till: 'till-1',
          area: [
            [0.2, 0.2],
            [0.8, 0.2],
            [0.8, 0.8],
          ],
          alertAt: 3,
        },
      ],
      shelves: [
        {
          fixture: 'shelf-1',
          polygon: [
            [0, 0],
            [0.2, 0],
            [0.2, 0.3],
          ],
        },
      ],
      masks: [
        [
          [0.8, 0],
          [1, 0],
          [1, 0.2],
        ],
      ],
    };
    const saved = await call(`${store.url}/api/v1/store/cameras/folder-cam`, { cookie, body: drawing, headers: { origin: store.url } });
    expect(saved).toMatchObject({ status: 200, body: { kind: 'saved' } });
    const after = readFileSync(store.config, 'utf8');
    expect(after).toContain('picture: [ 0.1, 0.1 ]');
    expect(after.split('\ncameras:')[0]).toBe(before.split('\ncameras:')[0]);
    const { body } = await call(`${store.url}/api/v1/store/cameras`, { cookie });
    expect(body).toMatchObject({ cameras: [{ id: 'folder-cam', ...drawing }] });
    const traffic = await until(
      'the queue of the camera',
      async () => {
        const answer = await call(`${store.url}/api/v1/store/traffic`, { cookie });
        return (answer.body['queues'] as unknown as readonly unknown[]).length > 0 ? answer.body : undefined;
      },
      PATIENCE_MS,
    );
    expect(traffic).toMatchObject({ queues: [{ till: 'till-1', name: 'Till', length: 0, alertAt: 3 }] });
    // The notice says what this camera counts now.
    const notice = await (await fetch(`${store.url}/shop/privacy?lang=en`)).text();
    expect(notice).toContain('wait at a till');
    expect(filesWithPictures(join(store.folder, 'data'))).toEqual([]);
  });

  it('takes no picture in its quiet hours', async () => {
    const { store, cookie } = await startWith(
      '\n  - { id: night, source: mqtt, zone: aisle-1, quietHours: [{ from: "00:00", to: "12:00" }, { from: "12:00", to: "23:59" }] }',
    );
    const answer = await call(`${store.url}/api/v1/store/cameras/night/picture`, { cookie });
    expect([answer.status, answer.body['title']]).toEqual([409, 'It is quiet hours: this camera takes no pictures now.']);
    expect((await overviewOf(store, cookie)).problems.filter(({ id }) => id.startsWith('camera'))).toEqual([]);
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

function okOrNothing(response: Response): Response | undefined {
  return response.ok ? response : undefined;
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
