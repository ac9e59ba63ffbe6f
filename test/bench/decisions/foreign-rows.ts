import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../agent/package-root.ts';
import { benchInference } from '../../../models/bench-inference.ts';
import { runnerOpener } from '../../../models/child/open-runner.ts';
import { PoisonList } from '../../../models/child/poison-list.ts';
import { modelChildStarter } from '../../../models/child/start-child.ts';
import { loadOnnxScorer } from '../../../models/onnx-scorer.ts';
import { type DecisionRow, decisionRow } from './decision-row.ts';

const MANIFEST = 'models/artifacts/purchase-intent.manifest.json';

/** What a score costs inside the agent and in a process of its own, in microseconds a row, with 16 rows a call. */
export async function foreignRows(): Promise<readonly DecisionRow[]> {
  const own = (JSON.parse(readFileSync(MANIFEST, 'utf8')) as { readonly sha256: string }).sha256;
  const rows: DecisionRow[] = [];
  for (const where of ['auto', 'child'] as const) {
    const openRunner = runnerOpener({
      own: new Set([own]),
      where,
      start: modelChildStarter(join(packageRoot(), 'dist/models/child/main.js'), { memoryMb: 768 }),
      poison: new PoisonList(),
      monotonicMs: () => performance.now(),
    });
    const loaded = await loadOnnxScorer({ manifestPath: MANIFEST, openRunner });
    if (!loaded.ok) throw new Error(loaded.error.sentence);
    const [figure] = await benchInference(loaded.value, { monotonicMs: () => performance.now(), batches: [16] });
    await loaded.value.close();
    const value = figure!.microsPerRow;
    const name = where === 'auto' ? 'a score inside the agent, microseconds, batch of 16' : 'the same model in a process of its own';
    // Apart, most of it is waiting for the other process: no goal, as nobody waits for longer than the guard's deadline.
    rows.push(decisionRow(name, { value, low: value, high: value }, where === 'auto' ? { goal: { atMost: 300 } } : {}));
  }
  return rows;
}
