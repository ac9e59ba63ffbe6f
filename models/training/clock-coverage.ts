import { DAY_MS } from '../../agent/core/units.ts';
import type { Table } from './table.ts';

/** Features that tell when something was: what they say is only as good as the calendar that the rows cover. */
export const CLOCK: readonly string[] = ['time_sin', 'time_cos', 'weekday'];

/** Fewest different days, so that each day of the week was there four times. */
export const LEAST_DAYS = 28;

/**
 * The clock features that a model must not look at yet. A store's first weeks never cover them evenly: one Saturday with a street party would
 * become what Saturdays are like, and each day of the week not yet seen would count as out of the trained range.
 */
export function thinClock(table: Table): readonly string[] {
  return CLOCK.filter((name) => {
    const position = table.spec.index.get(name);
    return position === undefined || daysKnown(table, position) < LEAST_DAYS;
  });
}

function daysKnown(table: Table, position: number): number {
  const column = table.columns[position]!;
  const days = new Set<number>();
  for (let row = 0; row < table.rows; row++) {
    const day = Math.floor(table.atMs[row]! / DAY_MS);
    if (!Number.isNaN(column[row]!) && !Number.isNaN(day)) days.add(day);
  }
  return days.size;
}
