import { countBasket, createBaskets } from '../../../agent/core/baskets/counts.ts';
import { suggest } from '../../../agent/core/baskets/suggest.ts';
import { createRandom, type Random } from '../../../models/training/random.ts';
import { type DecisionRow, decisionRow, spreadOf } from './decision-row.ts';

const STORES = 20;
const RECEIPTS = 4_000;
const CATEGORIES = 12;
const PRODUCTS_A_CATEGORY = 12;
const SHOWN = 3;

interface Receipt {
  readonly skus: readonly string[];
  readonly minuteOfDay: number;
}

/** What to tell a shopper of next, from receipts of made-up stores: did one of three suggestions lie in the rest of the basket? */
export function basketRows(): readonly DecisionRow[] {
  const runs = Array.from({ length: STORES }, (_, seed) => judge(seed + 1));
  const row = (figure: string, pick: (run: Run) => Pair, note?: string): DecisionRow =>
    decisionRow(figure, spreadOf(runs.map((run) => pick(run).own)), {
      baseline: { name: 'popularity', estimate: spreadOf(runs.map((run) => pick(run).popular)) },
      ...(note === undefined ? {} : { note }),
    });
  const gains = runs.map(({ warm }) => warm.own - warm.popular);
  return [
    row(
      'hit rate@3, one product in the hand',
      ({ warm }) => warm,
      `${STORES} stores, each learnt from ${RECEIPTS} receipts and judged by the next ${RECEIPTS / 4}`,
    ),
    decisionRow('gain over popularity in the same store', spreadOf(gains), { goal: { atLeast: 0.02 } }),
    row('hit rate@3, a product in the hand that was never sold before', ({ coldProduct }) => coldProduct, 'only its category is known'),
    row('hit rate@3, nothing in the hand', ({ coldShopper }) => coldShopper, 'popularity at this time of day against popularity at all'),
  ];
}

interface Pair {
  readonly own: number;
  readonly popular: number;
}

interface Run {
  readonly warm: Pair;
  readonly coldProduct: Pair;
  readonly coldShopper: Pair;
}

function judge(seed: number): Run {
  const random = createRandom(seed);
  const draw = madeUpStore(random);
  const learnt = createBaskets();
  const counts = new Map<string, number>();
  // One product of each category comes new to the store after learning.
  const isNew = (sku: string): boolean => sku.endsWith('-7');
  for (let n = 0; n < RECEIPTS; n++) {
    const { skus, minuteOfDay } = draw();
    const known = skus.filter((sku) => !isNew(sku));
    countBasket(
      learnt,
      known.map((sku) => ({ sku, category: sku.split('-')[0] })),
      { nowMs: n, minuteOfDay },
    );
    for (const sku of known) counts.set(sku, (counts.get(sku) ?? 0) + 1);
  }
  const candidates = [...counts.keys()];
  const popular = [...counts].sort(([, a], [, b]) => b - a).map(([sku]) => sku);
  const catalogue = { categoryOf: (sku: string) => sku.split('-')[0], sizeOf: () => PRODUCTS_A_CATEGORY };
  const sums = { warm: [0, 0, 0], coldProduct: [0, 0, 0], coldShopper: [0, 0, 0] };
  const score = (into: number[], suggested: readonly string[], top: readonly string[], rest: readonly string[]): void => {
    into[0]!++;
    if (suggested.some((sku) => rest.includes(sku))) into[1]!++;
    if (top.some((sku) => rest.includes(sku))) into[2]!++;
  };
  for (let n = 0; n < RECEIPTS / 4; n++) {
    const { skus, minuteOfDay } = draw();
    if (skus.length < 2) continue;
    const ask = (inHand: readonly string[]): string[] =>
      suggest(learnt, catalogue, { candidates, inHand, minuteOfDay, limit: SHOWN }).map(({ sku }) => sku);
    const fresh = skus.find(isNew);
    const first = skus.find((sku) => !isNew(sku));
    const top = (without: string | undefined): string[] => popular.filter((sku) => sku !== without).slice(0, SHOWN);
    if (first !== undefined)
      score(
        sums.warm,
        ask([first]),
        top(first),
        skus.filter((sku) => sku !== first),
      );
    if (fresh !== undefined)
      score(
        sums.coldProduct,
        ask([fresh]),
        top(fresh),
        skus.filter((sku) => sku !== fresh),
      );
    score(sums.coldShopper, ask([]), top(undefined), skus);
  }
  const pair = ([n = 0, own = 0, top = 0]: readonly number[]): Pair => ({ own: own / Math.max(1, n), popular: top / Math.max(1, n) });
  return { warm: pair(sums.warm), coldProduct: pair(sums.coldProduct), coldShopper: pair(sums.coldShopper) };
}

/** Shoppers come with an errand: each takes from a few categories, some products are far more popular, mornings differ from evenings. */
function madeUpStore(random: Random): () => Receipt {
  const popularity = Array.from({ length: CATEGORIES }, () =>
    Array.from({ length: PRODUCTS_A_CATEGORY }, (_, rank) => (0.5 + random.next()) / (1 + rank)),
  );
  const errands = Array.from({ length: 8 }, () => ({
    categories: Array.from({ length: 3 }, () => random.below(CATEGORIES)),
    isMorning: random.next() < 0.5,
    weight: 0.3 + random.next(),
  }));
  const product = (category: number): string => {
    const weights = popularity[category]!;
    let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
    const at = weights.findIndex((weight) => {
      left -= weight;
      return left <= 0;
    });
    return `c${category}-${Math.max(0, at)}`;
  };
  return () => {
    const isMorning = random.next() < 0.5;
    const fitting = errands.filter((errand) => errand.isMorning === isMorning || random.next() < 0.3);
    const errand = fitting[random.below(Math.max(1, fitting.length))] ?? errands[0]!;
    const skus = new Set<string>();
    const lines = 1 + random.below(5);
    for (let line = 0; line < lines; line++) {
      const isErrand = random.next() < 0.7;
      skus.add(product(isErrand ? errand.categories[random.below(3)]! : random.below(CATEGORIES)));
    }
    return { skus: [...skus], minuteOfDay: isMorning ? 540 + random.below(120) : 1_020 + random.below(120) };
  };
}
