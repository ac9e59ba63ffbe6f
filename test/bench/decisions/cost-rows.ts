import { join } from 'node:path';
import type { ScoreEffect } from '../../../agent/core/effect.ts';
import type { LoggedInput } from '../../../agent/core/input.ts';
import { learnFrom, NO_OFFER } from '../../../agent/core/policy/learnt.ts';
import { PRIOR_WITHOUT } from '../../../agent/core/policy/prior.ts';
import { createState, type State } from '../../../agent/core/state.ts';
import { step } from '../../../agent/core/step.ts';
import type { Campaign, ExperimentPlan, StoreMap } from '../../../agent/core/store-map.ts';
import { packageRoot } from '../../../agent/package-root.ts';
import { loadOnnxScorer } from '../../../models/onnx-scorer.ts';
import { RuleScorer } from '../../../models/rule-scorer.ts';
import type { Scorer } from '../../../models/scorer.ts';
import { createRandom } from '../../../models/training/random.ts';
import { samplePolicy, sampleStore } from '../../support/sample-store.ts';
import { type DecisionRow, decisionRow, spreadOf } from './decision-row.ts';

const OFFERS = 20;
const BATCH = 16;
const ROUNDS = 12;
const BATCHES = 40;

/**
 * CPU of one decision in the real core: features and score (ONNX, batch of 16), then the rules, the policy with its probabilities, the sentence and
 * the rows, among 20 offers; once as it is, once with 200 experiments running.
 */
export async function costRows(): Promise<readonly DecisionRow[]> {
  const loaded = await loadOnnxScorer({ manifestPath: join(packageRoot(), 'models/artifacts/purchase-intent.manifest.json') });
  const scorer: Scorer = loaded.ok ? loaded.value : new RuleScorer();
  const note = loaded.ok ? undefined : `scored by rules: ${loaded.error.sentence}`;
  const rows: DecisionRow[] = [];
  for (const experiments of [0, 200]) {
    const found = await measure(scorer, experiments);
    rows.push(
      decisionRow(
        `microseconds of CPU a decision, ${OFFERS} eligible offers, batch of ${BATCH}, ${experiments} experiments running`,
        spreadOf(found.micros),
        { goal: { atMost: 300 }, note: note ?? `${found.offered} of ${found.decided} became offers` },
      ),
    );
  }
  return rows;
}

async function measure(scorer: Scorer, experiments: number) {
  const state = learntStore(experiments);
  const micros: number[] = [];
  let seq = 1;
  let [decided, offered] = [0, 0];
  const run = (input: LoggedInput['input']) => step(state, { seq: ++seq, atMs: START_MS + seq * 50, input });
  for (let round = 0; round < ROUNDS; round++) {
    let spent = 0;
    for (let batch = 0; batch < BATCHES; batch++) {
      const asked = Array.from({ length: BATCH }, () => pick(run, `v_${seq}`));
      const before = process.cpuUsage();
      const answers = await scorer.score(asked);
      for (const [i, { request, visit }] of asked.entries()) {
        const effects = run({ kind: 'scored', request, visit: visit.id, scores: answers[i] ?? [] });
        decided++;
        if (effects.some(({ kind }) => kind === 'act.deliver')) offered++;
      }
      const { user, system } = process.cpuUsage(before);
      spent += user + system;
      for (const { visit } of asked) run({ kind: 'visit.erased', visit: visit.id });
    }
    // The first rounds warm up.
    if (round >= 2) micros.push(spent / (BATCHES * BATCH));
  }
  return { micros, decided, offered };
}

const START_MS = Date.UTC(2026, 5, 1, 8);

/** Somebody comes in, says where, and takes something; what asks for a score is given back. */
function pick(run: (input: LoggedInput['input']) => ReturnType<typeof step>, visit: string): ScoreEffect {
  run({
    kind: 'visit.opened',
    visit,
    consents: { offers: true, measurement: true },
    textVersion: '1',
    tokenHash: visit,
    fixture: 'shelf-03',
  });
  for (const effect of run({ kind: 'visit.scanned', visit, sku: 'coffee-02' })) if (effect.kind === 'score') return effect;
  throw new Error('Cannot measure a decision: the scan asked for none');
}

function learntStore(experiments: number): State {
  const state = createState();
  step(state, { seq: 1, atMs: START_MS, input: { kind: 'store.configured', store: storeOf(experiments) } });
  const random = createRandom(1);
  const actions = [NO_OFFER, ...Array.from({ length: OFFERS }, (_, i) => `c${i}`)];
  for (const action of actions) {
    for (let i = 0; i < 300; i++) {
      const x = [1, random.normal() - 1, random.below(2), random.below(2), random.below(2), 0];
      learnFrom(state.learnt, { action, sku: 'coffee-02', x, atMs: 0, sold: random.next() < 0.3 }, PRIOR_WITHOUT);
    }
  }
  return state;
}

function storeOf(experiments: number): StoreMap {
  const store = sampleStore({ policy: samplePolicy({ explorationShare: 0.1, visitIdleMs: 3_600_000 }) });
  const [first] = store.campaigns;
  const campaigns = Array.from(
    { length: OFFERS },
    (_, i): Campaign => ({
      ...first!,
      id: `c${i}`,
      categories: ['coffee'],
      discount: { kind: 'percent', percent: 5 + i },
      budgetCents: 1e9,
      minIntent: 0,
      maxIntent: 1,
    }),
  );
  const plans = Array.from(
    { length: experiments },
    (_, i): ExperimentPlan => ({
      id: `e${i}`,
      name: `Experiment ${i}`,
      campaign: `c${i % OFFERS}`,
      layer: `layer-${i}`,
      from: 0,
      to: 1,
      variants: [
        { name: 'as it is', weight: 1 },
        { name: 'other words', weight: 1, headline: 'Only today' },
      ],
      metric: 'profit',
      effect: 20,
      alpha: 0.05,
      shiftsToWinner: true,
    }),
  );
  return { ...store, campaigns, experiments: plans };
}
