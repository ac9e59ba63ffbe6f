import { alwaysValid } from '../experiments/sequential.ts';
import { differenceOf } from '../experiments/sums.ts';
import type { CampaignId } from '../ids.ts';
import type { State } from '../state.ts';
import type { Campaign } from '../store-map.ts';
import { beliefOf, type LearntAction, NO_OFFER } from './learnt.ts';
import { NORMALS, sigmoid } from './normal.ts';
import { PRIOR_WITHOUT, priorOf } from './prior.ts';
import { FEATURES } from './situation.ts';

/** A figure with its 95 % interval. */
export interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What is known of a campaign from what became of its offers. */
export interface CampaignLearnt {
  readonly campaign: CampaignId;
  readonly name: string;
  /** Outcomes that were learnt from; older ones count less. */
  readonly offers: number;
  /** How many in 100 more buy with the offer, in the situations that it was made in; absent while too little was seen. */
  readonly more?: Figure;
  /** Profit of a visit that may get it over one that chance keeps from it, in cents; valid however often it is looked at. Absent below 50 visits of each. */
  readonly profitCents?: Figure;
  readonly treatedVisits: number;
  readonly holdoutVisits: number;
  readonly sentence: string;
  /** For whom it does more or less, where that is sure; empty where everybody can be treated alike. */
  readonly differences: readonly string[];
  /** Why it stopped by itself, while it is. */
  readonly stopped?: string;
}

/** Fewest outcomes before anything is said. */
const MIN_ROWS = 30;
const MIN_ARM = 50;
const DRAWS = 2_000;

/** What was learnt of every campaign, in the order of the store. */
export function toldOf(state: Readonly<State>): readonly CampaignLearnt[] {
  return (state.store?.campaigns ?? []).map((campaign) => campaignTold(state, campaign));
}

function campaignTold(state: Readonly<State>, campaign: Campaign): CampaignLearnt {
  const action = state.learnt.actions.get(campaign.id);
  const guard = state.guards.get(campaign.id);
  const [treatedVisits, holdoutVisits] = [guard?.treated.count ?? 0, guard?.holdout.count ?? 0];
  const profit =
    guard === undefined || Math.min(treatedVisits, holdoutVisits) < MIN_ARM
      ? undefined
      : alwaysValid(differenceOf(guard.treated, guard.holdout), { effect: state.store?.guardEffectCents ?? 1 });
  const more = action === undefined || action.rows < MIN_ROWS ? undefined : effectIn(state, campaign, typicalOf(action));
  return {
    campaign: campaign.id,
    name: campaign.name,
    offers: Math.round(action?.rows ?? 0),
    ...(more === undefined ? {} : { more }),
    ...(profit === undefined ? {} : { profitCents: { value: profit.value, low: profit.low, high: profit.high } }),
    treatedVisits,
    holdoutVisits,
    sentence: sentenceOf(campaign, more, action?.rows ?? 0),
    differences: action === undefined || more === undefined ? [] : differencesIn(state, campaign, typicalOf(action)),
    ...(guard?.stopped === undefined ? {} : { stopped: guard.stopped.sentence }),
  };
}

interface Situations {
  readonly withOffer: readonly number[];
  readonly without: readonly number[];
}

/** The mean situation in which a campaign was offered. */
function typicalOf({ typical, typicalWithout, rows }: LearntAction): Situations {
  return { withOffer: typical.map((sum) => sum / rows), without: (typicalWithout ?? typical).map((sum) => sum / rows) };
}

/** How many in 100 more buy, from draws of what is believed with the offer and without. */
function effectIn(state: Readonly<State>, campaign: Campaign, at: Situations): Figure {
  return figureOf(draws(state, campaign, [at]).map(([effect = 0]) => 100 * effect));
}

/** Extra share that buys, in each of some situations, draw by draw. */
function draws(state: Readonly<State>, campaign: Campaign, situations: readonly Situations[]): number[][] {
  const withOffer = sampler(beliefOf(state.learnt, campaign.id, priorOf(campaign)));
  const without = sampler(beliefOf(state.learnt, NO_OFFER, PRIOR_WITHOUT));
  return Array.from({ length: DRAWS }, (_, draw) => {
    const [a, b] = [withOffer(2 * draw), without(2 * draw + 1)];
    return situations.map((at) => sigmoid(dot(a, at.withOffer)) - sigmoid(dot(b, at.without)));
  });
}

/** Gives slopes as they may be, by what is believed; always the same for the same number. */
function sampler({ mean, covariance }: { readonly mean: readonly number[]; readonly covariance: readonly (readonly number[])[] }) {
  const root = rootOf(covariance);
  return (draw: number): number[] => {
    const at = (draw * FEATURES.length) % (NORMALS.length - FEATURES.length);
    return mean.map((centre, i) => centre + root[i]!.reduce((sum, value, j) => sum + value * NORMALS[at + j]!, 0));
  };
}

/** Lower triangle whose square is the matrix. */
function rootOf(matrix: readonly (readonly number[])[]): number[][] {
  const root = matrix.map((line) => line.map(() => 0));
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= root[i]![k]! * root[j]![k]!;
      root[i]![j] = i === j ? Math.sqrt(Math.max(0, sum)) : root[j]![j]! === 0 ? 0 : sum / root[j]![j]!;
    }
  }
  return root;
}

const WORDS: Readonly<Partial<Record<(typeof FEATURES)[number], string>>> = {
  'put-back': 'who put the product back',
  compared: 'who compared it with another',
  holding: 'who have it in the hand',
  dismissed: 'who waved an offer away before',
};

/** For whom the campaign does surely more, or less, than for the others. */
function differencesIn(state: Readonly<State>, campaign: Campaign, at: Situations): string[] {
  return FEATURES.flatMap((feature, position) => {
    const words = WORDS[feature];
    if (words === undefined) return [];
    const set = (value: number): Situations => ({
      withOffer: put(at.withOffer, position, value),
      without: put(at.without, position, value),
    });
    const { value, low, high } = figureOf(draws(state, campaign, [set(1), set(0)]).map(([yes = 0, no = 0]) => 100 * (yes - no)));
    if (low <= 0 && high >= 0) return [];
    return [`It wins ${Math.round(Math.abs(value))} in 100 ${value > 0 ? 'more' : 'fewer'} of those ${words} than of the others`];
  });
}

function put(x: readonly number[], position: number, value: number): number[] {
  return x.map((old, i) => (i === position ? value : old));
}

function figureOf(values: readonly number[]): Figure {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { value: values.reduce((a, b) => a + b, 0) / values.length, low: at(0.025), high: at(0.975) };
}

function sentenceOf({ discount }: Campaign, more: Figure | undefined, rows: number): string {
  const off = discount.kind === 'percent' ? `${discount.percent} % off` : 'the discount';
  if (more === undefined) return `Too few outcomes yet to say what ${off} does: ${Math.round(rows)} of ${MIN_ROWS}`;
  const range = `${number(more.low)} to ${number(more.high)}`;
  if (more.low > 0) return `With ${off}, ${number(more.value)} in 100 more buy (95 % sure: ${range})`;
  if (more.high < 0)
    return `With ${off}, ${number(-more.value)} in 100 fewer buy (95 % sure: ${number(-more.high)} to ${number(-more.low)})`;
  return `With ${off} it is not shown that more buy, or fewer (95 % sure: ${range} in 100 more)`;
}

function number(value: number): string {
  return Math.abs(value) >= 10 ? String(Math.round(value)) : String(Math.round(10 * value) / 10);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
