import type { Prior } from '../../../agent/core/policy/belief.ts';
import { logOddsAt } from '../../../agent/core/policy/belief.ts';
import { type Choice, chooseAction } from '../../../agent/core/policy/choose-action.ts';
import { beliefOf, fade, type Learnt, learnFrom, NO_OFFER, nothingLearnt } from '../../../agent/core/policy/learnt.ts';
import { sigmoid } from '../../../agent/core/policy/normal.ts';
import { expectedGainCents } from '../../../agent/core/policy/prior.ts';
import type { Product } from '../../../agent/core/store-map.ts';
import { createRandom, type Random } from '../../../models/training/random.ts';

const PRICE_CENTS = 2000;
const COST_CENTS = 900;
const MARGIN_CENTS = PRICE_CENTS - COST_CENTS;
const DISCOUNTS: readonly number[] = [0.1, 0.2, 0.3];

export const SHOPPER_FEATURES = 4;

/** Something that may be done: `NO_OFFER`, or an offer by its name. */
export interface Action {
  readonly action: string;
  /** What a purchase leaves, after the discount. */
  readonly marginCents: number;
  /** The discount. */
  readonly budgetCents: number;
}

/** A made-up store whose best decision is known: three discounts or none, and log-odds that are lines through a shopper's features. */
export interface Shoppers {
  /** No offer first. */
  readonly actions: readonly Action[];
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
    actions: [{ action: NO_OFFER, marginCents: MARGIN_CENTS, budgetCents: 0 }, ...offers],
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

/** A prior that knows only how often people convert at all: `rate` without features, slopes around 0. */
export function plainPrior(features: number, { rate, spread = 1 }: { readonly rate: number; readonly spread?: number }): Prior {
  const positions = Array.from({ length: features }, (_, i) => i);
  return {
    mean: positions.map((i) => (i === 0 ? Math.log(rate / (1 - rate)) : 0)),
    covariance: positions.map((i) => positions.map((j) => (i === j ? spread * spread : 0))),
  };
}

export const SHOPPER_PRIOR: Prior = plainPrior(SHOPPER_FEATURES, { rate: 0.25 });

export interface BanditOptions {
  readonly explorationBudget?: number;
  readonly isEven?: boolean;
  readonly priors?: Readonly<Record<string, Prior>>;
  readonly halfLifeMs?: number;
  readonly draws?: number;
}

/** Choice among the actions of a store, the first of which is no offer, by what was learnt. */
export function choose(
  learnt: Learnt,
  about: { readonly actions: readonly Action[]; readonly features: readonly number[]; readonly id: string; readonly price?: number },
  { priors = {}, explorationBudget = 0.1, isEven = false, draws = 100 }: BanditOptions = {},
): Choice {
  const [none, ...offers] = about.actions as [Action, ...Action[]];
  const at = (action: string) => logOddsAt(beliefOf(learnt, action, priors[action] ?? priorFor(about.features)), about.features);
  return chooseAction({
    unit: about.id,
    decision: about.id,
    prospects: offers.map(({ action, marginCents, budgetCents }) => ({
      withOffer: at(action),
      gainCents: marginCents - (about.price ?? 0) * budgetCents,
      product: 0,
    })),
    without: [{ ...at(NO_OFFER), marginCents: none.marginCents }],
    explorationBudget,
    isEven,
    draws,
  });
}

function priorFor(features: readonly number[]): Prior {
  return plainPrior(features.length, { rate: 0.25 });
}

/** The bandit as a decider; it learns when the outcome is known. */
export function banditDecider(shoppers: Shoppers, options: BanditOptions = {}): Decider & { readonly learnt: Learnt; explored: number } {
  const { priors = {}, halfLifeMs = Number.POSITIVE_INFINITY } = options;
  const learnt = nothingLearnt();
  const open = new Map<string, { readonly action: string; readonly features: readonly number[] }>();
  const priorOf = (action: string) => priors[action] ?? SHOPPER_PRIOR;
  return {
    learnt,
    explored: 0,
    decide({ id, features, atMs }) {
      fade(learnt, { nowMs: atMs, halfLifeMs, priorOf });
      const choice = choose(learnt, { actions: shoppers.actions, features, id }, options);
      if (choice.isExploring) this.explored++;
      const position = choice.chosen === undefined ? 0 : choice.chosen + 1;
      open.set(id, { action: shoppers.actions[position]!.action, features });
      return position;
    },
    learn({ id, sold, atMs }) {
      const { action, features } = open.get(id)!;
      open.delete(id);
      learnFrom(learnt, { action, sku: 'p', x: features, atMs, sold }, priorOf(action));
    },
  };
}

/** Takes the best by what is believed, and one time in ten any action at random; learns as the bandit does. */
export function epsilonGreedy(shoppers: Shoppers, epsilon = 0.1): Decider {
  return banditDecider(shoppers, { explorationBudget: epsilon, isEven: true });
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
