import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { buildDetectors, readSsdlite, SSDLITE_FOLDER } from '../../../models/vision/convert/build-detectors.ts';
import { emitFloat } from '../../../models/vision/convert/emit-float.ts';
import type { PackageFiles } from '../../../models/vision/convert/package-source.ts';
import { parseRanges } from '../../../models/vision/convert/ranges.ts';
import { checkVisionFile, parseVisionManifest } from '../../../models/vision/vision-manifest.ts';
import { ARTIFACTS, requireSsdlite } from './ssdlite-source.ts';

const NAMES = ['ssdlite-person', 'ssdlite-person-int8'] as const;
const SIDE = 300;
const PERSON = 1;
const CLASSES = 91;

describe('the shipped detectors', () => {
  it.each(NAMES)('%s is the file that its manifest describes, under a licence that may be shipped', (name) => {
    const { manifest, bytes } = shipped(name);
    expect(checkVisionFile(bytes, manifest)).toBeUndefined();
    expect(manifest.licence.spdx).toBe('Apache-2.0');
    expect(manifest.outputs).toEqual(['person']);
  });

  it.each(NAMES)('%s with one byte changed is refused', (name) => {
    const { manifest, bytes } = shipped(name);
    const changed = Uint8Array.from(bytes);
    changed[1000] = (changed[1000] ?? 0) ^ 1;
    expect(checkVisionFile(changed, manifest)?.kind).toBe('hash');
  });

  it('are what the pinned package converts to, byte for byte', async (context) => {
    const network = readSsdlite(await requireSsdlite(context));
    const ranges = parseRanges(readFileSync(join(ARTIFACTS, 'ssdlite-person.ranges.json'), 'utf8'));
    if (!network.ok || !ranges.ok) throw new Error('The package or the ranges cannot be read');
    for (const built of buildDetectors(network.value, ranges.value)) {
      const { manifest, bytes } = shipped(built.manifest.name);
      expect(built.manifest).toEqual(manifest);
      expect(Buffer.compare(built.bytes, bytes)).toBe(0);
    }
  });
});

describe('conversion', () => {
  it('gives the scores and boxes of the TensorFlow.js original within 1e-4', { timeout: 180_000 }, async (context) => {
    const files = await requireSsdlite(context);
    const network = readSsdlite(files);
    if (!network.ok) throw new Error(network.error);
    const rgb = drawnScene();
    const original = await runOriginal(files, rgb);
    const session = await InferenceSession.create(emitFloat(network.value, { weights: 'float32' }), { intraOpNumThreads: 1 });
    const answer = await session.run({ picture: new Tensor('uint8', rgb, [1, SIDE, SIDE, 3]) });
    await session.release();
    const scores = answer['scores']?.data as Float32Array;
    const boxes = answer['boxes']?.data as Float32Array;
    expect(scores.length).toBe(1917);
    expect(Math.max(...scores)).toBeGreaterThan(0.01);
    expect(largestDifference(scores, (anchor) => original.scores[anchor * CLASSES + PERSON])).toBeLessThan(1e-4);
    expect(largestDifference(boxes, (i) => original.boxes[i])).toBeLessThan(1e-4);
  });

  it('refuses a graph with another preprocessing', async (context) => {
    const files = new Map(await requireSsdlite(context));
    const path = `${SSDLITE_FOLDER}/model.json`;
    const text = Buffer.from(files.get(path) ?? []).toString('utf8');
    files.set(path, Buffer.from(text.replace('"Preprocessor/mul"', '"Preprocessor/other"')));
    expect(readSsdlite(files)).toMatchObject({ ok: false });
  });
});

function shipped(name: string) {
  const manifest = parseVisionManifest(readFileSync(join(ARTIFACTS, `${name}.manifest.json`), 'utf8'));
  if (!manifest.ok) throw new Error(manifest.error.sentence);
  return { manifest: manifest.value, bytes: readFileSync(join(ARTIFACTS, manifest.value.file)) };
}

/** Something upright on a floor, the same every time. */
function drawnScene(): Uint8Array {
  const rgb = new Uint8Array(3 * SIDE * SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const head = (x - 150) ** 2 + (y - 70) ** 2 < 20 ** 2;
      const body = Math.abs(x - 150) < 32 && y > 88 && y < 190;
      const legs = Math.abs(Math.abs(x - 150) - 14) < 10 && y >= 190 && y < 275;
      const floor = y > 200 ? 60 : 150;
      const at = 3 * (y * SIDE + x);
      rgb.set(head ? [205, 160, 130] : body ? [40, 60, 140] : legs ? [50, 50, 60] : [floor + (x % 7), floor + (y % 5), floor], at);
    }
  return rgb;
}

async function runOriginal(files: PackageFiles, rgb: Uint8Array) {
  const model = JSON.parse(Buffer.from(files.get(`${SSDLITE_FOLDER}/model.json`) ?? []).toString('utf8')) as {
    readonly modelTopology: object;
    readonly weightsManifest: readonly [{ readonly paths: readonly string[]; readonly weights: tf.io.WeightsManifestEntry[] }];
  };
  const [{ paths, weights }] = model.weightsManifest;
  const bytes = Buffer.concat(paths.map((path) => files.get(`${SSDLITE_FOLDER}/${path}`) ?? new Uint8Array()));
  const weightData = new Uint8Array(bytes).buffer;
  const graph = new GraphModel({ load: async () => ({ modelTopology: model.modelTopology, weightSpecs: weights, weightData }) });
  await tf.ready();
  await graph.load();
  const picture = tf.tensor4d(Float32Array.from(rgb), [1, SIDE, SIDE, 3]);
  const answer = graph.execute({ 'Preprocessor/map/TensorArrayStack/TensorArrayGatherV3': picture }, [
    'Postprocessor/convert_scores',
    'Postprocessor/ExpandDims_1',
  ]) as tf.Tensor[];
  const [scores, boxes] = answer.map((tensor) => tensor.dataSync() as Float32Array);
  if (scores === undefined || boxes === undefined) throw new Error('The original gave no answer');
  return { scores, boxes };
}

function largestDifference(values: Float32Array, expected: (i: number) => number | undefined): number {
  return values.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (expected(i) ?? Number.NaN))), 0);
}
