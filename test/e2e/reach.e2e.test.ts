import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { StoreOverview } from '../../agent/core/overview.ts';
import { cutOuts } from '../bench/vision/cut-outs.ts';
import { shopping } from '../bench/vision/reach.ts';
import { drawScene, outlineOf } from '../bench/vision/shelf-scene.ts';
import { LiveStore } from '../support/live-store.ts';
import { filesUnder, filesWithPictures } from '../support/no-picture.ts';
import { call, signIn } from '../support/till-and-phone.ts';
import { until } from '../support/until.ts';

const PATIENCE_MS = 90_000;
const SCENE = { side: 'left', seed: 8 } as const;

describe('a camera beside a shelf', { timeout: 240_000 }, () => {
  const stores: LiveStore[] = [];
  afterEach(async () => {
    for (const store of stores.splice(0)) await store[Symbol.asyncDispose]();
  });

  it('says when somebody reaches into it, keeps no picture, and is not disturbed by a detector of another camera that is poison', async (context) => {
    const [person] = (await cutOuts(8)) ?? [];
    if (person === undefined) return context.skip('the clips of ../shared/data/video or ffmpeg are not here');
    const outline = outlineOf(SCENE).map(({ x, y }) => [x, y]);
    const store = await LiveStore.create({
      cameras: `
  - id: shelf-cam
    source: "folder:staged"
    zone: aisle-1
    shelves: [{ fixture: shelf-1, polygon: ${JSON.stringify(outline)} }]
    masks: [[[0.9, 0], [1, 0], [1, 0.1]]]
  - { id: other-cam, source: mqtt, zone: aisle-2, model: { manifestFile: poison.manifest.json } }`,
    });
    stores.push(store);
    const script = shopping(SCENE, person);
    mkdirSync(join(store.folder, 'staged'));
    for (let i = 0; i < 5 * script.seconds; i++) {
      const bytes = await drawScene(SCENE, { ...script.at(i / 5), noise: i });
      writeFileSync(join(store.folder, 'staged', `${String(i).padStart(4, '0')}.jpg`), bytes);
    }
    writePoison(store.folder);
    const agent = await store.start();
    const setupCode = (await agent.written(/one-time code (\S+)/))[1];
    const cookie = await signIn(store.url, setupCode);
    const reaches = await until(
      'a reach in the log',
      async () => {
        expect(filesWithPictures(join(store.folder, 'data'))).toEqual([]);
        const text = await (await fetch(`${store.url}/metrics`)).text();
        const count = Number(/endcap_pictures_total\{result="seen"\} (\d+)/.exec(text)?.[1] ?? 0);
        const told = readings(store.folder).filter((line) => line.includes('"basis"'));
        return told.length > 0 && count > 0 ? told : undefined;
      },
      PATIENCE_MS,
    );
    expect(reaches[0]).toContain('shelf-1');
    const problem = await until(
      'the sentence about the poison',
      async () => {
        const { body } = await call(`${store.url}/api/v1/store/overview`, { cookie });
        const { problems } = body as unknown as StoreOverview;
        return problems.find(({ id, sentence }) => id.startsWith('vision:') && sentence.includes('in place of the configured one'));
      },
      PATIENCE_MS,
    );
    expect(problem.sentence).toContain('ssdlite-person-int8 in place of the configured one: Cannot open the detector "poison"');
    expect(filesWithPictures(join(store.folder, 'data'))).toEqual([]);
  });
});

function writePoison(folder: string): void {
  const bytes = Buffer.from('not a model at all');
  writeFileSync(join(folder, 'poison.onnx'), bytes);
  const manifest = {
    format: 1,
    kind: 'person-detector',
    name: 'poison',
    version: '1',
    file: 'poison.onnx',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    purpose: 'Finds people',
    family: 'yolox',
    side: 416,
    outputs: ['person'],
    weights: 'float32',
    licence: { spdx: 'MIT', upstream: 'a test', package: '', integrity: '' },
  };
  writeFileSync(join(folder, 'poison.manifest.json'), JSON.stringify(manifest));
}

/** The texts of the log that hold a reach, as they lie on the disk. */
function readings(folder: string): readonly string[] {
  return filesUnder(join(folder, 'data')).flatMap((path) => readFileSync(path, 'latin1').match(/\{[^{}]*"kind":"reach"[^{}]*\}/g) ?? []);
}
