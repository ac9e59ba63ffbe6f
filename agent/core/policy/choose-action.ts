import { unitHash } from '../hash.ts';
import type { Probability } from '../units.ts';
import { LARGEST_NORMAL, NORMALS, sigmoid } from './normal.ts';

/** What is believed of the log-odds of buying. */
export interface LogOdds {
  readonly mean: number;
  readonly deviation: number;
}

/** An offer that may be made now, beside not making it. Caps, consent, margin floor, stock and budget have been looked at already. */
export interface Prospect {
  readonly withOffer: LogOdds;
  /** What a purchase leaves with the offer: margin less the discount, and less what the budget's cents are worth beyond a cent. */
  readonly gainCents: number;
  /** Position among `without`: the product that this offer is for. */
  readonly product: number;
  /** Outside of what the rules allow: never believed best, only reached by exploring. */
  readonly isBeyond?: boolean;
}

/** A product without any offer: what is believed of buying it, and what a purchase leaves. */
export interface WithoutOffer extends LogOdds {
  readonly marginCents: number;
}

export interface ChooseOptions {
  /** Whom chance deals with: whether somebody is explored with is drawn once for everything with this name. */
  readonly unit: string;
  /** What is decided: which of the others it is then, and where draws begin. */
  readonly decision: string;
  readonly prospects: readonly Prospect[];
  readonly without: readonly WithoutOffer[];
  /** Most of the probability that may go to others than the one believed best; 0 explores nothing. */
  readonly explorationBudget: Probability;
  /** Least probability of each, so that the log can judge other policies; at most its part of a quarter of the exploration budget. */
  readonly floor?: Probability;
  /** Spreads the whole exploration budget evenly, whatever is believed (epsilon-greedy). For comparison. */
  readonly isEven?: boolean;
  /** Draws behind the probabilities. Default 64. */
  readonly draws?: number;
}

/** What was chosen, with everything that the log needs. */
export interface Choice {
  /** Position among the prospects; undefined for no offer. */
  readonly chosen: number | undefined;
  /** Probability with which this was chosen, exactly. */
  readonly propensity: Probability;
  /** By position; with `holdProbability` they sum to 1. */
  readonly probabilities: readonly Probability[];
  readonly holdProbability: Probability;
  /** Expected extra profit of each offer over none. */
  readonly expectedCents: readonly number[];
  /** Whether something else than the believed best was chosen. */
  readonly isExploring: boolean;
}

/** Least probability of each choice where nothing else is said: twice what makes a row of the log too heavy to judge others by. */
export const LEAST_PROBABILITY = 0.002;

/**
 * Thompson sampling with stated probabilities: how often each choice comes out best among draws from what is believed becomes its probability,
 * held inside the exploration budget and above the floor; then one is drawn from exactly those. The propensity in the log is therefore what
 * was used, not an estimate of it. No offer is always one of the choices, and gains nothing.
 */
export function chooseAction(options: ChooseOptions): Choice {
  const { prospects, without, explorationBudget } = options;
  const expectedCents = prospects.map((prospect) => expectedGain(prospect, without[prospect.product]!));
  const hold = prospects.length;
  let greedy = hold;
  for (let i = 0; i < hold; i++) {
    if (prospects[i]!.isBeyond !== true && expectedCents[i]! > (greedy === hold ? 0 : expectedCents[greedy]!)) greedy = i;
  }
  const shares = explorationBudget > 0 && hold > 0 ? sharesOf(options, greedy) : prospects.map(() => 0).concat(0);
  shares[greedy] = 0;
  const explored = shares.reduce((sum, share) => sum + share, 0);
  shares[greedy] = 1 - explored;
  const isExploring = unitHash(`${options.unit}|explore`) < explored;
  const chosen = isExploring ? drawOther(shares, { greedy, point: unitHash(`${options.decision}|which`) * explored }) : greedy;
  return {
    chosen: chosen === hold ? undefined : chosen,
    propensity: shares[chosen]!,
    probabilities: shares.slice(0, hold),
    holdProbability: shares[hold]!,
    expectedCents,
    isExploring,
  };
}

/**
 * Expected extra profit of an offer over none, at what is believed most: the means of uncertain probabilities lie nearer to one half, and would move
 * a decision between offers of which one is merely less known.
 */
export function expectedGain({ withOffer, gainCents }: Prospect, without: WithoutOffer): number {
  return gainCents * sigmoid(withOffer.mean) - without.marginCents * sigmoid(without.mean);
}

/** Probability of each choice, no offer last, with the believed best left at 0. */
function sharesOf(options: ChooseOptions, greedy: number): number[] {
  const { prospects, explorationBudget, floor = LEAST_PROBABILITY, draws = 64 } = options;
  const others = prospects.length;
  if (options.isEven === true) return spread(others + 1, explorationBudget / (others + 1));
  const least = Math.min(floor, explorationBudget / (4 * others));
  const room = explorationBudget - others * least;
  const wins = countWins(options, draws);
  const wanted = wins.map((count, i) => (i === greedy ? 0 : Math.max(0, count / draws - least)));
  const sum = wanted.reduce((a, b) => a + b, 0);
  const scale = sum > room ? room / sum : 1;
  return wanted.map((share, i) => (i === greedy ? 0 : least + scale * share));
}

function spread(count: number, share: number): number[] {
  return new Array<number>(count).fill(share);
}

/** How often each choice comes out best, no offer last. Offers that no draw could lift above the best one's worst draw are not drawn at all. */
function countWins({ prospects, without, decision }: ChooseOptions, draws: number): number[] {
  const wins = new Array<number>(prospects.length + 1).fill(0);
  const sure = Math.max(0, ...prospects.map((prospect) => extreme(prospect, without, -LARGEST_NORMAL)));
  const contenders = prospects.flatMap((prospect, i) => (extreme(prospect, without, LARGEST_NORMAL) >= sure ? [i] : []));
  const mean = Float64Array.from(contenders, (i) => prospects[i]!.withOffer.mean);
  const deviation = Float64Array.from(contenders, (i) => prospects[i]!.withOffer.deviation);
  const gain = Float64Array.from(contenders, (i) => prospects[i]!.gainCents);
  const product = Int32Array.from(contenders, (i) => prospects[i]!.product);
  const base = new Float64Array(without.length);
  let next = Math.floor(unitHash(`${decision}|draws`) * NORMALS.length);
  const draw = () => {
    const value = NORMALS[next]!;
    next = next + 1 === NORMALS.length ? 0 : next + 1;
    return value;
  };
  for (let round = 0; round < draws; round++) {
    for (let i = 0; i < base.length; i++) {
      const of = without[i]!;
      base[i] = of.marginCents / (1 + Math.exp(-of.mean - of.deviation * draw()));
    }
    let best = prospects.length;
    let bestValue = 0;
    for (let i = 0; i < mean.length; i++) {
      const value = gain[i]! / (1 + Math.exp(-mean[i]! - deviation[i]! * draw())) - base[product[i]!]!;
      if (value > bestValue) {
        bestValue = value;
        best = contenders[i]!;
      }
    }
    wins[best]!++;
  }
  return wins;
}

/** What an offer is worth over none where chance is this many deviations in its favour. */
function extreme({ withOffer, gainCents, product }: Prospect, without: readonly WithoutOffer[], favour: number): number {
  const base = without[product]!;
  return (
    gainCents * sigmoid(withOffer.mean + Math.sign(gainCents) * favour * withOffer.deviation) -
    base.marginCents * sigmoid(base.mean - Math.sign(base.marginCents) * favour * base.deviation)
  );
}

function drawOther(shares: readonly number[], { greedy, point }: { readonly greedy: number; readonly point: number }): number {
  let left = point;
  let last = greedy;
  for (let i = 0; i < shares.length; i++) {
    if (i === greedy || shares[i] === 0) continue;
    last = i;
    left -= shares[i]!;
    if (left < 0) return i;
  }
  return last;
}
