import type { Score } from '../../../agent/core/decision.ts';
import type { ScoreEffect } from '../../../agent/core/effect.ts';
import type { Scorer } from '../../scorer.ts';
import { type ResponseModel, responseOf } from './response-model.ts';

/** Adds to each score what a discount is expected to do to this visit, where a model of that is there; scores of other features stay as they are. */
export function withResponse(scores: readonly (readonly Score[])[], model: ResponseModel | undefined): readonly (readonly Score[])[] {
  if (model === undefined) return scores;
  return scores.map((answer) =>
    answer.map((score) =>
      score.featureSpec === model.featureSpec ? { ...score, response: rounded(responseOf(model, score.features)) } : score,
    ),
  );
}

/** A scorer whose scores say what a discount would do, too. Fails exactly when the other does. */
export class ResponseScorer implements Scorer {
  readonly #inner: Scorer;
  readonly #model: () => ResponseModel | undefined;

  constructor(inner: Scorer, model: () => ResponseModel | undefined) {
    this.#inner = inner;
    this.#model = model;
  }

  get name(): string {
    return this.#inner.name;
  }

  async score(requests: readonly ScoreEffect[]): Promise<readonly (readonly Score[])[]> {
    return withResponse(await this.#inner.score(requests), this.#model());
  }
}

/** Four digits are kept: it is written with every decision. */
function rounded(value: number): number {
  return Math.round(10_000 * value) / 10_000;
}
