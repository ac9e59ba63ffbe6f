import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDue } from '../../agent/core/due.ts';
import type { Effect } from '../../agent/core/effect.ts';
import type { Input } from '../../agent/core/input.ts';
import { readState, writeState } from '../../agent/core/snapshot.ts';
import { createState } from '../../agent/core/state.ts';
import { step } from '../../agent/core/step.ts';
import { CoreDriver } from '../support/core-driver.ts';

const SLOTS = ['03-1', '03-2', '04-1', '07-1', '01-1'];
const VISITS = ['v_a', 'v_b', 'v_c'];
const TAGS = ['cart-01', 'cart-02'];

/** Something that happens in a store, after a wait. */
const happening: fc.Arbitrary<(driver: CoreDriver) => void> = fc.oneof(
  fc.tuple(fc.constantFrom(...VISITS), fc.constantFrom('shelf-03', 'shelf-07')).map(
    ([visit, fixture]) =>
      (driver: CoreDriver) =>
        void driver.open(visit, { fixture }),
  ),
  fc.tuple(fc.constantFrom(...VISITS), fc.constantFrom(...TAGS)).map(
    ([visit, tag]) =>
      (driver: CoreDriver) =>
        void driver.input({ kind: 'visit.tagged', visit, tag }),
  ),
  fc.constantFrom(...SLOTS).map((slot) => (driver: CoreDriver) => void driver.pick(slot)),
  fc.tuple(fc.constantFrom('weather', 'weather/door', 'event', 'events/a'), fc.constantFrom('rain', 'sunny', 'none'), fc.nat(600_000)).map(
    ([topic, value, ms]) =>
      (driver: CoreDriver) =>
        void driver.reading('climate-1', { kind: 'context', topic, value, untilMs: driver.nowMs + ms }),
  ),
  fc.constantFrom(...SLOTS).map((slot) => (driver: CoreDriver) => void driver.putBack(slot)),
  fc
    .tuple(
      fc.constantFrom(...TAGS),
      fc.constantFrom('scan-entrance', 'scan-coffee', 'scan-care', 'scan-checkout'),
      fc.integer({ min: -95, max: -40 }),
    )
    .map(
      ([beacon, scanner, rssiDbm]) =>
        (driver: CoreDriver) =>
          void driver.reading(scanner, { kind: 'ble.sighting', beacon, rssiDbm }),
    ),
  fc.tuple(fc.constantFrom(...SLOTS), fc.integer({ min: 0, max: 5_000 })).map(
    ([slot, grams]) =>
      (driver: CoreDriver) =>
        void driver.reading('shelf-03', { kind: 'shelf.weight', slot, grams }),
  ),
  fc
    .tuple(fc.constantFrom(...VISITS), fc.constantFrom('shown' as const, 'saved' as const, 'dismissed' as const))
    .map(([visit, state]) => (driver: CoreDriver) => {
      const offer = driver.offers().at(-1)?.id ?? 'o0-0';
      driver.input({ kind: 'offer.receipt', visit, offer, state });
    }),
  fc.constantFrom('r1', 'r2').map((receipt) => (driver: CoreDriver) => {
    driver.input({ kind: 'offer.redeem', offer: driver.offers().at(-1)?.id ?? 'o0-0', receipt, till: 'till-1' });
  }),
  fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(...VISITS, ...TAGS)).map(([n, visit]) => (driver: CoreDriver) => {
    driver.reading('till-1', {
      kind: 'pos.sale',
      receipt: `s${n}`,
      lines: [{ sku: 'coffee-02', quantity: 1, cents: 899 }],
      codes: [],
      visit,
    });
  }),
  fc.constantFrom(...VISITS).map((visit) => (driver: CoreDriver) => void driver.input({ kind: 'visit.scanned', visit, sku: 'coffee-01' })),
  fc.constantFrom(...VISITS).map((visit) => (driver: CoreDriver) => void driver.input({ kind: 'visit.erased', visit })),
  fc
    .boolean()
    .map(
      (offers) => (driver: CoreDriver) =>
        void driver.input({ kind: 'visit.consented', visit: 'v_a', consents: { offers }, textVersion: '1' }),
    ),
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('shelf-03', 'shelf-07', undefined)).map(
    ([seat, fixture]) =>
      (driver: CoreDriver) =>
        void driver.reading('cam-coffee', { kind: 'stop', seat, active: fixture !== undefined, ...(fixture !== undefined && { fixture }) }),
  ),
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('shelf-03', 'shelf-07'), fc.boolean()).map(
    ([seat, fixture, active]) =>
      (driver: CoreDriver) =>
        void driver.reading('cam-coffee', { kind: 'reach', active, fixture, seat, confidence: 0.8 }),
  ),
  fc.integer({ min: 0, max: 9 }).map((length) => (driver: CoreDriver) => {
    driver.reading('cam-coffee', { kind: 'queue', till: 'till-1', length, waitMs: 40_000 * length });
    driver.reading('cam-coffee', { kind: 'heat', cells: [{ cell: length, seconds: 12.5, people: 1 }] });
    driver.reading('cam-coffee', { kind: 'flow', from: 'entrance', to: 'coffee', count: 1 });
    driver.wait(15_000);
  }),
  fc.constant((driver: CoreDriver) => void driver.tick()),
  fc.constant((driver: CoreDriver) => void driver.wait(31_000).tick()),
  fc.constant((driver: CoreDriver) => void driver.wait(11 * 60_000).tick()),
  fc.integer({ min: 1, max: 5_000 }).map((ms) => (driver: CoreDriver) => void driver.wait(ms)),
);

const day = fc.array(happening, { minLength: 5, maxLength: 120 });

function play(happenings: readonly ((driver: CoreDriver) => void)[]): CoreDriver {
  const driver = new CoreDriver();
  driver.intent = 0.2;
  for (const happen of happenings) happen(driver);
  return driver;
}

describe('the log', () => {
  it('replayed gives the same effects and the same state, byte for byte', () => {
    fc.assert(
      fc.property(day, (happenings) => {
        const driver = play(happenings);
        const state = createState();
        const effects: Effect[] = [];
        // A round trip through JSON, as through the disk.
        for (const logged of driver.log) effects.push(...step(state, JSON.parse(JSON.stringify(logged))));
        expect(JSON.stringify(effects)).toBe(JSON.stringify(driver.effects));
        expect(writeState(state)).toBe(writeState(driver.state));
      }),
      { numRuns: 150 },
    );
  });

  it('continued from a snapshot anywhere is the same as from the start', () => {
    fc.assert(
      fc.property(day, fc.double({ min: 0, max: 1, noNaN: true }), (happenings, share) => {
        const driver = play(happenings);
        const cut = Math.floor(share * driver.log.length);
        let state = createState();
        for (const logged of driver.log.slice(0, cut)) step(state, logged);
        state = readState(writeState(state));
        for (const logged of driver.log.slice(cut)) step(state, logged);
        // Only the order of object keys may differ: what was undefined is not written.
        expect(JSON.parse(writeState(state))).toEqual(JSON.parse(writeState(driver.state)));
      }),
      { numRuns: 100 },
    );
  });
});

describe('laws that hold on every day', () => {
  it('a tick that is not due changes nothing and says nothing', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 120_000 }), (happenings, waitMs) => {
        const driver = play(happenings);
        driver.tick();
        driver.wait(waitMs);
        fc.pre(!isDue(driver.state, driver.nowMs));
        const before = withoutTime(driver);
        const effects = step(driver.state, { seq: driver.seq + 1, atMs: driver.nowMs, input: { kind: 'tick' } satisfies Input });
        expect(effects).toEqual([]);
        expect(withoutTime(driver)).toBe(before);
      }),
    );
  });

  it('no offer without consent, none to the holdout, and never two redemptions of one', () => {
    fc.assert(
      fc.property(day, (happenings) => {
        const driver = play(happenings);
        const treated = new Set(
          driver
            .rows('row.visit')
            .filter(({ visit }) => visit.arm === 'treated')
            .map(({ visit }) => visit.id),
        );
        for (const offer of driver.offers()) expect(treated.has(offer.visit)).toBe(true);
        const redeemed = driver.rows('row.redemption').map(({ redemption }) => redemption.offer);
        expect(new Set(redeemed).size).toBe(redeemed.length);
      }),
      { numRuns: 150 },
    );
  });

  it('what a campaign has reserved is exactly what its usable offers would cost, and it never overspends', () => {
    fc.assert(
      fc.property(day, (happenings) => {
        const { state } = play(happenings);
        for (const campaign of state.store?.campaigns ?? []) {
          const usable = [...state.offers.values()].filter(
            ({ offer }) => offer.campaign === campaign.id && ['open', 'shown', 'saved'].includes(offer.state),
          );
          const budget = state.budgets.get(campaign.id) ?? { reservedCents: 0, spentCents: 0 };
          expect(budget.reservedCents).toBe(usable.reduce((sum, { offer }) => sum + offer.discountCents, 0));
          expect(budget.reservedCents + budget.spentCents).toBeLessThanOrEqual(campaign.budgetCents);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('an erased visit is nowhere in state', () => {
    fc.assert(
      fc.property(day, (happenings) => {
        const driver = play(happenings);
        driver.open('v_gone', { fixture: 'shelf-03' });
        driver.pick('03-2');
        driver.input({ kind: 'visit.erased', visit: 'v_gone' });
        expect(writeState(driver.state)).not.toContain('v_gone');
      }),
    );
  });
});

/** Looking at the calendar once a minute is not a change of the store. */
function withoutTime(driver: CoreDriver): string {
  const { nowMs: _nowMs, today, ...rest } = JSON.parse(writeState(driver.state));
  return JSON.stringify({ ...rest, today: { ...today, checkedMinute: 0 } });
}
