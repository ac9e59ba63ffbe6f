import { describe, expect, it } from 'vitest';
import type { ExperimentPlan } from '../../agent/core/store-map.ts';
import { policyFindings } from '../../agent/runtime/policy-checks.ts';
import { samplePolicy, sampleStore } from '../support/sample-store.ts';
import { ShopDays } from '../support/shop-days.ts';

describe('what stopped by itself', () => {
  it('is a problem in plain words until the manager lets it go on', () => {
    const sample = sampleStore({ policy: samplePolicy({ learningHalfLifeMs: 1 }) });
    const campaigns = sample.campaigns.map((campaign) => ({ ...campaign, budgetCents: 1e9, guardrails: { dismissals: 0.5 } }));
    const days = new ShopDays({ ...sample, campaigns });
    expect(policyFindings(days.driver.state)).toEqual([]);
    for (let i = 0; i < 300; i++) days.shop({ visit: `v_${i}`, buys: () => false, dismisses: i % 5 !== 0 });
    expect(policyFindings(days.driver.state)).toMatchObject([
      {
        id: 'campaign-stopped:coffee-20',
        sentence: expect.stringMatching(/^The campaign "Coffee weeks" stopped by itself: \d\d % of its offers are waved away/),
      },
    ]);
    days.driver.input({ kind: 'offers.paused', paused: false, campaign: 'coffee-20', by: 'Mia' });
    expect(policyFindings(days.driver.state)).toEqual([]);
  });

  it('tells an experiment that a guardrail stopped from one that the manager stopped', () => {
    const plan: ExperimentPlan = {
      ...{ id: 'e', name: 'Words', campaign: 'coffee-20', layer: 'e', from: 0, to: 1, metric: 'profit' as const, effect: 10, alpha: 0.05 },
      variants: [
        { name: 'a', weight: 1 },
        { name: 'b', weight: 1 },
      ],
      shiftsToWinner: false,
    };
    const { driver } = new ShopDays(sampleStore({ experiments: [plan] }));
    driver.input({ kind: 'experiment.switched', experiment: 'e', isOn: false, by: 'Mia' });
    expect(policyFindings(driver.state)).toEqual([]);
    const [track] = driver.state.experiments.get('coffee-20') ?? [];
    if (track !== undefined) track.stoppedBy = 'guardrail';
    expect(policyFindings(driver.state)).toMatchObject([{ id: 'experiment-stopped:e' }]);
  });
});
