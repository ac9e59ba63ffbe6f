import { type Estimate, mean } from '../../../models/training/auc.ts';

/** One line of the report: a figure with its interval, what it was held against, what was wanted. */
export interface DecisionRow {
  readonly figure: string;
  readonly estimate: Estimate;
  readonly baseline?: { readonly name: string; readonly estimate: Estimate };
  readonly goal?: Goal;
  readonly isReached?: boolean;
  readonly note?: string;
}

/** `covers`: the interval must hold this value. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number } | { readonly covers: number };

/** A line, judged by its value or, for `covers`, by its interval. */
export function decisionRow(
  figure: string,
  estimate: Estimate,
  more: { readonly goal?: Goal; readonly baseline?: DecisionRow['baseline']; readonly note?: string } = {},
): DecisionRow {
  const { goal, baseline, note } = more;
  return {
    figure,
    estimate,
    ...(baseline !== undefined && { baseline }),
    ...(goal !== undefined && { goal, isReached: reaches(estimate, goal) }),
    ...(note !== undefined && { note }),
  };
}

/** Mean with the middle 95 % of repeated runs. */
export function spreadOf(values: readonly number[]): Estimate {
  const sorted = Float64Array.from(values).sort();
  const last = sorted.length - 1;
  return { value: mean(values), low: sorted[Math.round(0.025 * last)] ?? Number.NaN, high: sorted[Math.round(0.975 * last)] ?? Number.NaN };
}

/** A line as text. */
export function formatRow({ figure, estimate, baseline, goal, isReached, note }: DecisionRow): string {
  const beside = baseline === undefined ? '' : ` | ${baseline.name} ${formatEstimate(baseline.estimate)}`;
  const wanted = goal === undefined ? '' : ` | goal ${formatGoal(goal)}: ${isReached === true ? 'reached' : 'NOT reached'}`;
  return `  ${figure}: ${formatEstimate(estimate)}${beside}${wanted}${note === undefined ? '' : `\n      ${note}`}`;
}

function reaches({ value, low, high }: Estimate, goal: Goal): boolean {
  if ('covers' in goal) return low <= goal.covers && goal.covers <= high;
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}

function formatGoal(goal: Goal): string {
  if ('covers' in goal) return `holds ${digits(goal.covers)}`;
  return 'atLeast' in goal ? `>= ${digits(goal.atLeast)}` : `<= ${digits(goal.atMost)}`;
}

function formatEstimate({ value, low, high }: Estimate): string {
  return low === value && high === value ? digits(value) : `${digits(value)} (${digits(low)} to ${digits(high)})`;
}

function digits(value: number): string {
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(4);
}
