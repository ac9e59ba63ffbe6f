import { expectedGainCents } from '../../../agent/core/decide.ts';
import type { Product } from '../../../agent/core/store-map.ts';
import {
  type BanditSettings,
  type BanditState,
  NO_OFFER,
  passTime,
  remember,
  reward,
  startBandit,
} from '../../../models/policy/bandit/bandit-state.ts';
import { plainPrior } from '../../../models/policy/bandit/belief.ts';
import { chooseAction, type EligibleAction, noOffer } from '../../../models/policy/bandit/choose-action.ts';
import { sigmoid } from '../../../models/training/gbdt.ts';
import { createRandom, type Random } from '../../../models/training/random.ts';

const PRICE_CENTS = 2000;
const COST_CENTS = 900;
const MARGIN_CENTS = PRICE_CENTS - COST_CENTS;
const DISCOUNTS: readonly number[] = [0.1, 0.2, 0.3];

export const SHOPPER_FEATURES = 4;

/** A made-up store whose best decision is known: three discounts or none, and log-odds that are lines through a shopper's features. */
export interface Shoppers {
  readonly actions: readonly EligibleAction[];
  /** True probability of buying by position in `actions`. */
  chances(features: readonly number[]): number[];
  draw(random: Random): number[];
}

/** Draws a store: who buys without an offer, and whom each discount moves; some are moved by a small one, some only by a large one, some not at all. */
export function drawShoppers(seed: number): Shoppers {
  const random = createRandom(seed);
  const base = [-1.2 + 0.3 * random.normal(), 0.8, 0.3 * random.normal(), 0.3 * random.normal()];
  const moved = DISCOUNTS.map((discount) => [4 * discount + 0.2 * random.normal(), -0.3, 0.8 * random.normal(), 0.4 * random.normal()]);
  const lines = [base, ...moved.map((own) => own.map((value, i) => base[i]! + value))];
  const offers = DISCOUNTS.map((discount, i) => ({
    action: `offer ${i + 1}`,
    marginCents: MARGIN_CENTS - discount * PRICE_CENTS,
    budgetCents: discount * PRICE_CENTS,
  }));
  return {
    actions: [noOffer(MARGIN_CENTS), ...offers],
    chances: (features) => lines.map((line) => sigmoid(line.reduce((sum, slope, i) => sum + slope * features[i]!, 0))),
    draw: (from) => [1, from.normal(), from.normal(), from.next() < 0.5 ? 1 : 0],
  };
}

/** Who decides: a position in `actions`, and hears later whether it sold. */
export interface Decider {
  decide(visit: { readonly id: string; readonly features: readonly number[]; readonly atMs: number }): number;
  learn(visit: { readonly id: string; readonly sold: boolean; readonly atMs: number }): void;
}

/** Regret: cents lost to the best decision, over `visits` one-minute-apart visits whose outcome is known 30 minutes later. */
export function regretOf(
  shoppers: Shoppers,
  decider: Decider,
  { visits, seed }: { readonly visits: number; readonly seed: number },
): number {
  const random = createRandom(seed);
  const waiting: { readonly id: string; readonly sold: boolean }[] = [];
  let regret = 0;
  for (let visit = 0; visit < visits; visit++) {
    const atMs = visit * 60_000;
    const features = shoppers.draw(random);
    const id = `v${seed}.${visit}`;
    const chosen = decider.decide({ id, features, atMs });
    const chances = shoppers.chances(features);
    const values = shoppers.actions.map(({ marginCents }, i) => marginCents * chances[i]!);
    regret += Math.max(...values) - values[chosen]!;
    waiting.push({ id, sold: random.next() < chances[chosen]! });
    if (waiting.length > 30) decider.learn({ ...waiting.shift()!, atMs });
  }
  return regret;
}

export const SHOPPER_SETTINGS: BanditSettings = {
  features: SHOPPER_FEATURES,
  prior: plainPrior(SHOPPER_FEATURES, { rate: 0.25 }),
  rewardWindowMs: 31 * 60_000,
  halfLifeMs: Number.POSITIVE_INFINITY,
};

/** The bandit as a decider; a miss is what did not sell within the window. `onChoice` sees each choice. */
export function banditDecider(
  shoppers: Shoppers,
  options: { readonly explorationBudget?: number; readonly settings?: BanditSettings; readonly draws?: number } = {},
): Decider & { readonly state: BanditState; explored: number } {
  const { explorationBudget = 0.1, settings = SHOPPER_SETTINGS, draws = 100 } = options;
  const state = startBandit(0);
  return {
    state,
    explored: 0,
    decide({ id, features, atMs }) {
      passTime(state, settings, atMs);
      const choice = chooseAction(state, settings, { decision: id, features, actions: shoppers.actions, explorationBudget, draws });
      if (choice.isExploring) this.explored++;
      remember(state, settings, { id, action: choice.action, features, atMs });
      return shoppers.actions.findIndex(({ action }) => action === choice.action);
    },
    learn({ id, sold }) {
      if (sold) reward(state, id);
    },
  };
}

/** Takes the best by what is believed, and one time in ten any action at random; learns as the bandit does. */
export function epsilonGreedy(shoppers: Shoppers, epsilon = 0.1): Decider {
  const bandit = banditDecider(shoppers);
  const { state } = bandit;
  const random = createRandom(99);
  return {
    decide({ id, features, atMs }) {
      passTime(state, SHOPPER_SETTINGS, atMs);
      const { expectedCents } = chooseAction(state, SHOPPER_SETTINGS, { decision: id, features, actions: shoppers.actions, draws: 1 });
      const best = expectedCents.reduce((found, value, i) => (value > expectedCents[found]! ? i : found), 0);
      const chosen = random.next() < epsilon ? random.below(shoppers.actions.length) : best;
      remember(state, SHOPPER_SETTINGS, { id, action: shoppers.actions[chosen]!.action, features, atMs });
      return chosen;
    },
    learn: (visit) => bandit.learn(visit),
  };
}

/** The rules: told each shopper's true chance of buying without an offer, they take the greatest expected gain by their fixed prior of what a discount does. */
export function ruleDecider(shoppers: Shoppers): Decider {
  const product: Product = { sku: 'p', name: 'p', category: 'c', priceCents: PRICE_CENTS, costCents: COST_CENTS };
  return {
    decide({ features }) {
      const intent = shoppers.chances(features)[0]!;
      const gains = shoppers.actions.map(({ action, budgetCents }) =>
        action === NO_OFFER ? 0 : expectedGainCents({ product, discountCents: budgetCents, intent }),
      );
      return gains.reduce((best, gain, i) => (gain > gains[best]! ? i : best), 0);
    },
    learn: () => undefined,
  };
}
