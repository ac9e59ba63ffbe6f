import type { StepContext } from '../context.ts';
import type { VisitId, ZoneId } from '../ids.ts';
import { type DurationMs, SECOND_MS, type TimestampMs } from '../units.ts';
import { VISIT_LIMITS, type Visit } from '../visit.ts';

/** A visit that came into a zone. */
export interface Arrival {
  readonly visit: VisitId;
  readonly from: ZoneId;
  readonly atMs: TimestampMs;
}

/** Going from the same zone to the same zone within this time is going together. */
const TOGETHER_MS: DurationMs = 8 * SECOND_MS;
/** Going together this often in a row, neither having gone anywhere alone meanwhile, makes a group: twice happens between strangers. */
export const GROUP_MOVES = 3;
/** Arrivals looked at in one zone; in a crowd larger than this nobody can be told to be with anybody. */
const MAX_ARRIVALS = 16;

/** Notes that a visit went from one zone to another, and with whom. A companion who is somewhere else by now is one no more. */
export function noteMove(context: StepContext, visit: Visit, move: { readonly from: ZoneId; readonly to: ZoneId }): void {
  const { state, nowMs } = context;
  const earlier = (state.arrivals.get(move.to) ?? []).filter(({ visit: id, atMs }) => id !== visit.id && nowMs - atMs <= TOGETHER_MS);
  for (const id of [...(visit.companions?.keys() ?? [])]) {
    const zone = state.visits.get(id)?.place?.zone;
    if (zone !== move.to && zone !== move.from) part(context, visit.id, id);
  }
  if (earlier.length < MAX_ARRIVALS) {
    for (const arrival of earlier) if (arrival.from === move.from) join(context, visit, arrival.visit);
  }
  state.arrivals.set(move.to, [...earlier, { visit: visit.id, from: move.from, atMs: nowMs }].slice(-MAX_ARRIVALS));
}

/** Forgets an ended visit as a companion. */
export function leaveGroup(context: StepContext, visit: Visit): void {
  const { state } = context;
  for (const id of [...(visit.companions?.keys() ?? [])]) part(context, visit.id, id);
  for (const [zone, arrivals] of state.arrivals) {
    const rest = arrivals.filter((arrival) => arrival.visit !== visit.id);
    if (rest.length === 0) state.arrivals.delete(zone);
    else if (rest.length < arrivals.length) state.arrivals.set(zone, rest);
  }
}

/** Visits that seem to be one party with this one. */
export function groupOf(context: StepContext, visit: Readonly<Visit>): Visit[] {
  const group: Visit[] = [];
  for (const [id, { times }] of visit.companions ?? []) {
    const other = times >= GROUP_MOVES ? context.state.visits.get(id) : undefined;
    if (other !== undefined) group.push(other);
  }
  return group;
}

function join(context: StepContext, visit: Visit, id: VisitId): void {
  const other = context.state.visits.get(id);
  if (other === undefined) return;
  const before = visit.companions?.get(id);
  const isNext = before !== undefined && visit.zoneChanges === before.moves + 1 && other.zoneChanges === before.theirMoves + 1;
  const times = isNext ? before.times + 1 : 1;
  for (const [one, two] of [
    [visit, other],
    [other, visit],
  ] as const) {
    one.companions ??= new Map();
    one.companions.set(two.id, { times, moves: one.zoneChanges, theirMoves: two.zoneChanges });
    if (one.companions.size <= VISIT_LIMITS.companions) continue;
    const [oldest] = one.companions.keys();
    if (oldest !== undefined) part(context, one.id, oldest);
  }
}

/** Always from both sides, so that no visit keeps the id of one that ended. */
function part(context: StepContext, one: VisitId, two: VisitId): void {
  context.state.visits.get(one)?.companions?.delete(two);
  context.state.visits.get(two)?.companions?.delete(one);
}
