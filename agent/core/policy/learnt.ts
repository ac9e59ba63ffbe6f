import type { CampaignId, Sku } from '../ids.ts';
import { DAY_MS, type DurationMs, HOUR_MS, type TimestampMs } from '../units.ts';
import { type Belief, forget, learn, type Prior, startBelief } from './belief.ts';

/** The action of not making an offer, among the campaigns. No campaign may be called so: ids have no star. */
export const NO_OFFER = '*none';

/** Most actions that something is remembered of; the one that was learnt from longest ago gives way. */
export const MOST_ACTIONS = 512;

/** Everything that was learnt from outcomes: a fold of them. */
export interface Learnt {
  /** By campaign, and `NO_OFFER`; the one learnt from last is the last. */
  readonly actions: Map<string, LearntAction>;
  /** When what was learnt last faded. */
  agedAtMs: TimestampMs;
  /** Outcomes that were learnt from, and those that will never be known: no consent to measurement, erased, cut off by a clock. */
  trials: number;
  lost: number;
}

/** What was learnt of one action. */
export interface LearntAction {
  readonly belief: Belief;
  /** Sums over the outcomes, faded like the belief: how many, how many bought, and the situations they were in. */
  rows: number;
  sold: number;
  typical: number[];
  /** The same situations without the offer; only of offers. */
  typicalWithout?: number[];
}

/** A decision that waits for its outcome, kept with its visit. */
export interface Trial {
  readonly action: CampaignId | typeof NO_OFFER;
  readonly sku: Sku;
  readonly x: readonly number[];
  /** The situation without the offer; only of offers. */
  readonly without?: readonly number[];
  readonly atMs: TimestampMs;
  sold: boolean;
}

/** Half of what was learnt is forgotten after this long, where the policy says nothing. */
export const HALF_LIFE_MS: DurationMs = 60 * DAY_MS;

/** Somebody who has seen nothing. */
export function nothingLearnt(): Learnt {
  return { actions: new Map(), agedAtMs: 0, trials: 0, lost: 0 };
}

/** What is believed of an action, the prior where nothing was learnt yet. Never writes. */
export function beliefOf(learnt: Readonly<Learnt>, action: string, prior: Prior): Prior {
  const known = learnt.actions.get(action);
  return known?.typical.length === prior.mean.length ? known.belief : prior;
}

/**
 * Learns from a decision whose outcome is known. Called when the visit has ended and not when something sells: learning sales at once and
 * misses later would believe every action better than it is.
 */
export function learnFrom(learnt: Learnt, trial: Trial, prior: Prior): void {
  const known = learnt.actions.get(trial.action);
  // What was learnt with other features is of no use any more.
  const action = known?.typical.length === trial.x.length ? known : newAction(prior);
  learn(action.belief, trial.x, { converted: trial.sold });
  action.rows++;
  if (trial.sold) action.sold++;
  for (let i = 0; i < trial.x.length; i++) action.typical[i]! += trial.x[i]!;
  if (trial.without !== undefined) {
    action.typicalWithout ??= trial.without.map(() => 0);
    for (let i = 0; i < trial.without.length; i++) action.typicalWithout[i]! += trial.without[i]!;
  }
  learnt.trials++;
  learnt.actions.delete(trial.action);
  learnt.actions.set(trial.action, action);
  if (learnt.actions.size <= MOST_ACTIONS) return;
  for (const oldest of learnt.actions.keys()) {
    learnt.actions.delete(oldest);
    return;
  }
}

/** Lets what was learnt fade towards the priors; at most once an hour, which is fine enough. */
export function fade(
  learnt: Learnt,
  now: { readonly nowMs: TimestampMs; readonly halfLifeMs: DurationMs; readonly priorOf: (action: string) => Prior },
): void {
  if (learnt.agedAtMs === 0 || learnt.agedAtMs > now.nowMs) learnt.agedAtMs = now.nowMs;
  const passedMs = now.nowMs - learnt.agedAtMs;
  if (passedMs < HOUR_MS) return;
  learnt.agedAtMs = now.nowMs;
  const share = 0.5 ** (passedMs / now.halfLifeMs);
  if (share === 1) return;
  for (const [name, action] of learnt.actions) {
    forget(action.belief, now.priorOf(name), share);
    action.rows *= share;
    action.sold *= share;
    for (const typical of [action.typical, action.typicalWithout ?? []]) for (let i = 0; i < typical.length; i++) typical[i]! *= share;
  }
}

function newAction(prior: Prior): LearntAction {
  return { belief: startBelief(prior), rows: 0, sold: 0, typical: prior.mean.map(() => 0) };
}
