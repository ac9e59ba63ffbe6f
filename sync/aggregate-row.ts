import type { TallyName } from '../agent/core/effect.ts';
import type { ZoneId } from '../agent/core/ids.ts';
import type { TimestampMs } from '../agent/core/units.ts';

/** Counts about visits: they leave the store only in groups, see `sync/aggregate.md`. In the order of the funnel. */
export const VISIT_COUNTS = [
  'visitsOpened',
  'interactions',
  'dwellMs',
  'intents',
  'offers',
  'shown',
  'dismissed',
  'redeemed',
  'holds',
  'attributedSalesCents',
  'discountCents',
] as const satisfies readonly TallyName[];

/** Counts of tills and doors: about receipts and bodies, not about any visit. */
export const TILL_COUNTS = ['sales', 'salesCents', 'doorIn', 'doorOut'] as const satisfies readonly TallyName[];

export type VisitCount = (typeof VISIT_COUNTS)[number];
export type TillCount = (typeof TILL_COUNTS)[number];

/** How much a visit row spans; a level above `zone-minute` holds only what was too small below it. */
export const VISIT_LEVELS = ['zone-minute', 'store-minute', 'store-quarter', 'store-hour', 'store-day'] as const;
export const TILL_LEVELS = ['store-quarter', 'store-hour', 'store-day'] as const;

export type VisitLevel = (typeof VISIT_LEVELS)[number];
export type TillLevel = (typeof TILL_LEVELS)[number];

/** What one row of a batch says. Rows never overlap: every count of the store is in exactly one of them. */
export type AggregateRow = VisitsRow | TillsRow;

/** Counts of a group of visits, never fewer than the threshold. */
export interface VisitsRow {
  readonly kind: 'visits';
  readonly level: VisitLevel;
  /** Set for `zone-minute` alone, and there absent for visits that no zone has seen. */
  readonly zone?: ZoneId;
  readonly startMs: TimestampMs;
  /** Local day of the store, `YYYY-MM-DD`. */
  readonly day: string;
  /** Distinct visits behind the row: exact for `zone-minute`, else the number known for certain ("at least"). Do not add up across rows. */
  readonly visits: number;
  /** Zeros are left out. */
  readonly counts: Counts<VisitCount>;
}

/** What tills and doors counted. */
export interface TillsRow {
  readonly kind: 'tills';
  readonly level: TillLevel;
  readonly startMs: TimestampMs;
  readonly day: string;
  readonly counts: Counts<TillCount>;
}

/** Integers by name; a name left out is zero. */
export type Counts<Name extends TallyName> = { readonly [N in Name]?: number };

/** Adds two sets of counts, leaving zeros out. */
export function addCounts<Name extends TallyName>(left: Counts<Name>, right: Counts<Name>, names: readonly Name[]): Counts<Name> {
  const sum: { [N in Name]?: number } = {};
  for (const name of names) {
    const value = (left[name] ?? 0) + (right[name] ?? 0);
    if (value !== 0) sum[name] = value;
  }
  return sum;
}
