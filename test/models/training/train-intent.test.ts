import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { benchInference } from '../../../models/bench-inference.ts';
import { loadOnnxScorer } from '../../../models/onnx-scorer.ts';
import { trainIntent } from '../../../models/training/train-intent.ts';
import { intentRows } from '../onnx-fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intent-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const SETTINGS = { members: 2, gbdt: { trees: 30, learningRate: 0.2 } };

async function train(into: string, more: Partial<Parameters<typeof trainIntent>[0]> = {}) {
  const rowsPath = join(folder, 'rows.jsonl');
  await writeFile(
    rowsPath,
    intentRows(3000)
      .map((row) => JSON.stringify(row))
      .join('\n'),
  );
  return trainIntent({ rowsPath, outDir: join(folder, into), version: '1', source: 'made up', settings: SETTINGS, ...more });
}

describe('training purchase intent', () => {
  it('writes a model that serves, a manifest and a report, judged on a store it never saw', async () => {
    const made = await train('a');
    if (!made.ok) throw new Error(made.error);
    expect((await readdir(join(folder, 'a'))).sort()).toEqual([
      'purchase-intent.manifest.json',
      'purchase-intent.onnx',
      'purchase-intent.report.md',
    ]);
    const { heldOut, baselines } = made.value.manifest.metrics;
    expect(heldOut.auc).toBeGreaterThan(0.8);
    expect(heldOut.ece).toBeLessThan(0.1);
    expect(Object.keys(baselines)).toEqual(['rules', 'dwell alone', 'logistic regression']);
    expect(heldOut.averagePrecision).toBeGreaterThan(baselines['dwell alone']!.averagePrecision);
    expect(heldOut.auc).toBeGreaterThan(baselines['rules']!.auc);
    expect(made.value.report).toContain('stores never seen: store-3');
    expect(made.value.manifest.columns.map(({ feature }) => feature)).not.toContain('time_sin');

    const scorer = await loadOnnxScorer({ manifestPath: join(folder, 'a', 'purchase-intent.manifest.json') });
    if (!scorer.ok) throw new Error(scorer.error.sentence);
    let nowMs = 0;
    const figures = await benchInference(scorer.value, { monotonicMs: () => nowMs++, measureMs: 20 });
    expect(figures.map(({ batch }) => batch)).toEqual([1, 16]);
    await scorer.value.close();
  });

  it('writes the same bytes from the same rows', async () => {
    for (const into of ['a', 'b']) await train(into);
    for (const file of await readdir(join(folder, 'a'))) {
      expect(await readFile(join(folder, 'a', file))).toEqual(await readFile(join(folder, 'b', file)));
    }
  });

  it('says what is wrong with the rows and writes nothing', async () => {
    expect(await train('a', { testStores: ['nowhere'] })).toMatchObject({
      ok: false,
      error: expect.stringContaining('no row is of store "nowhere"'),
    });
    await writeFile(join(folder, 'bad.jsonl'), '{"label":1}');
    expect(await train('a', { rowsPath: join(folder, 'bad.jsonl') })).toMatchObject({
      ok: false,
      error: expect.stringContaining('line 1'),
    });
    expect(await readdir(folder)).not.toContain('a');
  });
});
