import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forget, learn, logOddsAt, startBelief } from '../../../agent/core/policy/belief.ts';
import { keepPace, startPace } from '../../../agent/core/policy/budget-pace.ts';
import { chooseAction } from '../../../agent/core/policy/choose-action.ts';
import { fleetPrior } from '../../../agent/core/policy/fleet-prior.ts';
import { beliefOf, fade, type Learnt, learnFrom, MOST_ACTIONS, NO_OFFER, nothingLearnt } from '../../../agent/core/policy/learnt.ts';
import { sigmoid } from '../../../agent/core/policy/normal.ts';
import { createRandom } from '../../../models/training/random.ts';
import {
  type Action,
  banditDecider,
  choose,
  drawShoppers,
  epsilonGreedy,
  plainPrior,
  regretOf,
  ruleDecider,
  SHOPPER_PRIOR,
} from './shoppers.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PRIOR = plainPrior(2, { rate: 0.2 });
const ACTIONS: readonly Action[] = [
  { action: NO_OFFER, marginCents: 500, budgetCents: 0 },
  { action: 'a', marginCents: 400, budgetCents: 100 },
  { action: 'b', marginCents: 300, budgetCents: 200 },
];

/** What is learnt from this many visits of each action, converting at these rates. */
function taught(rates: Readonly<Record<string, number>>, visits: number): Learnt {
  const learnt = nothingLearnt();
  const random = createRandom(1);
  for (const [action, rate] of Object.entries(rates)) {
    for (let i = 0; i < visits; i++) {
      learnFrom(learnt, { action, sku: 'p', x: [1, random.normal()], atMs: 0, sold: random.next() < rate }, PRIOR);
    }
  }
  return learnt;
}

describe('what is believed', () => {
  it('comes to the true line, and is surer the more it saw', () => {
    const belief = startBelief(plainPrior(2, { rate: 0.5 }));
    const random = createRandom(2);
    const before = logOddsAt(belief, [1, 1]).deviation;
    for (let i = 0; i < 5000; i++) {
      const x = [1, random.normal()];
      learn(belief, x, { converted: random.next() < sigmoid(-1 + 0.7 * x[1]!) });
    }
    expect(belief.mean[0]).toBeCloseTo(-1, 0);
    expect(Math.abs(belief.mean[1]! - 0.7)).toBeLessThan(0.12);
    expect(logOddsAt(belief, [1, 1]).deviation).toBeLessThan(before / 15);
  });

  it('fades to the prior when all is forgotten, and stays when nothing is', () => {
    const prior = plainPrior(2, { rate: 0.2 });
    const belief = startBelief(prior);
    for (let i = 0; i < 50; i++) learn(belief, [1, 0.5], { converted: true });
    const kept = structuredClone(belief);
    forget(belief, prior, 1);
    for (const [i, value] of belief.mean.entries()) expect(value).toBeCloseTo(kept.mean[i]!, 9);
    forget(belief, prior, 0);
    for (const [i, value] of belief.mean.entries()) expect(value).toBeCloseTo(prior.mean[i]!, 9);
    expect(belief.covariance[0]![0]).toBeCloseTo(1, 9);
  });
});

describe('choosing', () => {
  it('takes what earns most and not what converts most', () => {
    const about = { id: 'd3', features: [1, 0], actions: ACTIONS };
    const learnt = taught({ [NO_OFFER]: 0.3, a: 0.35, b: 0.45 }, 2000);
    const { chosen, expectedCents } = choose(learnt, about, { explorationBudget: 0 });
    // 0.30 x 500 = 150, 0.35 x 400 = 140, 0.45 x 300 = 135: the discounts sell more and earn less.
    expect(chosen).toBeUndefined();
    for (const [i, cents] of [-10, -15].entries()) expect(Math.abs(expectedCents[i]! - cents)).toBeLessThan(20);
  });

  it('turns to what spends nothing as the budget grows dear', () => {
    const learnt = taught({ [NO_OFFER]: 0.2, a: 0.5, b: 0.5 }, 1500);
    const at = (price: number) => choose(learnt, { id: 'd1', features: [1, 0], actions: ACTIONS, price });
    expect(at(0).expectedCents[0]!).toBeGreaterThan(0);
    expect(at(3).expectedCents[0]!).toBeLessThan(0);
  });

  it('logs the probability it really used', () => {
    const learnt = taught({ [NO_OFFER]: 0.2, a: 0.26, b: 0.1 }, 60);
    const taken = [0, 0, 0];
    const promised = [0, 0, 0];
    for (let i = 0; i < 6000; i++) {
      const choice = choose(learnt, { id: `d${i}`, features: [1, 0.3], actions: ACTIONS }, { draws: 50 });
      taken[choice.chosen === undefined ? 0 : choice.chosen + 1]!++;
      for (const [at, p] of [choice.holdProbability, ...choice.probabilities].entries()) promised[at]! += p;
    }
    for (const [at, count] of taken.entries()) expect(Math.abs(count - promised[at]!)).toBeLessThan(4 * Math.sqrt(promised[at]!));
  });

  it('keeps every probability above the floor and exploration inside its budget, whatever is believed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -6, max: 6, noNaN: true }), fc.boolean()), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.string(),
        (offers, explorationBudget, decision) => {
          const choice = chooseAction({
            unit: decision,
            decision,
            prospects: offers.map(([mean, isBeyond], i) => ({
              withOffer: { mean, deviation: 1 },
              gainCents: 100 + i,
              product: 0,
              isBeyond,
            })),
            without: [{ mean: 0, deviation: 1, marginCents: 110 }],
            explorationBudget,
            draws: 40,
          });
          const all = [...choice.probabilities, choice.holdProbability];
          const allowed = choice.expectedCents.map((cents, i) => (offers[i]![1] ? Number.NEGATIVE_INFINITY : cents));
          const best = Math.max(0, ...allowed);
          const greedy = best === 0 ? offers.length : allowed.indexOf(best);
          const floor = Math.min(0.002, explorationBudget / (4 * offers.length));
          expect(all.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
          expect(all[greedy]!).toBeGreaterThanOrEqual(1 - explorationBudget - 1e-9);
          for (const p of all) expect(p).toBeGreaterThanOrEqual(floor - 1e-12);
          expect(choice.propensity).toBe(all[choice.chosen ?? offers.length]);
          expect(choice.isExploring).toBe((choice.chosen ?? offers.length) !== greedy);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('explores with a visit or leaves it alone, however often it is asked', () => {
    const learnt = taught({ [NO_OFFER]: 0.2, a: 0.5, b: 0.1 }, 400);
    const explored = new Set<string>();
    for (let visit = 0; visit < 400; visit++) {
      for (let touch = 0; touch < 10; touch++) {
        const about = { actions: ACTIONS, features: [1, 0], id: `${visit}` };
        if (choose(learnt, about, { explorationBudget: 0.1 }).isExploring) explored.add(`${visit}`);
      }
    }
    expect(explored.size).toBeLessThan(0.1 * 400 + 3 * Math.sqrt(40));
  });
});

describe('what was learnt', () => {
  it('goes on the same from a state that was written and read back', () => {
    const learnt = taught({ [NO_OFFER]: 0.2, a: 0.3 }, 80);
    const again: Learnt = { ...learnt, actions: new Map(JSON.parse(JSON.stringify([...learnt.actions]))) };
    for (let i = 0; i < 20; i++) {
      const about = { id: `d${i}`, features: [1, 0.1 * i], actions: ACTIONS };
      expect(choose(again, about)).toEqual(choose(learnt, about));
    }
  });

  it('is kept of a bounded number of actions, and the one that nothing was heard of for longest goes first', () => {
    const learnt = taught({ old: 0.3, kept: 0.3 }, 1);
    for (let i = 0; i < MOST_ACTIONS - 1; i++) {
      learnFrom(learnt, { action: `c${i}`, sku: 'p', x: [1, 0], atMs: 0, sold: false }, PRIOR);
    }
    expect([learnt.actions.size, learnt.actions.has('old'), learnt.actions.has('kept')]).toEqual([MOST_ACTIONS, false, true]);
  });

  it('of situations described by other features is not mixed with what is learnt now', () => {
    const learnt = taught({ a: 0.9 }, 50);
    learnFrom(learnt, { action: 'a', sku: 'p', x: [1, 0, 0], atMs: 0, sold: true }, plainPrior(3, { rate: 0.2 }));
    expect([learnt.actions.get('a')?.rows, learnt.actions.get('a')?.belief.mean.length]).toEqual([1, 3]);
  });
});

describe('time and other stores', () => {
  it('a bandit that forgets follows a change that one that does not still denies', () => {
    const rateAfterChange = (halfLifeMs: number): number => {
      const learnt = nothingLearnt();
      const random = createRandom(8);
      for (let i = 0; i < 4000; i++) {
        fade(learnt, { nowMs: (1 + i) * HOUR, halfLifeMs, priorOf: () => PRIOR });
        const sold = random.next() < (i < 3000 ? 0.6 : 0.1);
        learnFrom(learnt, { action: 'a', sku: 'p', x: [1, 0], atMs: 0, sold }, PRIOR);
      }
      return sigmoid(beliefOf(learnt, 'a', PRIOR).mean[0]!);
    };
    expect(rateAfterChange(10 * DAY)).toBeLessThan(0.2);
    expect(rateAfterChange(Number.POSITIVE_INFINITY)).toBeGreaterThan(0.4);
  });

  it('a new store that starts from the fleet loses less than one that starts from nothing', () => {
    const shoppers = drawShoppers(3);
    const stores = [1, 2, 3].map((seed) => {
      const decider = banditDecider(shoppers, { explorationBudget: 1 });
      regretOf(shoppers, decider, { visits: 1500, seed });
      return decider.learnt;
    });
    const priors = Object.fromEntries(
      shoppers.actions.map(({ action }) => [
        action,
        fleetPrior(
          stores.map((store) => beliefOf(store, action, SHOPPER_PRIOR)),
          SHOPPER_PRIOR,
        ),
      ]),
    );
    const run = { visits: 600, seed: 50 };
    const fresh = regretOf(shoppers, banditDecider(shoppers), run);
    const informed = regretOf(shoppers, banditDecider(shoppers, { priors }), run);
    expect(informed).toBeLessThan(0.6 * fresh);
  });

  it('a budget that runs out early is made dear, and one with plenty is free', () => {
    const pace = startPace();
    for (let minute = 0; minute < 60; minute++) keepPace(pace, { spentCents: 800, budgetCents: 1000, timeShare: 0.1 });
    expect(pace.price).toBeGreaterThan(3);
    for (let minute = 0; minute < 600; minute++) keepPace(pace, { spentCents: 100, budgetCents: 1000, timeShare: 0.5 });
    expect(pace.price).toBe(0);
  });
});

describe('regret beside what is simpler', () => {
  it('is less than of epsilon-greedy and of the rules, exploring at most one visit in ten', () => {
    const visits = 4000;
    const sums = { bandit: 0, epsilon: 0, rules: 0, explored: 0 };
    for (const seed of [1, 2, 3, 4]) {
      const shoppers = drawShoppers(seed);
      const bandit = banditDecider(shoppers);
      sums.bandit += regretOf(shoppers, bandit, { visits, seed });
      sums.explored += bandit.explored;
      sums.epsilon += regretOf(shoppers, epsilonGreedy(shoppers), { visits, seed });
      sums.rules += regretOf(shoppers, ruleDecider(shoppers), { visits, seed });
    }
    expect(sums.bandit).toBeLessThan(sums.epsilon);
    expect(sums.bandit).toBeLessThan(0.5 * sums.rules);
    expect(sums.explored / (4 * visits)).toBeLessThan(0.1);
  });
});
