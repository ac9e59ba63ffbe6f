import { describe, expect, it } from 'vitest';
import type { CampaignGuardrails, StoreMap } from '../../../agent/core/store-map.ts';
import { createRandom } from '../../../models/training/random.ts';
import { samplePolicy, sampleStore } from '../../support/sample-store.ts';
import { ShopDays, type ShopperPlan } from '../../support/shop-days.ts';

function store(guardrails: CampaignGuardrails): StoreMap {
  // Learning from what happens would stop making harmful offers too: here the guardrail has to notice.
  const sample = sampleStore({ policy: samplePolicy({ holdoutShare: 0.4, learningHalfLifeMs: 1 }) });
  return { ...sample, campaigns: sample.campaigns.map((campaign) => ({ ...campaign, budgetCents: 100_000_000, guardrails })) };
}

function play(
  guardrails: CampaignGuardrails,
  { visits, shopper }: { readonly visits: number; readonly shopper: (i: number) => Omit<ShopperPlan, 'visit'> },
) {
  const days = new ShopDays(store(guardrails));
  for (let i = 0; i < visits; i++) days.shop({ visit: `v_${i}`, ...shopper(i) });
  return days.driver;
}

const stopped = (driver: ReturnType<typeof play>) => driver.state.guards.get('coffee-20')?.stopped;

describe('a campaign stops by itself', () => {
  it('when it is proved to lose money beside visits that are left in peace', () => {
    const random = createRandom(1);
    const driver = play({ marginCents: 0 }, { visits: 700, shopper: () => ({ buys: () => random.next() < 0.7 }) });
    expect(stopped(driver)?.guardrail).toBe('marginCents');
    expect(driver.state.pausedCampaigns.has('coffee-20')).toBe(true);
    expect(driver.rows('row.audit').some(({ entry }) => entry.action === 'campaign.stopped')).toBe(true);
    expect(driver.decisions().at(-1)).toMatchObject({ kind: 'hold', reason: 'paused' });
  });

  it('when most of its offers are waved away', () => {
    const driver = play({ dismissals: 0.5 }, { visits: 400, shopper: (i) => ({ buys: () => false, dismisses: i % 5 !== 0 }) });
    expect(stopped(driver)).toMatchObject({
      guardrail: 'dismissals',
      sentence: expect.stringMatching(/waved away, and 50 % are allowed$/),
    });
  });

  it('when shoppers take their consent back because of it', () => {
    const driver = play({ optOuts: 0.1 }, { visits: 400, shopper: (i) => ({ buys: () => false, optsOut: i % 3 === 0 }) });
    expect(stopped(driver)?.guardrail).toBe('optOuts');
  });

  it('when its products are running out, where something counts them', () => {
    const days = new ShopDays(store({ stockUnits: 3 }));
    days.shop({ visit: 'v_0', buys: () => false });
    const stock = days.driver.state.shelf.stocks.get('03-2');
    expect(stopped(days.driver)).toBeUndefined();
    if (stock !== undefined) stock.units = 2;
    days.shop({ visit: 'v_1', buys: () => false });
    expect(stopped(days.driver)?.guardrail).toBe('stockUnits');
  });
});

describe('a campaign goes on', () => {
  it('while it harms nobody, however long it is watched', () => {
    const random = createRandom(2);
    const driver = play(
      { marginCents: 0, dismissals: 0.5, optOuts: 0.1 },
      {
        visits: 500,
        shopper: (i) => ({
          buys: (offer) => random.next() < (offer === undefined ? 0.3 : 0.7),
          dismisses: i % 5 === 0,
          optsOut: i % 50 === 0,
        }),
      },
    );
    expect(stopped(driver)).toBeUndefined();
    expect(driver.state.pausedCampaigns.size).toBe(0);
  });

  it('when the manager lets it, and is judged by what it does from then on', () => {
    const shopper = (i: number) => ({ buys: () => false, dismisses: i % 5 !== 0 });
    const driver = play({ dismissals: 0.5 }, { visits: 400, shopper });
    expect(stopped(driver)).toBeDefined();
    driver.input({ kind: 'offers.paused', paused: false, campaign: 'coffee-20', by: 'Mia' });
    expect(driver.state.guards.has('coffee-20')).toBe(false);
    expect(driver.state.pausedCampaigns.has('coffee-20')).toBe(false);
  });
});
