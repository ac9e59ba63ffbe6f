import { type ApprenticeRecord, judgeApprentice } from '../../models/lifecycle/apprentice.ts';
import { GATES, STAGES, WATCH } from '../../models/lifecycle/gates.ts';
import type { LifecycleEvent } from '../../models/lifecycle/lifecycle.ts';
import type { ReplayReport } from '../../models/lifecycle/replay-report.ts';
import type { ModelsOverview } from '../core/models-overview.ts';
import { DAY_MS, HOUR_MS, type TimestampMs } from '../core/units.ts';
import type { ModelKeeper } from './model-keeper.ts';
import type { ModelLearning } from './model-learning.ts';
import type { Finding } from './problems.ts';

/** Events shown. */
const SHOWN = 20;

/** Everything that the manager page and the command line say of the models; plain values. */
export function modelView(parts: {
  readonly keeper: ModelKeeper;
  readonly learning: ModelLearning;
  /** What serves right now, in a sentence. */
  readonly serving: string;
  readonly isApprentice: boolean;
  readonly nowMs: TimestampMs;
}): Omit<ModelsOverview, 'limits' | 'trial' | 'lesson'> {
  const { keeper, learning, serving, isApprentice, nowMs } = parts;
  const { live, previous, liveSinceMs, candidate, history } = keeper.lifecycle;
  const verdicts = keeper.verdicts();
  const at = candidate === undefined ? -1 : STAGES.indexOf(candidate.stage);
  return {
    live: { name: live.name, sentence: serving, sinceMs: liveSinceMs },
    previous: previous?.name ?? 'rules@1',
    candidate: candidate === undefined ? null : { name: candidate.model.name, stage: candidate.stage, sinceMs: candidate.sinceMs },
    gates: GATES.map(({ stage, title, meaning, criteria }, index) => {
      const state = candidate === undefined || index > at ? ('ahead' as const) : index === at ? ('here' as const) : ('passed' as const);
      return {
        stage,
        title,
        meaning,
        state,
        criteria: criteria.map(({ id, says }) => {
          const verdict = state === 'here' ? verdicts.find((one) => one.id === id) : undefined;
          const standing = state === 'passed' ? ('met' as const) : ('ahead' as const);
          return { says, state: verdict?.state ?? standing, figure: verdict?.figure ?? '' };
        }),
      };
    }),
    watch: WATCH.map(({ says }) => says),
    replay: candidate === undefined || keeper.replay === undefined ? null : replaySentence(keeper.replay),
    calibration: calibrationSentence(learning, live.name),
    drifts: keeper.drifts().map(({ words, index }) => ({ words, index: Math.round(index * 100) / 100 })),
    apprentice: isApprentice ? apprenticeView(learning.apprentice, nowMs) : null,
    history: history
      .slice(-SHOWN)
      .reverse()
      .map((event) => ({ atMs: event.atMs, sentence: eventSentence(event) })),
  };
}

/** What is wrong with the models, for the list of problems: one sentence a thing. */
export function modelFindings(keeper: ModelKeeper, nowMs: TimestampMs): readonly Finding[] {
  const findings: Finding[] = [];
  const last = keeper.lifecycle.history.findLast(({ kind }) => kind === 'returned' || kind === 'promoted' || kind === 'passed');
  if (last?.kind === 'returned' && last.by === 'agent' && nowMs - last.atMs < 7 * DAY_MS) {
    findings.push({
      id: 'model-returned',
      severity: 'warning',
      sentence: `The model ${last.model} was taken out of use: ${last.reason}`,
      hint: `${keeper.lifecycle.live.name} is used instead; look at the model's page before you use it again`,
    });
  }
  const [worst] = keeper.drifts();
  if (worst !== undefined) {
    findings.push({
      id: 'model-drift',
      severity: 'warning',
      sentence: `This store is unlike those that the model learnt from: ${worst.words}`,
      hint: 'Let a model learn from the days of this store: on this page under Decisions, or with "endcap model train --log"',
    });
  }
  return findings;
}

function calibrationSentence(learning: ModelLearning, model: string): string {
  const note = learning.calibrationOf(model);
  if (note === undefined) return 'Used as it came: not enough known outcomes of this store yet';
  if (note.byReceipts !== undefined) return note.byReceipts;
  const gap = (value: number) => `${(100 * value).toFixed(1)} %`;
  return `Fitted to ${note.rows} outcomes of this store: promises were off by ${gap(note.eceBefore)}, now by ${gap(note.eceAfter)}`;
}

/** What a replay found, in one sentence. */
export function replaySentence(report: ReplayReport): string {
  const { decisions, different, value } = report;
  const share = decisions === 0 ? 0 : Math.round((100 * different) / decisions);
  const earns =
    value === undefined
      ? ''
      : `; profit a visit ${value.value >= 0 ? '+' : ''}${value.value.toFixed(1)} cents (${value.low.toFixed(1)} to ${value.high.toFixed(1)})`;
  return `On ${spanOf(report)}: ${predicts(report)}; ${share} % of ${decisions} decisions would have been others${earns}`;
}

function spanOf({ fromMs, toMs, learntThroughMs }: ReplayReport): string {
  const hours = (toMs - (learntThroughMs ?? fromMs)) / HOUR_MS;
  const days = Math.max(1, Math.round(hours / 24));
  // Hours are what it never saw; whole days are what the log holds.
  if (learntThroughMs !== undefined)
    return `the last ${hours < 48 ? `${Math.round(hours)} hours` : `${days} days`}, which it did not learn from`;
  return days === 1 ? 'the last day' : `the last ${days} days`;
}

function predicts({ isThin, rows, lossDifference: { low, high }, candidate, live }: ReplayReport): string {
  if (isThin) return `too few known outcomes to compare (${rows})`;
  const how =
    high < 0 ? 'better than what was in use' : low > 0 ? 'worse than what was in use' : 'as well as what was in use, as far as can be told';
  const figures = `log-loss ${candidate.logLoss.toFixed(3)} against ${live.logLoss.toFixed(3)}, AUC ${candidate.auc.toFixed(3)} against ${live.auc.toFixed(3)}`;
  return `it predicts purchases ${how} (${figures})`;
}

function apprenticeView(record: ApprenticeRecord | undefined, nowMs: TimestampMs) {
  const sentence = 'This store is still learning: decisions are made and written down, and no shopper is offered anything';
  return { sentence, lines: record === undefined ? [] : judgeApprentice(record, nowMs).lines };
}

const WORDS: Readonly<Record<LifecycleEvent['kind'], string>> = {
  staged: 'was handed in',
  passed: 'passed',
  refused: 'was refused',
  returned: 'was taken out of use',
  promoted: 'was put into use',
  withdrawn: 'was taken out',
  recalibrated: 'was fitted to this store',
};

function eventSentence({ model, kind, reason, by }: LifecycleEvent): string {
  return `${model} ${WORDS[kind]}${by === 'agent' ? '' : ` by ${by}`}: ${reason}`;
}
