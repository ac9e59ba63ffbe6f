import type { VisitId } from '../core/ids.ts';
import type { TimestampMs } from '../core/units.ts';
import type { Sqlite } from './sqlite.ts';

/** A sale's line as it was written. */
export interface LinkedLine {
  readonly sku: string;
  readonly quantity: number;
  readonly cents: number;
}

/** A sale that is linked to a visit. */
export interface LinkedSale {
  readonly atMs: TimestampMs;
  readonly lines: readonly LinkedLine[];
}

/**
 * Visits that agreed to have their purchases measured, with the sales linked to them; those that bought nothing have an empty list. A consent
 * that was taken back counts as never given. Both arms are measured alike only among these.
 */
export function measuredVisits(sqlite: Sqlite): Map<VisitId, LinkedSale[]> {
  const visits = new Map<VisitId, LinkedSale[]>();
  const consents = sqlite.prepare<[], { visit: VisitId; granted: number }>(
    `SELECT visit, granted FROM consents WHERE purpose = 'measurement' ORDER BY no`,
  );
  for (const { visit, granted } of consents.iterate()) {
    if (granted === 1) visits.set(visit, []);
    else visits.delete(visit);
  }
  const sales = sqlite.prepare<[], { visit: VisitId; atMs: TimestampMs; lines: string }>(
    `SELECT visit, at_ms AS atMs, lines FROM sales WHERE visit IS NOT NULL AND link <> 'code' ORDER BY no`,
  );
  for (const { visit, atMs, lines } of sales.iterate()) {
    // Written by the sales table from typed lines.
    visits.get(visit)?.push({ atMs, lines: JSON.parse(lines) as LinkedLine[] });
  }
  return visits;
}
