import { join } from 'node:path';
import { whySentence } from '../../../agent/core/explain.ts';
import { packageRoot } from '../../../agent/package-root.ts';
import { loadOnnxScorer } from '../../../models/onnx-scorer.ts';
import { startBandit } from '../../../models/policy/bandit/bandit-state.ts';
import { learn, plainPrior, startBelief } from '../../../models/policy/bandit/belief.ts';
import { chooseAction, noOffer } from '../../../models/policy/bandit/choose-action.ts';
import { sampleRequests } from '../../../models/sample-requests.ts';
import { createRandom } from '../../../models/training/random.ts';
import {
  banditDecider,
  type Decider,
  drawShoppers,
  epsilonGreedy,
  regretOf,
  ruleDecider,
  type Shoppers,
} from '../../models/policy/shoppers.ts';
import { type DecisionRow, decisionRow, spreadOf } from './decision-row.ts';

const STORES = 20;
const VISITS = 8000;

/** Regret in cents a visit, in made-up stores whose best decision is known. Intervals are the middle 95 % of the stores. */
export function regretRows(): readonly DecisionRow[] {
  const found: Record<string, number[]> = {};
  let explored = 0;
  for (let seed = 1; seed <= STORES; seed++) {
    const shoppers = drawShoppers(seed);
    const bandit = banditDecider(shoppers);
    const deciders: Record<string, Decider> = {
      bandit,
      'without exploration budget': banditDecider(shoppers, { explorationBudget: 1 }),
      'epsilon-greedy 10 %': epsilonGreedy(shoppers),
      'the rules': ruleDecider(shoppers),
      'never an offer': always(0),
      'best single offer': bestSingle(shoppers, seed),
    };
    for (const [name, decider] of Object.entries(deciders)) {
      const regret = regretOf(shoppers, decider, { visits: VISITS, seed }) / VISITS;
      found[name] = [...(found[name] ?? []), regret];
    }
    explored += bandit.explored;
  }
  const { bandit = [], ...others } = found;
  const epsilon = spreadOf(found['epsilon-greedy 10 %'] ?? []);
  return [
    decisionRow(`regret in cents a visit over ${VISITS} visits, ${STORES} stores: Thompson sampling`, spreadOf(bandit), {
      goal: { atMost: epsilon.value },
      baseline: { name: 'epsilon-greedy 10 %', estimate: epsilon },
      note: `explored ${((100 * explored) / (STORES * VISITS)).toFixed(1)} % of visits`,
    }),
    decisionRow(
      'the same, store by store, less than epsilon-greedy by',
      spreadOf(bandit.map((regret, store) => (found['epsilon-greedy 10 %']?.[store] ?? 0) - regret)),
      { goal: { atLeast: 0 } },
    ),
    ...Object.entries(others).map(([name, values]) => decisionRow(`the same: ${name}`, spreadOf(values))),
  ];
}

const BATCH = 16;

/** CPU of one decision with 20 eligible offers: features and score (ONNX, batch of 16), policy with propensities, the shopper's sentence. */
export async function costRows(): Promise<readonly DecisionRow[]> {
  const settings = { features: 8, prior: plainPrior(8, { rate: 0.2 }) };
  const state = startBandit(0);
  const random = createRandom(1);
  const offers = Array.from({ length: 20 }, (_, i) => ({ action: `c${i}`, marginCents: 500 - 10 * i, budgetCents: 20 + 10 * i }));
  const actions = [noOffer(520), ...offers];
  for (const { action } of actions) {
    const belief = startBelief(settings.prior);
    for (let i = 0; i < 300; i++) learn(belief, features(random), { converted: random.next() < 0.2 });
    state.beliefs[action] = belief;
  }
  const loaded = await loadOnnxScorer({ manifestPath: join(packageRoot(), 'models/artifacts/purchase-intent.manifest.json') });
  const requests = sampleRequests(2048, { seed: 1 });
  let next = 0;
  const decide = async () => {
    const batch = Array.from({ length: BATCH }, () => requests[next++ % requests.length]!);
    if (loaded.ok) await loaded.value.score(batch);
    for (const { visit, products, trigger, request } of batch) {
      chooseAction(state, settings, { decision: `${request}.${next}`, features: features(random), actions });
      whySentence(visit, { product: products[0]!, trigger });
    }
  };
  const micros: number[] = [];
  for (let round = 0; round < 12; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < 60; i++) await decide();
    const { user, system } = process.cpuUsage(before);
    // The first rounds warm up.
    if (round >= 2) micros.push((user + system) / (60 * BATCH));
  }
  const note = loaded.ok ? undefined : `without the score: ${loaded.error.sentence}`;
  return [
    decisionRow('microseconds of CPU a decision, 20 eligible offers, batch of 16', spreadOf(micros), {
      goal: { atMost: 300 },
      ...(note !== undefined && { note }),
    }),
  ];
}

function features(random: { normal(): number }): number[] {
  return [1, ...Array.from({ length: 7 }, () => random.normal())];
}

function always(position: number): Decider {
  return { decide: () => position, learn: () => undefined };
}

/** The one offer, or none, that is best for everybody, by the truth. */
function bestSingle(shoppers: Shoppers, seed: number): Decider {
  const regrets = shoppers.actions.map((_, i) => regretOf(shoppers, always(i), { visits: 2000, seed: 1000 + seed }));
  return always(regrets.indexOf(Math.min(...regrets)));
}
