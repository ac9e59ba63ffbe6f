import { describe, expect, it } from 'vitest';
import { type ArmSums, measureLift } from '../../agent/core/lift.ts';

const money = (cents: number) => `${Math.round(cents)} ct`;

function arm(profits: readonly number[]): ArmSums {
  return {
    visits: profits.length,
    conversions: profits.filter((profit) => profit > 0).length,
    profitCents: profits.reduce((sum, profit) => sum + profit, 0),
    profitCentsSquared: profits.reduce((sum, profit) => sum + profit ** 2, 0),
  };
}

function repeat(values: readonly number[], times: number): number[] {
  return Array.from({ length: times }, () => values).flat();
}

describe('measureLift()', () => {
  it('says how much is missing while either arm is small', () => {
    const lift = measureLift(arm(repeat([100], 49)), arm(repeat([100], 500)), money);
    expect(lift).toMatchObject({ kind: 'not-enough-data', neededPerArm: 50 });
  });

  it('gives the difference of means with the interval of Welch', () => {
    // Means 200 and 100; variances 10101.01 and 10101.01 with 100 each: standard error 14.21.
    const lift = measureLift(arm(repeat([100, 300], 50)), arm(repeat([0, 200], 50)), money);
    expect(lift).toMatchObject({ kind: 'measured', profitPerVisitCents: 100, treatedConversion: 1, holdoutConversion: 0.5 });
    if (lift.kind !== 'measured') return;
    expect(lift.highCents - lift.lowCents).toBeCloseTo(2 * 1.959964 * Math.sqrt((2 * 10_101.0101) / 100), 3);
    expect(lift.sentence).toBe('Offers earn 100 ct more profit a visit (95 % sure: between 72 ct and 128 ct)');
  });

  it('does not claim what the interval does not show', () => {
    const lift = measureLift(arm(repeat([100, 310], 50)), arm(repeat([100, 300], 50)), money);
    expect(lift.sentence).toMatch(/^No difference proved yet/);
  });

  it('says so when offers cost more than they bring', () => {
    const lift = measureLift(arm(repeat([0, 50], 50)), arm(repeat([100, 300], 50)), money);
    expect(lift.sentence).toMatch(/^Offers cost 175 ct profit a visit/);
  });
});
