import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BanditSettings,
  type BanditState,
  beliefOf,
  lose,
  NO_OFFER,
  passTime,
  remember,
  reward,
  startBandit,
} from '../../../models/policy/bandit/bandit-state.ts';
import { forget, learn, logOddsAt, plainPrior, startBelief } from '../../../models/policy/bandit/belief.ts';
import { keepPace, startPace } from '../../../models/policy/bandit/budget-pace.ts';
import { chooseAction, noOffer } from '../../../models/policy/bandit/choose-action.ts';
import { fleetPrior } from '../../../models/policy/bandit/fleet-prior.ts';
import { sigmoid } from '../../../models/training/gbdt.ts';
import { createRandom } from '../../../models/training/random.ts';
import { banditDecider, drawShoppers, epsilonGreedy, regretOf, ruleDecider, SHOPPER_SETTINGS } from './shoppers.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SETTINGS: BanditSettings = { features: 2, prior: plainPrior(2, { rate: 0.2 }), halfLifeMs: Number.POSITIVE_INFINITY };
const ACTIONS = [noOffer(500), { action: 'a', marginCents: 400, budgetCents: 100 }, { action: 'b', marginCents: 300, budgetCents: 200 }];

/** A bandit that has seen this many visits of each action, converting at these rates. */
function taught(rates: Readonly<Record<string, number>>, visits: number): BanditState {
  const state = startBandit(0);
  const random = createRandom(1);
  for (const [action, rate] of Object.entries(rates)) {
    for (let i = 0; i < visits; i++) {
      const id = `${action}${i}`;
      remember(state, SETTINGS, { id, action, features: [1, random.normal()], atMs: 0 });
      if (random.next() < rate) reward(state, id);
    }
  }
  passTime(state, SETTINGS, 4 * HOUR);
  return state;
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
    const { action, expectedCents } = chooseAction(taught({ [NO_OFFER]: 0.3, a: 0.35, b: 0.45 }, 2000), SETTINGS, {
      decision: 'd3',
      features: [1, 0],
      actions: ACTIONS,
    });
    // 0.30 x 500 = 150, 0.35 x 400 = 140, 0.45 x 300 = 135: the discounts sell more and earn less.
    expect(action).toBe(NO_OFFER);
    for (const [i, cents] of [150, 140, 135].entries()) expect(Math.abs(expectedCents[i]! - cents)).toBeLessThan(15);
  });

  it('turns to what spends nothing as the budget grows dear', () => {
    const state = taught({ [NO_OFFER]: 0.2, a: 0.5, b: 0.5 }, 1500);
    const at = (budgetPrice: number) => chooseAction(state, SETTINGS, { decision: 'd1', features: [1, 0], actions: ACTIONS, budgetPrice });
    expect(at(0).expectedCents[1]!).toBeGreaterThan(at(0).expectedCents[0]!);
    expect(at(3).expectedCents[1]!).toBeLessThan(at(3).expectedCents[0]!);
  });

  it('logs the probability it really used', () => {
    const state = taught({ [NO_OFFER]: 0.2, a: 0.26, b: 0.1 }, 60);
    const taken = new Map<string, number>();
    const promised = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const choice = chooseAction(state, SETTINGS, { decision: `d${i}`, features: [1, 0.3], actions: ACTIONS, draws: 50 });
      taken.set(choice.action, (taken.get(choice.action) ?? 0) + 1);
      for (const [at, p] of choice.probabilities.entries()) {
        const { action } = ACTIONS[at]!;
        promised.set(action, (promised.get(action) ?? 0) + p);
      }
    }
    for (const { action } of ACTIONS) {
      expect(Math.abs(taken.get(action)! - promised.get(action)!)).toBeLessThan(4 * Math.sqrt(promised.get(action)!));
    }
  });

  it('keeps every probability above the floor and exploration inside its budget, whatever is believed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.string(),
        (levels, explorationBudget, decision) => {
          const state = startBandit(0);
          const actions = levels.map((level, i) => {
            state.beliefs[`a${i}`] = { ...startBelief(SETTINGS.prior), mean: [level, 0] };
            return { action: `a${i}`, marginCents: 100 + i, budgetCents: i };
          });
          const choice = chooseAction(state, SETTINGS, { decision, features: [1, 1], actions, explorationBudget, draws: 40 });
          const greedy = choice.expectedCents.indexOf(Math.max(...choice.expectedCents));
          const floor = Math.min(0.005, explorationBudget / (2 * Math.max(1, actions.length - 1)));
          expect(choice.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
          expect(choice.probabilities[greedy]!).toBeGreaterThanOrEqual(1 - explorationBudget - 1e-9);
          for (const p of choice.probabilities) expect(p).toBeGreaterThanOrEqual(floor - 1e-12);
          expect(choice.propensity).toBe(choice.probabilities[actions.findIndex(({ action }) => action === choice.action)]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('decides the same from a state that was written and read back', () => {
    const state = taught({ [NO_OFFER]: 0.2, a: 0.3 }, 80);
    remember(state, SETTINGS, { id: 'open', action: 'a', features: [1, 2], atMs: 5 });
    // What JSON.parse gives is the state again: it was written from one.
    const again = JSON.parse(JSON.stringify(state)) as BanditState;
    expect(again).toEqual(state);
    for (let i = 0; i < 20; i++) {
      const options = { decision: `d${i}`, features: [1, 0.1 * i], actions: ACTIONS };
      expect(chooseAction(again, SETTINGS, options)).toEqual(chooseAction(state, SETTINGS, options));
    }
  });
});

describe('rewards', () => {
  it('that come late are learnt in the order of the decisions, that never come become misses, that cannot be known are left out', () => {
    const state = startBandit(0);
    for (const id of ['sold', 'missed', 'erased']) remember(state, SETTINGS, { id, action: 'a', features: [1, 0], atMs: 1000 });
    passTime(state, SETTINGS, 3 * HOUR);
    expect(beliefOf(state, SETTINGS, 'a').seen).toBe(0);
    reward(state, 'sold');
    lose(state, 'erased');
    passTime(state, SETTINGS, 5 * HOUR);
    expect([beliefOf(state, SETTINGS, 'a').seen, state.lost, state.pending.length]).toEqual([2, 1, 0]);
    const asItWas = startBelief(SETTINGS.prior);
    learn(asItWas, [1, 0], { converted: true });
    learn(asItWas, [1, 0], { converted: false });
    expect(beliefOf(state, SETTINGS, 'a')).toEqual(asItWas);
  });

  it('count once: repeats and strangers change nothing', () => {
    const state = taught({ a: 0.3 }, 20);
    remember(state, SETTINGS, { id: 'x', action: 'a', features: [1, 0], atMs: 4 * HOUR });
    reward(state, 'x');
    const before = structuredClone(state);
    reward(state, 'x');
    reward(state, 'never');
    expect(state).toEqual({ ...before, strangers: 2 });
  });

  it('are waited for by a bounded number of decisions', () => {
    const state = startBandit(0);
    const settings = { ...SETTINGS, maxPending: 10 };
    for (let i = 0; i < 25; i++) remember(state, settings, { id: `d${i}`, action: 'a', features: [1, 0], atMs: i });
    expect([state.pending.length, state.lost, state.pending[0]?.id]).toEqual([10, 15, 'd15']);
  });
});

describe('time and other stores', () => {
  it('a bandit that forgets follows a change that one that does not still denies', () => {
    const rateAfterChange = (halfLifeMs: number): number => {
      const settings = { ...SETTINGS, halfLifeMs, rewardWindowMs: HOUR };
      const state = startBandit(0);
      const random = createRandom(8);
      for (let i = 0; i < 4000; i++) {
        const atMs = i * HOUR;
        passTime(state, settings, atMs);
        remember(state, settings, { id: `d${i}`, action: 'a', features: [1, 0], atMs });
        if (random.next() < (i < 3000 ? 0.6 : 0.1)) reward(state, `d${i}`);
      }
      return sigmoid(beliefOf(state, settings, 'a').mean[0]!);
    };
    expect(rateAfterChange(10 * DAY)).toBeLessThan(0.2);
    expect(rateAfterChange(Number.POSITIVE_INFINITY)).toBeGreaterThan(0.4);
  });

  it('a new store that starts from the fleet loses less than one that starts from nothing', () => {
    const shoppers = drawShoppers(3);
    const stores = [1, 2, 3].map((seed) => {
      const decider = banditDecider(shoppers, { explorationBudget: 1 });
      regretOf(shoppers, decider, { visits: 1500, seed });
      return decider.state;
    });
    const priors = Object.fromEntries(
      shoppers.actions.map(({ action }) => [
        action,
        fleetPrior(
          stores.map((store) => beliefOf(store, SHOPPER_SETTINGS, action)),
          SHOPPER_SETTINGS.prior,
        ),
      ]),
    );
    const run = { visits: 600, seed: 50 };
    const fresh = regretOf(shoppers, banditDecider(shoppers), run);
    const informed = regretOf(shoppers, banditDecider(shoppers, { settings: { ...SHOPPER_SETTINGS, priors } }), run);
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
