import type { Cents } from '../units.ts';

/** Steers spending so that a budget lasts its time. Plain JSON. */
export interface BudgetPace {
  /** What a cent of budget is worth beyond a cent: 0 while there is plenty, rising while spending runs ahead of time. At most 10. */
  price: number;
}

const STEP = 0.1;
const MOST = 10;

/** A budget nobody has spent from. */
export function startPace(): BudgetPace {
  return { price: 0 };
}

/**
 * Adjusts the price to where spending stands, about once a minute: it rises with the share spent beyond the share of time passed, and falls
 * where spending lags. Shares are 0 to 1; a budget of 0 is dear from the start.
 */
export function keepPace(
  pace: BudgetPace,
  now: { readonly spentCents: Cents; readonly budgetCents: Cents; readonly timeShare: number },
): void {
  const spentShare = now.budgetCents <= 0 ? 1 : now.spentCents / now.budgetCents;
  pace.price = Math.min(MOST, Math.max(0, pace.price + STEP * (spentShare - now.timeShare)));
}
