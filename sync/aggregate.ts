import type { MinuteTally, TallyCell } from '../agent/core/effect.ts';
import { localTime } from '../agent/core/local-time.ts';
import { MINUTE_MS, type TimestampMs } from '../agent/core/units.ts';
import {
  type AggregateRow,
  addCounts,
  type Counts,
  TILL_COUNTS,
  type TillCount,
  type TillLevel,
  VISIT_COUNTS,
  type VisitCount,
  type VisitLevel,
} from './aggregate-row.ts';

/** No setting goes below this: a cell of fewer visits never leaves the store. */
export const LEAST_VISITS = 5;

export interface AggregateSettings {
  /** Distinct visits that a row must be about; 10 by default, `LEAST_VISITS` at least. */
  readonly minVisits: number;
  /** IANA zone of the store: hours and days are local ones. */
  readonly timeZone: string;
}

/** What has not left yet. Plain JSON: it lives in snapshots and is the same after a replay. Make it with `createAggregateState`. */
export interface AggregateState {
  readonly format: 1;
  /** Start of the newest minute folded; 0 before the first. */
  readonly lastStartMs: TimestampMs;
  /** The windows that are open, `null` before the first minute. */
  readonly open: OpenWindows | null;
  /** Leftovers waiting for company, per window. */
  readonly visits: { readonly quarter: VisitPool | null; readonly hour: VisitPool | null; readonly day: VisitPool | null };
  readonly tills: { readonly quarter: Counts<TillCount>; readonly hour: Counts<TillCount>; readonly day: Counts<TillCount> };
  /** What no window could make large enough. Stays in the store: with it, anybody could subtract. */
  readonly suppressed: { readonly days: number; readonly counts: Counts<VisitCount> };
}

/** Starts of the open windows and the local day they are in. */
export interface OpenWindows {
  readonly quarterMs: TimestampMs;
  readonly hourMs: TimestampMs;
  /** `YYYY-MM-DDTHH`, local. */
  readonly hour: string;
  readonly dayMs: TimestampMs;
  readonly day: string;
}

/** Merged cells; `atLeast` and `opened` are both lower bounds of the distinct visits in them. */
export interface VisitPool {
  /** Largest number of distinct visits proved for any part. */
  readonly atLeast: number;
  /** Visits that began in the merged cells: a visit begins once, so these never count one twice. */
  readonly opened: number;
  readonly counts: Counts<VisitCount>;
}

/** The state of a store that has counted nothing. */
export function createAggregateState(): AggregateState {
  return {
    format: 1,
    lastStartMs: 0,
    open: null,
    visits: { quarter: null, hour: null, day: null },
    tills: { quarter: {}, hour: {}, day: {} },
    suppressed: { days: 0, counts: {} },
  };
}

/**
 * Folds one finished minute and gives the rows that may leave the store now; the rules are in `sync/aggregate.md`.
 * Minutes must come in order; one from before the newest is counted with the newest. A minute without cells only closes the windows that
 * ended before it: fold one when the store has been silent, else its last leftovers wait for the next shopper.
 */
export function foldMinute(
  state: AggregateState,
  minute: MinuteTally,
  settings: AggregateSettings,
): { readonly state: AggregateState; readonly rows: readonly AggregateRow[] } {
  const minVisits = Math.max(LEAST_VISITS, settings.minVisits);
  const startMs = Math.max(minute.startMs, state.lastStartMs);
  const open = windowsAt(startMs, state.open, settings.timeZone);
  const closed = closeWindows(state, open, minVisits);
  const added = addMinute(closed.state, { ...minute, startMs }, { open, minVisits });
  return { state: { ...added.state, lastStartMs: startMs, open }, rows: [...closed.rows, ...added.rows] };
}

/** Emits what the ended windows hold; what is too small moves to the window around it. */
function closeWindows(state: AggregateState, next: OpenWindows, minVisits: number): { state: AggregateState; rows: AggregateRow[] } {
  const ended = state.open;
  const rows: AggregateRow[] = [];
  if (ended === null || ended.quarterMs === next.quarterMs) return { state, rows };
  let { visits, tills, suppressed } = state;

  function settle(level: VisitLevel & TillLevel, startMs: TimestampMs, pools: { visits: VisitPool | null; tills: Counts<TillCount> }) {
    const isLarge = pools.visits !== null && distinct(pools.visits) >= minVisits;
    if (isLarge) rows.push(poolRow(level, startMs, ended!.day, pools.visits!));
    const leave = tillsMayLeave(pools.tills, { level, minVisits });
    if (leave) rows.push({ kind: 'tills', level, startMs, day: ended!.day, counts: pools.tills });
    return { visits: isLarge ? null : pools.visits, tills: leave ? {} : pools.tills };
  }

  const fromQuarter = settle('store-quarter', ended.quarterMs, { visits: visits.quarter, tills: tills.quarter });
  visits = { ...visits, quarter: null, hour: mergePools(visits.hour, fromQuarter.visits) };
  tills = { ...tills, quarter: {}, hour: addCounts(tills.hour, fromQuarter.tills, TILL_COUNTS) };
  if (ended.hour !== next.hour) {
    const fromHour = settle('store-hour', ended.hourMs, { visits: visits.hour, tills: tills.hour });
    visits = { ...visits, hour: null, day: mergePools(visits.day, fromHour.visits) };
    tills = { ...tills, hour: {}, day: addCounts(tills.day, fromHour.tills, TILL_COUNTS) };
  }
  if (ended.day !== next.day) {
    const fromDay = settle('store-day', ended.dayMs, { visits: visits.day, tills: tills.day });
    visits = { ...visits, day: null };
    tills = { ...tills, day: {} };
    if (fromDay.visits !== null) {
      suppressed = { days: suppressed.days + 1, counts: addCounts(suppressed.counts, fromDay.visits.counts, VISIT_COUNTS) };
    }
  }
  return { state: { ...state, visits, tills, suppressed }, rows };
}

/** Emits the zones that are large enough, then the rest of the store if that is, else keeps the rest for the quarter hour. */
function addMinute(
  state: AggregateState,
  minute: MinuteTally,
  { open, minVisits }: { readonly open: OpenWindows; readonly minVisits: number },
): { state: AggregateState; rows: AggregateRow[] } {
  const rows: AggregateRow[] = [];
  let rest: VisitPool | null = null;
  let emittedVisits = 0;
  let tills = state.tills.quarter;
  for (const cell of minute.cells) {
    tills = addCounts(tills, cell.counts, TILL_COUNTS);
    const pool = poolOf(cell);
    if (cell.visits >= minVisits) {
      emittedVisits += cell.visits;
      rows.push({
        kind: 'visits',
        level: 'zone-minute',
        ...(cell.zone === undefined ? {} : { zone: cell.zone }),
        startMs: minute.startMs,
        day: open.day,
        visits: cell.visits,
        counts: pool.counts,
      });
    } else if (cell.visits > 0 || Object.keys(pool.counts).length > 0) {
      rest = mergePools(rest, pool);
    }
  }
  if (rest !== null) {
    // Whoever is in the store but in none of the emitted zones is in the rest.
    rest = { ...rest, atLeast: Math.max(rest.atLeast, (minute.visits ?? 0) - emittedVisits) };
    if (distinct(rest) >= minVisits) {
      rows.push(poolRow('store-minute', minute.startMs, open.day, rest));
      rest = null;
    }
  }
  const visits = { ...state.visits, quarter: mergePools(state.visits.quarter, rest) };
  return { state: { ...state, visits, tills: { ...state.tills, quarter: tills } }, rows };
}

function poolOf(cell: TallyCell): VisitPool {
  return { atLeast: cell.visits, opened: cell.counts.visitsOpened, counts: addCounts({}, cell.counts, VISIT_COUNTS) };
}

function mergePools(left: VisitPool | null, right: VisitPool | null): VisitPool | null {
  if (left === null || right === null) return left ?? right;
  return {
    atLeast: Math.max(left.atLeast, right.atLeast),
    opened: left.opened + right.opened,
    counts: addCounts(left.counts, right.counts, VISIT_COUNTS),
  };
}

/** Distinct visits that are certainly in the pool. The sum over its cells would count a shopper who stays again and again. */
function distinct(pool: VisitPool): number {
  return Math.max(pool.atLeast, pool.opened);
}

function poolRow(level: VisitLevel, startMs: TimestampMs, day: string, pool: VisitPool): AggregateRow {
  return { kind: 'visits', level, startMs, day, visits: distinct(pool), counts: pool.counts };
}

/** Receipts leave in groups too, or with nobody's receipt among the door counts; what a whole day took is the retailer's own books. */
function tillsMayLeave(
  counts: Counts<TillCount>,
  { level, minVisits }: { readonly level: TillLevel; readonly minVisits: number },
): boolean {
  if (Object.keys(counts).length === 0) return false;
  if (level === 'store-day') return true;
  const receipts = counts.sales ?? 0;
  if (receipts === 0 && (counts.salesCents ?? 0) === 0) return (counts.doorIn ?? 0) + (counts.doorOut ?? 0) >= minVisits;
  return receipts >= minVisits;
}

/** The local windows around a minute. The zone is asked once a quarter hour: all of the world's offsets are multiples of that. */
function windowsAt(startMs: TimestampMs, open: OpenWindows | null, timeZone: string): OpenWindows {
  const quarterMs = startMs - (startMs % (15 * MINUTE_MS));
  if (open !== null && open.quarterMs === quarterMs) return open;
  const local = localTime(timeZone);
  const day = local.dayKey(quarterMs);
  const minuteOfDay = local.minuteOfDay(quarterMs);
  const hour = `${day}T${String(Math.floor(minuteOfDay / 60)).padStart(2, '0')}`;
  return {
    quarterMs,
    hour,
    // The hour that is lived twice when summer time ends stays one window.
    hourMs: open?.hour === hour ? open.hourMs : quarterMs - (minuteOfDay % 60) * MINUTE_MS,
    day,
    dayMs: open?.day === day ? open.dayMs : quarterMs - minuteOfDay * MINUTE_MS,
  };
}
