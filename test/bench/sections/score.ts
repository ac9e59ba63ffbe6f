import { join } from 'node:path';
import { packageRoot } from '../../../agent/package-root.ts';
import { benchInference } from '../../../models/bench-inference.ts';
import { loadOnnxScorer } from '../../../models/onnx-scorer.ts';
import type { BenchContext, Section } from '../bench-context.ts';
import { figureOf } from '../figure.ts';

/** Features and the model's answer, for the batch sizes that a turn has. */
export const score: Section = { name: 'score', title: 'Features and ONNX score of a visit and a product', measure };

async function measure(context: BenchContext): Promise<void> {
  const manifestPath = join(packageRoot(), 'models/artifacts/purchase-intent.manifest.json');
  const loaded = await loadOnnxScorer({ manifestPath });
  if (!loaded.ok) throw new Error(`Cannot load the model: ${JSON.stringify(loaded.error)}`);
  const scorer = loaded.value;
  try {
    const rounds = new Map<number, number[]>();
    for (let round = 0; round < (context.isQuick ? 2 : 3); round += 1) {
      const figures = await benchInference(scorer, { monotonicMs: () => performance.now(), measureMs: context.isQuick ? 200 : 400 });
      for (const { batch, microsPerRow } of figures) rounds.set(batch, [...(rounds.get(batch) ?? []), microsPerRow]);
    }
    for (const [batch, values] of rounds) {
      const goal = batch === 16 ? { atMost: 20 } : {};
      context.add(figureOf({ what: `in a micro-batch of ${batch}`, unit: 'us each' }, { values }, goal));
    }
  } finally {
    await scorer.close();
  }
}
