import type { Sku } from '../ids.ts';
import type { Visit } from '../visit.ts';

/** What the bandit sees of a situation, in this order: only what the visit did, never who the shopper is. */
export const FEATURES = ['constant', 'expected', 'put-back', 'compared', 'holding', 'dismissed'] as const;

/**
 * A situation as numbers, in the order of `FEATURES`. `expected` is the log-odds of buying that were expected before anything was learnt,
 * with the offer or without: what is learnt are corrections to it. The others are 0 or 1.
 */
export function situation(visit: Readonly<Visit>, sku: Sku, expected: number): number[] {
  const interest = visit.interest.get(sku);
  return [
    1,
    expected,
    interest !== undefined && interest.returns > 0 ? 1 : 0,
    interest !== undefined && interest.compares > 0 ? 1 : 0,
    interest !== undefined && interest.holding > 0 ? 1 : 0,
    visit.dismissals > 0 ? 1 : 0,
  ];
}
