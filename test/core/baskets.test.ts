import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASKET_LIMITS, countBasket, createBaskets } from '../../agent/core/baskets/counts.ts';
import { suggest } from '../../agent/core/baskets/suggest.ts';
import { DAY_MS } from '../../agent/core/units.ts';
import { CoreDriver, visitIn } from '../support/core-driver.ts';

const CATEGORY: Readonly<Record<string, string>> = {
  pasta: 'dry',
  rice: 'dry',
  penne: 'dry',
  sauce: 'sauces',
  pesto: 'sauces',
  soap: 'body',
  milk: 'dairy',
};
const CATALOGUE = {
  categoryOf: (sku: string) => CATEGORY[sku],
  sizeOf: (category: string) => Object.values(CATEGORY).filter((one) => one === category).length,
};

function learnt(receipts: readonly (readonly string[])[], startMs = 0) {
  const baskets = createBaskets();
  for (const skus of receipts) {
    countBasket(
      baskets,
      skus.map((sku) => ({ sku, category: CATEGORY[sku] })),
      { nowMs: startMs, minuteOfDay: 600 },
    );
  }
  return baskets;
}

const USUAL = [
  ...Array(40).fill(['pasta', 'sauce']),
  ...Array(60).fill(['milk']),
  ...Array(20).fill(['soap', 'milk']),
  ...Array(10).fill(['rice', 'pesto']),
];

describe('what goes together', () => {
  it('is what was bought together more often than chance, not what is popular', () => {
    const best = suggest(learnt(USUAL), CATALOGUE, { candidates: Object.keys(CATEGORY), inHand: ['pasta'], minuteOfDay: 600, limit: 3 });
    expect(best[0]).toMatchObject({ sku: 'sauce', because: 'pasta' });
    expect(best[0]?.lift).toBeGreaterThan(1.5);
    expect(best[0]?.together).toBeCloseTo(40);
  });

  it('is what is popular, for somebody with nothing in the hand', () => {
    const [best] = suggest(learnt(USUAL), CATALOGUE, { candidates: Object.keys(CATEGORY), inHand: [], minuteOfDay: 600, limit: 1 });
    expect(best).toMatchObject({ sku: 'milk', because: undefined, lift: 1 });
  });

  it('is said of a product never sold by what its category is bought with', () => {
    const ranked = suggest(learnt(USUAL), CATALOGUE, {
      candidates: ['sauce', 'soap', 'pesto'],
      inHand: ['penne'],
      minuteOfDay: 600,
      limit: 3,
    });
    expect(ranked.map(({ sku }) => sku)).toEqual(['sauce', 'pesto', 'soap']);
  });

  it('proves little from few receipts', () => {
    const [pair] = suggest(learnt([['pasta', 'soap']]), CATALOGUE, { candidates: ['soap'], inHand: ['pasta'], minuteOfDay: 600, limit: 1 });
    expect(pair?.lift).toBeLessThan(2.5);
  });

  it('is forgotten by half in a month', () => {
    const baskets = learnt(USUAL);
    const before = baskets.items.get('pasta')?.count ?? 0;
    countBasket(baskets, [{ sku: 'milk', category: 'dairy' }], { nowMs: 30 * DAY_MS, minuteOfDay: 600 });
    expect(baskets.items.get('pasta')?.count).toBeCloseTo(before, 6);
    countBasket(baskets, [{ sku: 'milk', category: 'dairy' }], { nowMs: 60 * DAY_MS, minuteOfDay: 600 });
    expect((baskets.items.get('pasta')?.count ?? 0) / before).toBeCloseTo(0.5, 2);
  });

  it('stays within its limits whatever is bought', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(6_000), { maxLength: 80 }), { maxLength: 120 }), (receipts) => {
        const baskets = createBaskets();
        for (const [at, skus] of receipts.entries()) {
          countBasket(
            baskets,
            skus.map((n) => ({ sku: `p${n}`, category: `c${n % 400}` })),
            { nowMs: at, minuteOfDay: 1_439 },
          );
        }
        expect(baskets.items.size).toBeLessThanOrEqual(BASKET_LIMITS.items);
        expect(baskets.categories.size).toBeLessThanOrEqual(BASKET_LIMITS.categories);
        for (const item of baskets.items.values()) expect(item.with.size).toBeLessThanOrEqual(BASKET_LIMITS.neighbours);
        for (const one of baskets.categories.values()) expect(one.with.size).toBeLessThanOrEqual(BASKET_LIMITS.categoryNeighbours);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the store', () => {
  it('scores what its receipts put beside a product that was picked up, and may offer it', () => {
    const driver = new CoreDriver();
    for (let n = 0; n < 40; n++) {
      const skus = n % 4 === 0 ? ['milk-01'] : ['choc-01', 'coffee-03'];
      const lines = skus.map((sku) => ({ sku, quantity: 1, cents: 100 }));
      driver.wait(1_000).reading('till-1', { kind: 'pos.sale', receipt: `r${n}`, lines, codes: [] });
    }
    driver.intent = undefined;
    const visit = visitIn('treated');
    driver.open(visit, { fixture: 'shelf-01' });
    driver.input({ kind: 'visit.scanned', visit, sku: 'choc-01' });
    const asked = driver.effects.findLast((effect) => effect.kind === 'score');
    if (asked?.kind !== 'score') throw new Error('nothing was scored');
    expect(asked.products.map(({ sku }) => sku)).toEqual(['choc-01', 'coffee-03']);
    driver.intent = 0.3;
    const scores = asked.products.map(({ sku }) => ({ ...driver.scoreOf(sku), intent: sku === 'choc-01' ? 0.01 : 0.3 }));
    driver.input({ kind: 'scored', request: asked.request, visit, scores });
    expect(driver.offers().map(({ sku, why }) => [sku, why])).toEqual([
      ['coffee-03', 'Often bought together with what you picked up: Organic beans 500 g.'],
    ]);
    expect(driver.state.baskets.items.get('choc-01')?.with.get('coffee-03')).toBe(30);
  });
});
