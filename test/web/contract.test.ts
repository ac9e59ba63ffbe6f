import { describe, expect, it } from 'vitest';
import { DecisionPage } from '../../agent/http/schemas/manager.ts';
import { OverviewView } from '../../agent/http/schemas/overview.ts';
import { OfferView, StoreInfo, VisitNow } from '../../agent/http/schemas/shop.ts';
import { sampleDecisions } from './support/insight-samples.ts';
import { bigOverview, emptyOverview, sampleOverview, troubledOverview } from './support/manager-samples.ts';
import { sampleOffer, sampleStoreInfo, sampleVisit } from './support/shop-samples.ts';

/** What the page tests feed to the pages must be what the API would send: JSON first, then the API's own schema. */
describe('the samples of the page tests', () => {
  it.each([
    ['an offer', OfferView, sampleOffer()],
    ['a visit', VisitNow, sampleVisit({ offers: [sampleOffer()] })],
    ['the store', StoreInfo, sampleStoreInfo()],
    ['a good day', OverviewView, sampleOverview()],
    ['a troubled day', OverviewView, troubledOverview()],
    ['a first morning', OverviewView, emptyOverview()],
    ['a large store', OverviewView, bigOverview(50)],
    [
      'decisions',
      DecisionPage,
      {
        decisions: sampleDecisions(),
        nextBeforeMs: null,
        features: [{ name: 'picks', unit: 'count', meaning: 'times this product was picked up' }],
      },
    ],
  ] as const)('%s is what the API promises', (_name, schema, sample) => {
    const result = schema.safeParse(JSON.parse(JSON.stringify(sample)));
    expect(result.error?.issues ?? []).toEqual([]);
  });
});
