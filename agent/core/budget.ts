import type { StepContext } from './context.ts';
import { keepPace } from './policy/budget-pace.ts';
import type { Budget } from './state.ts';
import type { Campaign } from './store-map.ts';
import { type Cents, DAY_MS, MINUTE_MS } from './units.ts';

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

/** What a cent of a campaign's budget is worth beyond a cent now, steered once a minute so that the budget lasts its time. */
export function budgetPrice(context: StepContext, campaign: Campaign): number {
  const budget = budgetOf(context, campaign);
  const { nowMs } = context;
  if (budget.pacedAtMs === undefined || nowMs - budget.pacedAtMs >= MINUTE_MS || nowMs < budget.pacedAtMs) {
    budget.pacedAtMs = nowMs;
    const pace = { price: budget.price ?? 0 };
    keepPace(pace, {
      spentCents: budget.spentCents + budget.reservedCents,
      budgetCents: campaign.budgetCents,
      timeShare: timeShare(context, campaign),
    });
    budget.price = pace.price;
  }
  return budget.price ?? 0;
}

/** Share of the budget's time that is over; 1 where it has no end. */
function timeShare({ store, nowMs }: StepContext, campaign: Campaign): number {
  if (campaign.budgetPeriod === 'day') return (store.time.minuteOfDay(nowMs) * MINUTE_MS) / DAY_MS;
  const { startsAtMs, endsAtMs } = campaign;
  if (startsAtMs === undefined || endsAtMs === undefined || endsAtMs <= startsAtMs) return 1;
  return Math.min(1, Math.max(0, (nowMs - startsAtMs) / (endsAtMs - startsAtMs)));
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
    budget.price = 0;
  }
  return budget;
}
