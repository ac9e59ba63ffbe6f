import { describe, expect, it } from 'vitest';
import type { HoldReason } from '../../agent/core/decision.ts';
import { expectedGainCents } from '../../agent/core/policy/prior.ts';
import type { Campaign, StoreMap } from '../../agent/core/store-map.ts';
import { CoreDriver, replyOf, visitIn } from '../support/core-driver.ts';
import { samplePolicy, sampleStore } from '../support/sample-store.ts';

const TREATED = visitIn('treated');
const HELD_OUT = visitIn('holdout');

function withCampaign(changes: Partial<Campaign>): StoreMap {
  const store = sampleStore();
  return { ...store, campaigns: store.campaigns.map((campaign) => (campaign.id === 'coffee-20' ? { ...campaign, ...changes } : campaign)) };
}

describe('an offer', () => {
  it('follows a pick at the shelf where the shopper said to stand', () => {
    const driver = new CoreDriver();
    driver.open(TREATED, { fixture: 'shelf-03' });
    driver.pick('03-2');
    const [offer] = driver.offers();
    expect(offer).toMatchObject({
      visit: TREATED,
      campaign: 'coffee-20',
      sku: 'coffee-02',
      priceCents: 899,
      discountCents: 180,
      state: 'open',
    });
    expect(offer?.why).toBe('You picked up Espresso beans 500 g.');
    const decision = driver.decisions().at(-1);
    expect(decision).toMatchObject({ kind: 'offer', reason: 'offer', offer: offer?.id, propensity: 0.9 });
    expect(decision?.score?.features).toEqual([1, 2]);
    expect(decision?.alternatives).toEqual([
      { campaign: 'coffee-20', sku: 'coffee-02', valueCents: expect.any(Number), excluded: undefined, discountCents: 180, probability: 1 },
    ]);
  });

  it('never reaches a visit in the holdout, and the decision says what would have been offered', () => {
    const driver = new CoreDriver();
    driver.open(HELD_OUT, { fixture: 'shelf-03' });
    driver.pick('03-2');
    expect(driver.offers()).toEqual([]);
    expect(driver.decisions().at(-1)).toMatchObject({ kind: 'hold', reason: 'holdout', propensity: 0.1 });
    expect(driver.state.visits.get(HELD_OUT)?.eligibleAtMs).toBe(driver.nowMs);
  });

  it('takes the most worthwhile of the products a shopper is interested in', () => {
    const driver = new CoreDriver();
    driver.intent = 0.05;
    driver.open(TREATED, { fixture: 'shelf-03' });
    driver.pick('03-1');
    driver.intent = 0.3;
    driver.wait(1_000).pick('03-3');
    expect(driver.offers().map(({ sku }) => sku)).toEqual(['coffee-03']);
  });
});

describe('nothing is offered', () => {
  const cases: readonly {
    readonly reason: HoldReason;
    readonly store?: StoreMap;
    readonly prepare?: (driver: CoreDriver) => void;
    readonly intent?: number;
    readonly confidence?: number;
  }[] = [
    { reason: 'low-intent', intent: 0.1 },
    { reason: 'would-buy-anyway', intent: 0.9 },
    { reason: 'low-confidence', confidence: 0.2 },
    { reason: 'budget', store: withCampaign({ budgetCents: 100 }) },
    { reason: 'margin-floor', store: withCampaign({ discount: { kind: 'percent', percent: 42 } }) },
    { reason: 'not-worth-it', store: withCampaign({ discount: { kind: 'percent', percent: 35 } }), intent: 0.8 },
    { reason: 'no-campaign', store: sampleStore({ campaigns: [] }) },
    { reason: 'no-campaign', store: withCampaign({ enabled: false }) },
    { reason: 'no-campaign', store: withCampaign({ endsAtMs: 1 }) },
    { reason: 'quiet-hours', store: sampleStore({ policy: samplePolicy({ quietHours: [{ from: '09:00', to: '11:00' }] }) }) },
    { reason: 'paused', prepare: (driver) => void driver.input({ kind: 'offers.paused', paused: true, by: 'm' }) },
    { reason: 'paused', prepare: (driver) => void driver.input({ kind: 'offers.paused', paused: true, campaign: 'coffee-20', by: 'm' }) },
    { reason: 'untrusted-clock', prepare: (driver) => void driver.input({ kind: 'clock.trust', trusted: false }) },
    {
      reason: 'zone-off-limits',
      store: sampleStore({ zones: sampleStore().zones.map((zone) => ({ ...zone, offersAllowed: zone.id !== 'coffee' })) }),
    },
    {
      reason: 'no-consent',
      prepare: (driver) => void driver.input({ kind: 'visit.consented', visit: TREATED, consents: { offers: false }, textVersion: '1' }),
    },
    {
      reason: 'no-consent',
      prepare: (driver) => void driver.wait(4 * 3_600_000 + 1).input({ kind: 'visit.placed', visit: TREATED, fixture: 'shelf-03' }),
    },
  ];
  it.each(cases)('because of $reason (%#)', ({ reason, store, prepare, intent, confidence }) => {
    const driver = new CoreDriver(store ?? sampleStore());
    if (intent !== undefined) driver.intent = intent;
    if (confidence !== undefined) driver.confidence = confidence;
    driver.open(TREATED, { fixture: 'shelf-03' });
    prepare?.(driver);
    driver.pick('03-2');
    expect(driver.offers()).toEqual([]);
    expect(driver.decisions().at(-1)).toMatchObject({ kind: 'hold', reason });
  });

  it('while an offer is still on the screen, then too soon after it, then beyond the cap of the campaign and of the visit', () => {
    const driver = new CoreDriver();
    driver.open(TREATED, { fixture: 'shelf-03' });
    driver.pick('03-2');
    const reasons: string[] = [];
    driver.wait(1_000).pick('03-1');
    reasons.push(driver.decisions().at(-1)?.reason ?? '');
    driver.input({ kind: 'offer.receipt', visit: TREATED, offer: driver.offers()[0]?.id ?? '', state: 'saved' });
    driver.wait(1_000).pick('03-3');
    reasons.push(driver.decisions().at(-1)?.reason ?? '');
    driver.wait(40_000).pick('03-4');
    reasons.push(driver.decisions().at(-1)?.reason ?? '');
    expect(reasons).toEqual(['offer-open', 'too-soon', 'campaign-cap']);
  });

  it('after two dismissals', () => {
    const store = withCampaign({ maxPerVisit: 9 });
    const driver = new CoreDriver(store);
    driver.open(TREATED, { fixture: 'shelf-03' });
    for (const slot of ['03-1', '03-2']) {
      driver.wait(40_000).pick(slot);
      driver.input({ kind: 'offer.receipt', visit: TREATED, offer: driver.offers().at(-1)?.id ?? '', state: 'dismissed' });
    }
    driver.wait(40_000).pick('03-3');
    expect(driver.decisions().at(-1)?.reason).toBe('dismissed');
  });

  it('and an unconsented visit is never scored: that would be a profile', () => {
    const driver = new CoreDriver();
    driver.open(TREATED, { fixture: 'shelf-03', consents: {} });
    driver.pick('03-2');
    expect(driver.effects.some((effect) => effect.kind === 'score')).toBe(false);
  });

  it('and the same hold is written once a minute, not at every touch', () => {
    const driver = new CoreDriver();
    driver.intent = 0.05;
    driver.open(TREATED, { fixture: 'shelf-03' });
    for (let n = 0; n < 5; n++) driver.wait(1_000).pick('03-2');
    expect(driver.decisions()).toHaveLength(1);
    driver.wait(60_000).pick('03-2');
    expect(driver.decisions()).toHaveLength(2);
  });
});

describe('budget', () => {
  it('is reserved by an offer, given back when it ends unused, and spent when it is redeemed', () => {
    const driver = new CoreDriver(withCampaign({ maxPerVisit: 9 }));
    driver.open(TREATED, { fixture: 'shelf-03' });
    driver.pick('03-2');
    expect(driver.state.budgets.get('coffee-20')).toMatchObject({ reservedCents: 180, spentCents: 0 });
    driver.input({ kind: 'offer.receipt', visit: TREATED, offer: driver.offers()[0]?.id ?? '', state: 'dismissed' });
    expect(driver.state.budgets.get('coffee-20')).toMatchObject({ reservedCents: 0, spentCents: 0 });
    driver.wait(40_000).pick('03-3');
    driver.input({ kind: 'offer.redeem', offer: driver.offers()[1]?.id ?? '', receipt: 'r1', till: 'till-1' });
    expect(driver.state.budgets.get('coffee-20')).toMatchObject({ reservedCents: 0, spentCents: 180 });
  });

  it('starts again the next local day', () => {
    const driver = new CoreDriver(withCampaign({ budgetCents: 200 }));
    driver.open(TREATED, { fixture: 'shelf-03' });
    driver.pick('03-2');
    driver.input({ kind: 'offer.redeem', offer: driver.offers()[0]?.id ?? '', receipt: 'r1', till: 'till-1' });
    driver.wait(24 * 3_600_000).tick();
    const next = visitIn('treated', 100);
    driver.open(next, { fixture: 'shelf-03' });
    driver.pick('03-2');
    expect(driver.offers()).toHaveLength(2);
  });
});

describe('expectedGainCents()', () => {
  const product = { sku: 's', name: 's', category: 'c', priceCents: 1_000, costCents: 500 };
  it.each([
    [0.3, 200, 45],
    [0.9, 200, -165],
    [0.04, 200, 136],
  ])('at intent %f a discount of %i cents gains %i', (intent, discountCents, gain) => {
    expect(expectedGainCents({ product, discountCents, intent })).toBe(gain);
  });
});

describe('redeeming', () => {
  function offered(): { driver: CoreDriver; offer: string } {
    const driver = new CoreDriver();
    driver.open(TREATED, { fixture: 'shelf-03' });
    driver.pick('03-2');
    return { driver, offer: driver.offers()[0]?.id ?? '' };
  }

  it('gives the discount once; the same receipt may ask again, another one may not', () => {
    const { driver, offer } = offered();
    const ask = (receipt: string) => replyOf(driver.input({ kind: 'offer.redeem', offer, receipt, till: 'till-1' }));
    expect(ask('r1')).toMatchObject({ kind: 'redeemed', discountCents: 180, repeated: false });
    expect(ask('r1')).toMatchObject({ kind: 'redeemed', discountCents: 180, repeated: true });
    expect(ask('r2')).toMatchObject({ kind: 'already-redeemed' });
    expect(driver.rows('row.redemption')).toHaveLength(1);
  });

  it('is refused after the expiry, to the millisecond', () => {
    const { driver, offer } = offered();
    driver.input({ kind: 'offer.receipt', visit: TREATED, offer, state: 'shown' });
    driver.wait(30 * 60_000 - 1);
    expect(driver.state.offers.get(offer)?.offer.state).toBe('shown');
    driver.wait(1);
    expect(replyOf(driver.input({ kind: 'offer.redeem', offer, receipt: 'r1', till: 't' }))).toMatchObject({
      kind: 'offer-closed',
      state: 'expired',
    });
  });

  it('is refused for an offer nobody confirmed in time, and says so', () => {
    const { driver, offer } = offered();
    driver.wait(30_000).tick();
    expect(replyOf(driver.input({ kind: 'offer.redeem', offer, receipt: 'r1', till: 't' }))).toMatchObject({
      kind: 'offer-closed',
      state: 'withdrawn',
    });
    expect(driver.state.budgets.get('coffee-20')?.reservedCents).toBe(0);
  });

  it('is refused for an offer that does not exist', () => {
    const { driver } = offered();
    expect(replyOf(driver.input({ kind: 'offer.redeem', offer: 'o9-9', receipt: 'r1', till: 't' }))).toEqual({ kind: 'unknown-offer' });
  });

  it('by code inside a sale counts once, links the sale and is credited', () => {
    const { driver, offer } = offered();
    const sale = { kind: 'pos.sale', receipt: 'r1', lines: [{ sku: 'coffee-02', quantity: 1, cents: 719 }], codes: ['x'] } as const;
    driver.reading('till-1', sale, { offers: [offer] });
    driver.reading('till-1', sale, { offers: [offer] });
    expect(driver.rows('row.redemption')).toHaveLength(1);
    expect(driver.rows('row.sale').map(({ sale: row }) => [row.visit, row.link, row.totalCents])).toEqual([[TREATED, 'code', 719]]);
    expect(driver.state.today).toMatchObject({ salesCents: 719, attributedSalesCents: 719, redemptions: 1, discountCents: 180 });
    expect(driver.state.visits.get(TREATED)?.marginCents).toBe(199);
  });

  it('takes the same receipt number for another sale on another day', () => {
    const driver = new CoreDriver();
    const sale = { kind: 'pos.sale', receipt: '1', lines: [{ sku: 'coffee-02', quantity: 1, cents: 899 }], codes: [] } as const;
    driver.reading('till-1', sale);
    driver.reading('till-1', sale);
    driver.wait(24 * 3_600_000).reading('till-1', sale);
    expect(driver.rows('row.sale')).toHaveLength(2);
  });
});
