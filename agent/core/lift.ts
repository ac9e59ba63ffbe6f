import type { Lift } from './overview.ts';

/** Sums over the outcomes of one arm. */
export interface ArmSums {
  readonly visits: number;
  readonly conversions: number;
  readonly profitCents: number;
  readonly profitCentsSquared: number;
}

/** Below this many outcomes in either arm the normal interval is not to be trusted. */
export const MIN_PER_ARM = 50;

/** Two-sided 95 % quantile of the standard normal distribution. */
const Z95 = 1.959964;

/**
 * What offers earn: the difference of mean profit per eligible visit, treated minus holdout, with Welch's 95 % interval (normal quantile:
 * both arms hold at least `MIN_PER_ARM` visits). The holdout is random and permanent, so the difference is caused by the offers.
 */
export function measureLift(treated: ArmSums, holdout: ArmSums, money: (cents: number) => string): Lift {
  const missing = Math.max(MIN_PER_ARM - treated.visits, MIN_PER_ARM - holdout.visits, 0);
  if (missing > 0) {
    return {
      kind: 'not-enough-data',
      treatedVisits: treated.visits,
      holdoutVisits: holdout.visits,
      neededPerArm: MIN_PER_ARM,
      sentence: `Not enough data yet: ${holdout.visits} of ${MIN_PER_ARM} visits in the group without offers, ${treated.visits} of ${MIN_PER_ARM} with`,
    };
  }
  const difference = mean(treated) - mean(holdout);
  const margin = Z95 * Math.sqrt(variance(treated) / treated.visits + variance(holdout) / holdout.visits);
  const lowCents = difference - margin;
  const highCents = difference + margin;
  return {
    kind: 'measured',
    treatedVisits: treated.visits,
    holdoutVisits: holdout.visits,
    profitPerVisitCents: difference,
    lowCents,
    highCents,
    treatedConversion: treated.conversions / treated.visits,
    holdoutConversion: holdout.conversions / holdout.visits,
    sentence: verdict({ difference, lowCents, highCents }, money),
  };
}

function verdict(
  lift: { readonly difference: number; readonly lowCents: number; readonly highCents: number },
  money: (cents: number) => string,
): string {
  const range = `between ${money(lift.lowCents)} and ${money(lift.highCents)}`;
  if (lift.lowCents > 0) return `Offers earn ${money(lift.difference)} more profit a visit (95 % sure: ${range})`;
  if (lift.highCents < 0) return `Offers cost ${money(-lift.difference)} profit a visit (95 % sure: ${range})`;
  return `No difference proved yet: ${range} profit a visit`;
}

function mean(arm: ArmSums): number {
  return arm.profitCents / arm.visits;
}

/** Unbiased sample variance from sums; zero for a single outcome. */
function variance(arm: ArmSums): number {
  if (arm.visits < 2) return 0;
  return Math.max(0, (arm.profitCentsSquared - arm.profitCents ** 2 / arm.visits) / (arm.visits - 1));
}
