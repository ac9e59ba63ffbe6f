import type { StepContext } from '../context.ts';
import type { Reply } from '../effect.ts';
import type { State } from '../state.ts';
import type { ExperimentPlan } from '../store-map.ts';
import type { TimestampMs } from '../units.ts';
import { experimentProblems } from './experiment.ts';
import { type ExperimentTrack, newSums, newTrack } from './track.ts';

/** Most experiments at a time, ended ones included. */
export const MOST_EXPERIMENTS = 512;

/** Takes over the experiments of a configuration: what is new begins, what changed begins anew, what is gone ends. Those of the manager stay. */
export function adoptExperiments(state: State, plans: readonly ExperimentPlan[], nowMs: TimestampMs): void {
  const before = new Map(allTracks(state).map((track) => [track.plan.id, track]));
  const named = new Set(plans.map(({ id }) => id));
  const kept = [...before.values()].filter(({ origin, plan }) => origin === 'manager' && !named.has(plan.id));
  const adopted = plans.slice(0, MOST_EXPERIMENTS - kept.length).map((plan) => {
    const known = before.get(plan.id);
    return known !== undefined && JSON.stringify(known.plan) === JSON.stringify(plan) ? known : newTrack(plan, { origin: 'config', nowMs });
  });
  state.experiments.clear();
  for (const track of [...adopted, ...kept]) place(state, track);
}

/** The manager begins an experiment. One with the same id that the manager began before is replaced. */
export function defineExperiment(context: StepContext, asked: { readonly plan: ExperimentPlan; readonly by: string }): Reply {
  const { state, store, nowMs } = context;
  const { plan, by } = asked;
  const others = allTracks(state).filter((track) => track.plan.id !== plan.id);
  const active = others.filter(({ status }) => status === 'running' || status === 'won').map((track) => track.plan);
  const former = trackById(state, plan.id);
  const problems = [
    ...experimentProblems([...active, plan]),
    ...(store.campaigns.some(({ id }) => id === plan.campaign)
      ? []
      : [`Cannot run experiment "${plan.id}": there is no campaign "${plan.campaign}"`]),
    ...(former?.origin === 'config' ? [`Cannot run experiment "${plan.id}": the configuration has one of this id`] : []),
    ...(others.length >= MOST_EXPERIMENTS ? [`Cannot run experiment "${plan.id}": there are ${MOST_EXPERIMENTS} already`] : []),
  ];
  if (problems.length > 0) return { kind: 'experiment-refused', problems };
  if (former !== undefined) remove(state, former);
  place(state, newTrack(plan, { origin: 'manager', nowMs }));
  audit(context, { action: 'experiment.begun', detail: `${by}: ${plan.name} (${plan.id})` });
  return { kind: 'done' };
}

/** The manager ends an experiment, which gives everybody the first variant again; or begins it anew with nothing measured. */
export function switchExperiment(
  context: StepContext,
  asked: { readonly experiment: string; readonly isOn: boolean; readonly by: string },
): Reply {
  const { state, nowMs } = context;
  const track = trackById(state, asked.experiment);
  if (track === undefined) return { kind: 'unknown-experiment' };
  const { plan } = track;
  if (asked.isOn) {
    remove(state, track);
    place(state, newTrack(plan, { origin: track.origin, nowMs }));
    forgetAssigned(state, plan.id);
  } else {
    track.status = 'stopped';
    track.stoppedBy = 'manager';
    track.use = plan.variants[0]?.name;
    track.decidedAtMs = nowMs;
    track.sentence = `Stopped by ${asked.by}`;
    track.sums = plan.variants.map(newSums);
  }
  audit(context, { action: asked.isOn ? 'experiment.begun' : 'experiment.ended', detail: `${asked.by}: ${plan.name} (${plan.id})` });
  return { kind: 'done' };
}

/** Every experiment, in the order in which they are kept. */
export function allTracks(state: Readonly<State>): ExperimentTrack[] {
  return [...state.experiments.values()].flat();
}

function trackById(state: Readonly<State>, id: string): ExperimentTrack | undefined {
  return allTracks(state).find(({ plan }) => plan.id === id);
}

function place(state: State, track: ExperimentTrack): void {
  const { campaign } = track.plan;
  state.experiments.set(campaign, [...(state.experiments.get(campaign) ?? []), track]);
}

function remove(state: State, track: ExperimentTrack): void {
  const { campaign } = track.plan;
  const rest = (state.experiments.get(campaign) ?? []).filter((other) => other !== track);
  if (rest.length === 0) state.experiments.delete(campaign);
  else state.experiments.set(campaign, rest);
}

/** Visits that took part before are dealt out again when they next meet the question. */
function forgetAssigned(state: State, experiment: string): void {
  for (const visit of state.visits.values()) visit.assigned?.delete(experiment);
}

function audit(context: StepContext, { action, detail }: { readonly action: string; readonly detail: string }): void {
  context.emit({ kind: 'row.audit', entry: { atMs: context.nowMs, action, detail } });
}
