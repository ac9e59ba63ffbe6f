import type { GuardedScorer } from '../../models/guarded-scorer.ts';
import { type Drift, driftFromTraining, referenceOf } from '../../models/lifecycle/drift.ts';
import { type Evidence, noEvidence, noteCall, notePair, notePromise, noteScore, noteVisit } from '../../models/lifecycle/evidence.ts';
import { GATES, LEAST_SCORES, NOTICEABLE_INDEX, REFERENCE_SCORES } from '../../models/lifecycle/gates.ts';
import { type InputReader, inputReader } from '../../models/lifecycle/input-bins.ts';
import { judgeGate, type Verdict, watchLive } from '../../models/lifecycle/judge-gate.ts';
import {
  AGENT,
  advance,
  type Candidate,
  goBack,
  type Lifecycle,
  type ModelRef,
  newLifecycle,
  noted,
  promote,
  settled,
  stage,
  withdraw,
} from '../../models/lifecycle/lifecycle.ts';
import type { ReplayReport } from '../../models/lifecycle/replay-report.ts';
import type { ModelManifest } from '../../models/manifest.ts';
import type { OnnxScorer } from '../../models/onnx-scorer.ts';
import type { Score } from '../core/decision.ts';
import { DAY_MS, type Probability, type TimestampMs } from '../core/units.ts';
import type { DirectorEvents, ModelDirector } from './model-director.ts';
import type { KeeperDocuments, ModelStore } from './model-documents.ts';
import { type ModelLearning, REMEMBER_MS } from './model-learning.ts';
import type { ModelLibrary } from './model-library.ts';
import type { TurnRows } from './ports.ts';

/** What came of handing a model in. */
export interface Staged {
  readonly isTaken: boolean;
  readonly sentence: string;
}

export interface KeeperOptions {
  readonly store: ModelStore;
  readonly library: ModelLibrary;
  readonly learning: ModelLearning;
  readonly director: () => ModelDirector;
  /** A guard for a model, not started; `role` is what its calls count for. */
  readonly guard: (model: ModelRef, role: 'live' | 'canary') => GuardedScorer;
  /** Plays the last days again with a candidate; resolves with the report. */
  readonly replay: (candidate: OnnxScorer) => Promise<ReplayReport>;
  readonly canaryShare: Probability;
  readonly nowMs: () => TimestampMs;
  readonly log: { info(sentence: string): void; warn(sentence: string): void };
}

/**
 * Leads models through their gates and back: gathers evidence, judges it, switches what scores, and writes every step down before it takes it.
 * After a crash it goes on from what is written.
 */
export class ModelKeeper implements DirectorEvents {
  readonly #options: KeeperOptions;
  #kept: KeeperDocuments;
  #manifest: ModelManifest | undefined;
  #candidateManifest: ModelManifest | undefined;
  #readInputs: InputReader;
  #readCandidateInputs: InputReader = inputReader(undefined);
  #candidateScorer: OnnxScorer | undefined;
  #canaryGuard: GuardedScorer | undefined;
  #isReplaying = false;
  #written = '';
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    const { library, store, nowMs } = options;
    // Written by `#save` from the same type.
    const kept = store.read('keeper') as KeeperDocuments | undefined;
    const own = library.own();
    const lifecycle = settled(kept?.lifecycle ?? newLifecycle(own, nowMs()), { own, nowMs: nowMs() });
    this.#manifest = library.manifest(lifecycle.live);
    this.#readInputs = inputReader(this.#manifest);
    const isSame = kept !== undefined && kept.lifecycle.live.name === lifecycle.live.name;
    this.#kept = {
      lifecycle,
      candidate: kept?.candidate,
      live: isSame ? kept.live : noEvidence(this.#manifest),
      windowSinceMs: isSame ? kept.windowSinceMs : nowMs(),
      reference: isSame ? kept.reference : undefined,
      replay: kept?.replay,
    };
  }

  get lifecycle(): Lifecycle {
    return this.#kept.lifecycle;
  }

  get replay(): ReplayReport | undefined {
    return this.#kept.replay;
  }

  get liveEvidence(): Evidence {
    return this.#kept.live;
  }

  /** How the candidate's present gate stands; empty without one. */
  verdicts(): readonly Verdict[] {
    const { candidate } = this.#kept.lifecycle;
    const manifest = this.#candidateManifest;
    if (candidate === undefined || manifest === undefined) return [];
    const gate = GATES.find(({ stage: at }) => at === candidate.stage)!;
    return judgeGate(gate, {
      evidence: this.#kept.candidate ?? noEvidence(manifest),
      sinceMs: this.#options.nowMs() - candidate.sinceMs,
      manifest,
      ...(this.#kept.replay === undefined ? {} : { replay: this.#kept.replay }),
    });
  }

  /** Inputs of the live model that are noticeably unlike those it was trained on, the farthest first. */
  drifts(): readonly Drift[] {
    const { live } = this.#kept;
    if (this.#manifest === undefined || live.rows < LEAST_SCORES) return [];
    return driftFromTraining(live, this.#manifest).filter(({ index }) => index > NOTICEABLE_INDEX);
  }

  /** Puts what was written down into effect: the live model is in the director already, the candidate takes its place beside it. */
  async start(): Promise<void> {
    this.#options.director().calibrate(this.#options.learning.calibrations);
    if (this.#kept.lifecycle.candidate !== undefined) await this.#enqueue(() => this.#attach());
    this.#save();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#save();
    await this.#work;
    await this.#canaryGuard?.close();
    await this.#candidateScorer?.close();
  }

  scored(by: 'live' | 'canary', scores: readonly Score[]): void {
    const evidence = by === 'live' ? this.#kept.live : this.#kept.candidate;
    if (evidence === undefined) return;
    const read = by === 'live' ? this.#readInputs : this.#readCandidateInputs;
    for (const { intent, features } of scores) noteScore(evidence, { intent, columns: read(features) });
  }

  shadowed(call: Parameters<DirectorEvents['shadowed']>[0], scores: Parameters<DirectorEvents['shadowed']>[1]): void {
    const evidence = this.#kept.candidate;
    if (evidence === undefined) return;
    noteCall(evidence, call);
    for (const { score, shadow } of scores) noteScore(evidence, { intent: shadow, columns: this.#readCandidateInputs(score.features) });
  }

  /** A call of a guarded model, as its guard saw it. */
  called(role: 'live' | 'canary', call: Parameters<typeof noteCall>[1]): void {
    const evidence = role === 'live' ? this.#kept.live : this.#kept.candidate;
    if (evidence !== undefined) noteCall(evidence, call);
  }

  /** A model whose process ended too often: nobody waits for the next look. */
  spent(role: 'live' | 'canary', sentence: string): void {
    const { lifecycle } = this.#kept;
    const step = { nowMs: this.#options.nowMs(), by: AGENT, reason: sentence };
    if (role === 'canary') void this.#enqueue(() => this.#become(withdraw(lifecycle, { ...step, kind: 'refused' })));
    else if (lifecycle.live.source === 'staged') void this.#enqueue(() => this.#become(goBack(lifecycle, step)));
  }

  /** Takes a committed turn. */
  committed(turn: TurnRows): void {
    const { learning, director } = this.#options;
    for (const visit of learning.note(turn)) {
      const weight = learning.weightOf(visit);
      const rows = visit.scores.map(({ score, label }) => ({ own: score.intent, label, note: director().noteOf(score) }));
      notePromise(
        this.#kept.live,
        rows.filter(({ note }) => note?.by === 'live'),
        weight,
      );
      const evidence = this.#kept.candidate;
      if (evidence === undefined) continue;
      notePromise(
        evidence,
        rows.filter(({ note }) => note?.by === 'canary'),
        weight,
      );
      const pairs = rows.flatMap(({ own, label, note }) => (note?.shadow === undefined ? [] : [{ own: note.shadow, other: own, label }]));
      notePair(evidence, pairs, weight);
      const side = director().sideOf(visit.visit);
      if (side !== undefined) noteVisit(evidence, side, visit);
    }
  }

  /** Judges what was gathered and writes it down; to be called once a minute. */
  look(): Promise<void> {
    return this.#enqueue(async () => {
      const { lifecycle, live, reference, windowSinceMs } = this.#kept;
      const nowMs = this.#options.nowMs();
      const complaint = lifecycle.live.source === 'rules' ? undefined : watchLive(live, reference);
      // What is only off in this store is put right here; a model that cannot be is taken out of use.
      if (complaint?.id === 'calibration' && this.recalibrate()) return this.#newWindow();
      if (complaint !== undefined) return this.#become(goBack(lifecycle, { nowMs, by: AGENT, reason: complaint.sentence }));
      this.#kept = { ...this.#kept, reference: reference ?? (live.rows >= REFERENCE_SCORES ? referenceOf(live) : undefined) };
      if (nowMs - windowSinceMs > DAY_MS && this.#kept.reference !== undefined) {
        this.#newWindow();
      }
      if (lifecycle.candidate !== undefined) await this.#judgeCandidate(lifecycle.candidate, nowMs);
      this.#save();
    });
  }

  /** Fits the calibration of what scores to its outcomes, where that helps; to be called once an hour. Whether that of the live model changed. */
  recalibrate(): boolean {
    let isChanged = false;
    const { learning, store, director, nowMs } = this.#options;
    this.#save();
    const now = nowMs();
    for (const model of [this.#kept.lifecycle.live.name, this.#kept.lifecycle.candidate?.model.name]) {
      if (model === undefined) continue;
      const { adopted, sentence } = learning.recalibrate(model, store.examples(model, now - REMEMBER_MS), now);
      if (!adopted) continue;
      isChanged ||= model === this.#kept.lifecycle.live.name;
      this.#kept = {
        ...this.#kept,
        lifecycle: noted(this.#kept.lifecycle, { nowMs: now, model, kind: 'recalibrated', to: 'live', reason: sentence, by: AGENT }),
      };
      this.#save();
    }
    director().calibrate(learning.calibrations);
    return isChanged;
  }

  /** A model was handed in: it is checked, and then begins at the first gate; where it is not taken, the sentence says why. */
  async stage(model: ModelRef, by: string): Promise<Staged> {
    let isTaken = true;
    const sentence = await this.#ask(async () => {
      if (model.name === this.#kept.lifecycle.live.name) return `${model.name} is in use already`;
      const step = { nowMs: this.#options.nowMs(), by };
      this.#options.library.forgive(model);
      await this.#become(stage(this.#kept.lifecycle, model, { ...step, reason: 'handed in' }));
      const { candidate, history } = this.#kept.lifecycle;
      isTaken = candidate !== undefined;
      return isTaken ? `${model.name} is checked and is tried on the last days` : (history.at(-1)?.reason ?? '');
    });
    return { isTaken, sentence };
  }

  /** Puts the candidate into use at once. */
  promote(by: string): Promise<string> {
    return this.#ask(async () => {
      const { candidate } = this.#kept.lifecycle;
      if (candidate === undefined) return 'There is no model on its way';
      await this.#become(promote(this.#kept.lifecycle, { nowMs: this.#options.nowMs(), by, reason: 'without waiting for its gates' }));
      return `${candidate.model.name} is in use`;
    });
  }

  /** Takes the candidate out. */
  withdraw(by: string): Promise<string> {
    return this.#ask(async () => {
      const { candidate } = this.#kept.lifecycle;
      if (candidate === undefined) return 'There is no model on its way';
      await this.#become(withdraw(this.#kept.lifecycle, { nowMs: this.#options.nowMs(), by, kind: 'withdrawn', reason: 'taken out' }));
      return `${candidate.model.name} is taken out`;
    });
  }

  /** Uses the last model again. */
  goBack(by: string): Promise<string> {
    return this.#ask(async () => {
      await this.#become(goBack(this.#kept.lifecycle, { nowMs: this.#options.nowMs(), by, reason: 'asked for' }));
      return `${this.#kept.lifecycle.live.name} is in use again`;
    });
  }

  #newWindow(): void {
    this.#kept = { ...this.#kept, live: noEvidence(this.#manifest), windowSinceMs: this.#options.nowMs() };
  }

  async #judgeCandidate(candidate: Candidate, nowMs: TimestampMs): Promise<void> {
    if (candidate.stage === 'replayed' && this.#kept.replay === undefined) return this.#beginReplay(candidate);
    const after = advance(this.#kept.lifecycle, { verdicts: this.verdicts(), nowMs });
    if (after !== this.#kept.lifecycle) await this.#become(after);
  }

  /** Beside everything else: it may take minutes. The next look finds the report. */
  #beginReplay({ model }: Candidate): void {
    const scorer = this.#candidateScorer;
    if (this.#isReplaying || scorer === undefined) return;
    this.#isReplaying = true;
    this.#options
      .replay(scorer)
      .then((replay) => {
        if (this.#kept.lifecycle.candidate?.model.name === model.name) this.#kept = { ...this.#kept, replay };
      })
      .catch((error: unknown) => {
        const reason = `it could not be tried on the last days: ${error instanceof Error ? error.message : String(error)}`;
        const step = { nowMs: this.#options.nowMs(), by: AGENT, kind: 'refused', reason } as const;
        if (!this.#closed) void this.#enqueue(() => this.#become(withdraw(this.#kept.lifecycle, step)));
      })
      .finally(() => {
        this.#isReplaying = false;
      });
  }

  /** Writes the new state down, then puts it into effect. */
  async #become(after: Lifecycle): Promise<void> {
    const before = this.#kept.lifecycle;
    if (after === before) return;
    const isOther = before.live.name !== after.live.name || before.live.source !== after.live.source;
    const moved = JSON.stringify(before.candidate) !== JSON.stringify(after.candidate);
    const event = after.history.at(-1);
    if (event !== undefined) this.#options.log.info(`Model ${event.model}: ${event.kind} (${event.reason})`);
    this.#kept = { ...this.#kept, lifecycle: after };
    if (isOther) {
      this.#manifest = this.#options.library.manifest(after.live);
      this.#readInputs = inputReader(this.#manifest);
      this.#kept = { ...this.#kept, live: noEvidence(this.#manifest), windowSinceMs: this.#options.nowMs(), reference: undefined };
    }
    if (moved)
      this.#kept = { ...this.#kept, candidate: undefined, ...(after.candidate?.stage === 'verified' ? { replay: undefined } : {}) };
    this.#save();
    if (isOther) await this.#use(after.live);
    if (moved) await this.#attach();
    this.#options.library.prune([after.live, after.previous, after.candidate?.model]);
  }

  async #use(model: ModelRef): Promise<void> {
    const guard = this.#options.guard(model, 'live');
    await guard.start();
    const before = this.#options.director().use(guard);
    await before.close();
  }

  /** Puts the candidate where its stage says, and takes away what stood there. */
  async #attach(): Promise<void> {
    const { director, library, guard, canaryShare } = this.#options;
    const { candidate } = this.#kept.lifecycle;
    director().beside(undefined);
    await this.#canaryGuard?.close();
    this.#canaryGuard = undefined;
    if (candidate === undefined) {
      await this.#candidateScorer?.close();
      this.#candidateScorer = undefined;
      this.#candidateManifest = undefined;
      return;
    }
    if (this.#candidateScorer?.manifest.sha256 !== candidate.model.sha256) {
      await this.#candidateScorer?.close();
      this.#candidateScorer = undefined;
      const loaded = await library.load(candidate.model);
      const step = { nowMs: this.#options.nowMs(), by: AGENT };
      if (!loaded.ok) return this.#become(withdraw(this.#kept.lifecycle, { ...step, kind: 'refused', reason: loaded.error.sentence }));
      this.#candidateScorer = loaded.value;
    }
    const scorer = this.#candidateScorer!;
    this.#candidateManifest = scorer.manifest;
    this.#readCandidateInputs = inputReader(scorer.manifest);
    this.#kept = { ...this.#kept, candidate: this.#kept.candidate ?? noEvidence(scorer.manifest) };
    if (candidate.stage === 'verified') return this.#judgeCandidate(candidate, this.#options.nowMs());
    if (candidate.stage === 'replayed') return this.#beginReplay(candidate);
    if (candidate.stage === 'shadow') return director().beside({ kind: 'shadow', model: scorer });
    this.#canaryGuard = guard(candidate.model, 'canary');
    await this.#canaryGuard.start();
    const salt = candidate.model.sha256 ?? candidate.model.name;
    director().beside({ kind: 'canary', guard: this.#canaryGuard, name: candidate.model.name, share: canaryShare, salt });
  }

  #save(): void {
    const { store, learning, nowMs } = this.#options;
    try {
      const documents = { keeper: this.#kept, learnt: learning.documents };
      // A quiet store writes nothing: flash wears out by writing.
      const text = JSON.stringify(documents);
      if (text === this.#written) return;
      store.write({ documents, examples: learning.takeRows(), since: nowMs() - REMEMBER_MS });
      this.#written = text;
    } catch (error) {
      // A full disk takes nothing from the shoppers: what is held is written at the next look.
      this.#options.log.warn(`Cannot write down where the models stand: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** One change at a time, in order. */
  #enqueue(work: () => Promise<void> | void): Promise<void> {
    const done = this.#work.then(() => (this.#closed ? undefined : work()));
    this.#work = done.catch((error: unknown) =>
      this.#options.log.warn(`A change of models failed: ${error instanceof Error ? error.message : String(error)}`),
    );
    return this.#work;
  }

  async #ask(work: () => Promise<string>): Promise<string> {
    let answer = 'The agent is stopping';
    await this.#enqueue(async () => {
      answer = await work();
    });
    return answer;
  }
}
