import type { ModelProblem } from '../manifest.ts';

/** Models remembered at most; the oldest goes. */
const MAX_MODELS = 32;

/** Tries after which a model that brings its process down is left alone. */
export const MAX_TRIES = 3;

/**
 * Models whose process ended too often, by the hash of their file. They are not started again until the agent is; another file in their place
 * is another model.
 */
export class PoisonList {
  readonly #models = new Map<string, { tries: number; problem: ModelProblem }>();

  /** Notes that a model could not be kept running. `isFinal` skips the remaining tries. */
  note(sha256: string, problem: ModelProblem, { isFinal = false }: { readonly isFinal?: boolean } = {}): void {
    const tries = isFinal ? MAX_TRIES : (this.#models.get(sha256)?.tries ?? 0) + 1;
    this.#models.delete(sha256);
    this.#models.set(sha256, { tries, problem });
    for (const oldest of this.#models.keys()) {
      if (this.#models.size <= MAX_MODELS) return;
      this.#models.delete(oldest);
    }
  }

  /** Why a model is left alone; `undefined` when it may be tried. */
  refusal(sha256: string): ModelProblem | undefined {
    const known = this.#models.get(sha256);
    if (known === undefined || known.tries < MAX_TRIES) return undefined;
    return { ...known.problem, kind: 'quarantined', hint: 'It is left alone until the agent starts again; install another model' };
  }

  /** Lets a model be tried again: somebody asked for it. */
  forgive(sha256: string): void {
    this.#models.delete(sha256);
  }
}
