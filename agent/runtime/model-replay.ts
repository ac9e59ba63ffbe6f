import { type LabelledVisit, OutcomeLabels } from '../../models/lifecycle/labels.ts';
import { learntThrough } from '../../models/lifecycle/own-days.ts';
import { type ReplayReport, type ReplayRow, reportReplay } from '../../models/lifecycle/replay-report.ts';
import { compareWithLog } from '../../models/policy/off-policy/compare-policies.ts';
import type { Estimate } from '../../models/training/auc.ts';
import type { Decision, Score } from '../core/decision.ts';
import type { Effect, RowEffect } from '../core/effect.ts';
import type { VisitId } from '../core/ids.ts';
import type { LoggedInput } from '../core/input.ts';
import { readState, writeState } from '../core/snapshot.ts';
import type { State } from '../core/state.ts';
import { step } from '../core/step.ts';
import type { ShadowModel } from './model-director.ts';

export interface ModelReplayOptions {
  /** State before the first entry; it is copied. */
  readonly state: State;
  readonly log: Iterable<LoggedInput>;
  /** The model in use; `undefined` takes the scores as they were logged. */
  readonly live: ShadowModel | undefined;
  readonly candidate: ShadowModel;
  /** What the candidate was trained on: what it learnt from this very log does not judge it. */
  readonly training?: { readonly source: string; readonly toMs: number | null };
  /** Id of the feature spec that both models were made for; scores of another one cannot be scored again. */
  readonly featureSpec: string;
  /** Called between slices; resolves when the next one may begin. */
  readonly pause?: () => Promise<void>;
}

/** Entries of one slice: a few milliseconds of work. */
const SLICE = 64;

/** Rows kept for the report; the newest are kept, older ones fade out. */
const MAX_ROWS = 50_000;

/** Fewest visits of each kind before a change of profit is worked out. */
const LEAST_VISITS = 50;

interface Eligible {
  readonly isOffered: boolean;
  readonly propensity: number;
  wouldOffer: boolean;
}

/**
 * Plays the store's own log through the core twice, with the scores as they were and with those of another model, and says what each predicted,
 * what came of it, and which decisions would have been others. In slices, so that a running store hardly notices.
 */
export async function replayModels(options: ModelReplayOptions): Promise<ReplayReport> {
  const replay = new ModelReplay(options);
  let slice: LoggedInput[] = [];
  for (const logged of options.log) {
    slice.push(logged);
    if (slice.length < SLICE) continue;
    await replay.take(slice);
    slice = [];
    await options.pause?.();
  }
  await replay.take(slice);
  return replay.report();
}

class ModelReplay {
  readonly #options: ModelReplayOptions;
  readonly #as: State;
  readonly #would: State;
  readonly #labels: OutcomeLabels;
  readonly #rows: ReplayRow[] = [];
  readonly #pairs = new WeakMap<Score, { readonly live: number; readonly candidate: number }>();
  readonly #eligible = new Map<VisitId, Eligible>();
  readonly #judged: { readonly eligible: Eligible; readonly profitCents: number }[] = [];
  #fromMs = 0;
  #toMs = 0;
  #decisions = 0;
  #different = 0;

  constructor(options: ModelReplayOptions) {
    this.#options = options;
    this.#as = readState(writeState(options.state));
    this.#would = readState(writeState(options.state));
    this.#labels = new OutcomeLabels();
  }

  async take(slice: readonly LoggedInput[]): Promise<void> {
    const scores = slice
      .flatMap(({ input }) => (input.kind === 'scored' ? input.scores : []))
      .filter(({ featureSpec }) => featureSpec === this.#options.featureSpec);
    const vectors = scores.map(({ features }) => features);
    const candidate = vectors.length === 0 ? [] : await this.#options.candidate.intents(vectors);
    const live = vectors.length === 0 ? [] : await this.#options.live?.intents(vectors);
    for (const [row, score] of scores.entries()) this.#pairs.set(score, { candidate: candidate[row]!, live: live?.[row] ?? score.intent });
    for (const logged of slice) this.#step(logged);
  }

  report(): ReplayReport {
    const learntThroughMs = this.#learntThroughMs();
    return reportReplay(this.#rows, {
      ...(learntThroughMs === 0 ? {} : { learntThroughMs }),
      fromMs: this.#fromMs,
      toMs: this.#toMs,
      decisions: this.#decisions,
      different: this.#different,
      value: this.#value(),
    });
  }

  #step(logged: LoggedInput): void {
    this.#fromMs ||= logged.atMs;
    this.#toMs = logged.atMs;
    const as = step(this.#as, logged);
    const would = step(this.#would, this.#instead(logged));
    if (logged.input.kind === 'scored') this.#compare(decisionOf(as), decisionOf(would));
    const rows = as.filter((effect): effect is RowEffect => effect.kind.startsWith('row.'));
    for (const visit of this.#labels.note({ inputs: [logged], rows })) this.#ended(visit);
  }

  #instead(logged: LoggedInput): LoggedInput {
    const { input } = logged;
    if (input.kind !== 'scored') return logged;
    const scores = input.scores.map((score) => {
      const pair = this.#pairs.get(score);
      return pair === undefined ? score : { ...score, intent: pair.candidate };
    });
    return { ...logged, input: { ...input, scores } };
  }

  #compare(as: Decision | undefined, would: Decision | undefined): void {
    if (as !== undefined) {
      this.#decisions++;
      if (wants(as) !== wants(would) || as.sku !== would?.sku) this.#different++;
      if (wants(as) && !this.#eligible.has(as.visit)) {
        this.#eligible.set(as.visit, { isOffered: as.kind === 'offer', propensity: as.propensity, wouldOffer: wants(would) });
      }
    }
  }

  #ended(visit: LabelledVisit): void {
    const eligible = this.#eligible.get(visit.visit);
    this.#eligible.delete(visit.visit);
    if (eligible !== undefined) this.#judged.push({ eligible, profitCents: visit.profitCents });
    const learntThroughMs = this.#learntThroughMs();
    if (visit.scores.some(({ atMs }) => atMs <= learntThroughMs)) return;
    for (const { score, label } of visit.scores) {
      const pair = this.#pairs.get(score);
      if (pair !== undefined) this.#rows.push({ visit: visit.visit, ...pair, label });
    }
    if (this.#rows.length > MAX_ROWS) this.#rows.splice(0, this.#rows.length - MAX_ROWS);
  }

  #learntThroughMs(): number {
    const { training } = this.#options;
    return training === undefined ? 0 : learntThrough(training, this.#as.store?.map.storeId ?? '');
  }

  /** What following the candidate would change in profit a visit, of those that the rules wanted to reach; `undefined` where too few are known. */
  #value(): Estimate | undefined {
    const offered = this.#judged.filter(({ eligible }) => eligible.isOffered).length;
    if (Math.min(offered, this.#judged.length - offered) < LEAST_VISITS) return undefined;
    const [held, offer] = [0, 1];
    const log = {
      rows: this.#judged.length,
      actions: 2,
      action: Int32Array.from(this.#judged, ({ eligible }) => (eligible.isOffered ? offer : held)),
      reward: Float64Array.from(this.#judged, ({ profitCents }) => profitCents),
      propensity: Float64Array.from(this.#judged, ({ eligible }) => eligible.propensity),
    };
    const is = (action: number, row: number) => (action === (this.#judged[row]!.eligible.wouldOffer ? offer : held) ? 1 : 0);
    return compareWithLog(log, { is, was: (action) => (action === offer ? 1 : 0) }, { rounds: 200 });
  }
}

function decisionOf(effects: readonly Effect[]): Decision | undefined {
  for (const effect of effects) if (effect.kind === 'row.decision') return effect.decision;
  return undefined;
}

/** Whether an offer could have been made: it was, or chance or the silent time held it back. */
function wants(decision: Decision | undefined): boolean {
  if (decision === undefined) return false;
  return decision.kind === 'offer' || decision.alternatives.some(({ excluded }) => excluded === undefined);
}
