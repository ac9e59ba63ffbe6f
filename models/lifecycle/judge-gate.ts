import { type AlwaysValid, alwaysValid } from '../../agent/core/experiments/sequential.ts';
import { differenceOf, type Sums } from '../../agent/core/experiments/sums.ts';
import type { DurationMs } from '../../agent/core/units.ts';
import type { ModelManifest } from '../manifest.ts';
import { type Drift, type DriftReference, driftFromTraining, driftSince } from './drift.ts';
import { type Evidence, latencyP99 } from './evidence.ts';
import { ALPHA, type Criterion, EFFECTS, type Gate, LEAST_SCORES, WATCH, WATCH_VISITS } from './gates.ts';
import type { ReplayReport } from './replay-report.ts';

/** How one criterion stands. */
export interface Verdict {
  readonly id: Criterion['id'];
  readonly says: string;
  readonly state: 'met' | 'open' | 'failed';
  /** The figure it is judged by, in words. */
  readonly figure: string;
}

/** What a gate is judged by; a part is left out where it is not known yet. */
export interface Judged {
  readonly evidence: Evidence;
  readonly sinceMs: DurationMs;
  readonly manifest: ModelManifest;
  readonly replay?: ReplayReport;
}

/** Every criterion of a gate, in its order. */
export function judgeGate(gate: Gate, judged: Judged): readonly Verdict[] {
  return gate.criteria.map((criterion) => ({ id: criterion.id, says: criterion.says, ...judge(criterion, judged) }));
}

/** How much worse a candidate may predict before it counts as worse. */
const LOSS_TOLERANCE = 0.01;

type Standing = Pick<Verdict, 'state' | 'figure'>;

function judge({ id, limit }: Criterion, { evidence, sinceMs, manifest, replay }: Judged): Standing {
  switch (id) {
    case 'sound':
      return { state: 'met', figure: 'everything agrees' };
    case 'replay-rows':
      if (replay === undefined) return OPEN;
      return { state: 'met', figure: `${replay.rows} products with a known outcome, ${replay.ones} bought` };
    case 'replay-loss':
      return byReplay(replay, ({ lossDifference: { value, low, high } }) => ({
        failed: low > limit || (high > limit && value > limit),
        figure: `log-loss ${signed(value)} (${signed(low)} to ${signed(high)})`,
      }));
    case 'replay-order':
      return byReplay(replay, ({ candidate, live }) => ({
        failed: candidate.auc < live.auc - limit,
        figure: `AUC ${candidate.auc.toFixed(3)}, in use ${live.auc.toFixed(3)}`,
      }));
    case 'time':
      return { state: sinceMs >= limit ? 'met' : 'open', figure: hours(sinceMs) };
    case 'calls':
      return { state: evidence.calls >= limit ? 'met' : 'open', figure: `${evidence.calls} answers` };
    case 'errors':
      return errors(evidence, limit);
    case 'latency':
      return latency(evidence, limit);
    case 'features':
      return features(driftFromTraining(evidence, manifest), { limit, rows: evidence.rows });
    case 'loss': {
      if (evidence.loss.count < limit) return { state: 'open', figure: `${evidence.loss.count} visits with a known outcome` };
      const interval = meanOf(evidence.loss, EFFECTS.loss);
      return { state: interval.low > LOSS_TOLERANCE ? 'failed' : 'met', figure: `log-loss ${range(interval)} against the model in use` };
    }
    case 'calibration': {
      const interval = meanOf(evidence.promise, EFFECTS.promise);
      const figure = `promises are off by ${range(interval)} over ${evidence.promise.count} visits`;
      return { state: evidence.promise.count >= 30 && isOff(interval, limit) ? 'failed' : 'met', figure };
    }
    case 'visits':
      return {
        state: evidence.own.converted.count >= limit ? 'met' : 'open',
        figure: `${evidence.own.converted.count} measured visits, ${evidence.other.converted.count} beside them`,
      };
    case 'conversion':
      return harm(evidence.own.converted, evidence.other.converted, { effect: EFFECTS.conversion, unit: '' });
    case 'margin':
      return harm(evidence.own.profitCents, evidence.other.profitCents, { effect: EFFECTS.profitCents, unit: ' cents a visit' });
    case 'scores':
      return OPEN;
  }
}

const OPEN: Standing = { state: 'open', figure: 'not known yet' };

function byReplay(
  replay: ReplayReport | undefined,
  look: (report: ReplayReport) => { readonly failed: boolean; readonly figure: string },
): Standing {
  if (replay === undefined) return OPEN;
  if (replay.isThin) return { state: 'met', figure: `not enough outcomes in the log to tell (${replay.rows})` };
  const { failed, figure } = look(replay);
  return { state: failed ? 'failed' : 'met', figure };
}

function errors({ calls, failed, late }: Evidence, limit: number): Standing {
  const share = calls === 0 ? 0 : (failed + late) / calls;
  const figure = `${failed} failed and ${late} late of ${calls}`;
  // One unlucky call among few is no verdict: enough calls, or more failures than the limit allows in many.
  if (failed + late >= 5 && share > limit) return { state: 'failed', figure };
  return { state: calls >= 100 || failed + late === 0 ? 'met' : 'open', figure };
}

function latency(evidence: Evidence, limit: number): Standing {
  const p99 = latencyP99(evidence);
  const figure = evidence.calls === 0 ? 'not known yet' : `99 of 100 within ${Number.isFinite(p99) ? p99 : 'more than 1,000'} ms`;
  if (evidence.calls < 100) return { state: 'open', figure };
  return { state: p99 > limit ? 'failed' : 'met', figure };
}

function features(drifts: readonly Drift[], { limit, rows }: { readonly limit: number; readonly rows: number }): Standing {
  const [worst] = drifts;
  if (worst === undefined) return { state: 'met', figure: 'its manifest does not say what it was trained on' };
  if (rows < LEAST_SCORES) return { state: 'open', figure: `${rows} of ${LEAST_SCORES} scores` };
  return { state: worst.index > limit ? 'failed' : 'met', figure: `farthest: ${worst.words} (${worst.index.toFixed(2)})` };
}

function harm(own: Sums, other: Sums, { effect, unit }: { readonly effect: number; readonly unit: string }): Standing {
  if (Math.min(own.count, other.count) < 30) return { state: 'open', figure: 'too few visits to compare' };
  // Two comparisons share the chance of a false alarm.
  const interval = alwaysValid(differenceOf(own, other), { effect, alpha: ALPHA / 2 });
  return { state: interval.high < 0 ? 'failed' : 'met', figure: `${range(interval)}${unit}` };
}

/** What sends a live model back, and why in a sentence; `undefined` while nothing does. */
export function watchLive(
  evidence: Evidence,
  reference: DriftReference | undefined,
): { readonly id: Criterion['id']; readonly sentence: string } | undefined {
  for (const { id, limit } of WATCH) {
    const sentence = complaint(id, limit, { evidence, reference });
    if (sentence !== undefined) return { id, sentence };
  }
  return undefined;
}

function complaint(
  id: Criterion['id'],
  limit: number,
  { evidence, reference }: { readonly evidence: Evidence; readonly reference: DriftReference | undefined },
): string | undefined {
  const { calls, failed, late } = evidence;
  switch (id) {
    case 'errors':
      return calls >= 200 && (failed + late) / calls > limit
        ? `${failed + late} of its last ${calls} calls failed or came late`
        : undefined;
    case 'latency':
      return calls >= 1_000 && latencyP99(evidence) > limit ? 'it became too slow' : undefined;
    case 'calibration': {
      const interval = meanOf(evidence.promise, EFFECTS.promise);
      if (evidence.promise.count < WATCH_VISITS || !isOff(interval, limit)) return undefined;
      return `its promises are off by ${range(interval)} over ${evidence.promise.count} visits`;
    }
    case 'scores': {
      if (reference === undefined || evidence.rows < LEAST_SCORES) return undefined;
      const { scores } = driftSince(evidence, reference);
      return scores > limit ? `its scores are unlike those it gave when it came (stability index ${scores.toFixed(2)})` : undefined;
    }
    case 'features': {
      const worst = reference === undefined || evidence.rows < LEAST_SCORES ? undefined : driftSince(evidence, reference).features[0];
      return worst !== undefined && worst.index > limit
        ? `what it is told has changed since it came: ${worst.words} (stability index ${worst.index.toFixed(2)})`
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Interval of a mean of one figure a visit, valid however often it is looked at. */
function meanOf(sums: Sums, effect: number): AlwaysValid {
  const { count, y, yy } = sums;
  if (count < 2) return { value: 0, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, pValue: 1 };
  const variance = Math.max(1e-12, (yy - (y * y) / count) / (count - 1)) / count;
  return alwaysValid({ value: y / count, variance, reduced: 0 }, { effect, alpha: ALPHA });
}

function isOff({ low, high }: AlwaysValid, limit: number): boolean {
  return low > limit || high < -limit;
}

function signed(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'no limit' : 'no lower limit';
  return `${value > 0 ? '+' : ''}${Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(3)}`;
}

function range({ value, low, high }: AlwaysValid): string {
  return `${signed(value)} (${signed(low)} to ${signed(high)})`;
}

function hours(ms: DurationMs): string {
  const whole = Math.floor(ms / 3_600_000);
  return whole < 48 ? `${whole} h` : `${Math.floor(whole / 24)} days`;
}
