import { budgetPrice } from '../budget.ts';
import type { StepContext } from '../context.ts';
import type { Sku } from '../ids.ts';
import type { Visit } from '../visit.ts';
import { logOddsAt } from './belief.ts';
import { type Candidate, isBeyond } from './candidates.ts';
import { type Choice, chooseAction, type Prospect, type WithoutOffer } from './choose-action.ts';
import { beliefOf, NO_OFFER } from './learnt.ts';
import { logit } from './normal.ts';
import { expectedWithOffer, PRIOR_WITHOUT, priorOf, responseTo } from './prior.ts';
import { situation } from './situation.ts';

/** Candidates with what was learnt of them, and what was chosen. */
export interface Weighed {
  /** In the given order, with their value and probability. */
  readonly candidates: readonly Candidate[];
  /** The one to offer; undefined for none. */
  readonly chosen: Candidate | undefined;
  readonly choice: Choice;
  /** The most valuable, whatever was chosen, with the situation it is in with and without an offer. */
  readonly top: { readonly candidate: Candidate; readonly without: readonly number[] };
  /** The situation of the chosen one, with the offer and without. */
  readonly x: { readonly withOffer: readonly number[]; readonly without: readonly number[] } | undefined;
}

/** Chooses among candidates that nothing but their worth stands in the way of; at least one. `decision` fixes what chance says. */
export function weigh(
  context: StepContext,
  visit: Visit,
  asked: { readonly open: readonly Candidate[]; readonly decision: string },
): Weighed {
  const { open } = asked;
  const { learnt } = context.state;
  const { policy } = context.store.map;
  const products = new Map<Sku, number>();
  const withouts: { readonly x: readonly number[]; readonly prospect: WithoutOffer }[] = [];
  const xs: (readonly number[])[] = [];
  const prospects = open.map((candidate): Prospect => {
    const { campaign, product, score, discountCents } = candidate;
    const marginCents = product.priceCents - product.costCents;
    let position = products.get(product.sku);
    if (position === undefined) {
      position = withouts.length;
      products.set(product.sku, position);
      const x = situation(visit, product.sku, logit(score.intent));
      withouts.push({ x, prospect: { ...logOddsAt(beliefOf(learnt, NO_OFFER, PRIOR_WITHOUT), x), marginCents } });
    }
    const response = responseTo(campaign, { policy, learnt: score.response });
    const expected = expectedWithOffer({ intent: score.intent, discountCents, priceCents: product.priceCents, response });
    const x = situation(visit, product.sku, logit(expected));
    xs.push(x);
    return {
      withOffer: logOddsAt(beliefOf(learnt, campaign.id, priorOf(campaign)), x),
      gainCents: marginCents - discountCents * (1 + budgetPrice(context, campaign)),
      product: position,
      isBeyond: isBeyond(candidate),
    };
  });
  const choice = chooseAction({
    // The holdout is drawn by the visit alone too; another word keeps the two apart.
    unit: `${policy.holdoutSeed}|${visit.id}`,
    decision: asked.decision,
    prospects,
    without: withouts.map(({ prospect }) => prospect),
    explorationBudget: policy.explorationShare ?? 0,
    isEven: policy.exploresEvenly === true,
  });
  const candidates = open.map((candidate, i): Candidate => {
    const { campaign, product, score, discountCents, isOnDisplay, experiments } = candidate;
    const expected = choice.expectedCents[i]!;
    return {
      campaign,
      product,
      score,
      discountCents,
      valueCents: Math.round(expected),
      excluded: candidate.excluded ?? (expected <= 0 ? 'not-worth-it' : undefined),
      probability: choice.probabilities[i]!,
      isOnDisplay,
      experiments,
    };
  });
  const best = choice.expectedCents.reduce((top, value, i, all) => (value > all[top]! ? i : top), 0);
  return {
    candidates,
    chosen: choice.chosen === undefined ? undefined : candidates[choice.chosen],
    choice,
    top: { candidate: candidates[best]!, without: withouts[prospects[best]!.product]!.x },
    x: choice.chosen === undefined ? undefined : { withOffer: xs[choice.chosen]!, without: withouts[prospects[choice.chosen]!.product]!.x },
  };
}
