import type { StepContext } from './context.ts';
import type { Budget } from './state.ts';
import type { Campaign } from './store-map.ts';
import type { Cents } from './units.ts';

/** Money a campaign can still promise in its period: budget minus spent minus reserved, never negative. */
export function remainingCents(context: StepContext, campaign: Campaign): Cents {
  const budget = budgetOf(context, campaign);
  return Math.max(0, campaign.budgetCents - budget.reservedCents - budget.spentCents);
}

/** Sets money aside for an offer. It MUST already be established that `remainingCents` covers it. */
export function reserve(context: StepContext, campaign: Campaign, cents: Cents): void {
  budgetOf(context, campaign).reservedCents += cents;
}

/** Gives back what an unused offer had reserved. */
export function release(context: StepContext, campaign: Campaign, cents: Cents): void {
  const budget = budgetOf(context, campaign);
  budget.reservedCents = Math.max(0, budget.reservedCents - cents);
}

/** Turns a reservation into spent money. */
export function commitSpend(context: StepContext, campaign: Campaign, cents: Cents): void {
  release(context, campaign, cents);
  budgetOf(context, campaign).spentCents += cents;
}

/** A new day starts with nothing spent; reservations of living offers are carried over. */
function budgetOf(context: StepContext, campaign: Campaign): Budget {
  const period = campaign.budgetPeriod === 'day' ? context.state.today.day : 'total';
  const budget = context.state.budgets.get(campaign.id);
  if (budget === undefined) {
    const fresh: Budget = { period, reservedCents: 0, spentCents: 0 };
    context.state.budgets.set(campaign.id, fresh);
    return fresh;
  }
  if (budget.period !== period) {
    budget.period = period;
    budget.spentCents = 0;
  }
  return budget;
}
