import type { HoldReason } from '../decision.ts';
import type { TimestampMs } from '../units.ts';
import { type AuditRow, DIMENSIONS, type Dimension } from './audit-row.ts';
import { type Difference, holm, stratifiedTest, wilson } from './stratified-test.ts';

/** Offer rates, reasons and discounts across groups of visits. */
export interface FairnessReport {
  readonly fromMs: TimestampMs;
  readonly toMs: TimestampMs;
  /** Visits that were looked at: those that were scored and not held for a reason that held for everybody. */
  readonly visits: number;
  readonly offers: number;
  /** True where decisions of the time were left out because there were too many. */
  readonly isPartial: boolean;
  readonly dimensions: readonly DimensionReport[];
  readonly findings: readonly Finding[];
}

export interface DimensionReport {
  readonly dimension: Dimension;
  readonly groups: readonly GroupReport[];
}

export interface GroupReport {
  /** Zone id, part of the day (0 to 5, four hours each), language, `new` or `returning`, stage; empty where nobody said. */
  readonly group: string;
  readonly visits: number;
  readonly offers: number;
  /** Share of its visits that got an offer, with Wilson's 95 % interval. */
  readonly rate: Interval;
  /** Mean discount as a share of the price, with its 95 % interval; undefined without offers. */
  readonly discount: Interval | undefined;
  /** Against visits that did alike, in percentage points; undefined where too few can be compared. */
  readonly rateDifference: Interval | undefined;
  /** Against offers of the same campaign. */
  readonly discountDifference: Interval | undefined;
  /** Why its other visits got nothing, most frequent first. */
  readonly reasons: readonly { readonly reason: HoldReason; readonly visits: number }[];
}

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A difference that chance does not explain and that is large enough to matter. */
export interface Finding {
  readonly dimension: Dimension;
  readonly group: string;
  readonly what: 'offer-rate' | 'discount';
  /** Share of visits, or of the price, by which the group differs. */
  readonly difference: number;
  /** Probability of such a difference by chance, made comparable over everything that was looked at. */
  readonly pValue: number;
}

/** Chance of any finding at all in a store that treats everybody alike. */
export const FALSE_ALARM = 0.05;
/** Differences below these are no finding however sure: of the visits, and of the price. */
const LEAST_RATE = 0.03;
const LEAST_DISCOUNT = 0.01;

/** Builds the report. Offers are meant to follow what a visit does, so across stages rates are shown and only discounts are tested. */
export function fairnessReport(
  rows: readonly AuditRow[],
  span: { readonly fromMs: TimestampMs; readonly toMs: TimestampMs; readonly isPartial: boolean },
): FairnessReport {
  const looked = DIMENSIONS.flatMap((dimension) => groupsOf(rows, dimension).map((group) => look(rows, dimension, group)));
  const tests = looked.flatMap(({ dimension, group, rate, discount }) => [
    ...(dimension === 'stage' ? [] : [{ dimension, group, what: 'offer-rate' as const, found: rate, least: LEAST_RATE }]),
    { dimension, group, what: 'discount' as const, found: discount, least: LEAST_DISCOUNT },
  ]);
  const comparable = tests.filter(({ found }) => found.pValue < 1 || found.low < found.high);
  const adjusted = holm(comparable.map(({ found }) => found.pValue));
  const findings = comparable.flatMap(({ dimension, group, what, found, least }, i): Finding[] => {
    const pValue = adjusted[i] ?? 1;
    return pValue <= FALSE_ALARM && Math.abs(found.difference) >= least
      ? [{ dimension, group, what, difference: found.difference, pValue }]
      : [];
  });
  return {
    ...span,
    visits: rows.length,
    offers: rows.filter(({ isOffered }) => isOffered).length,
    dimensions: DIMENSIONS.map((dimension) => ({
      dimension,
      groups: looked.filter((one) => one.dimension === dimension).map((one) => one.report),
    })),
    findings: findings.sort((a, b) => a.pValue - b.pValue),
  };
}

function groupsOf(rows: readonly AuditRow[], dimension: Dimension): readonly string[] {
  return [...new Set(rows.map(({ groups }) => groups[dimension]))].sort();
}

function look(rows: readonly AuditRow[], dimension: Dimension, group: string) {
  const isInGroup = (row: AuditRow) => row.groups[dimension] === group;
  const rate = stratifiedTest(rows.map((row) => ({ stratum: row.stratum, isInGroup: isInGroup(row), value: row.isOffered ? 1 : 0 })));
  const discount = stratifiedTest(
    rows.flatMap((row) =>
      row.discount === undefined ? [] : [{ stratum: row.discount.stratum, isInGroup: isInGroup(row), value: row.discount.share }],
    ),
  );
  return { dimension, group, rate, discount, report: groupReport(rows.filter(isInGroup), { group, rate, discount }) };
}

function groupReport(
  rows: readonly AuditRow[],
  tested: { readonly group: string; readonly rate: Difference; readonly discount: Difference },
): GroupReport {
  const offers = rows.filter(({ isOffered }) => isOffered).length;
  const reasons = new Map<HoldReason, number>();
  for (const { reason } of rows) if (reason !== 'offer') reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return {
    group: tested.group,
    visits: rows.length,
    offers,
    rate: wilson(offers, rows.length),
    discount: meanOf(rows.flatMap(({ discount }) => discount?.share ?? [])),
    rateDifference: intervalOf(tested.rate),
    discountDifference: intervalOf(tested.discount),
    reasons: [...reasons].sort(([, a], [, b]) => b - a).map(([reason, visits]) => ({ reason, visits })),
  };
}

function intervalOf({ difference, low, high, pValue }: Difference): Interval | undefined {
  return pValue === 1 && low === high ? undefined : { value: difference, low, high };
}

function meanOf(values: readonly number[]): Interval | undefined {
  if (values.length === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { value: mean, low: mean, high: mean };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const margin = 1.959964 * Math.sqrt(variance / values.length);
  return { value: mean, low: mean - margin, high: mean + margin };
}
