import type { TimestampMs } from '../../agent/core/units.ts';
import { GATES, STAGES, type Stage } from './gates.ts';
import type { Verdict } from './judge-gate.ts';

/** A model that this store knows: where it came from and which file it is. */
export interface ModelRef {
  /** `purchase-intent@<12 digits>`, or `rules@1`. */
  readonly name: string;
  /** `own`: came along or was configured. `rules`: the table of points. `staged`: somebody handed it in; its folder has the hash's name. */
  readonly source: 'own' | 'rules' | 'staged';
  /** sha256 of its file; of `staged` only. */
  readonly sha256?: string;
}

/** A model on its way. */
export interface Candidate {
  readonly model: ModelRef;
  readonly stage: Exclude<Stage, 'live'>;
  readonly sinceMs: TimestampMs;
}

/** One thing that happened, for people. */
export interface LifecycleEvent {
  readonly atMs: TimestampMs;
  readonly model: string;
  readonly kind: 'staged' | 'passed' | 'refused' | 'returned' | 'promoted' | 'withdrawn' | 'recalibrated';
  readonly to: Stage | 'out';
  /** One sentence: why. */
  readonly reason: string;
  /** `agent`, or who asked. */
  readonly by: string;
}

/** Where this store's models stand; small, written as JSON in one piece, so that a crash leaves the one before or the one after. */
export interface Lifecycle {
  readonly live: ModelRef;
  /** What it goes back to. */
  readonly previous: ModelRef | undefined;
  readonly liveSinceMs: TimestampMs;
  readonly candidate: Candidate | undefined;
  /** Newest last, at most `MAX_EVENTS`. */
  readonly history: readonly LifecycleEvent[];
}

/** Who does what nobody asked for. */
export const AGENT = 'agent';

/** Events kept. */
export const MAX_EVENTS = 100;

/** The table of points, which needs no file and is what there always is to go back to. */
export const RULES: ModelRef = { name: 'rules@1', source: 'rules' };

/** A store that never had another model than the one that came along. */
export function newLifecycle(own: ModelRef, nowMs: TimestampMs): Lifecycle {
  return { live: own, previous: RULES, liveSinceMs: nowMs, candidate: undefined, history: [] };
}

interface Step {
  readonly nowMs: TimestampMs;
  readonly by: string;
  readonly reason: string;
}

/** A model was handed in and checked; one that was on its way gives way to it. */
export function stage(lifecycle: Lifecycle, model: ModelRef, step: Step): Lifecycle {
  const candidate: Candidate = { model, stage: 'verified', sinceMs: step.nowMs };
  return noted({ ...lifecycle, candidate }, { ...step, model: model.name, kind: 'staged', to: 'verified' });
}

/** The candidate goes on to the next stage; from the last one it becomes the model in use. */
export function pass(lifecycle: Lifecycle, step: Step): Lifecycle {
  const { candidate } = lifecycle;
  if (candidate === undefined) return lifecycle;
  const next = STAGES[STAGES.indexOf(candidate.stage) + 1]!;
  if (next === 'live') return makeLive(lifecycle, candidate.model, { ...step, kind: 'passed' });
  const moved: Candidate = { ...candidate, stage: next, sinceMs: step.nowMs };
  return noted({ ...lifecycle, candidate: moved }, { ...step, model: candidate.model.name, kind: 'passed', to: next });
}

/** The candidate is taken out, at a gate or by somebody. */
export function withdraw(lifecycle: Lifecycle, step: Step & { readonly kind: 'refused' | 'withdrawn' }): Lifecycle {
  const { candidate } = lifecycle;
  if (candidate === undefined) return lifecycle;
  return noted({ ...lifecycle, candidate: undefined }, { ...step, model: candidate.model.name, to: 'out' });
}

/** Somebody puts the candidate into use without waiting for its gates. */
export function promote(lifecycle: Lifecycle, step: Step): Lifecycle {
  const { candidate } = lifecycle;
  return candidate === undefined ? lifecycle : makeLive(lifecycle, candidate.model, { ...step, kind: 'promoted' });
}

/**
 * The last model is used again. What it is taken from becomes the previous one, so that pressing twice changes nothing; a candidate that was on
 * its way is taken out too: it was held against a model that is no longer in use.
 */
export function goBack(lifecycle: Lifecycle, step: Step): Lifecycle {
  const to = lifecycle.previous ?? RULES;
  // What the agent itself took out of use is not what it would go back to next.
  const previous = step.by === AGENT && to.source !== 'rules' ? RULES : lifecycle.live;
  const after: Lifecycle = { ...lifecycle, live: to, previous, liveSinceMs: step.nowMs, candidate: undefined };
  return noted(after, { ...step, model: lifecycle.live.name, kind: 'returned', to: 'out' });
}

function makeLive(lifecycle: Lifecycle, model: ModelRef, step: Step & { readonly kind: 'passed' | 'promoted' }): Lifecycle {
  const after: Lifecycle = { ...lifecycle, live: model, previous: lifecycle.live, liveSinceMs: step.nowMs, candidate: undefined };
  return noted(after, { ...step, model: model.name, to: 'live' });
}

/** Adds to the history, which keeps its newest. */
export function noted(
  lifecycle: Lifecycle,
  { nowMs, ...event }: Omit<LifecycleEvent, 'atMs'> & { readonly nowMs: TimestampMs },
): Lifecycle {
  return { ...lifecycle, history: [...lifecycle.history, { atMs: nowMs, ...event }].slice(-MAX_EVENTS) };
}

/** What a candidate's verdicts lead to: on, out, or to wait. Pure, so that the same figures always lead to the same place. */
export function advance(lifecycle: Lifecycle, judged: { readonly verdicts: readonly Verdict[]; readonly nowMs: TimestampMs }): Lifecycle {
  const { candidate } = lifecycle;
  if (candidate === undefined) return lifecycle;
  const { verdicts, nowMs } = judged;
  const gate = GATES.find(({ stage: at }) => at === candidate.stage)!;
  const failed = verdicts.find(({ state }) => state === 'failed');
  const step = { nowMs, by: AGENT };
  if (failed !== undefined) return withdraw(lifecycle, { ...step, kind: 'refused', reason: `${gate.title}: ${failed.figure}` });
  if (verdicts.every(({ state }) => state === 'met')) return pass(lifecycle, { ...step, reason: `${gate.title}: every condition is met` });
  if (nowMs - candidate.sinceMs <= gate.mostMs) return lifecycle;
  const open = verdicts.find(({ state }) => state === 'open')!;
  return withdraw(lifecycle, { ...step, kind: 'refused', reason: `${gate.title}: not passed in time (${open.figure})` });
}

/** The model that came along may be another one after an update; what was kept of the old one ends with it. */
export function settled(lifecycle: Lifecycle, { own, nowMs }: { readonly own: ModelRef; readonly nowMs: TimestampMs }): Lifecycle {
  const { live, previous } = lifecycle;
  const isStale = (model: ModelRef | undefined) => model?.source === 'own' && model.name !== own.name;
  if (!isStale(live) && !isStale(previous)) return lifecycle;
  const changed = { ...lifecycle, ...(isStale(previous) ? { previous: own } : {}) };
  if (!isStale(live)) return changed;
  const event = { nowMs, model: own.name, kind: 'promoted', to: 'live', reason: 'another model came along', by: AGENT } as const;
  return noted({ ...changed, live: own, liveSinceMs: nowMs }, event);
}
