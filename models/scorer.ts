import type { Score } from '../agent/core/decision.ts';
import type { ScoreEffect } from '../agent/core/effect.ts';

/** Scores a batch of requests; one entry of the answer per request, one score per SKU in order. Rejects when it cannot. */
export interface Scorer {
  readonly name: string;
  score(requests: readonly ScoreEffect[]): Promise<readonly (readonly Score[])[]>;
}
