import type { StepContext } from '../context.ts';
import type { Visit } from '../visit.ts';
import type { Guardrail } from './guardrails.ts';
import { judgeExperiment } from './judge-experiment.ts';
import { shiftTraffic } from './shift-traffic.ts';
import { addTo, type Sums } from './sums.ts';
import { type Assigned, type ExperimentTrack, newSums, planNow, type VariantSums } from './track.ts';

/** How much of all traffic a winner has before the others' part is left to notice a change of the world. */
const WINNER_SHARE = 0.95;
/** Visits a variant before an experiment says anything. */
const MIN_VISITS = 100;
/** Dismissals and opt-outs may rise by this share of visits; more, once proved, stops a variant. */
const MAY_RISE = 0.02;

/** Adds an ended visit's outcome to the experiments that it took part in, and decides what can be decided. May be asked after every visit: the test holds. */
export function settleExperiments(context: StepContext, visit: Visit): void {
  if (visit.assigned === undefined || !visit.consents.has('measurement') || visit.staff !== undefined) return;
  for (const [id, assigned] of visit.assigned) {
    const track = context.state.experiments.get(assigned.campaign)?.find(({ plan }) => plan.id === id);
    const sums = track?.sums[track.plan.variants.findIndex(({ name }) => name === assigned.variant)];
    if (track === undefined || sums === undefined) continue;
    add(context, visit, { sums, assigned, metric: track.plan.metric });
    if (track.status === 'running' || track.status === 'won') judge(context, track);
  }
}

function add(
  context: StepContext,
  visit: Visit,
  { sums, assigned, metric }: { readonly sums: VariantSums; readonly assigned: Assigned; readonly metric: 'profit' | 'purchases' },
): void {
  const profit = (visit.namedMarginCents ?? 0) - assigned.marginCents;
  const bought = (visit.namedSalesCents ?? 0) > assigned.salesCents ? 1 : 0;
  const { foreseenCents } = assigned;
  addTo(sums.metric, metric === 'profit' ? profit : bought, foreseenCents);
  addTo(sums.profit, profit, foreseenCents);
  addTo(sums.dismissals, dismissed(context, visit, assigned.campaign) ? 1 : 0);
  addTo(sums.optOuts, visit.optedOut === true ? 1 : 0);
}

function dismissed({ state }: StepContext, visit: Visit, campaign: string): boolean {
  return visit.offers.some((id) => {
    const offer = state.offers.get(id)?.offer;
    return offer?.campaign === campaign && offer.state === 'dismissed';
  });
}

function judge(context: StepContext, track: ExperimentTrack): void {
  const { plan } = track;
  const experiment = planNow(track);
  const report = judgeExperiment(experiment, {
    sums: Object.fromEntries(plan.variants.map(({ name }, i) => [name, track.sums[i]!.metric])),
    counts: track.sums.map(({ exposed }) => exposed),
    effect: plan.effect,
    alpha: plan.alpha,
    minVisits: MIN_VISITS,
    guardrails: guardrailsOf(context, track),
  });
  if (track.status === 'won') return goOn(context, track, report.verdict);
  track.sentence = report.sentence;
  switch (report.verdict) {
    case 'too-early':
    case 'undecided':
      return;
    case 'winner':
      decide(context, track, { status: 'won', use: report.use });
      track.decidedBy = report.comparisons;
      if (plan.shiftsToWinner) shift(track);
      return;
    case 'no-better':
      track.decidedBy = report.comparisons;
      return decide(context, track, { status: 'no-better', use: report.use });
    case 'stopped':
      return decide(context, track, { status: 'stopped', use: report.use });
    case 'broken-split':
      return decide(context, track, { status: 'broken', use: plan.variants[0]!.name });
  }
}

/** While traffic moves: another step once the visits of the last one are measured, and back to the first variant when something is harmed. */
function goOn(context: StepContext, track: ExperimentTrack, verdict: ReturnType<typeof judgeExperiment>['verdict']): void {
  if (verdict === 'stopped' || verdict === 'broken-split') {
    track.sentence = `Was better at first and harmed something later: back to "${track.plan.variants[0]!.name}"`;
    return decide(context, track, { status: verdict === 'stopped' ? 'stopped' : 'broken', use: track.plan.variants[0]!.name });
  }
  const measured = track.sums.reduce((sum, { metric }) => sum + metric.count, 0);
  if (track.plan.shiftsToWinner && measured >= 2 * MIN_VISITS && winnerShare(track) < WINNER_SHARE) shift(track);
}

/** New weights begin new sums: what was measured at other weights is not comparable. */
function shift(track: ExperimentTrack): void {
  if (track.use === undefined) return;
  track.weights = shiftTraffic(planNow(track), track.use).variants.map(({ weight }) => weight);
  track.sums = track.plan.variants.map(newSums);
}

function winnerShare({ plan, weights, use }: ExperimentTrack): number {
  const all = weights.reduce((a, b) => a + b, 0);
  return (weights[plan.variants.findIndex(({ name }) => name === use)] ?? 0) / all;
}

function decide(
  context: StepContext,
  track: ExperimentTrack,
  decided: { readonly status: ExperimentTrack['status']; readonly use: string | undefined },
): void {
  track.status = decided.status;
  track.use = decided.use;
  track.decidedAtMs = context.nowMs;
  if (decided.status === 'stopped') track.stoppedBy = 'guardrail';
  const detail = `${track.plan.name} (${track.plan.id}): ${track.sentence}`;
  context.emit({ kind: 'row.audit', entry: { atMs: context.nowMs, action: `experiment.${decided.status}`, detail } });
}

function guardrailsOf(context: StepContext, track: ExperimentTrack): Guardrail[] {
  const [control, ...others] = track.sums as [VariantSums, ...VariantSums[]];
  return others.flatMap((treated, i): Guardrail[] => {
    const variant = `in "${track.plan.variants[i + 1]!.name}"`;
    const compared = (of: (sums: VariantSums) => Sums) => ({ kind: 'compared' as const, treated: of(treated), control: of(control) });
    return [
      {
        ...compared(({ profit }) => profit),
        name: `profit ${variant}`,
        harm: 'falls',
        tolerance: 0,
        effect: context.store.guardEffectCents,
        unit: 'cents',
      },
      { ...compared(({ dismissals }) => dismissals), name: `dismissals ${variant}`, harm: 'rises', tolerance: MAY_RISE, effect: 0.1 },
      { ...compared(({ optOuts }) => optOuts), name: `opt-outs ${variant}`, harm: 'rises', tolerance: MAY_RISE, effect: 0.05 },
    ];
  });
}
