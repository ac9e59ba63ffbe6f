import { isApprentice } from './apprentice.ts';
import type { StepContext } from './context.ts';
import type { HoldReason, PolicyNote, Score, Trigger } from './decision.ts';
import { reasonAfterScoring, reasonBeforeScoring } from './hold.ts';
import { makeOffer, showNearby } from './make-offer.ts';
import { type Candidate, candidatesFor, isBeyond, toAlternative } from './policy/candidates.ts';
import { NO_OFFER } from './policy/learnt.ts';
import { noteTrial } from './policy/outcomes.ts';
import { type Weighed, weigh } from './policy/weigh.ts';
import { hold } from './record-hold.ts';
import { count } from './tally.ts';
import type { Visit } from './visit.ts';
import { reachStep } from './visits.ts';

/** Takes the scores that were asked for and decides: one offer, or hold with the reason. */
export function decide(context: StepContext, answer: { readonly request: string; readonly scores: readonly Score[] }): void {
  const { state } = context;
  const asked = state.awaited.get(answer.request);
  state.awaited.delete(answer.request);
  const visit = asked === undefined ? undefined : state.visits.get(asked.visit);
  const triggerScore = answer.scores.find((score) => score.sku === asked?.trigger.sku);
  const product = asked === undefined ? undefined : context.store.products.get(asked.trigger.sku);
  if (asked === undefined || visit === undefined || triggerScore === undefined || product === undefined) return;
  const { trigger } = asked;
  // Several acts of one visit can be scored in one batch: the first answer may already have become an offer.
  const early =
    reasonBeforeScoring(context, visit, product) ?? reasonAfterScoring(context, { trigger, score: triggerScore, atMs: asked.atMs });
  if (early !== undefined) return hold(context, visit, { reason: early, trigger, score: triggerScore });
  const candidates = answer.scores.flatMap((score) => candidatesFor(context, visit, { score, trigger }));
  if (candidates.some((candidate) => candidate.score.intent >= candidate.campaign.minIntent)) {
    if (visit.funnelStep < 2) count(context, 'intents', visit.place?.zone);
    reachStep(context, visit, 2);
  }
  const shown = candidates.find(({ excluded, isOnDisplay }) => excluded === 'experiment' && isOnDisplay);
  if (shown !== undefined) showNearby(context, visit, shown.product.sku);
  const open = candidates.filter((candidate) => candidate.excluded === undefined || isBeyond(candidate));
  if (open.length === 0) {
    const held = { trigger, score: triggerScore, alternatives: candidates.map(toAlternative), ...experimentsOf(candidates) };
    return hold(context, visit, { reason: candidates[0]?.excluded ?? 'no-campaign', ...held });
  }
  act(context, visit, { trigger, triggerScore, candidates, weighed: weigh(context, visit, { open, decision: answer.request }) });
}

/** Does what was chosen. What would be offered is the same in both arms; only then does the arm say whether it is. */
function act(
  context: StepContext,
  visit: Visit,
  made: { readonly trigger: Trigger; readonly triggerScore: Score; readonly candidates: readonly Candidate[]; readonly weighed: Weighed },
): void {
  const { trigger, weighed } = made;
  const { choice, chosen } = weighed;
  const { holdoutShare } = context.store.map.policy;
  const all = inOrder(made.candidates, weighed.candidates);
  const policy: PolicyNote = {
    name: 'bandit@1',
    learnt: Math.round(context.state.learnt.trials),
    holdProbability: choice.holdProbability,
    isExploring: choice.isExploring,
  };
  const shared = { trigger, alternatives: all.map(toAlternative), policy, ...experimentsOf(all) };
  // Over everything that chance decides, the holdout included: this is what the log is weighed by.
  const held = { ...shared, propensity: holdoutShare + (1 - holdoutShare) * choice.holdProbability };
  if (chosen === undefined) {
    learnWithout(context, visit, weighed);
    return hold(context, visit, { ...held, reason: holdReason(all, choice.isExploring), score: made.triggerScore });
  }
  // A store that is still learning offers nothing: what would have been offered is in the log.
  if (isApprentice(context)) {
    learnWithout(context, visit, weighed);
    return hold(context, visit, { ...shared, propensity: 1, reason: 'apprentice', score: chosen.score });
  }
  visit.eligibleAtMs ??= context.nowMs;
  visit.eligibleFor ??= chosen.campaign.id;
  if (visit.arm === 'holdout') {
    learnWithout(context, visit, weighed);
    return hold(context, visit, { ...held, reason: 'holdout', score: chosen.score });
  }
  const isMade = makeOffer(context, visit, { ...shared, best: chosen, propensity: (1 - holdoutShare) * choice.propensity });
  if (!isMade || weighed.x === undefined) return;
  const { withOffer: x, without } = weighed.x;
  noteTrial(visit, { action: chosen.campaign.id, sku: chosen.product.sku, x, without, atMs: context.nowMs, sold: false });
}

function holdReason(candidates: readonly Candidate[], isExploring: boolean): HoldReason {
  return isExploring ? 'exploring' : (candidates[0]?.excluded ?? 'not-worth-it');
}

/** What becomes of the product that an offer would have been for is learnt too. */
function learnWithout(context: StepContext, visit: Visit, { top }: Weighed): void {
  noteTrial(visit, { action: NO_OFFER, sku: top.candidate.product.sku, x: top.without, atMs: context.nowMs, sold: false });
}

/** The candidates in their first order, with what weighing has found of those that were weighed. */
function inOrder(candidates: readonly Candidate[], weighed: readonly Candidate[]): readonly Candidate[] {
  let next = 0;
  return candidates.map((candidate) => (candidate.excluded === undefined || isBeyond(candidate) ? weighed[next++]! : candidate));
}

function experimentsOf(candidates: readonly Candidate[]): { readonly experiments?: Candidate['experiments'] } {
  const found = new Map<string, Candidate['experiments'][number]>();
  for (const { experiments } of candidates) for (const one of experiments) found.set(one.id, one);
  return found.size === 0 ? {} : { experiments: [...found.values()] };
}
