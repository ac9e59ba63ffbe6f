import type { GuardedScorer, ScorerStatus } from '../../models/guarded-scorer.ts';
import type { Scorer } from '../../models/scorer.ts';
import { calibrated, type SiteCalibration } from '../../models/site-calibration.ts';
import type { Score } from '../core/decision.ts';
import type { ScoreEffect } from '../core/effect.ts';
import { unitHash } from '../core/hash.ts';
import type { VisitId } from '../core/ids.ts';
import type { Probability } from '../core/units.ts';

/** What is known of a score beside what is logged: what the model itself said, who it was, and what the one looking on said. */
export interface ScoreNote {
  readonly raw: Probability;
  readonly by: 'live' | 'canary';
  /** What the candidate that only looks on says of the same product; set later than the score. */
  shadow?: Probability;
}

/** A model that looks on: scores vectors of `VISIT_SPEC`, may hang or fail. */
export interface ShadowModel {
  readonly name: string;
  intents(vectors: readonly (readonly number[])[]): Promise<ArrayLike<number>>;
}

/** The candidate: looking on, or deciding for a share of the visits. */
export type Beside =
  | { readonly kind: 'shadow'; readonly model: ShadowModel }
  | { readonly kind: 'canary'; readonly guard: GuardedScorer; readonly name: string; readonly share: Probability; readonly salt: string };

/** Told about everything that evidence is made of. */
export interface DirectorEvents {
  /** Scores that decide; `by` says whose they are. */
  scored(by: 'live' | 'canary', scores: readonly Score[]): void;
  /** A call of the candidate that looks on. */
  shadowed(
    call: { readonly outcome: 'answered' | 'failed' | 'late'; readonly elapsedMs: number },
    scores: readonly { readonly score: Score; readonly shadow: Probability }[],
  ): void;
}

export interface DirectorOptions {
  readonly live: GuardedScorer;
  readonly monotonicMs: () => number;
  /** Longest a candidate that looks on may take before it counts as late. */
  readonly deadlineMs: number;
  readonly events: DirectorEvents;
}

/** Calls of a candidate that looks on, waiting for the one before; more are left out and counted. */
const MAX_SHADOW_CALLS = 4;

/** Whether a candidate decides for a visit: by hash, so that a visit stays with one model and a replay finds the same. */
export function isCanary(visit: VisitId, { share, salt }: { readonly share: Probability; readonly salt: string }): boolean {
  return unitHash(`canary|${salt}|${visit}`) < share;
}

/**
 * The scorer that the loop asks: the model in use behind its guard, and beside it a candidate that looks on or decides for some visits. What the
 * store's own calibration makes of a score is logged; what the model itself said is kept for learning.
 */
export class ModelDirector implements Scorer {
  readonly #options: DirectorOptions;
  readonly #notes = new WeakMap<Score, ScoreNote>();
  #live: GuardedScorer;
  #beside: Beside | undefined;
  #calibrations: ReadonlyMap<string, SiteCalibration> = new Map();
  #shadowCalls = 0;
  /** Calls that a candidate did not get to see because it was too slow. */
  skipped = 0;

  constructor(options: DirectorOptions) {
    this.#options = options;
    this.#live = options.live;
  }

  get name(): string {
    return this.#live.name;
  }

  status(): ScorerStatus {
    return this.#live.status();
  }

  /** Takes another model into use from the next call on; gives the one before, to be closed when its last answer is out. */
  use(live: GuardedScorer): GuardedScorer {
    const before = this.#live;
    this.#live = live;
    return before;
  }

  async close(): Promise<void> {
    this.#beside = undefined;
    await this.#live.close();
  }

  /** Sets what stands beside the model in use. */
  beside(beside: Beside | undefined): void {
    this.#beside = beside;
  }

  /** The store's own calibration by model name; a model that is not named keeps its own. */
  calibrate(calibrations: ReadonlyMap<string, SiteCalibration>): void {
    this.#calibrations = calibrations;
  }

  /** What the model in use says, uncalibrated: what answers for a candidate that cannot. */
  scoreLive(requests: readonly ScoreEffect[]): Promise<readonly (readonly Score[])[]> {
    return this.#live.score(requests);
  }

  /** What is known of a score that this director gave out. */
  noteOf(score: Score): ScoreNote | undefined {
    return this.#notes.get(score);
  }

  /** Whose a visit is while a candidate decides for some; `undefined` while none does. */
  sideOf(visit: VisitId): 'own' | 'other' | undefined {
    const beside = this.#beside;
    if (beside?.kind !== 'canary') return undefined;
    return isCanary(visit, beside) ? 'own' : 'other';
  }

  async score(requests: readonly ScoreEffect[]): Promise<readonly (readonly Score[])[]> {
    const beside = this.#beside;
    const answers = beside?.kind === 'canary' ? await this.#scoreBoth(requests, beside) : await this.#scoreBy('live', requests, this.#live);
    if (beside?.kind === 'shadow') this.#lookOn(beside.model, answers.flat());
    return answers;
  }

  async #scoreBoth(requests: readonly ScoreEffect[], beside: Extract<Beside, { kind: 'canary' }>): Promise<readonly (readonly Score[])[]> {
    const isCandidates = requests.map(({ visit }) => isCanary(visit.id, beside));
    const [own, others] = await Promise.all([
      this.#scoreBy(
        'canary',
        requests.filter((_, i) => isCandidates[i]),
        beside.guard,
      ),
      this.#scoreBy(
        'live',
        requests.filter((_, i) => !isCandidates[i]),
        this.#live,
      ),
    ]);
    let [fromOwn, fromOthers] = [0, 0];
    return isCandidates.map((isOwn) => (isOwn ? own[fromOwn++]! : others[fromOthers++]!));
  }

  async #scoreBy(by: ScoreNote['by'], requests: readonly ScoreEffect[], scorer: Scorer): Promise<readonly (readonly Score[])[]> {
    if (requests.length === 0) return [];
    const answers = (await scorer.score(requests)).map((scores) => scores.map((score) => this.#finish(score, by)));
    this.#options.events.scored(by, answers.flat());
    return answers;
  }

  #finish(score: Score, by: ScoreNote['by']): Score {
    const calibration = this.#calibrations.get(score.model);
    const finished = calibration === undefined ? score : { ...score, intent: calibrated(score.intent, calibration) };
    this.#notes.set(finished, { raw: score.intent, by });
    return finished;
  }

  /** After the turn, so that nobody waits for it; one call at a time, a few may wait. */
  #lookOn(model: ShadowModel, scores: readonly Score[]): void {
    if (scores.length === 0) return;
    if (this.#shadowCalls >= MAX_SHADOW_CALLS) {
      this.skipped++;
      return;
    }
    this.#shadowCalls++;
    setImmediate(() => void this.#shadow(model, scores).finally(() => this.#shadowCalls--));
  }

  async #shadow(model: ShadowModel, scores: readonly Score[]): Promise<void> {
    const { monotonicMs, deadlineMs, events } = this.#options;
    const startMs = monotonicMs();
    try {
      const intents = await model.intents(scores.map(({ features }) => features));
      const elapsedMs = monotonicMs() - startMs;
      const calibration = this.#calibrations.get(model.name);
      const pairs = scores.map((score, row) => {
        const raw = intents[row]!;
        const shadow = calibration === undefined ? raw : calibrated(raw, calibration);
        const note = this.#notes.get(score);
        if (note !== undefined) note.shadow = shadow;
        return { score, shadow };
      });
      events.shadowed({ outcome: elapsedMs > deadlineMs ? 'late' : 'answered', elapsedMs }, pairs);
    } catch {
      events.shadowed({ outcome: 'failed', elapsedMs: monotonicMs() - startMs }, []);
    }
  }
}
