import type { StepContext } from './context.ts';
import { TALLY_NAMES, type TallyCell, type TallyName } from './effect.ts';
import type { VisitId, ZoneId } from './ids.ts';
import type { OpenMinute } from './state.ts';
import { MINUTE_MS, type TimestampMs } from './units.ts';

/** Adds to the running minute. `zone` undefined: belongs to no zone. */
export function count(context: StepContext, name: TallyName, zone: ZoneId | undefined, amount = 1): void {
  cellOf(context, zone).counts[name] += amount;
}

/** Notes that a visit was in a zone in this minute. */
export function countVisit(context: StepContext, zone: ZoneId | undefined, visit: VisitId): void {
  cellOf(context, zone).visits.add(visit);
}

/** Closes the running minute if it is over at `nowMs` and emits it. */
export function closeMinute(context: StepContext): void {
  const open = context.state.minute;
  if (open !== undefined && context.nowMs >= open.startMs + MINUTE_MS) flushMinute(context);
}

/** Closes the running minute, over or not. */
export function flushMinute(context: StepContext): void {
  const open = context.state.minute;
  context.state.minute = undefined;
  if (open === undefined || open.cells.size === 0) return;
  context.state.emittedMinuteMs = open.startMs;
  context.emit({ kind: 'row.minute', minute: { startMs: open.startMs, visits: distinctVisits(open), cells: [...open.cells].map(toCell) } });
}

/** A visit seen in several zones of one minute is one visit of the store. */
function distinctVisits(open: OpenMinute): number {
  const seen = new Set<VisitId>();
  for (const cell of open.cells.values()) for (const visit of cell.visits) seen.add(visit);
  return seen.size;
}

/** Length of the windows that wait for their leftovers, see `emitSilence`. */
const QUARTER_MS = 15 * MINUTE_MS;

/** Whether a quarter hour ended in which nothing was counted: whoever merges leftovers must hear that time went on. */
export function isSilent(
  state: { readonly minute: OpenMinute | undefined; readonly emittedMinuteMs: TimestampMs },
  nowMs: TimestampMs,
): boolean {
  if (state.minute !== undefined || state.emittedMinuteMs === 0) return false;
  return Math.floor(nowMs / QUARTER_MS) > Math.floor(state.emittedMinuteMs / QUARTER_MS);
}

/** Emits an empty minute, once a silent quarter hour. */
export function emitSilence(context: StepContext): void {
  if (!isSilent(context.state, context.nowMs)) return;
  const startMs = context.nowMs - (context.nowMs % MINUTE_MS);
  context.state.emittedMinuteMs = startMs;
  context.emit({ kind: 'row.minute', minute: { startMs, cells: [] } });
}

function toCell([zone, cell]: [string, { readonly visits: Set<VisitId>; readonly counts: Record<TallyName, number> }]): TallyCell {
  return { zone: zone === '' ? undefined : zone, visits: cell.visits.size, counts: cell.counts };
}

function cellOf(context: StepContext, zone: ZoneId | undefined): { visits: Set<VisitId>; counts: Record<TallyName, number> } {
  const minute = openMinute(context);
  const key = zone ?? '';
  let cell = minute.cells.get(key);
  if (cell === undefined) {
    cell = { visits: new Set(), counts: zeroCounts() };
    minute.cells.set(key, cell);
  }
  return cell;
}

function openMinute(context: StepContext): OpenMinute {
  const startMs: TimestampMs = context.nowMs - (context.nowMs % MINUTE_MS);
  context.state.minute ??= { startMs, cells: new Map() };
  return context.state.minute;
}

function zeroCounts(): Record<TallyName, number> {
  return Object.fromEntries(TALLY_NAMES.map((name) => [name, 0])) as Record<TallyName, number>;
}
