import type { FairnessReport } from '../../../agent/core/fairness/report.ts';
import type { FakeStore } from './fake-store.ts';

/** Teaches a fake store why it decided, whether it treats everybody alike, and what is bought together. */
export function serveInsight(store: FakeStore, decisions: readonly { readonly id: string }[]): void {
  for (const { id } of decisions) {
    store.answer(`GET /api/v1/store/decisions/${id}/explanation`, {
      status: 200,
      body: {
        for: 'For a purchase spoke most that it was picked up twice and it was in the hand.',
        against: 'Against a purchase spoke most that it was put back once.',
        change: '“Coffee weeks” is offered from 15% on; if the shopper had scanned it, it would have been 21%.',
        method: 'trees',
        how: "Exact: the model's own trees taken apart (path-dependent Shapley values); the shares add up to its answer.",
        baseIntent: 0.14,
        parts: [
          { words: 'it was picked up twice', share: 0.61 },
          { words: 'it was put back once', share: -0.83 },
        ],
      },
    });
  }
  store.answer('GET /api/v1/store/fairness', { status: 200, body: sampleFairness() });
  store.answer('GET /api/v1/store/baskets', {
    status: 200,
    body: { receipts: 412.3, pairs: [{ sku: 'coffee-02', withSku: 'milk-01', lift: 3.2, together: 41 }] },
  });
}

/** An audit with one finding, every dimension filled. */
export function sampleFairness(): FairnessReport {
  const group = (name: string) => ({
    group: name,
    visits: 120,
    offers: 40,
    rate: { value: 0.333, low: 0.255, high: 0.422 },
    discount: { value: 0.15, low: 0.149, high: 0.151 },
    rateDifference: { value: -0.01, low: -0.08, high: 0.06 },
    discountDifference: undefined,
    reasons: [{ reason: 'low-intent' as const, visits: 61 }],
  });
  return {
    fromMs: Date.now() - 28 * 86_400_000,
    toMs: Date.now(),
    visits: 240,
    offers: 80,
    isPartial: false,
    dimensions: [
      { dimension: 'zone', groups: [group('coffee'), group('care')] },
      { dimension: 'hours', groups: [group('2'), group('3')] },
      { dimension: 'language', groups: [group('de'), group('')] },
      { dimension: 'returning', groups: [group('new')] },
      { dimension: 'stage', groups: [group('deciding')] },
    ],
    findings: [{ dimension: 'language', group: 'de', what: 'discount', difference: -0.045, pValue: 0.0001 }],
  };
}
