/** One measured number with everything that is needed to judge it. */
export interface Figure {
  /** What was measured, in words. */
  readonly what: string;
  readonly unit: string;
  /** The median where there were several rounds. */
  readonly value: number;
  /** Smallest and largest of the rounds. */
  readonly spread?: readonly [least: number, most: number];
  /** The same by something simpler, measured in the same run; `ratio` is ours divided by it. */
  readonly baseline?: { readonly name: string; readonly value: number; readonly spread?: readonly [least: number, most: number] };
  readonly ratio?: number;
  /** What it should be, in words; left out where the figure is only for information. */
  readonly goal?: string;
  readonly isReached?: boolean;
  /** What a reader must know to judge it. */
  readonly note?: string;
}

/** A goal for a number: at least or at most a limit, and optionally the same for the ratio to the baseline. */
export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly ratioAtLeast?: number;
  readonly ratioAtMost?: number;
}

/** Rounds of one thing, and of a baseline measured in turn with it. */
export interface Rounds {
  readonly values: readonly number[];
  readonly baseline?: { readonly name: string; readonly values: readonly number[] };
}

/** Makes a figure of rounds: medians, spreads, the ratio of the medians, and whether the goal is reached. */
export function figureOf(
  label: { readonly what: string; readonly unit: string; readonly note?: string },
  rounds: Rounds,
  goal: Goal = {},
): Figure {
  const value = median(rounds.values);
  const base = rounds.baseline;
  const baseValue = base === undefined ? undefined : median(base.values);
  const ratio = baseValue === undefined ? undefined : value / baseValue;
  const checks = checksOf(goal, label.unit);
  return {
    ...label,
    value,
    ...(rounds.values.length > 1 && { spread: spreadOf(rounds.values) }),
    ...(base !== undefined &&
      baseValue !== undefined && {
        baseline: { name: base.name, value: baseValue, ...(base.values.length > 1 && { spread: spreadOf(base.values) }) },
      }),
    ...(ratio !== undefined && { ratio }),
    ...(checks.length > 0 && {
      goal: checks.map(({ text }) => text).join(', '),
      isReached: checks.every(({ holds }) => holds({ value, ratio })),
    }),
  };
}

interface Check {
  readonly text: string;
  readonly holds: (measured: { readonly value: number; readonly ratio: number | undefined }) => boolean;
}

function checksOf(goal: Goal, unit: string): readonly Check[] {
  const checks: Check[] = [];
  const { atLeast, atMost, ratioAtLeast, ratioAtMost } = goal;
  // Not a number is never good enough.
  if (atLeast !== undefined) checks.push({ text: `>= ${formatNumber(atLeast)} ${unit}`, holds: ({ value }) => value >= atLeast });
  if (atMost !== undefined) checks.push({ text: `<= ${formatNumber(atMost)} ${unit}`, holds: ({ value }) => value <= atMost });
  if (ratioAtLeast !== undefined)
    checks.push({ text: `>= ${ratioAtLeast} x baseline`, holds: ({ ratio }) => (ratio ?? 0) >= ratioAtLeast });
  if (ratioAtMost !== undefined)
    checks.push({ text: `<= ${ratioAtMost} x baseline`, holds: ({ ratio }) => (ratio ?? Number.POSITIVE_INFINITY) <= ratioAtMost });
  return checks;
}

/** The middle value; of an even number the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}

/** The value that a share of all values (0 to 1) does not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

/** Least-squares slope of points: change of `y` for one unit of `x`; 0 for fewer than two. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (points.length < 2 || spread === 0) return 0;
  return points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

/** Three digits that matter, thousands separated. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

function spreadOf(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
