import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Surroundings } from '../../../agent/core/journeys/surroundings.ts';
import { benchInference } from '../../../models/bench-inference.ts';
import { features } from '../../../models/features.ts';
import { loadOnnxScorer } from '../../../models/onnx-scorer.ts';
import { sampleRequests } from '../../../models/sample-requests.ts';
import { createRandom } from '../../../models/training/random.ts';
import type { LabelledRow } from '../../../models/training/rows.ts';
import { trainIntent } from '../../../models/training/train-intent.ts';
import { VISIT_SPEC } from '../../../models/visit-spec.ts';
import { intentRows } from '../onnx-fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'intent-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const SETTINGS = { members: 2, gbdt: { trees: 30, learningRate: 0.2 } };

async function train(into: string, more: Partial<Parameters<typeof trainIntent>[0]> = {}, rows: readonly LabelledRow[] = intentRows(3000)) {
  const rowsPath = join(folder, 'rows.jsonl');
  await writeFile(rowsPath, rows.map((row) => JSON.stringify(row)).join('\n'));
  return trainIntent({ rowsPath, outDir: join(folder, into), version: '1', source: 'made up', settings: SETTINGS, ...more });
}

/** Visits that buy less in the rain and more at an event; a third of the stores never hear of either. */
function aroundRows(): LabelledRow[] {
  const random = createRandom(3);
  return sampleRequests(4000, { seed: 3 }).map((asked, i) => {
    const { weather, hasEvent } = asked.around;
    const margin = (weather === 'rain' ? -1.5 : 0) + (hasEvent === true ? 1.5 : 0);
    const label = random.next() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
    const values = features(asked, asked.products[0]!);
    return { values, featureSpec: VISIT_SPEC.id, label, store: `store-${i % 4}`, group: asked.request, atMs: 1000 * i };
  });
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

  it('learns what weather and events do, and takes what is not known for what it is', async () => {
    const made = await train('a', { settings: { members: 2, gbdt: { trees: 60, learningRate: 0.2 } } }, aroundRows());
    if (!made.ok) throw new Error(made.error);
    const used = made.value.manifest.columns.filter((column) => column.used).map(({ name }) => name);
    expect(used).toEqual(expect.arrayContaining(['weather=rain', 'event']));
    // What is around is other tomorrow: no drift is told from it.
    expect(made.value.manifest.columns.filter(({ feature, seen }) => feature === 'event' && seen !== undefined)).toEqual([]);
    const loaded = await loadOnnxScorer({ manifestPath: join(folder, 'a', 'purchase-intent.manifest.json') });
    if (!loaded.ok) throw new Error(loaded.error.sentence);
    const ask = sampleRequests(40, { seed: 9 });
    const mean = async (around: Omit<Surroundings, 'weekday'>) => {
      const scores = await loaded.value.score(ask.map((one) => ({ ...one, around: { weekday: 2, ...around } })));
      return scores.reduce((sum, [score]) => sum + score!.intent, 0) / ask.length;
    };
    const [unknown, otherWord, dry, rain, fair] = [
      await mean({}),
      await mean({ weather: 'Regen' }),
      await mean({ weather: 'sunny', hasEvent: false }),
      await mean({ weather: 'rainy', hasEvent: false }),
      await mean({ weather: 'sunny', hasEvent: true }),
    ];
    expect(otherWord).toBe(unknown);
    expect(rain).toBeLessThan(dry - 0.05);
    expect(fair).toBeGreaterThan(dry + 0.05);
    expect(unknown).toBeGreaterThan(rain);
    expect(unknown).toBeLessThan(fair);
    await loaded.value.close();
  });

  it('looks at the day of the week once the rows cover four weeks, and not before', async () => {
    for (const [days, expected] of [
      [27, false],
      [28, true],
    ] as const) {
      const rows = aroundRows().map((row, i) => ({ ...row, atMs: (i % days) * 86_400_000 }));
      const made = await train('a', {}, rows);
      if (!made.ok) throw new Error(made.error);
      expect([days, made.value.manifest.columns.some(({ name }) => name === 'weekday')]).toEqual([days, expected]);
    }
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
