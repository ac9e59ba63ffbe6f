import type { Score } from '../agent/core/decision.ts';
import type { ScoreEffect } from '../agent/core/effect.ts';
import type { Result } from '../agent/core/result.ts';
import type { DurationMs } from '../agent/core/units.ts';
import { backoffMs, GUARD_DEFAULTS, type GuardSettings } from './guard-settings.ts';
import type { ModelProblem } from './manifest.ts';
import type { Scorer } from './scorer.ts';

/** A scorer that holds something to give back. */
export interface ClosableScorer extends Scorer {
  close?(): Promise<void>;
  /** Why it will never answer again; `undefined` while it may. */
  spent?(): ModelProblem | undefined;
}

/** Which scorer serves, in a sentence for the status page. */
export interface ScorerStatus {
  readonly name: string;
  readonly state: 'live' | 'fallback';
  readonly sentence: string;
}

/** Why a call was answered by the fallback: the model is not loaded, is resting after failures, is still busy, failed, or was late. */
export type FallbackCause = 'no-model' | 'resting' | 'busy' | 'failed' | 'late';

/** Where the guard reports what happened; every call of `score` gives exactly one `scored`. */
export interface GuardEvents {
  /** `slow`: the model answered, after its deadline. `requests` were answered in `elapsedMs`. */
  scored(by: 'model' | FallbackCause, requests: number, elapsedMs: DurationMs, slow: boolean): void;
  /** The status changed; also told once for each new reason of being in fallback. */
  changed(status: ScorerStatus): void;
  /** The model was let go because it will never answer again. */
  spent?(problem: ModelProblem): void;
}

/** Time as the guard needs it. */
export interface GuardClock {
  monotonicMs(): number;
  /** Calls back once after `delayMs` unless cancelled by the returned function. */
  after(delayMs: DurationMs, callback: () => void): () => void;
}

export interface GuardedScorerOptions {
  /** Loads the model, checked and warm. Called at `start` and again at every probe while nothing is loaded. */
  readonly load: () => Promise<Result<ClosableScorer, ModelProblem>>;
  /** Serves whenever the model does not; must not fail. */
  readonly fallback: Scorer;
  readonly clock: GuardClock;
  readonly events?: GuardEvents;
  readonly settings?: Partial<GuardSettings>;
}

/**
 * A model that may be missing, slow or wrong, behind a scorer that never is: each call is answered by the model inside its deadline or by
 * the fallback. After some failures in a row the model rests, longer each time, and one call then tries it again.
 *
 * @NOTE A model in this process holds the thread while it runs, so its deadline cannot cut it short: the late answer is used, counted as a
 * failure, and benches the model. A model in a child process is overtaken by the deadline and the fallback answers.
 */
export class GuardedScorer implements Scorer {
  readonly #options: GuardedScorerOptions;
  readonly #settings: GuardSettings;
  #model: ClosableScorer | undefined;
  #loading: Promise<void> | undefined;
  #busy = false;
  #failures = 0;
  #rests = 0;
  #restUntilMs = 0;
  #trouble: string | undefined = 'The model is not loaded yet';
  #told = '';
  #closed = false;

  constructor(options: GuardedScorerOptions) {
    this.#options = options;
    this.#settings = { ...GUARD_DEFAULTS, ...options.settings };
  }

  /** Name of what serves now. */
  get name(): string {
    return this.status().name;
  }

  /** Loads the model for the first time; resolves also when that fails, because the fallback serves. */
  start(): Promise<void> {
    return this.#load();
  }

  status(): ScorerStatus {
    if (this.#model !== undefined && this.#trouble === undefined) {
      return { name: this.#model.name, state: 'live', sentence: `Intent is scored by the model ${this.#model.name}` };
    }
    const fallback = this.#options.fallback.name;
    return {
      name: fallback,
      state: 'fallback',
      sentence: `Intent is scored by rules (${fallback}): ${this.#trouble ?? 'the model is not loaded yet'}`,
    };
  }

  async score(requests: readonly ScoreEffect[]): Promise<readonly (readonly Score[])[]> {
    const startMs = this.#options.clock.monotonicMs();
    const cause = this.#unavailable(startMs);
    if (cause !== undefined) return this.#byFallback(requests, cause, startMs);
    const outcome = await this.#byModel(requests);
    const elapsedMs = this.#options.clock.monotonicMs() - startMs;
    if (outcome.kind !== 'scores') {
      this.#failed(outcome.kind === 'late' ? `it took longer than ${this.#settings.deadlineMs} ms` : outcome.fact);
      return this.#byFallback(requests, outcome.kind, startMs);
    }
    const slow = elapsedMs > this.#settings.deadlineMs;
    if (slow) this.#failed(`it took ${Math.round(elapsedMs)} ms and ${this.#settings.deadlineMs} are allowed`);
    else this.#worked();
    this.#options.events?.scored('model', requests.length, elapsedMs, slow);
    return outcome.scores;
  }

  /** Gives the model back; calls after it are answered by the fallback. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#loading;
    const model = this.#model;
    this.#model = undefined;
    this.#trouble = 'the agent is stopping';
    await model?.close?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #unavailable(nowMs: number): FallbackCause | undefined {
    if (nowMs < this.#restUntilMs) return this.#model === undefined ? 'no-model' : 'resting';
    if (this.#model === undefined) {
      // The probe of a model that is not loaded: beside the call, which does not wait for it. `#load` never rejects.
      if (!this.#closed) void this.#load();
      return 'no-model';
    }
    return this.#busy ? 'busy' : undefined;
  }

  async #byFallback(requests: readonly ScoreEffect[], cause: FallbackCause, startMs: number): Promise<readonly (readonly Score[])[]> {
    const scores = await this.#options.fallback.score(requests);
    this.#options.events?.scored(cause, requests.length, this.#options.clock.monotonicMs() - startMs, false);
    return scores;
  }

  #byModel(requests: readonly ScoreEffect[]): Promise<ModelOutcome> {
    const model = this.#model!;
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(this.#settings.deadlineMs, () => {
        // Until it settles no other call goes to the model: a hung one holds one call's memory, not that of all that follow.
        this.#busy = true;
        resolve({ kind: 'late' });
      });
      const settle = (outcome: ModelOutcome): void => {
        cancel();
        this.#busy = false;
        resolve(outcome);
      };
      model.score(requests).then(
        (scores) => settle(checked(requests, scores)),
        (error: unknown) => settle({ kind: 'failed', fact: error instanceof Error ? error.message : String(error) }),
      );
    });
  }

  #worked(): void {
    this.#failures = 0;
    this.#rests = 0;
    this.#setTrouble(undefined);
  }

  #failed(fact: string): void {
    const spent = this.#model?.spent?.();
    if (spent !== undefined) return this.#letGo(spent);
    this.#failures++;
    // A probe that fails sends the model straight back to rest.
    if (this.#failures < this.#settings.maxFailures && this.#rests === 0) return;
    this.#rest(`The model ${this.#model?.name ?? ''} is resting: ${fact}`);
  }

  /** What is loaded is of no use any more; the next probe loads what is installed by then. */
  #letGo(spent: ModelProblem): void {
    const model = this.#model;
    this.#model = undefined;
    this.#busy = false;
    this.#options.events?.spent?.(spent);
    this.#rest(`${spent.sentence}. ${spent.hint}`);
    void model?.close?.();
  }

  #rest(trouble: string): void {
    this.#failures = 0;
    this.#rests++;
    this.#restUntilMs = this.#options.clock.monotonicMs() + backoffMs(this.#settings, this.#rests);
    this.#setTrouble(trouble);
  }

  #load(): Promise<void> {
    this.#loading ??= this.#loadOnce().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadOnce(): Promise<void> {
    try {
      const loaded = await this.#options.load();
      if (!loaded.ok) return this.#rest(`${loaded.error.sentence}. ${loaded.error.hint}`);
      if (this.#closed) return await loaded.value.close?.();
      this.#model = loaded.value;
      this.#restUntilMs = 0;
      this.#worked();
    } catch (error) {
      this.#rest(`Cannot load the model: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #setTrouble(trouble: string | undefined): void {
    this.#trouble = trouble;
    const status = this.status();
    if (status.sentence === this.#told) return;
    this.#told = status.sentence;
    this.#options.events?.changed(status);
  }
}

type ModelOutcome =
  | { readonly kind: 'scores'; readonly scores: readonly (readonly Score[])[] }
  | { readonly kind: 'late' }
  | { readonly kind: 'failed'; readonly fact: string };

/** The shape of the answer is checked here too: a model behind any other scorer gets the same treatment. */
function checked(requests: readonly ScoreEffect[], scores: readonly (readonly Score[])[]): ModelOutcome {
  if (scores.length !== requests.length) return { kind: 'failed', fact: `it answered ${scores.length} of ${requests.length} requests` };
  for (const [i, answer] of scores.entries()) {
    const products = requests[i]!.products;
    if (answer.length !== products.length) return { kind: 'failed', fact: `it scored ${answer.length} of ${products.length} products` };
    for (const [j, { sku, intent, confidence }] of answer.entries()) {
      if (sku !== products[j]!.sku) return { kind: 'failed', fact: 'it scored another product than the one asked for' };
      if (!isProbability(intent) || !isProbability(confidence))
        return { kind: 'failed', fact: `it said ${intent} with confidence ${confidence}` };
    }
  }
  return { kind: 'scores', scores };
}

function isProbability(value: number): boolean {
  return value >= 0 && value <= 1;
}
