import type { Score } from '../../../agent/core/decision.ts';
import type { Campaign, Policy, Product, StoreMap } from '../../../agent/core/store-map.ts';
import { rehearse } from '../../../agent/runtime/rehearsal.ts';
import { loadConfig } from '../../../config/load.ts';
import { chanceToBuy, chanceToBuyWithOffer, type Demand } from '../../../devices/simulator/demand.ts';
import { createEngine } from '../../../devices/simulator/engine.ts';
import { Goods } from '../../../devices/simulator/goods.ts';
import type { TruthFact } from '../../../devices/simulator/ground-truth.ts';
import { uniformOf } from '../../../devices/simulator/random.ts';
import { type Scenario, scenarioSchema } from '../../../devices/simulator/scenario.ts';
import { RuleScorer } from '../../../models/rule-scorer.ts';
import type { Scorer } from '../../../models/scorer.ts';
import { type DecisionRow, decisionRow, spreadOf } from './decision-row.ts';

const STORES = 4;
const DAYS = 8;
const DISCOUNTS = [8, 16, 28];
const START_MS = Date.UTC(2026, 5, 1, 6);
const DAY_MS = 86_400_000;

type Arrived = Extract<TruthFact, { readonly kind: 'arrived' }>;

/** Ways of deciding, all through the real core: what its policy is, and whether it knows the dice. */
const WAYS: readonly { readonly name: string; readonly policy: Partial<Policy>; readonly isOracle?: boolean }[] = [
  { name: 'never an offer', policy: { holdoutShare: 1 } },
  { name: 'Thompson sampling', policy: { explorationShare: 0.1 } },
  { name: 'epsilon-greedy 10 %', policy: { explorationShare: 0.1, exploresEvenly: true } },
  // Everything that was learnt is forgotten within the hour.
  { name: 'the rules', policy: { explorationShare: 0, learningHalfLifeMs: 1 } },
  { name: 'the known best', policy: { explorationShare: 0, learningHalfLifeMs: 1 }, isOracle: true },
];

/**
 * What the real core earns in simulated stores, in cents of profit a shopper: the very same shoppers with the same rolls of the dice under each way
 * of deciding, so that the differences are the decisions' doing, products bought instead of others included. The known best asks the
 * simulator whom an offer would win. Second half of the days; intervals are the middle 95 % of the stores.
 */
export async function storeRegretRows(): Promise<readonly DecisionRow[]> {
  const profits = new Map<string, number[]>(WAYS.map(({ name }) => [name, []]));
  for (let seed = 1; seed <= STORES; seed++) for (const way of WAYS) profits.get(way.name)!.push(await play(seed, way));
  const of = (name: string) => profits.get(name) ?? [];
  const over = (name: string, baseline: string) => of(name).map((value, store) => value - of(baseline)[store]!);
  const regret = (name: string) => spreadOf(over('the known best', name));
  const setting = `${STORES} simulated stores, days ${DAYS / 2 + 1} to ${DAYS}`;
  return [
    decisionRow(
      `profit a shopper over no offers, cents, ${setting}, the real core: Thompson sampling`,
      spreadOf(over('Thompson sampling', 'never an offer')),
      {
        goal: { atLeast: 0 },
        baseline: { name: 'the rules', estimate: spreadOf(over('the rules', 'never an offer')) },
        note: 'three discounts on everything; scored by rules, so that no trained model helps',
      },
    ),
    decisionRow('regret a shopper against the known best, cents: Thompson sampling', regret('Thompson sampling'), {
      goal: { atMost: regret('epsilon-greedy 10 %').value },
      baseline: { name: 'epsilon-greedy 10 %', estimate: regret('epsilon-greedy 10 %') },
    }),
    decisionRow('the same: the rules', regret('the rules')),
    decisionRow('the same: never an offer', regret('never an offer')),
  ];
}

/** Profit a shopper in the second half of the days. */
async function play(seed: number, way: (typeof WAYS)[number]): Promise<number> {
  const { store, scenario } = storeOf(seed, way);
  const costs = new Map(store.products.map(({ sku, costCents }) => [sku, costCents]));
  const shoppers = new Map<string, Arrived>();
  const fromMs = START_MS + (DAYS / 2) * DAY_MS;
  let [profit, left] = [0, 0];
  const engine = createEngine(store, scenario, {
    startMs: START_MS,
    seed,
    truth: (row) => {
      if (row.kind === 'arrived') shoppers.set(`v_${row.shopper}`, row);
      if (row.atMs < fromMs) return;
      if (row.kind === 'left') left++;
      if (row.kind === 'purchase') for (const { sku, cents, quantity } of row.lines) profit += cents - (costs.get(sku) ?? 0) * quantity;
    },
  });
  const rules = new RuleScorer();
  const scorer: Scorer = way.isOracle === true ? oracle({ shoppers, goods: new Goods(store), scenario, rules }) : rules;
  await rehearse({ store, engine, scorer, startMs: START_MS });
  return profit / Math.max(1, left);
}

/** Knows the dice: who buys anyway, and from which discount on who else does. */
function oracle(known: {
  readonly shoppers: ReadonlyMap<string, Arrived>;
  readonly goods: Goods;
  readonly scenario: Scenario;
  readonly rules: RuleScorer;
}): Scorer {
  return {
    name: 'oracle',
    async score(requests) {
      const scores = await known.rules.score(requests);
      return scores.map((answer, i) =>
        answer.map((score): Score => {
          const { visit, products } = requests[i]!;
          const shopper = known.shoppers.get(visit.id);
          const product = products.find(({ sku }) => sku === score.sku);
          if (shopper === undefined || product === undefined) return score;
          const demand = demandFor(product, shopper, known);
          const roll = uniformOf(`${known.scenario.seed}/${shopper.shopper}/wants/${product.sku}`);
          const buys = (percent: number) => {
            const discountCents = Math.round((product.priceCents * percent) / 100);
            return roll < chanceToBuyWithOffer(product, demand, { discountCents, scenario: known.scenario });
          };
          const least = DISCOUNTS.find(buys);
          const intent = roll < chanceToBuy(product, demand, known.scenario) ? 1 : 0;
          return { ...score, intent, confidence: 1, response: least === undefined ? 0 : 100 / least };
        }),
      );
    },
  };
}

function demandFor(product: Product, shopper: Arrived, { goods }: { readonly goods: Goods }): Demand {
  const strengths = shopper.needs
    .filter(({ category }) => category === product.category)
    .map(({ sku, strength }) => (sku === product.sku ? strength : 0.8 * strength));
  return {
    type: shopper.type,
    need: Math.max(0, ...strengths),
    priceSensitivity: shopper.priceSensitivity,
    // Nothing goes on outside these stores.
    mood: 1,
    usualPriceCents: goods.usualPriceCents(product.category),
  };
}

/** A store of its own: other shopper types, other responsiveness. */
function storeOf(
  seed: number,
  { policy, isOracle = false }: (typeof WAYS)[number],
): { readonly store: StoreMap; readonly scenario: Scenario } {
  const loaded = loadConfig({ file: 'config/store.example.yaml', workingDirectory: process.cwd(), environment: {} });
  if (loaded.kind !== 'loaded') throw new Error('Cannot load the sample store');
  const { store } = loaded.loaded;
  const part = (of: number) => ((seed * 7919 * of) % 97) / 97;
  const scenario = scenarioSchema.parse({
    name: `store-${seed}`,
    description: 'A made-up store of the benchmark',
    seed,
    startsAtHour: 8,
    durationMinutes: DAYS * 1440,
    arrivals: { perHour: [0, 0, 0, 0, 0, 0, 0, 0, 20, 30, 40, 40, 40, 40, 40, 40, 40, 40, 30, 20, 0, 0, 0, 0] },
    shoppers: {
      phoneShare: 0.9,
      offersConsentShare: 0.95,
      measurementConsentShare: 0.95,
      types: { persuadable: { weight: 0.2 + 0.4 * part(3) }, annoyed: { weight: 0.05 + 0.2 * part(5) } },
    },
    offers: { responsiveness: 0.3 + 1.2 * part(11) },
    checkout: { seesTagShare: 1, showsVisitShare: 0.9 },
    devices: { strangers: { mean: 0 }, sightingsPerSecond: 0.1, weightShare: 0, shelfReports: 'events', presenceIntervalSeconds: 600 },
  });
  const categories = [...new Set(store.products.map(({ category }) => category))];
  const campaigns = DISCOUNTS.map(
    (percent): Campaign => ({
      ...store.campaigns[0]!,
      ...{ id: `off-${percent}`, name: `${percent} % off`, categories, skus: [], budgetCents: 1e9, guardrails: {} },
      ...(isOracle ? { minIntent: 0, maxIntent: 1 } : {}),
      discount: { kind: 'percent', percent },
    }),
  );
  return { store: { ...store, campaigns, policy: { ...store.policy, maxOffersPerVisit: 3, ...policy } }, scenario };
}
