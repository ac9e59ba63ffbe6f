import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../agent/core/decision.ts';
import { AuditRows } from '../../../agent/core/fairness/audit-row.ts';
import { FALSE_ALARM, fairnessReport } from '../../../agent/core/fairness/report.ts';
import { holm, stratifiedTest } from '../../../agent/core/fairness/stratified-test.ts';
import { STAGES } from '../../../agent/core/journeys/stage.ts';
import { createRandom } from '../../../models/training/random.ts';

const ZONES = ['coffee', 'care', 'snacks'];
const LANGUAGES = ['de', 'de', 'de', 'en', 'fr', 'es'];
const SPAN = { fromMs: 0, toMs: 1, isPartial: false };

interface Shopper {
  readonly zone: string;
  readonly language: string;
  readonly hour: number;
  readonly intent: number;
}

/**
 * A store's log: what a zone sells differs from zone to zone and so does how much people want it; offers and discounts follow the product and
 * the interest alone, unless a bias says otherwise.
 */
function simulatedLog(
  seed: number,
  bias: { readonly offers?: (shopper: Shopper) => number; readonly discount?: (shopper: Shopper) => number } = {},
  visits = 1_500,
): AuditRows {
  const random = createRandom(seed);
  const rows = new AuditRows((campaign) => campaign === 'amount');
  for (let n = 0; n < visits; n++) {
    const zone = ZONES[random.below(3)]!;
    const product = random.below(4);
    const sku = `${zone}-${product}`;
    const priceCents = 199 + 130 * product + 400 * ZONES.indexOf(zone);
    const shopper = {
      zone,
      language: LANGUAGES[random.below(6)]!,
      hour: 9 + random.below(12),
      intent: Math.min(0.95, random.next() ** 2 + 0.1 * ZONES.indexOf(zone)),
    };
    const isOffered = random.next() < Math.max(0, Math.min(1, (shopper.intent < 0.2 ? 0.1 : 0.6) + (bias.offers?.(shopper) ?? 0)));
    const campaign = zone === 'snacks' ? 'amount' : zone;
    const promised = campaign === 'amount' ? 50 : Math.round(0.15 * priceCents);
    const discountCents = Math.round(promised * (bias.discount?.(shopper) ?? 1));
    const decision: Decision = {
      id: `d${n}`,
      atMs: n,
      visit: `v${n}`,
      kind: isOffered ? 'offer' : 'hold',
      reason: isOffered ? 'offer' : shopper.intent < 0.2 ? 'low-intent' : 'would-buy-anyway',
      offer: undefined,
      campaign: isOffered ? campaign : undefined,
      sku,
      zone,
      trigger: { interaction: 'pick', sku, slot: undefined, fixture: undefined, confidence: 1 },
      score: { sku, intent: shopper.intent, confidence: 1, features: [], featureSpec: 'x', model: 'x' },
      propensity: 1,
      alternatives: [],
      situation: { stage: STAGES[Math.min(2, Math.floor(shopper.intent * 3))]!, hour: shopper.hour, language: shopper.language },
    };
    rows.add(decision, isOffered ? { priceCents, discountCents } : undefined);
  }
  return rows;
}

describe('the audit of offers', () => {
  it('finds nothing in more than 5 % of 200 fair logs', () => {
    let alarms = 0;
    for (let seed = 1; seed <= 200; seed++) if (fairnessReport(simulatedLog(seed).rows(), SPAN).findings.length > 0) alarms++;
    expect(alarms / 200).toBeLessThanOrEqual(FALSE_ALARM);
  });

  it.each([
    [
      'a smaller discount on the French page',
      { discount: ({ language }: Shopper) => (language === 'fr' ? 0.7 : 1) },
      'language',
      'fr',
      'discount',
    ],
    [
      'a smaller discount in one zone',
      { discount: ({ zone, hour }: Shopper) => (zone === 'care' && hour >= 16 ? 0.6 : 1) },
      'hours',
      '4',
      'discount',
    ],
    [
      'fewer offers on the Spanish page',
      { offers: ({ language }: Shopper) => (language === 'es' ? -0.25 : 0) },
      'language',
      'es',
      'offer-rate',
    ],
    ['more offers in the evening', { offers: ({ hour }: Shopper) => (hour >= 16 ? 0.2 : 0) }, 'hours', '4', 'offer-rate'],
  ] as const)('finds an injected bias: %s', (_, bias, dimension, group, what) => {
    const { findings } = fairnessReport(simulatedLog(7, bias).rows(), SPAN);
    expect(findings).toContainEqual(expect.objectContaining({ dimension, group, what }));
  });

  it('finds a discount that differs from zone to zone inside one campaign', () => {
    const rows = new AuditRows(() => false);
    for (const [i, decision] of decisionsOf(400).entries()) {
      const isSecond = i % 2 === 0;
      rows.add(
        { ...decision, zone: isSecond ? 'care' : 'coffee', campaign: 'one' },
        { priceCents: 1_000, discountCents: isSecond ? 100 : 150 },
      );
    }
    const found = fairnessReport(rows.rows(), SPAN).findings.filter(({ dimension }) => dimension === 'zone');
    expect(found.map(({ group, what, difference }) => [group, what, Math.sign(difference)])).toEqual(
      expect.arrayContaining([
        ['care', 'discount', -1],
        ['coffee', 'discount', 1],
      ]),
    );
  });

  it('leaves out who was held for a reason that held for everybody', () => {
    const rows = new AuditRows(() => false);
    for (const [i, decision] of decisionsOf(50).entries())
      rows.add({ ...decision, kind: 'hold', reason: i % 2 === 0 ? 'budget' : 'holdout' }, undefined);
    expect(fairnessReport(rows.rows(), SPAN)).toMatchObject({ visits: 0, findings: [] });
  });

  it('counts a visit once, by its first offer', () => {
    const rows = new AuditRows(() => false);
    const [decision] = decisionsOf(1);
    rows.add({ ...decision!, kind: 'hold', reason: 'low-intent' }, undefined);
    rows.add(decision!, { priceCents: 100, discountCents: 10 });
    rows.add({ ...decision!, kind: 'hold', reason: 'offer-open' }, undefined);
    expect(fairnessReport(rows.rows(), SPAN)).toMatchObject({ visits: 1, offers: 1 });
  });
});

describe('the comparison', () => {
  it('is made among visits that did alike: a mix of products alone is no difference', () => {
    const rows = Array.from({ length: 400 }, (_, i) => {
      const isPopular = i % 2 === 0;
      // The group buys the popular product more often; inside each product everybody is offered alike.
      const isInGroup = isPopular ? i % 8 !== 0 : i % 8 === 1;
      return { stratum: isPopular ? 'popular' : 'rare', isInGroup, value: (isPopular ? i % 10 !== 0 : i % 10 === 1) ? 1 : 0 };
    });
    expect(stratifiedTest(rows).pValue).toBeGreaterThan(0.05);
    expect(stratifiedTest(rows.map((row) => ({ ...row, stratum: 'all' }))).pValue).toBeLessThan(0.001);
  });

  it('asks more of each of many questions', () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
  });
});

function decisionsOf(count: number): readonly Decision[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `d${n}`,
    atMs: n,
    visit: `v${n}`,
    kind: 'offer',
    reason: 'offer',
    offer: `o${n}`,
    campaign: 'coffee-20',
    sku: 'coffee-01',
    zone: 'coffee',
    trigger: { interaction: 'pick', sku: 'coffee-01', slot: undefined, fixture: undefined, confidence: 1 },
    score: { sku: 'coffee-01', intent: 0.3, confidence: 1, features: [], featureSpec: 'x', model: 'x' },
    propensity: 1,
    alternatives: [],
    situation: { stage: 'deciding', hour: 12, language: 'de' },
  }));
}
