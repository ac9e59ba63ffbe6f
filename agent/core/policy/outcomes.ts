import type { StepContext } from '../context.ts';
import { settleExperiments } from '../experiments/settle.ts';
import { settleGuards } from '../guardrails/campaign-guard.ts';
import type { SaleLine } from '../reading.ts';
import { VISIT_LIMITS, type Visit } from '../visit.ts';
import { fade, HALF_LIFE_MS, learnFrom, NO_OFFER, type Trial } from './learnt.ts';
import { PRIOR_WITHOUT, priorOf } from './prior.ts';

/**
 * Keeps a decision until its outcome is known, one a product: an offer takes the place of an earlier "no offer", whose outcome it changes; a later
 * "no offer" does not take the place of anything.
 */
export function noteTrial(visit: Visit, trial: Trial): void {
  visit.trials ??= [];
  const earlier = visit.trials.findIndex(({ sku }) => sku === trial.sku);
  if (earlier !== -1 && trial.action === NO_OFFER) return;
  if (earlier !== -1) visit.trials.splice(earlier, 1);
  else if (visit.trials.length >= VISIT_LIMITS.trials) return;
  visit.trials.push(trial);
}

/** A sale that named the visit itself: what it holds was bought. */
export function noteBought(context: StepContext, visit: Visit, lines: readonly SaleLine[]): void {
  const { attributionWindowMs } = context.store.map.policy;
  for (const trial of visit.trials ?? []) {
    if (context.nowMs - trial.atMs > attributionWindowMs) continue;
    if (lines.some(({ sku, quantity }) => sku === trial.sku && quantity > 0)) trial.sold = true;
  }
}

/** The visit has ended: what it decided is learnt from, where its outcome may be known. */
export function settleVisit(context: StepContext, visit: Visit): void {
  const { state, store, nowMs } = context;
  const trials = visit.trials ?? [];
  if (trials.length > 0) {
    const campaign = (action: string) => store.campaigns.find(({ id }) => id === action);
    const prior = (action: string) => (action === NO_OFFER ? PRIOR_WITHOUT : priorOf(campaign(action)));
    fade(state.learnt, { nowMs, halfLifeMs: store.map.policy.learningHalfLifeMs ?? HALF_LIFE_MS, priorOf: prior });
    const isKnown = visit.consents.has('measurement') && visit.staff === undefined;
    if (isKnown) for (const trial of trials) learnFrom(state.learnt, trial, prior(trial.action));
    else state.learnt.lost += trials.length;
  }
  settleExperiments(context, visit);
  settleGuards(context, visit);
}

/** What would have come of the visit will never be known: it is cut off, and nothing is learnt from it. */
export function loseOutcome(context: StepContext, visit: Visit): void {
  context.state.learnt.lost += visit.trials?.length ?? 0;
  delete visit.trials;
  delete visit.assigned;
  delete visit.eligibleFor;
  visit.eligibleAtMs = undefined;
}
