import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectOnnx } from '../../models/onnx-inspect.ts';
import { loadOnnxScorer, type OnnxScorer } from '../../models/onnx-scorer.ts';
import { sampleRequests } from '../../models/sample-requests.ts';
import { TableBuilder } from '../../models/training/rows.ts';
import { predict } from '../../models/training/train-model.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import { chainModel, ModelFolder, node, smallArtifact } from './onnx-fixture.ts';

const MADE = smallArtifact();
const WIDTH = MADE.manifest.columns.length;

let folder: ModelFolder;
beforeEach(async () => {
  folder = await ModelFolder.create();
});
afterEach(() => folder[Symbol.asyncDispose]());

describe('a loaded model', () => {
  it('scores what training computed, from the same features, in one run per call', async () => {
    const scorer = await load();
    const asked = sampleRequests(40, { seed: 9, products: 3 });
    const answers = await scorer.score(asked);
    expect(answers.map((answer) => answer.map(({ sku }) => sku))).toEqual(asked.map((one) => one.products.map(({ sku }) => sku)));
    const builder = new TableBuilder(VISIT_SPEC);
    for (const { features, featureSpec } of answers.flat()) builder.add({ values: [...features], featureSpec, label: 0 });
    const expected = predict(MADE.model, builder.build());
    for (const [i, score] of answers.flat().entries()) expect(Math.abs(score.intent - expected[i]!)).toBeLessThan(1e-6);
    expect(answers[0]?.[0]?.model).toBe(`purchase-intent@${MADE.manifest.sha256.slice(0, 12)}`);
    await scorer.close();
  });

  it('scores a model that looks at some of the features only, by name and not by position', async () => {
    const columns = [MADE.manifest.columns[5]!];
    const doubled = chainModel([node('Sigmoid', ['features'], 'probability')], { width: 1, outputs: 1 });
    await folder.write({
      onnx: doubled,
      manifest: { ...MADE.manifest, columns, operators: ['Sigmoid'], input: { ...MADE.manifest.input, shape: [null, 1] } },
    });
    const loaded = await loadOnnxScorer({ manifestPath: folder.manifestPath });
    if (!loaded.ok) throw new Error(loaded.error.sentence);
    for (const score of (await loaded.value.score(sampleRequests(10, { seed: 2 }))).flat()) {
      expect(score.intent).toBeCloseTo(1 / (1 + Math.exp(-score.features[5]!)), 6);
    }
    await loaded.value.close();
  });

  it('answers an empty call and rejects when the model says no probability', async () => {
    const scorer = await load();
    expect(await scorer.score([])).toEqual([]);
    await scorer.close();
    // A plain copy of one column: 0 to 64 instead of 0 to 1; the warm-up's zeros pass.
    const copy = chainModel([node('Identity', ['features'], 'probability')], { width: 1, outputs: 1 });
    const columns = [{ ...MADE.manifest.columns[0]!, name: 'price_cents', feature: 'price_cents' }];
    await folder.write({
      onnx: copy,
      manifest: { ...MADE.manifest, columns, operators: ['Identity'], input: { ...MADE.manifest.input, shape: [null, 1] } },
    });
    const loaded = await loadOnnxScorer({ manifestPath: folder.manifestPath });
    if (!loaded.ok) throw new Error(loaded.error.sentence);
    await expect(loaded.value.score(sampleRequests(2, { seed: 2 }))).rejects.toThrow('is not a probability');
    await loaded.value.close();
  });
});

describe('a model is refused with a sentence', () => {
  it('when it is missing', async () => {
    expect(await problem()).toMatchObject({ kind: 'missing' });
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['its hash is another', 'hash', { sha256: 'a'.repeat(64) }],
    ['its features are others', 'feature-spec', { featureSpec: { name: 'visit-intent', hash: 'b'.repeat(64) } }],
    [
      'it wants a feature that does not exist',
      'feature-spec',
      { columns: [{ name: 'x', feature: 'shoe_size', used: true, low: 0, high: 1 }] },
    ],
    ['its manifest hides an operator', 'operators', { operators: ['Sigmoid'] }],
    ['its input has another name', 'shape', { input: { ...MADE.manifest.input, name: 'x' } }],
    ['its input has another shape', 'shape', { columns: MADE.manifest.columns.slice(1) }],
    ['its output has another shape', 'shape', { output: { ...MADE.manifest.output, shape: [null, 2] } }],
    ['its manifest has a field nobody knows', 'manifest', { surprise: true }],
    ['its file is a path', 'manifest', { file: '../purchase-intent.onnx' }],
    ['it says it reads emotions', 'denied', { output: { ...MADE.manifest.output, name: 'customerEmotion' } }],
    ['its meaning is an age', 'denied', { output: { ...MADE.manifest.output, meaning: 'age of the shopper' } }],
    ['its purpose is somebody’s gender', 'denied', { purpose: 'Estimates genders' }],
    ['it looks at ethnicity', 'denied', { columns: [{ name: 'ethnicity_code', feature: 'picks', used: true, low: 0, high: 1 }] }],
  ])('when %s', async (_, kind, change) => {
    await folder.write(MADE, change);
    const found = await problem();
    expect(found.kind).toBe(kind);
    expect(found.sentence).toMatch(/^Cannot /);
    expect(found.hint.length).toBeGreaterThan(10);
  });

  it('when it could run for ever or is made of anything unknown', async () => {
    const loop = chainModel([node('Loop', ['features'], 'probability')], { width: WIDTH, outputs: 1 });
    await folder.write({ onnx: loop, manifest: { ...MADE.manifest, operators: ['Loop'] } });
    expect(await problem()).toMatchObject({ kind: 'operators', sentence: expect.stringContaining('may not run inside the agent') });
  });

  it('when its first run gives the wrong number of answers', async () => {
    const wide = chainModel([node('Sigmoid', ['features'], 'probability')], { width: WIDTH, outputs: 1 });
    await folder.write({ onnx: wide, manifest: { ...MADE.manifest, operators: ['Sigmoid'] } });
    expect(['warm-up', 'shape', 'unreadable']).toContain((await problem()).kind);
  });

  it('when its manifest is not JSON, or too long to be one', async () => {
    await folder.write(MADE);
    await writeFile(folder.manifestPath, '{"format":1,');
    expect(await problem()).toMatchObject({ kind: 'manifest' });
    await writeFile(folder.manifestPath, ' '.repeat(1_000_001));
    expect(await problem()).toMatchObject({ kind: 'unreadable' });
  });

  it('when it is cut off anywhere', async () => {
    for (const share of [0, 0.001, 0.1, 0.5, 0.9, 0.999]) {
      await folder.write({ onnx: MADE.onnx.slice(0, Math.floor(share * MADE.onnx.length)), manifest: MADE.manifest }, { bytes: 1 });
      expect(await problem()).toMatchObject({ kind: 'unreadable' });
    }
  });

  it('when it is random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (onnx) => {
        await folder.write({ onnx, manifest: MADE.manifest });
        expect(['unreadable', 'operators', 'shape']).toContain((await problem()).kind);
      }),
      { numRuns: 60 },
    );
  });

  it('when single bytes of it are damaged, unless it still is a valid model', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(MADE.onnx.length - 1), fc.nat(255), async (at, value) => {
        const onnx = Uint8Array.from(MADE.onnx);
        onnx[at] = value;
        await folder.write({ onnx, manifest: MADE.manifest });
        const loaded = await loadOnnxScorer({ manifestPath: folder.manifestPath });
        if (loaded.ok) await loaded.value.close();
        else expect(loaded.error.sentence).toMatch(/^Cannot /);
      }),
      { numRuns: 40 },
    );
  });
});

describe('inspecting an ONNX file', () => {
  it('reads operators, versions, inputs and outputs without running it', () => {
    expect(inspectOnnx(MADE.onnx)).toEqual({
      ok: true,
      value: {
        operators: ['Sigmoid', 'ai.onnx.ml:TreeEnsembleRegressor'],
        opset: { 'ai.onnx': 17, 'ai.onnx.ml': 3 },
        inputs: ['features'],
        outputs: ['probability'],
        external: false,
      },
    });
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        inspectOnnx(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

async function load(): Promise<OnnxScorer> {
  await folder.write(MADE);
  const loaded = await loadOnnxScorer({ manifestPath: folder.manifestPath });
  if (!loaded.ok) throw new Error(loaded.error.sentence);
  return loaded.value;
}

async function problem() {
  const loaded = await loadOnnxScorer({ manifestPath: folder.manifestPath });
  if (!loaded.ok) return loaded.error;
  await loaded.value.close();
  throw new Error(`The model in ${join(folder.path)} was accepted`);
}
