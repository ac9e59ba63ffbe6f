import { sampleConfigFile } from '../../../agent/cli/package.ts';
import { bundledScenarioFile, requireScenario } from '../../../agent/cli/scenario-file.ts';
import type { RowEffect } from '../../../agent/core/effect.ts';
import type { StoreMap } from '../../../agent/core/store-map.ts';
import { DAY_MS } from '../../../agent/core/units.ts';
import { type LearningRow, ModelLearning } from '../../../agent/runtime/model-learning.ts';
import { rehearse } from '../../../agent/runtime/rehearsal.ts';
import { loadConfig } from '../../../config/load.ts';
import { createEngine } from '../../../devices/simulator/engine.ts';
import { loadOnnxScorer } from '../../../models/onnx-scorer.ts';
import { AS_SHIPPED, calibrated, type SiteCalibration } from '../../../models/site-calibration.ts';
import { auc, type Estimate } from '../../../models/training/auc.ts';
import { calibrationError } from '../../../models/training/metrics.ts';
import { createRandom } from '../../../models/training/random.ts';
import { type DecisionRow, decisionRow, spreadOf } from './decision-row.ts';

/** Stores that the shipped model was not trained on. */
const UNSEEN = ['noisy-sensors', 'other-habits'] as const;
const LEARN_DAYS = 7;
const JUDGE_DAYS = 5;
const FIRST_DAY_MS = Date.UTC(2026, 0, 5);
const HOURS = 12;

/** A scored product with what really came of it, which the store itself does not know. */
interface True {
  readonly visit: string;
  readonly raw: number;
  readonly label: 0 | 1;
}

/**
 * The shipped model in stores it never saw, before and after a silent week: the store learns from what its own tills and checkout tell, and is
 * judged on the five days after by what shoppers really did.
 */
export async function recalibrationRows(): Promise<readonly DecisionRow[]> {
  const rows: DecisionRow[] = [];
  for (const name of UNSEEN) {
    const { learnt, judged, namedShare } = await simulate(name);
    rows.push(...rowsOf(name, judged, learnt(namedShare)), ...rowsOf(name, judged, learnt(undefined)));
  }
  return rows;
}

/** What a store made of its week: told which share of the buyers its tills name, or by itself. */
interface Learnt {
  readonly how: string;
  readonly calibration: SiteCalibration;
  readonly sentence: string;
}

function rowsOf(name: string, judged: readonly True[], { how, calibration, sentence }: Learnt): readonly DecisionRow[] {
  return [
    decisionRow(`${name}, ${how}: calibration error after a week`, eceOf(judged, calibration), {
      goal: { atMost: 0.03 },
      baseline: { name: 'as shipped', estimate: eceOf(judged, AS_SHIPPED) },
      note: `${sentence}; ${judged.length} judged`,
    }),
    decisionRow(`${name}, ${how}: AUC after a week`, aucOf(judged, calibration), {
      baseline: { name: 'as shipped', estimate: aucOf(judged, AS_SHIPPED) },
    }),
  ];
}

/** The part of the agent that learns, as it runs there. */
function learner(): ModelLearning {
  return new ModelLearning({
    documents: {},
    noteOf: ({ intent }) => ({ raw: intent, by: 'live' }),
    wouldOffer: () => false,
  });
}

async function simulate(name: string) {
  const store = silentStore();
  const scenario = { ...requireScenario(bundledScenarioFile(name), process.cwd()), durationMinutes: HOURS * 60 };
  const loaded = await loadOnnxScorer({ manifestPath: 'models/artifacts/purchase-intent.manifest.json' });
  if (!loaded.ok) throw new Error(loaded.error.sentence);
  const model = loaded.value.name;
  // Which share of the buyers tills name is known only at the end; what is noted until then is the same.
  const alone = learner();
  const examples: LearningRow[] = [];
  const judged: True[] = [];
  let [buyers, named] = [0, 0];
  for (let day = 0; day < LEARN_DAYS + JUDGE_DAYS; day++) {
    const startMs = FIRST_DAY_MS + day * DAY_MS;
    const bought = new Map<string, number>();
    const buyersToday = new Set<string>();
    const scored: { readonly visit: string; readonly sku: string; readonly atMs: number; readonly raw: number }[] = [];
    const engine = createEngine(store, scenario, {
      startMs,
      seed: 5_000 + day,
      truth: (row) => {
        if (row.kind !== 'purchase') return;
        buyersToday.add(`v_${row.shopper}`);
        for (const { sku } of row.lines) bought.set(`v_${row.shopper}|${sku}`, row.atMs);
      },
    });
    await rehearse({
      store,
      engine,
      scorer: loaded.value,
      startMs,
      onStep: (logged, effects) => {
        const { input, atMs } = logged;
        if (input.kind === 'scored')
          for (const { sku, intent } of input.scores) scored.push({ visit: input.visit, sku, atMs, raw: intent });
        if (day >= LEARN_DAYS) return;
        const rows = effects.filter((effect): effect is RowEffect => effect.kind.startsWith('row.'));
        for (const { visit, converted } of alone.note({ inputs: [logged], rows, batches: [], atMs })) {
          if (!buyersToday.has(visit)) continue;
          buyers++;
          if (converted) named++;
        }
      },
    });
    examples.push(...alone.takeRows());
    if (day < LEARN_DAYS) continue;
    for (const { visit, sku, atMs, raw } of scored) {
      judged.push({ visit: `${day}/${visit}`, raw, label: (bought.get(`${visit}|${sku}`) ?? 0) > atMs ? 1 : 0 });
    }
  }
  await loaded.value.close();
  const learnt = (namedShare: number | undefined): Learnt => {
    const learning = new ModelLearning({
      documents: structuredClone(alone.documents),
      namedShare,
      noteOf: () => undefined,
      wouldOffer: () => false,
    });
    const { sentence } = learning.recalibrate(model, examples, FIRST_DAY_MS + LEARN_DAYS * DAY_MS);
    return {
      how: namedShare === undefined ? 'by itself' : `told that tills name ${Math.round(100 * namedShare)} % of the buyers`,
      calibration: learning.calibrations.get(model) ?? AS_SHIPPED,
      sentence,
    };
  };
  return { learnt, judged, namedShare: named / Math.max(1, buyers) };
}

/** The sample store, in which nobody is made an offer. */
function silentStore(): StoreMap {
  const outcome = loadConfig({ file: sampleConfigFile(), environment: {}, workingDirectory: process.cwd() });
  if (outcome.kind !== 'loaded') throw new Error('Cannot load the sample store');
  const { store } = outcome.loaded;
  return { ...store, policy: { ...store.policy, apprentice: true } };
}

/** By resampling visits, 200 times. */
function eceOf(rows: readonly True[], calibration: SiteCalibration): Estimate {
  const byVisit = new Map<string, True[]>();
  for (const row of rows) byVisit.set(row.visit, [...(byVisit.get(row.visit) ?? []), row]);
  const visits = [...byVisit.values()];
  const random = createRandom(1);
  const ece = (of: readonly True[]) =>
    calibrationError(
      of.map(({ raw }) => calibrated(raw, calibration)),
      of.map(({ label }) => label),
    );
  const drawn = Array.from({ length: 200 }, () => ece(visits.flatMap(() => visits[random.below(visits.length)]!)));
  const { low, high } = spreadOf(drawn);
  return { value: ece(rows), low, high };
}

function aucOf(rows: readonly True[], calibration: SiteCalibration): Estimate {
  return auc(
    rows.map(({ raw }) => calibrated(raw, calibration)),
    rows.map(({ label }) => label),
  );
}
