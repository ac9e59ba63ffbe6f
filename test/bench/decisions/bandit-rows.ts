import {
  banditDecider,
  type Decider,
  drawShoppers,
  epsilonGreedy,
  regretOf,
  ruleDecider,
  type Shoppers,
} from '../../core/policy/shoppers.ts';
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

function always(position: number): Decider {
  return { decide: () => position, learn: () => undefined };
}

/** The one offer, or none, that is best for everybody, by the truth. */
function bestSingle(shoppers: Shoppers, seed: number): Decider {
  const regrets = shoppers.actions.map((_, i) => regretOf(shoppers, always(i), { visits: 2000, seed: 1000 + seed }));
  return always(regrets.indexOf(Math.min(...regrets)));
}
