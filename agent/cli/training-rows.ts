import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createEngine } from '../../devices/simulator/engine.ts';
import type { TruthRow } from '../../devices/simulator/ground-truth.ts';
import type { Scenario } from '../../devices/simulator/scenario.ts';
import { RuleScorer } from '../../models/rule-scorer.ts';
import type { LabelledRow } from '../../models/training/rows.ts';
import type { Score } from '../core/decision.ts';
import type { StoreMap } from '../core/store-map.ts';
import { DAY_MS, type TimestampMs } from '../core/units.ts';
import { rehearse } from '../runtime/rehearsal.ts';

/** One simulated store to take rows from. */
export interface RowSource {
  /** Names the store in the rows, for splits. */
  readonly name: string;
  readonly store: StoreMap;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly startMs: TimestampMs;
}

/**
 * Plays a store in which nobody gets an offer and writes one row for every product that was scored: its features at that moment, and
 * whether the shopper bought it afterwards. Without offers the label is intent itself, not the effect of a discount.
 */
export async function writeTrainingRows(source: RowSource, path: string): Promise<{ readonly rows: number; readonly bought: number }> {
  const store: StoreMap = { ...source.store, policy: { ...source.store.policy, holdoutShare: 1 } };
  const bought = new Map<string, TimestampMs>();
  const scored: { readonly visit: string; readonly atMs: TimestampMs; readonly score: Score }[] = [];
  const truth = (row: TruthRow) => {
    if (row.kind === 'purchase') for (const line of row.lines) bought.set(`v_${row.shopper}|${line.sku}`, row.atMs);
  };
  const engine = createEngine(store, toldEveryOtherDay(source), { startMs: source.startMs, seed: source.seed, truth });
  await rehearse({
    store,
    engine,
    scorer: new RuleScorer(),
    startMs: source.startMs,
    onStep: ({ input, atMs }) => {
      if (input.kind === 'scored') for (const score of input.scores) scored.push({ visit: input.visit, atMs, score });
    },
  });
  const out = createWriteStream(path, { flags: 'a' });
  let positives = 0;
  for (const { visit, atMs, score } of scored) {
    const boughtAtMs = bought.get(`${visit}|${score.sku}`);
    const label = boughtAtMs !== undefined && boughtAtMs > atMs ? 1 : 0;
    positives += label;
    const values = score.features.map((value) => (Number.isFinite(value) ? value : null));
    const row: LabelledRow = { values, featureSpec: score.featureSpec, label, store: source.name, group: `${source.name}/${visit}`, atMs };
    if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return { rows: scored.length, bought: positives };
}

/**
 * The scenario with its weather and events told to the store on even days only, counted from 1970. Most stores have no feed, and "not known" must
 * not come to mean the one scenario that has none: models trained so promised more wherever nothing was told.
 */
function toldEveryOtherDay({ scenario, startMs }: RowSource): Scenario {
  if (Math.floor(startMs / DAY_MS) % 2 === 0) return scenario;
  return { ...scenario, outside: { ...scenario.outside, feed: { ...scenario.outside.feed, heardShare: 0 } } };
}
