import { describe, expect, it } from 'vitest';
import { steadyCreep } from '../../../agent/core/health/creep.ts';
import { readState, writeState } from '../../../agent/core/snapshot.ts';
import { healthFindings } from '../../../agent/runtime/health-findings.ts';
import { CoreDriver, START_MS } from '../../support/core-driver.ts';

const SLOT = '03-1';
const DAY_MS = 86_400_000;

/** A plate that is weighed every two minutes for some days; `gramsAt` says what lies on it, by the day with its parts. */
function weigh(driver: CoreDriver, days: number, gramsAt: (day: number) => number): void {
  for (let minute = 0; minute < days * 1_440; minute += 2) {
    driver.wait(120_000);
    const grams = gramsAt((driver.nowMs - START_MS) / DAY_MS);
    driver.reading('shelf-03', { kind: 'shelf.weight', slot: SLOT, grams: Math.round(grams * 10) / 10 });
  }
}

const found = (driver: CoreDriver) =>
  healthFindings({ state: driver.state, nowMs: driver.nowMs, startedAtMs: START_MS }).filter(({ id }) => id.startsWith('creep:'));

/** Warm afternoons and cold nights. */
const sway = (day: number, grams: number) => grams * Math.sin(2 * Math.PI * day);

describe('a plate whose zero creeps', { timeout: 60_000 }, () => {
  it('is named with its grams a day after some days, though it sways with the temperature, and in a copy of the state too', () => {
    const driver = new CoreDriver();
    weigh(driver, 1, (day) => 2_000 + 25 * day + sway(day, 1));
    expect(found(driver)).toEqual([]);
    weigh(driver, 5, (day) => 2_000 + 25 * day + sway(day, 1));
    expect(found(driver)).toMatchObject([{ id: `creep:${SLOT}`, severity: 'warning' }]);
    expect(found(driver)[0]?.sentence).toMatch(/drifts: the weight of slot 03-1 moves 2[3-7]\.\d g a day by itself$/);
    const copy = readState(writeState(driver.state));
    expect(steadyCreep(copy.health.creeps.get(SLOT)!)).toEqual(steadyCreep(driver.state.health.creeps.get(SLOT)!));
  });

  it('is seen downwards, and although shoppers take and staff put back', () => {
    const driver = new CoreDriver();
    const unit = driver.state.store!.products.get(driver.state.store!.slots.get(SLOT)!.sku)!.unitGrams!;
    weigh(driver, 6, (day) => 4_000 - 25 * day - unit * (Math.floor(day * 8) % 4));
    expect(steadyCreep(driver.state.health.creeps.get(SLOT)!)?.gramsADay).toBeLessThan(-8);
    expect(found(driver)).toHaveLength(1);
  });

  it.each([
    ['only sways', (day: number) => 2_000 + sway(day, 15)],
    ['stands still', () => 2_000],
    ['creeps less than a unit in four weeks', (day: number) => 2_000 + 0.5 * day],
  ])('is not made up for one that %s', (_what, gramsAt) => {
    const driver = new CoreDriver();
    weigh(driver, 6, gramsAt);
    expect(found(driver)).toEqual([]);
  });
});
