import { DAY_MS, type DurationMs, HOUR_MS, type TimestampMs } from '../../../agent/core/units.ts';
import { type Belief, forget, learn, type Prior, startBelief } from './belief.ts';

/** The action of not contacting anybody. Always eligible. */
export const NO_OFFER = 'no-offer';

/** How a bandit learns. */
export interface BanditSettings {
  /** Length of the feature vector; feature 0 is 1. */
  readonly features: number;
  /** What is believed of an action at first; per action where the fleet knows it, else `prior`. */
  readonly prior: Prior;
  readonly priors?: Readonly<Record<string, Prior>>;
  /** Time after which half of what was learnt is forgotten. Default 60 days; `Infinity` forgets nothing. */
  readonly halfLifeMs?: DurationMs;
  /** When a decision is learnt from; without a conversion by then it is a miss. Default 4 h. */
  readonly rewardWindowMs?: DurationMs;
  /** Most decisions that may wait for their reward; the oldest is given up beyond. Default 10,000. */
  readonly maxPending?: number;
}

/** Everything a bandit knows. Plain JSON: what is read back decides the same. */
export interface BanditState {
  readonly beliefs: Record<string, Belief>;
  /** Oldest first. */
  pending: Pending[];
  agedAtMs: TimestampMs;
  /** Rewards that came for no decision that waits: too late, twice, or never ours. */
  strangers: number;
  /** Decisions whose reward will never be known: erased, or shed at the limit. Not learnt from. */
  lost: number;
}

/** A decision that waits for its reward. */
export interface Pending {
  readonly id: string;
  readonly action: string;
  readonly features: readonly number[];
  readonly atMs: TimestampMs;
  converted: boolean;
}

/** A bandit that has seen nothing. */
export function startBandit(nowMs: TimestampMs): BanditState {
  return { beliefs: {}, pending: [], agedAtMs: nowMs, strangers: 0, lost: 0 };
}

/** What is believed of an action, the prior where nothing was learnt yet. Never writes. */
export function beliefOf(state: BanditState, settings: BanditSettings, action: string): Belief {
  return state.beliefs[action] ?? startBelief(priorOf(settings, action));
}

/** Notes what was done, so that its reward can be learnt from when it comes. */
export function remember(
  state: BanditState,
  settings: BanditSettings,
  decision: { readonly id: string; readonly action: string; readonly features: readonly number[]; readonly atMs: TimestampMs },
): void {
  const { id, action, features, atMs } = decision;
  if (features.length !== settings.features) {
    throw new Error(`Cannot remember decision "${id}": it has ${features.length} features, the bandit ${settings.features}`);
  }
  state.pending.push({ id, action, features: [...features], atMs, converted: false });
  const excess = state.pending.length - (settings.maxPending ?? 10_000);
  if (excess <= 0) return;
  state.pending.splice(0, excess);
  state.lost += excess;
}

/**
 * A decision's conversion came. It is learnt when its window ends, with the misses of the same hour: learning sales at once and misses hours
 * later would believe every action better than it is. Repeats and strangers are counted and change nothing.
 */
export function reward(state: BanditState, decision: string): void {
  const pending = state.pending.find(({ id }) => id === decision);
  if (pending === undefined || pending.converted) state.strangers++;
  else pending.converted = true;
}

/** Its reward will never be known (the visit was erased, the till was down): forgotten without learning from it. */
export function lose(state: BanditState, decision: string): void {
  const at = state.pending.findIndex(({ id }) => id === decision);
  if (at === -1) return;
  state.pending.splice(at, 1);
  state.lost++;
}

/** Lets time pass: decisions beyond their window are learnt from in the order they were made, and what is old fades (at most once an hour, which is fine enough). */
export function passTime(state: BanditState, settings: BanditSettings, nowMs: TimestampMs): void {
  const { rewardWindowMs = 4 * HOUR_MS, halfLifeMs = 60 * DAY_MS } = settings;
  const waiting = state.pending.findIndex(({ atMs }) => nowMs - atMs < rewardWindowMs);
  for (const { action, features, converted } of state.pending.splice(0, waiting === -1 ? state.pending.length : waiting)) {
    const belief = beliefOf(state, settings, action);
    learn(belief, features, { converted });
    state.beliefs[action] = belief;
  }
  const passedMs = nowMs - state.agedAtMs;
  if (passedMs < HOUR_MS) return;
  state.agedAtMs = nowMs;
  if (!Number.isFinite(halfLifeMs)) return;
  const share = 0.5 ** (passedMs / halfLifeMs);
  for (const [action, belief] of Object.entries(state.beliefs)) forget(belief, priorOf(settings, action), share);
}

function priorOf({ priors, prior }: BanditSettings, action: string): Prior {
  return priors?.[action] ?? prior;
}
