import { describe, expect, it } from 'vitest';
import { allTracks } from '../../../agent/core/experiments/manage.ts';
import { readState, writeState } from '../../../agent/core/snapshot.ts';
import { createState } from '../../../agent/core/state.ts';
import { step } from '../../../agent/core/step.ts';
import type { ExperimentPlan, StoreMap } from '../../../agent/core/store-map.ts';
import { createRandom } from '../../../models/training/random.ts';
import { replyOf } from '../../support/core-driver.ts';
import { samplePolicy, sampleStore } from '../../support/sample-store.ts';
import { ShopDays } from '../../support/shop-days.ts';

const PLAN: ExperimentPlan = {
  id: 'words',
  name: 'Other words',
  campaign: 'coffee-20',
  layer: 'copy',
  from: 0,
  to: 1,
  variants: [
    { name: 'as it is', weight: 1 },
    { name: 'other words', weight: 1, headline: 'Coffee, for you' },
  ],
  metric: 'purchases',
  effect: 0.2,
  alpha: 0.05,
  shiftsToWinner: false,
};

/** So that offers pay, and go on being made. */
const CHEAP = { budgetCents: 100_000_000, guardrails: {}, discount: { kind: 'percent', percent: 8 } } as const;

function store(...experiments: readonly ExperimentPlan[]): StoreMap {
  const sample = sampleStore({ policy: samplePolicy({ holdoutShare: 0.1 }), experiments });
  return { ...sample, campaigns: sample.campaigns.map((campaign) => ({ ...campaign, ...CHEAP })) };
}

/** Visits that buy at a rate by the headline that they read. */
function play(
  days: ShopDays,
  { visits, rate, seed }: { readonly visits: number; readonly rate: (headline: string) => number; readonly seed: number },
): void {
  const random = createRandom(seed);
  for (let i = 0; i < visits; i++) {
    const visit = `v_${seed}_${i}`;
    days.shop({ visit, buys: (offer) => random.next() < rate(offer?.headline ?? '') });
  }
}

describe('an experiment in the store', () => {
  it('gives each visit the same variant throughout, writes it with every decision, and leaves the holdout out', () => {
    const days = new ShopDays(store(PLAN));
    play(days, { visits: 120, rate: () => 0.3, seed: 1 });
    const rows = days.driver.decisions().filter(({ experiments }) => experiments !== undefined);
    const byVisit = new Map<string, Set<string>>();
    for (const { visit, experiments } of rows) {
      for (const { variant } of experiments ?? []) byVisit.set(visit, (byVisit.get(visit) ?? new Set()).add(variant));
    }
    expect([...byVisit.values()].every((variants) => variants.size === 1)).toBe(true);
    const held = new Set(
      days.driver
        .rows('row.visit')
        .filter(({ visit }) => visit.arm === 'holdout')
        .map(({ visit }) => visit.id),
    );
    expect(held.size).toBeGreaterThan(0);
    expect([...byVisit.keys()].some((visit) => held.has(visit))).toBe(false);
    for (const offer of days.driver.offers()) {
      const [variant] = byVisit.get(offer.visit) ?? [];
      expect(offer.headline).toBe(variant === 'other words' ? 'Coffee, for you' : '20 % off your coffee today');
    }
  });

  it('finds a better variant, says so in the audit, and moves traffic to it step by step where the plan wants it', () => {
    const days = new ShopDays(store({ ...PLAN, shiftsToWinner: true }));
    const rate = (headline: string) => (headline === 'Coffee, for you' ? 0.75 : 0.25);
    play(days, { visits: 420, rate, seed: 2 });
    const [track] = allTracks(days.driver.state);
    expect(track).toMatchObject({ status: 'won', use: 'other words' });
    expect(track?.decidedBy[0]?.low).toBeGreaterThan(0);
    expect(days.driver.rows('row.audit').some(({ entry }) => entry.action === 'experiment.won')).toBe(true);
    play(days, { visits: 700, rate, seed: 3 });
    const [won = 0, lost = 0] = [track?.weights[1], track?.weights[0]];
    expect(won / (won + lost)).toBeGreaterThan(0.85);
  });

  it('that harms is stopped by its guardrail, and everybody gets the first variant again', () => {
    const harmful = {
      ...PLAN,
      variants: [PLAN.variants[0]!, { ...PLAN.variants[1]!, discount: { kind: 'percent', percent: 35 } as const }],
    };
    const days = new ShopDays(store({ ...harmful, effect: 0.02 }));
    const random = createRandom(4);
    for (let i = 0; i < 900; i++) {
      days.shop({ visit: `v_4_${i}`, buys: (offer) => random.next() < (offer === undefined ? 0.1 : 0.7) });
    }
    const [track] = allTracks(days.driver.state);
    expect(track).toMatchObject({ status: 'stopped', use: 'as it is' });
    expect(track?.sentence).toMatch(/^Stopped: profit in "other words" falls by at least/);
    const before = days.driver.offers().length;
    for (let i = 0; i < 30; i++) days.shop({ visit: `v_5_${i}`, buys: () => false });
    expect(
      days.driver
        .offers()
        .slice(before)
        .every(({ discountCents }) => discountCents === 72),
    ).toBe(true);
  });

  it('can leave the campaign out, or say it on the display at the shelf instead of the phone', () => {
    const variants = [
      { name: 'phone', weight: 0 },
      { name: 'display', weight: 1, channels: ['shelf-display'] as const },
    ];
    const days = new ShopDays(store({ ...PLAN, variants }));
    days.shop({ visit: 'v_1', buys: () => false });
    expect(days.driver.offers()).toEqual([]);
    expect(days.driver.decisions()[0]).toMatchObject({
      kind: 'hold',
      reason: 'experiment',
      experiments: [{ id: 'words', variant: 'display' }],
    });
    expect(days.driver.effects.some((effect) => effect.kind === 'act.display' && effect.show !== undefined)).toBe(true);
    const off = new ShopDays(store({ ...PLAN, variants: [variants[0]!, { name: 'off', weight: 1, isOff: true }] }));
    off.shop({ visit: 'v_1', buys: () => false });
    expect(off.driver.decisions()[0]?.reason).toBe('experiment');
  });

  it('is begun, stopped and begun anew by the manager, and what is wrong with it is said', () => {
    const days = new ShopDays(store());
    const { driver } = days;
    const define = (plan: ExperimentPlan) => replyOf(driver.input({ kind: 'experiment.defined', plan, by: 'Mia' }));
    expect(define({ ...PLAN, campaign: 'none' })).toMatchObject({ kind: 'experiment-refused' });
    expect(define({ ...PLAN, variants: [PLAN.variants[0]!] })).toMatchObject({ kind: 'experiment-refused' });
    expect(define(PLAN)).toEqual({ kind: 'done' });
    expect(define({ ...PLAN, id: 'second' })).toMatchObject({ kind: 'experiment-refused' });
    play(days, { visits: 20, rate: () => 0.5, seed: 6 });
    expect(allTracks(driver.state)[0]?.sums.reduce((sum, { exposed }) => sum + exposed, 0)).toBeGreaterThan(10);
    expect(replyOf(driver.input({ kind: 'experiment.switched', experiment: 'words', isOn: false, by: 'Mia' }))).toEqual({ kind: 'done' });
    expect(allTracks(driver.state)[0]).toMatchObject({ status: 'stopped', use: 'as it is', sentence: 'Stopped by Mia' });
    driver.input({ kind: 'experiment.switched', experiment: 'words', isOn: true, by: 'Mia' });
    expect(allTracks(driver.state)[0]).toMatchObject({ status: 'running', sums: [{ exposed: 0 }, { exposed: 0 }] });
    expect(replyOf(driver.input({ kind: 'experiment.switched', experiment: 'none', isOn: true, by: 'Mia' }))).toEqual({
      kind: 'unknown-experiment',
    });
  });

  it('goes on over a changed configuration where its plan is the same, and begins anew where it is not', () => {
    const days = new ShopDays(store(PLAN));
    play(days, { visits: 30, rate: () => 0.5, seed: 7 });
    const count = () => allTracks(days.driver.state)[0]?.sums.reduce((sum, { exposed }) => sum + exposed, 0);
    const before = count();
    expect(before).toBeGreaterThan(0);
    days.driver.input({ kind: 'store.configured', store: { ...store(PLAN), name: 'Renamed' } });
    expect(count()).toBe(before);
    days.driver.input({ kind: 'store.configured', store: store({ ...PLAN, effect: 0.3 }) });
    expect(count()).toBe(0);
    days.driver.input({ kind: 'store.configured', store: store() });
    expect(allTracks(days.driver.state)).toEqual([]);
  });

  it('replayed gives the same state, also from a snapshot in the middle', () => {
    const days = new ShopDays(store({ ...PLAN, shiftsToWinner: true }));
    play(days, { visits: 60, rate: (headline) => (headline === 'Coffee, for you' ? 0.8 : 0.3), seed: 8 });
    let again = createState();
    const { log, state } = days.driver;
    for (const [i, logged] of log.entries()) {
      step(again, JSON.parse(JSON.stringify(logged)));
      if (i === Math.floor(log.length / 2)) again = readState(writeState(again));
    }
    expect(JSON.parse(writeState(again))).toEqual(JSON.parse(writeState(state)));
  });
});
