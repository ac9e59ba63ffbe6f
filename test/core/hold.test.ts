import { describe, expect, it } from 'vitest';
import { HOLD_REASONS, type HoldReason } from '../../agent/core/decision.ts';
import { CAMPAIGN_RULES, DISCOUNT_RULES, SCORE_RULES, VISIT_RULES, WORTH_RULES } from '../../agent/core/hold.ts';
import type { Campaign, StoreMap } from '../../agent/core/store-map.ts';
import { HOLD_SENTENCES } from '../../agent/runtime/overview.ts';
import { HOLD_WORDS } from '../../agent/web/manager/decision-sentences.ts';
import { readSources } from '../source-tree.ts';
import { CoreDriver, visitIn } from '../support/core-driver.ts';
import { samplePolicy, sampleStore } from '../support/sample-store.ts';

const TREATED = visitIn('treated');

function withCampaign(changes: Partial<Campaign>): StoreMap {
  const store = sampleStore();
  return { ...store, campaigns: store.campaigns.map((campaign) => (campaign.id === 'coffee-20' ? { ...campaign, ...changes } : campaign)) };
}

function withZone(changes: Partial<StoreMap['zones'][number]>): StoreMap {
  const store = sampleStore();
  return { ...store, zones: store.zones.map((zone) => (zone.id === 'coffee' ? { ...zone, ...changes } : zone)) };
}

/** Rules that this round added; those before it are in decide.test.ts, row by row. */
const CASES: readonly { readonly reason: HoldReason; readonly store: StoreMap; readonly prepare?: (driver: CoreDriver) => void }[] = [
  { reason: 'staff', store: sampleStore({ policy: samplePolicy({ staffHours: [{ from: '09:30', to: '10:30' }] }) }) },
  {
    reason: 'staff',
    store: sampleStore({ tags: [{ id: 'cart-01', name: 'Trolley of the staff', staff: true }] }),
    prepare: (driver) => {
      driver.input({ kind: 'visit.tagged', visit: TREATED, tag: 'cart-01' });
      driver.input({ kind: 'visit.scanned', visit: TREATED, sku: 'coffee-02' });
    },
  },
  { reason: 'not-now', store: withCampaign({ when: { context: { weather: ['rain'] } } }) },
  { reason: 'not-now', store: withCampaign({ when: { hours: [{ from: '18:00', to: '20:00' }] } }) },
  { reason: 'not-now', store: withCampaign({ when: { days: ['sat', 'sun'] } }) },
  { reason: 'not-now', store: withCampaign({ when: { stages: ['deciding'] } }), prepare: (driver) => void driver.putBack('03-2') },
  { reason: 'not-now', store: withCampaign({ when: { followUp: true } }) },
  { reason: 'not-now', store: withCampaign({ when: { member: {} } }) },
  { reason: 'discount-limit', store: withCampaign({ discount: { kind: 'percent', percent: 20 } }), prepare: limitDiscount },
];

function limitDiscount(driver: CoreDriver): void {
  driver.input({ kind: 'store.configured', store: sampleStore({ policy: samplePolicy({ maxDiscountShare: 0.1 }) }) });
}

describe('a reason to hold', () => {
  it.each(CASES)('is $reason (%#)', ({ reason, store, prepare }) => {
    const driver = new CoreDriver(store);
    driver.open(TREATED, { fixture: 'shelf-03' });
    prepare?.(driver);
    driver.putBack('03-3');
    expect(driver.offers()).toEqual([]);
    expect(driver.decisions().at(-1)).toMatchObject({ kind: 'hold', reason });
  });

  it.each([
    ['rain', { context: { weather: ['rain', 'snow'] } }, (driver: CoreDriver): void => say(driver, 'weather', 'Rain')],
    ['the event of the day', { context: { event: ['market'] } }, (driver: CoreDriver): void => say(driver, 'event', 'market')],
    ['Monday morning', { days: ['mon'], hours: [{ from: '09:00', to: '11:00' }] }, () => undefined],
  ] as const)('is gone when the condition holds: %s', (_, when, prepare) => {
    const driver = new CoreDriver(withCampaign({ when }));
    driver.open(TREATED, { fixture: 'shelf-03' });
    prepare(driver);
    driver.pick('03-2');
    expect(driver.offers()).toHaveLength(1);
    expect(driver.decisions().at(-1)?.situation).toMatchObject({ stage: 'deciding', hour: 10 });
  });

  it('comes back when what was said of the weather has run out', () => {
    const driver = new CoreDriver(withCampaign({ when: { context: { weather: ['rain'] } } }));
    driver.open(TREATED, { fixture: 'shelf-03' });
    say(driver, 'weather', 'rain');
    driver.wait(3_600_001).pick('03-2');
    expect(driver.decisions().at(-1)?.reason ?? 'nothing').not.toBe('offer');
  });
});

describe('a zone for children', () => {
  it('measures nothing: no interest, no dwell, no decision', () => {
    const driver = new CoreDriver(withZone({ forChildren: true }));
    driver.open(TREATED, { fixture: 'shelf-03' });
    for (let n = 0; n < 5; n++) driver.wait(20_000).pick('03-2');
    driver.tick();
    const visit = driver.state.visits.get(TREATED);
    expect(visit?.interactions).toEqual([]);
    expect(visit?.interest.size).toBe(0);
    expect(visit?.dwellMs.size).toBe(0);
    expect(driver.decisions()).toEqual([]);
    expect(driver.state.today.zones.get('coffee')).toBeUndefined();
  });

  it('holds what was asked for elsewhere once the visit is there', () => {
    const driver = new CoreDriver(withZone({ forChildren: true }));
    driver.open(TREATED, { fixture: 'shelf-07' });
    driver.intent = undefined;
    driver.pick('07-1');
    driver.input({ kind: 'visit.placed', visit: TREATED, fixture: 'shelf-03' });
    const asked = driver.effects.findLast((effect) => effect.kind === 'score');
    if (asked?.kind !== 'score') throw new Error('nothing was scored');
    driver.intent = 0.3;
    driver.input({ kind: 'scored', request: asked.request, visit: TREATED, scores: asked.products.map(({ sku }) => driver.scoreOf(sku)) });
    expect(driver.decisions().at(-1)).toMatchObject({ kind: 'hold', reason: 'childrens-zone' });
  });

  it('shows nothing on its screens', () => {
    const driver = new CoreDriver(withZone({ forChildren: true }));
    driver.pick('03-2');
    expect(driver.effects.filter(({ kind }) => kind === 'act.display')).toEqual([]);
  });
});

describe('the table of reasons', () => {
  const rules = [...VISIT_RULES, ...SCORE_RULES, ...CAMPAIGN_RULES, ...DISCOUNT_RULES, ...WORTH_RULES].map(({ reason }) => reason);

  it('gives every reason that is known, but those that chance and learning give', () => {
    const byChance = HOLD_REASONS.filter((reason) => !rules.includes(reason));
    expect(byChance.filter((reason) => !['holdout', 'exploring', 'experiment', 'apprentice'].includes(reason))).toEqual([]);
  });

  it('has words for a manager for each', () => {
    for (const reason of HOLD_REASONS) {
      expect(HOLD_WORDS[reason].length).toBeGreaterThan(8);
      expect(HOLD_SENTENCES[reason].length).toBeGreaterThan(8);
    }
  });

  it('asks for consent first', () => {
    expect(VISIT_RULES[0]?.reason).toBe('no-consent');
  });

  it('is the only place in the core that compares with the limits of restraint', () => {
    const limits = [
      'maxOffersPerVisit',
      'minOfferGapMs',
      'quietHours',
      'marginFloor',
      'maxDiscountShare',
      'confidenceFloor',
      'offersAllowed',
    ];
    const scattered = readSources()
      .filter(({ path }) => path.startsWith('agent/core/') && !['agent/core/hold.ts', 'agent/core/store-map.ts'].includes(path))
      .flatMap(({ path, text }) => limits.filter((limit) => new RegExp(`\\b${limit}\\b`).test(text)).map((limit) => `${path} ${limit}`));
    expect(scattered).toEqual([]);
  });
});

function say(driver: CoreDriver, topic: string, value: string): void {
  driver.reading('climate-1', { kind: 'context', topic, value, untilMs: driver.nowMs + 3_600_000 });
}
