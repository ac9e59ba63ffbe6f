import type { Decision } from '../../../agent/core/decision.ts';
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

/** Some decisions, newest first: an offer, a hold with a score, a hold before any score. */
export function sampleDecisions(): readonly Decision[] {
  const now = Date.now();
  const score = {
    sku: 'coffee-03',
    intent: 0.46,
    confidence: 0.81,
    features: [2, 0, 1, 0, -2, 0.83],
    featureSpec: 'visit-intent/1f00',
    model: 'purchase-intent@3f9a1c',
  };
  const base: Decision = {
    id: 'd-3',
    atMs: now - 4_000,
    visit: 'v_sample',
    kind: 'offer',
    reason: 'offer',
    offer: 'o-1',
    campaign: 'coffee-20',
    sku: 'coffee-03',
    zone: 'coffee',
    trigger: { interaction: 'pick', sku: 'coffee-03', slot: '03-3', fixture: 'shelf-03', confidence: 0.83 },
    score,
    propensity: 0.9,
    alternatives: [
      { campaign: 'coffee-20', sku: 'coffee-03', valueCents: 96, excluded: undefined },
      { campaign: 'snack-50c', sku: 'choc-01', valueCents: 11, excluded: 'margin-floor' },
    ],
  };
  return [
    base,
    {
      ...base,
      id: 'd-2',
      atMs: now - 31_000,
      kind: 'hold',
      reason: 'low-intent',
      offer: undefined,
      campaign: undefined,
      sku: 'cream-02',
      trigger: { interaction: 'dwell', sku: 'cream-02', slot: undefined, fixture: 'shelf-09', confidence: 0.64 },
      score: { ...score, sku: 'cream-02', intent: 0.07 },
      propensity: 1,
      alternatives: [{ campaign: 'care-15', sku: 'cream-02', valueCents: 20, excluded: 'low-intent' }],
    },
    {
      ...base,
      id: 'd-1',
      atMs: now - 95_000,
      kind: 'hold',
      reason: 'holdout',
      offer: undefined,
      score: undefined,
      propensity: 0.1,
      alternatives: [],
    },
  ];
}
