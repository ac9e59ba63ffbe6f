import { describe, expect, it } from 'vitest';
import { NO_OFFER } from '../../../agent/core/policy/learnt.ts';
import { readState, writeState } from '../../../agent/core/snapshot.ts';
import { createState } from '../../../agent/core/state.ts';
import { step } from '../../../agent/core/step.ts';
import type { Policy, StoreMap } from '../../../agent/core/store-map.ts';
import { createRandom } from '../../../models/training/random.ts';
import { samplePolicy, sampleStore } from '../../support/sample-store.ts';
import { ShopDays } from '../../support/shop-days.ts';

function store(policy: Partial<Policy> = {}): StoreMap {
  const sample = sampleStore({ policy: samplePolicy(policy) });
  const campaigns = sample.campaigns.map((campaign) => ({ ...campaign, budgetCents: 100_000_000, guardrails: {} }));
  return { ...sample, campaigns };
}

/** Visits in which the offer works (or not) and chance decides the rest. */
function play(
  days: ShopDays,
  options: { readonly visits: number; readonly rate: (isOffered: boolean) => number; readonly seed: number },
): void {
  const random = createRandom(options.seed);
  for (let i = 0; i < options.visits; i++) {
    days.shop({ visit: `v_${options.seed}_${i}`, buys: (offer) => random.next() < options.rate(offer !== undefined) });
  }
}

describe('what offers do', () => {
  it('is learnt from visits that have ended: an offer that changes nobody is made no more', () => {
    const days = new ShopDays(store({ explorationShare: 0.1 }));
    play(days, { visits: 400, rate: () => 0.25, seed: 1 });
    const before = days.driver.offers().length;
    expect(days.driver.state.learnt.actions.get('coffee-20')?.rows).toBeGreaterThan(10);
    play(days, { visits: 200, rate: () => 0.25, seed: 2 });
    // Exploring goes on, inside its budget: a tenth of the visits, and three standard deviations.
    expect(days.driver.offers().length - before).toBeLessThan(0.1 * 200 + 3 * Math.sqrt(18));
    const held = days.driver.decisions().at(-1);
    expect(['not-worth-it', 'offer', 'holdout', 'exploring']).toContain(held?.reason);
  });

  it('is learnt from visits that have ended: an offer that wins most is made to most', () => {
    const days = new ShopDays(store({ explorationShare: 0.1 }));
    play(days, { visits: 400, rate: (isOffered) => (isOffered ? 0.8 : 0.25), seed: 3 });
    const before = days.driver.offers().length;
    play(days, { visits: 100, rate: (isOffered) => (isOffered ? 0.8 : 0.25), seed: 4 });
    expect(days.driver.offers().length - before).toBeGreaterThan(70);
  });

  it('is not learnt without consent to measurement, nor from codes that the holdout cannot have', () => {
    const days = new ShopDays(store());
    for (let i = 0; i < 20; i++) days.shop({ visit: `v_${i}`, buys: () => true, consents: { offers: true } });
    expect(days.driver.state.learnt).toMatchObject({ trials: 0, lost: 20 });
    for (let i = 20; i < 40; i++) days.shop({ visit: `v_${i}`, buys: () => true, isUnnamed: true });
    const { actions, trials } = days.driver.state.learnt;
    expect(trials).toBe(20);
    expect([...actions.values()].map(({ sold }) => sold)).toEqual([...actions.values()].map(() => 0));
    expect(days.driver.rows('row.outcome').some(({ outcome }) => outcome.converted)).toBe(false);
  });

  it('is not learnt when the visit is erased, or cut off by a clock that is set back', () => {
    const days = new ShopDays(store());
    const { driver } = days;
    driver.open('v_1', { fixture: 'shelf-03' });
    driver.pick('03-2');
    driver.input({ kind: 'visit.erased', visit: 'v_1' });
    driver.open('v_2', { fixture: 'shelf-03' });
    driver.pick('03-2');
    driver.input({ kind: 'clock.set', toMs: driver.nowMs - 3_600_000 });
    expect(driver.state.learnt).toMatchObject({ trials: 0, lost: 2 });
    expect(driver.rows('row.outcome')).toEqual([]);
  });

  it('teaches what happens without offers from the holdout and from visits that were left in peace', () => {
    const days = new ShopDays(store({ holdoutShare: 0.5, explorationShare: 0.2 }));
    play(days, { visits: 300, rate: () => 0.6, seed: 5 });
    const known = days.driver.state.learnt.actions.get(NO_OFFER);
    expect(known?.rows).toBeGreaterThan(120);
    expect((known?.sold ?? 0) / (known?.rows ?? 1)).toBeCloseTo(0.6, 1);
  });
});

describe('exploring', () => {
  it('reaches shoppers whom the rules would not offer anything, inside its budget, and logs the chance it used', () => {
    const days = new ShopDays(store({ explorationShare: 0.2, holdoutShare: 0.1 }));
    days.driver.intent = 0.05;
    let [promised, made] = [0, 0];
    for (let i = 0; i < 600; i++) {
      const at = days.driver.effects.length;
      days.driver.open(`v_${i}`, { fixture: 'shelf-03' });
      days.driver.pick('03-2');
      const row = days.driver.effects.slice(at).flatMap((effect) => (effect.kind === 'row.decision' ? [effect.decision] : []))[0];
      const chance = row?.alternatives.reduce((sum, { probability = 0 }) => sum + probability, 0) ?? 0;
      expect(chance).toBeGreaterThan(0);
      expect(chance).toBeLessThanOrEqual(0.2 + 1e-9);
      expect(chance + (row?.policy?.holdProbability ?? 0)).toBeCloseTo(1, 9);
      promised += 0.9 * chance;
      if (row?.kind === 'offer') {
        made++;
        expect(row.policy?.isExploring).toBe(true);
        expect(row.alternatives[0]?.excluded).toBe('low-intent');
        expect(row.propensity).toBeCloseTo(0.9 * (row.alternatives[0]?.probability ?? 0), 9);
      } else expect(row?.propensity).toBeCloseTo(0.1 + 0.9 * (row?.policy?.holdProbability ?? 0), 9);
      days.driver.input({ kind: 'visit.erased', visit: `v_${i}` });
    }
    expect(made).toBeGreaterThan(0);
    expect(Math.abs(made - promised)).toBeLessThan(4 * Math.sqrt(promised));
  });

  it('asks both arms the same: whom it would reach in the holdout is measured and left alone', () => {
    const days = new ShopDays(store({ explorationShare: 0.5, holdoutShare: 0.5 }));
    days.driver.intent = 0.05;
    const eligible = { treated: 0, holdout: 0 };
    for (let i = 0; i < 800; i++) {
      days.driver.open(`v_${i}`, { fixture: 'shelf-03' });
      days.driver.pick('03-2');
      const visit = days.driver.state.visits.get(`v_${i}`);
      if (visit?.eligibleAtMs !== undefined) eligible[visit.arm]++;
      days.driver.input({ kind: 'visit.erased', visit: `v_${i}` });
    }
    const all = eligible.treated + eligible.holdout;
    expect(all).toBeGreaterThan(40);
    expect(Math.abs(eligible.treated - all / 2)).toBeLessThan(3 * Math.sqrt(all / 4));
    expect(days.driver.offers()).toHaveLength(eligible.treated);
  });

  it('without a budget never does: the same situation always gets the same answer', () => {
    const days = new ShopDays(store());
    play(days, { visits: 60, rate: () => 0.3, seed: 9 });
    for (const { policy } of days.driver.decisions()) expect(policy?.isExploring ?? false).toBe(false);
  });
});

describe('the log of a store that learns and explores', () => {
  it('replayed gives the same state, byte for byte, also from a snapshot in the middle', () => {
    const days = new ShopDays(store({ explorationShare: 0.3, learningHalfLifeMs: 86_400_000 }));
    play(days, { visits: 80, rate: (isOffered) => (isOffered ? 0.6 : 0.3), seed: 11 });
    const { log, state } = days.driver;
    let again = createState();
    for (const [i, logged] of log.entries()) {
      step(again, JSON.parse(JSON.stringify(logged)));
      if (i === Math.floor(log.length / 2)) again = readState(writeState(again));
    }
    expect(again.learnt.trials).toBeGreaterThan(60);
    expect(JSON.parse(writeState(again))).toEqual(JSON.parse(writeState(state)));
  });
});
