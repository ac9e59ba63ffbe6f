import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { shippedModel } from '../../../agent/cli/vision-models.ts';
import { OnnxGraph } from '../../../models/vision/convert/onnx-graph.ts';
import { loadDetector } from '../../../models/vision/detector.ts';
import { LastGoodModel } from '../../../models/vision/last-good-model.ts';
import { ARTIFACTS } from './model-source.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const SIDE = 64;
const GREY = { width: 128, height: 96, rgb: new Uint8Array(3 * 128 * 96).fill(90) };
/** The picture in the square: 64 wide, 48 high, at the top. */
const CONTENT = { width: 64, height: 48 };
const PLACES = [64, 16, 4];
const ROWS = PLACES[0]! + PLACES[1]! + PLACES[2]!;

describe("a customer's own YOLOX", () => {
  const manifest = {
    family: 'yolox',
    input: { channels: 'bgr', mean: [0, 0, 0], deviation: [1, 1, 1] },
    fill: 114,
    classes: { count: 3, person: 1 },
  };
  /** One person in the cell in column 3 and line 2 of the second scale, whose cells are 16 pixels. */
  const row = 64 + 2 * 4 + 3;
  const values = (score: number, box: readonly number[]) => {
    const all = new Float32Array(ROWS * 8);
    all.set([...box, 0.8, 0.1, score, 0.1], row * 8);
    return all;
  };

  it('gives people as boxes of the picture, without the filling below it', async () => {
    const people = await detect({ manifest, output: values(0.75, [0.5, -0.5, Math.log(1), Math.log(1.5)]), width: 8 });
    const [cx, cy] = [3.5 * 16, 1.5 * 16];
    expect(people).toHaveLength(1);
    expect(people[0]?.confidence).toBeCloseTo(0.6, 5);
    expect(people[0]?.x).toBeCloseTo((cx - 8) / CONTENT.width, 5);
    expect(people[0]?.w).toBeCloseTo(16 / CONTENT.width, 5);
    expect(people[0]?.y).toBeCloseTo((cy - 12) / CONTENT.height, 5);
    expect(people[0]?.h).toBeCloseTo(24 / CONTENT.height, 5);
  });

  it('that gives boxes in pixels is read so when its manifest says it', async () => {
    const people = await detect({ manifest: { ...manifest, decoded: true }, output: values(0.75, [32, 24, 16, 24]), width: 8 });
    expect(people[0]).toMatchObject({ x: 24 / 64, y: 12 / 48, w: 16 / 64, h: 24 / 48 });
  });

  it('is looked at for the class that is a person, and for no other', async () => {
    expect(
      await detect({ manifest: { ...manifest, classes: { count: 3, person: 2 } }, output: values(0.75, [0, 0, 0, 0]), width: 8 }),
    ).toEqual([]);
  });

  it('is given blue, green and red in this order, channels first, 114 where there is no picture', async () => {
    // What goes in comes out: the first values of each channel and of the filling.
    const seen = await inputOf({ ...manifest, decoded: true });
    expect(seen).toEqual({ blue: 30, green: 20, red: 10, filling: 114 });
  });
});

describe("a customer's own NanoDet", () => {
  it('gives people by the mean of the bins of each side', async () => {
    const bins = 8;
    const manifest = {
      family: 'nanodet',
      input: { channels: 'bgr', mean: [103.53, 116.28, 123.675], deviation: [57.375, 57.12, 58.395] },
      classes: { count: 2, person: 0 },
      bins,
    };
    const width = 2 + 4 * bins;
    const output = new Float32Array(ROWS * width);
    const row = 1 * 8 + 2;
    output.set([0.9, 0.1], row * width);
    // Left 1, up 1, right 2, down 3 strides of 8 pixels from the middle of the cell.
    for (const [side, bin] of [1, 1, 2, 3].entries()) output[row * width + 2 + side * bins + bin] = 30;
    const people = await detect({ manifest, output, width });
    const [x, y] = [2.5 * 8, 1.5 * 8];
    expect(people).toHaveLength(1);
    expect(people[0]?.x).toBeCloseTo((x - 8) / CONTENT.width, 5);
    expect(people[0]?.y).toBeCloseTo((y - 8) / CONTENT.height, 5);
    expect(people[0]?.w).toBeCloseTo(24 / CONTENT.width, 5);
    expect(people[0]?.h).toBeCloseTo(32 / CONTENT.height, 5);
  });
});

describe('a detector', () => {
  const plain = { family: 'yolox', input: { channels: 'bgr', mean: [0, 0, 0], deviation: [1, 1, 1] }, classes: { count: 1, person: 0 } };
  const fits = { output: new Float32Array(ROWS * 6), width: 6 };
  const refusals: readonly [string, Parameters<typeof write>[0], RegExp][] = [
    ['whose manifest declares an age', { ...fits, manifest: { ...plain, outputs: ['person', 'age'] } }, /"age" is about who a shopper is/],
    ['whose manifest declares an embedding', { ...fits, manifest: { ...plain, outputs: ['person', 'reid_embedding'] } }, /embedding/],
    ['whose purpose is to recognise faces', { ...fits, manifest: { ...plain, purpose: 'Recognises faces' } }, /faces/],
    ['whose file has an output of emotions', { ...fits, manifest: plain, outputName: 'emotion_scores' }, /emotion/],
    [
      'with more rows than its strides make',
      { ...fits, manifest: { ...plain, strides: [8, 16] } },
      /answer is 1 x 84 x 6, expected 1 x 80 x 6/,
    ],
    [
      'with other classes than its manifest says',
      { ...fits, manifest: { ...plain, classes: { count: 80, person: 0 } } },
      /expected 1 x 84 x 85/,
    ],
    [
      'that wants bytes where its manifest says numbers',
      { ...fits, manifest: plain, inputType: 'uint8' },
      /its picture is uint8, the manifest says float32/,
    ],
    ['that wants one channel', { ...fits, manifest: plain, channels: 1 }, /its picture has the sides 1 x 1 x 64 x 64/],
    ['of a family that nobody knows', { ...fits, manifest: { ...plain, family: 'resnet' } }, /family/],
    ['whose person is none of its classes', { ...fits, manifest: { ...plain, classes: { count: 2, person: 2 } } }, /classes\.person/],
    ['that says it finds poses', { ...fits, manifest: { ...plain, kind: 'person-pose', family: 'movenet' } }, /expected a person-detector/],
    ['that is no model', { ...fits, manifest: plain, bytes: Buffer.from('poison') }, /Cannot open the detector/],
  ];

  it.each(refusals)('%s is refused with a sentence', async (_, parts, sentence) => {
    const detector = await loadDetector(write(parts));
    expect(detector.ok ? 'opened' : detector.error.sentence).toMatch(sentence);
  });

  it.each(['ssdlite-person-int8', 'nanodet-person-int8'])('%s finds nobody in an empty picture of any shape', async (name) => {
    const detector = await loadDetector(shippedModel(name, ARTIFACTS));
    if (!detector.ok) throw new Error(detector.error.sentence);
    for (const [width, height] of [
      [640, 360],
      [360, 640],
      [97, 1000],
    ] as const) {
      expect(await detector.value.detect({ width, height, rgb: new Uint8Array(3 * width * height).fill(120) })).toEqual([]);
    }
    await detector.value.close();
  });
});

describe('LastGoodModel', () => {
  it('keeps a copy of what worked, and gives it when what stands there now is broken', async () => {
    const path = write({
      manifest: { family: 'yolox', input: { channels: 'bgr', mean: [0, 0, 0], deviation: [1, 1, 1] } },
      output: new Float32Array(ROWS * 6),
      width: 6,
    });
    const kept = new LastGoodModel(folder());
    expect(kept.manifestFor(path)).toEqual([]);
    kept.keep(path);
    writeFileSync(path, '{}');
    const [copy = ''] = kept.manifestFor(path);
    expect((await loadDetector(path)).ok).toBe(false);
    const detector = await loadDetector(copy);
    expect(detector.ok).toBe(true);
    if (detector.ok) await detector.value.close();
  });

  it('keeps nothing where the disk takes nothing', () => {
    const file = join(folder(), 'no-folder');
    writeFileSync(file, '');
    const kept = new LastGoodModel(join(file, 'below'));
    kept.keep(shippedModel('ssdlite-person', ARTIFACTS));
    expect(kept.manifestFor('x')).toEqual([]);
  });
});

interface Parts {
  readonly manifest: object;
  /** What the model says, whatever it is shown. */
  readonly output: Float32Array;
  /** Values a row. */
  readonly width: number;
  readonly outputName?: string;
  readonly inputType?: 'float32' | 'uint8';
  readonly channels?: number;
  readonly bytes?: Uint8Array;
}

/** Writes a model that says one thing, and its manifest; gives the manifest's path. */
function write(parts: Parts): string {
  const bytes = parts.bytes ?? constantModel(parts);
  const place = folder();
  writeFileSync(join(place, 'own.onnx'), bytes);
  const manifest = {
    format: 1,
    kind: 'person-detector',
    name: 'own',
    version: '1',
    file: 'own.onnx',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    purpose: 'Finds people',
    side: SIDE,
    outputs: ['person'],
    weights: 'float32',
    licence: { spdx: 'Apache-2.0', upstream: 'a test', package: '', integrity: '' },
    ...parts.manifest,
  };
  const path = join(place, 'own.manifest.json');
  writeFileSync(path, JSON.stringify(manifest));
  return path;
}

function constantModel({ output, width, outputName = 'output', inputType = 'float32', channels = 3 }: Parts): Uint8Array {
  const graph = new OnnxGraph();
  graph.input('images', inputType, [1, channels, SIDE, SIDE]);
  const numbers = inputType === 'uint8' ? graph.node('Cast', ['images'], { output: 'numbers', attributes: { to: 1 } }) : 'images';
  const nothing = graph.node(
    'Mul',
    [graph.node('ReduceMax', [numbers], { output: 'most', attributes: { keepdims: 0 } }), graph.float('zero', [0], [])],
    {
      output: 'nothing',
    },
  );
  graph.node('Add', [graph.float('said', output, [1, output.length / width, width]), nothing], { output: outputName });
  graph.output(outputName, 'float32', [1, output.length / width, width]);
  return graph.build('own');
}

async function detect(parts: Parts) {
  const detector = await loadDetector(write(parts));
  if (!detector.ok) throw new Error(detector.error.sentence);
  const people = await detector.value.detect(GREY);
  await detector.value.close();
  return people;
}

/** What the model of a manifest is shown: it answers with its own input in the place of a person. */
async function inputOf(manifest: object) {
  const { toInput } = await import('../../../models/vision/detector-input.ts');
  const { parseVisionManifest } = await import('../../../models/vision/vision-manifest.ts');
  const text = JSON.stringify({
    format: 1,
    kind: 'person-detector',
    name: 'own',
    version: '1',
    file: 'own.onnx',
    sha256: '0'.repeat(64),
    bytes: 1,
    purpose: 'Finds people',
    side: SIDE,
    outputs: ['person'],
    weights: 'float32',
    licence: { spdx: 'MIT', upstream: 'a test', package: '', integrity: '' },
    ...manifest,
  });
  const parsed = parseVisionManifest(text);
  if (!parsed.ok) throw new Error(parsed.error.sentence);
  const rgb = Uint8Array.from({ length: 3 * 64 * 48 }, (_, i) => 10 * (1 + (i % 3)));
  const input = toInput({ width: 64, height: 48, rgb }, { manifest: parsed.value, size: { width: SIDE, height: SIDE } });
  const area = SIDE * SIDE;
  return { blue: input.data[0], green: input.data[area], red: input.data[2 * area], filling: input.data[area - 1] };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'endcap-detector-'));
  folders.push(path);
  return path;
}
