import { unitHash } from '../../../agent/core/hash.ts';
import type { Cents, Probability } from '../../../agent/core/units.ts';
import { sigmoid } from '../../training/gbdt.ts';
import { createRandom } from '../../training/random.ts';
import { type BanditSettings, type BanditState, beliefOf, NO_OFFER } from './bandit-state.ts';
import { logOddsAt } from './belief.ts';

/** Something that may be done now. Whoever calls has already sorted out what may not: caps, consent, margin floor, stock. */
export interface EligibleAction {
  /** `no-offer`, or what the beliefs are kept by: a campaign. */
  readonly action: string;
  /** Margin that a conversion leaves: after the discount, for an offer. */
  readonly marginCents: Cents;
  /** What a conversion takes out of the campaign's budget; 0 for no offer. */
  readonly budgetCents: Cents;
}

export interface ChooseOptions {
  /** What chance is drawn from: the same decision is always decided the same. */
  readonly decision: string;
  /** Feature 0 is 1. */
  readonly features: readonly number[];
  /** Should hold `no-offer`; at least one. */
  readonly actions: readonly EligibleAction[];
  /** Most of the probability that may go to other actions than the one believed best. Default 0.1. */
  readonly explorationBudget?: Probability;
  /** Least probability of every eligible action, so that the log can judge other policies; at most its part of half the exploration budget. Default 0.005. */
  readonly floor?: Probability;
  /** What a cent of campaign budget is worth beyond a cent, from `BudgetPace`. Default 0. */
  readonly budgetPrice?: number;
  /** Draws behind the probabilities. Default 200. */
  readonly draws?: number;
}

/** What was chosen, with everything that the log needs. */
export interface Choice {
  readonly action: string;
  /** Probability with which this was chosen, exactly. */
  readonly propensity: Probability;
  /** By position in `actions`; they sum to 1. */
  readonly probabilities: readonly Probability[];
  /** Expected profit of each action, less what its budget costs; by position. */
  readonly expectedCents: readonly number[];
  /** Whether something else than the believed best was chosen. */
  readonly isExploring: boolean;
}

/**
 * Thompson sampling with stated probabilities: how often each action comes out best among draws from what is believed becomes its probability,
 * held inside the exploration budget and above the floor; then one action is drawn from exactly those. The propensity in the log is
 * therefore what was used, not an estimate of it. Does not write to the state.
 */
export function chooseAction(state: BanditState, settings: BanditSettings, options: ChooseOptions): Choice {
  const { decision, features, actions, explorationBudget = 0.1, floor = 0.005, budgetPrice = 0, draws = 200 } = options;
  if (actions.length === 0) throw new Error(`Cannot choose for decision "${decision}": no action is eligible`);
  const prospects = actions.map(({ action, marginCents, budgetCents }) => ({
    ...logOddsAt(beliefOf(state, settings, action), features),
    gain: marginCents - budgetPrice * budgetCents,
  }));
  const expectedCents = prospects.map(({ mean, deviation, gain }) => gain * meanProbability(mean, deviation));
  const greedy = expectedCents.reduce((best, value, i) => (value > expectedCents[best]! ? i : best), 0);
  const wins = countWins(prospects, { draws, seed: Math.floor(unitHash(`${decision}|draws`) * NORMALS.length) });
  const probabilities = withinBudget(
    wins.map((count) => count / draws),
    { greedy, explorationBudget, floor },
  );
  const chosen = drawFrom(probabilities, unitHash(`${decision}|action`));
  return {
    action: actions[chosen]!.action,
    propensity: probabilities[chosen]!,
    probabilities,
    expectedCents,
    isExploring: chosen !== greedy,
  };
}

/** The action of leaving somebody in peace, for a product with this margin. */
export function noOffer(marginCents: Cents): EligibleAction {
  return { action: NO_OFFER, marginCents, budgetCents: 0 };
}

interface Prospect {
  readonly mean: number;
  readonly deviation: number;
  readonly gain: number;
}

/** How often each action comes out best. Actions that no draw could lift above the best one's worst draw are not drawn at all. */
function countWins(prospects: readonly Prospect[], { draws, seed }: { readonly draws: number; readonly seed: number }): number[] {
  const wins = new Array<number>(prospects.length).fill(0);
  const sure = Math.max(...prospects.map((prospect) => valueAt(prospect, -LARGEST_NORMAL)));
  const contenders = prospects.flatMap((prospect, i) => (valueAt(prospect, LARGEST_NORMAL) >= sure ? [i] : []));
  const mean = Float64Array.from(contenders, (i) => prospects[i]!.mean);
  const deviation = Float64Array.from(contenders, (i) => prospects[i]!.deviation);
  const gain = Float64Array.from(contenders, (i) => prospects[i]!.gain);
  let next = seed;
  for (let draw = 0; draw < draws; draw++) {
    let best = 0;
    let bestValue = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < mean.length; i++) {
      const value = gain[i]! / (1 + Math.exp(-mean[i]! - deviation[i]! * NORMALS[next]!));
      next = next + 1 === NORMALS.length ? 0 : next + 1;
      if (value > bestValue) {
        bestValue = value;
        best = i;
      }
    }
    wins[contenders[best]!]!++;
  }
  return wins;
}

/** What an action is worth where chance is this many deviations in its favour. */
function valueAt({ mean, deviation, gain }: Prospect, favour: number): number {
  return gain * sigmoid(mean + Math.sign(gain) * favour * deviation);
}

function withinBudget(
  shares: readonly number[],
  { greedy, explorationBudget, floor }: { readonly greedy: number; readonly explorationBudget: number; readonly floor: number },
): number[] {
  const others = shares.length - 1;
  if (others === 0) return [1];
  const least = Math.min(floor, explorationBudget / (2 * others));
  const room = explorationBudget - others * least;
  const wanted = shares.map((share, i) => (i === greedy ? 0 : Math.max(0, share - least)));
  const sum = wanted.reduce((a, b) => a + b, 0);
  const scale = sum > room ? room / sum : 1;
  const result = wanted.map((share, i) => (i === greedy ? 0 : least + scale * share));
  result[greedy] = 1 - result.reduce((a, b) => a + b, 0);
  return result;
}

function drawFrom(probabilities: readonly number[], unit: number): number {
  let left = unit;
  for (let i = 0; i < probabilities.length; i++) {
    left -= probabilities[i]!;
    if (left < 0) return i;
  }
  return probabilities.length - 1;
}

/** Mean of a probability whose log-odds are normal (MacKay's approximation). */
function meanProbability(mean: number, deviation: number): number {
  return sigmoid(mean / Math.sqrt(1 + (Math.PI / 8) * deviation * deviation));
}

/** Standard normal numbers, drawn once: a decision takes them from a place of its own, which is a tenth of the cost of drawing anew. A prime, so that places do not repeat in step. */
const NORMALS: Float64Array = (() => {
  const random = createRandom(20_260_105);
  return Float64Array.from({ length: 65_521 }, () => random.normal());
})();

const LARGEST_NORMAL = NORMALS.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
