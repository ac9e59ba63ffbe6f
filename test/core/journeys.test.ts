import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MEMBER_TTL_MS, memberFigures } from '../../agent/core/journeys/members.ts';
import { REMEMBER_MS } from '../../agent/core/journeys/memory.ts';
import { STAGES, stageOf } from '../../agent/core/journeys/stage.ts';
import { writeState } from '../../agent/core/snapshot.ts';
import { createState } from '../../agent/core/state.ts';
import { step } from '../../agent/core/step.ts';
import type { Campaign, StoreMap } from '../../agent/core/store-map.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../agent/core/units.ts';
import { CoreDriver, visitIn } from '../support/core-driver.ts';
import { sampleStore } from '../support/sample-store.ts';

const FIRST = visitIn('treated');
const SECOND = visitIn('treated', Number(FIRST.slice(2)) + 1);
const KEY = 'hash-of-the-token';
const AGREED = { offers: true, measurement: true, remember: true };

function come(
  driver: CoreDriver,
  visit: string,
  changes: { readonly remember?: string; readonly member?: string; readonly consents?: object } = {},
): void {
  driver.input({
    kind: 'visit.opened',
    visit,
    consents: AGREED,
    textVersion: '2',
    tokenHash: `hash-${visit}`,
    fixture: 'shelf-03',
    ...changes,
  });
}

/** Tries espresso beans three times, puts them back each time, and goes. */
function tryAndLeave(driver: CoreDriver, changes: { readonly remember?: string; readonly consents?: object } = { remember: KEY }): void {
  driver.intent = 0.01;
  come(driver, FIRST, changes);
  for (let n = 0; n < 3; n++) {
    driver.wait(5_000).pick('03-2');
    driver.wait(5_000).putBack('03-2');
  }
  driver.wait(15 * MINUTE_MS).tick();
  driver.intent = 0.3;
}

describe('the stage of a visit', () => {
  it.each([
    ['browsing', []],
    ['browsing', ['wait']],
    ['considering', ['pick', 'return']],
    ['deciding', ['pick']],
    ['deciding', ['pick', 'return', 'pick', 'return']],
    ['deciding', ['scan']],
    ['browsing', ['pick', 'return', 'wait']],
  ] as const)('is %s after %j', (stage, acts) => {
    const driver = new CoreDriver();
    driver.intent = 0.01;
    driver.open(FIRST, { fixture: 'shelf-03' });
    for (const act of acts) {
      if (act === 'pick') driver.wait(2_000).pick('03-2');
      else if (act === 'return') driver.wait(2_000).putBack('03-2');
      else if (act === 'scan') driver.input({ kind: 'visit.scanned', visit: FIRST, sku: 'coffee-01' });
      else driver.wait(11 * MINUTE_MS);
    }
    const visit = driver.state.visits.get(FIRST);
    if (visit === undefined) throw new Error('the visit is gone');
    expect(stageOf(visit, driver.nowMs)).toBe(stage);
  });

  it('is one of three at any time', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('03-1', '03-2', '07-1'), { maxLength: 20 }), fc.nat(HOUR_MS), (slots, waitMs) => {
        const driver = new CoreDriver();
        driver.intent = 0.01;
        driver.open(FIRST, { fixture: 'shelf-03' });
        for (const slot of slots) driver.wait(waitMs / 20).pick(slot);
        for (const visit of driver.state.visits.values()) expect(STAGES).toContain(stageOf(visit, driver.nowMs));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a phone that asked to be remembered', () => {
  it('is followed up, at its next visit, about what it tried three times and left', () => {
    const driver = new CoreDriver();
    tryAndLeave(driver);
    driver.wait(20 * HOUR_MS);
    come(driver, SECOND, { remember: KEY });
    const [offer] = driver.offers();
    expect(offer).toMatchObject({ visit: SECOND, sku: 'coffee-02' });
    expect(offer?.why).toBe('You asked us to remember you, and tried Espresso beans 500 g 3 times on your last visit.');
    expect(driver.decisions().at(-1)).toMatchObject({
      trigger: { interaction: 'followup', sku: 'coffee-02' },
      situation: { returning: true },
    });
  });

  it('is followed up once', () => {
    const driver = new CoreDriver();
    tryAndLeave(driver);
    come(driver, SECOND, { remember: KEY });
    driver.wait(5_000).input({ kind: 'visit.consented', visit: SECOND, consents: AGREED, textVersion: '2', remember: KEY });
    expect(driver.decisions().filter(({ trigger }) => trigger.interaction === 'followup')).toHaveLength(1);
  });

  it.each([
    ['24 hours are over', (driver: CoreDriver) => void driver.wait(REMEMBER_MS), {}],
    ['it says no this time', () => undefined, { consents: { offers: true, remember: false } }],
    ['it does not agree to offers', () => undefined, { consents: { offers: false, remember: true } }],
    ['it is another phone', () => undefined, { remember: 'another' }],
  ] as const)('is not when %s', (_, prepare, changes) => {
    const driver = new CoreDriver();
    tryAndLeave(driver);
    prepare(driver);
    come(driver, SECOND, { remember: KEY, ...changes });
    expect(driver.offers()).toEqual([]);
    expect(driver.decisions().filter(({ trigger }) => trigger.interaction === 'followup')).toEqual([]);
  });

  it('leaves nothing behind without the consent, and nothing after the no or the 24 hours', () => {
    const never = new CoreDriver();
    tryAndLeave(never, { remember: KEY, consents: { offers: true } });
    expect(writeState(never.state)).not.toContain(KEY);
    const later = new CoreDriver();
    tryAndLeave(later);
    expect(writeState(later.state)).toContain(KEY);
    later.wait(REMEMBER_MS).tick();
    expect(writeState(later.state)).not.toContain(KEY);
    const withdrawn = new CoreDriver();
    tryAndLeave(withdrawn);
    come(withdrawn, SECOND, { remember: KEY, consents: { offers: true, remember: false } });
    expect(writeState(withdrawn.state)).not.toContain(KEY);
  });

  it('takes its earlier visits along when it erases everything', () => {
    const driver = new CoreDriver();
    tryAndLeave(driver);
    come(driver, SECOND, { remember: KEY });
    driver.input({ kind: 'visit.erased', visit: SECOND });
    expect(driver.rows('row.forget').map(({ visit }) => visit)).toEqual([SECOND, FIRST]);
    expect(writeState(driver.state)).not.toContain(KEY);
    expect(writeState(driver.state)).not.toContain(`"${FIRST}"`);
  });

  it('is not followed up about what it bought or took along', () => {
    const driver = new CoreDriver();
    driver.intent = 0.01;
    come(driver, FIRST, { remember: KEY });
    for (let n = 0; n < 3; n++) driver.wait(5_000).pick('03-2');
    driver.wait(15 * MINUTE_MS).tick();
    expect([...driver.state.memories.values()][0]?.tried).toEqual([]);
  });

  it('replayed leads to the same state, byte for byte', () => {
    const driver = new CoreDriver();
    tryAndLeave(driver);
    come(driver, SECOND, { remember: KEY, member: 'member-hash', consents: { ...AGREED, member: true } });
    driver.wait(20 * MINUTE_MS).tick();
    const state = createState();
    for (const logged of driver.log) step(state, JSON.parse(JSON.stringify(logged)));
    expect(writeState(state)).toBe(writeState(driver.state));
  });
});

describe('a member who opted in', () => {
  const member = 'keyed-hash';
  const consents = { offers: true, measurement: true, member: true };

  function shop(driver: CoreDriver, visit: string, cents: number): void {
    come(driver, visit, { member, consents });
    driver.reading('till-1', { kind: 'pos.sale', receipt: `r-${visit}`, lines: [{ sku: 'tea-01', quantity: 1, cents }], codes: [], visit });
    driver.wait(10 * MINUTE_MS).tick();
  }

  it('has figures that grow with visits and money and fade with time', () => {
    const driver = new CoreDriver();
    shop(driver, FIRST, 1_000);
    shop(driver, SECOND, 3_000);
    const now = memberFigures(driver.state.members.get(member), driver.nowMs);
    expect(now?.visits).toBeCloseTo(2, 1);
    expect(now?.valueCents).toBeGreaterThan(3_900);
    const later = memberFigures(driver.state.members.get(member), driver.nowMs + 60 * DAY_MS);
    expect(later?.visits).toBeCloseTo(1, 1);
    expect(later?.daysSince).toBeCloseTo(60, 0);
  });

  it('is what a campaign for members asks for, and only with the consent', () => {
    const store = membersOnly({ minVisits: 1 });
    const reasonFor = (changes: { readonly member?: string; readonly consents?: object }): string | undefined => {
      const driver = new CoreDriver(store);
      shop(driver, FIRST, 1_000);
      come(driver, SECOND, changes);
      driver.pick('03-2');
      return driver.decisions().at(-1)?.reason;
    };
    expect(reasonFor({ member, consents })).toBe('offer');
    expect(reasonFor({ member: 'a new one', consents })).toBe('not-now');
    expect(reasonFor({ consents: { offers: true } })).toBe('not-now');
  });

  it('is forgotten by taking the consent back, by erasing, and after a year', () => {
    const ends: readonly ((driver: CoreDriver) => void)[] = [
      (driver) => void driver.input({ kind: 'visit.consented', visit: SECOND, consents: { member: false }, textVersion: '2' }),
      (driver) => void driver.input({ kind: 'visit.erased', visit: SECOND }),
      (driver) => {
        driver.wait(15 * MINUTE_MS).tick();
        driver.wait(MEMBER_TTL_MS).tick();
      },
    ];
    for (const end of ends) {
      const driver = new CoreDriver();
      shop(driver, FIRST, 1_000);
      come(driver, SECOND, { member, consents });
      end(driver);
      expect(writeState(driver.state)).not.toContain(member);
    }
  });

  it('is nobody without the consent', () => {
    const driver = new CoreDriver();
    come(driver, FIRST, { member, consents: { offers: true } });
    driver.wait(20 * MINUTE_MS).tick();
    expect(writeState(driver.state)).not.toContain(member);
  });
});

function membersOnly(condition: NonNullable<NonNullable<Campaign['when']>['member']>): StoreMap {
  const store = sampleStore();
  return { ...store, campaigns: store.campaigns.map((campaign) => ({ ...campaign, when: { member: condition } })) };
}
