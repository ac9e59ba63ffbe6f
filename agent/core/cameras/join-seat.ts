import type { StepContext } from '../context.ts';
import type { Probability } from '../units.ts';
import { type DurationMs, SECOND_MS } from '../units.ts';
import type { Visit } from '../visit.ts';
import { adopt, closeVisit, moveToFixture } from '../visits.ts';
import type { SeatTrack } from './cameras-state.ts';
import { isTaken } from './seats.ts';

/** A reach this recent speaks for its person more than standing there. */
const JUST_REACHED_MS: DurationMs = 10 * SECOND_MS;
const REACHED_WEIGHT = 2;
/** Weight of somebody whom no camera follows, and of each one counted in the zone beyond those it does. */
const UNSEEN_WEIGHT = 0.25;
const COUNTED_WEIGHT = 0.35;
/** A people count older than this is not believed. */
const PEOPLE_TTL_MS: DurationMs = 30 * SECOND_MS;

/**
 * Joins a phone's visit to somebody in view, after the shopper did something that says where they are: scanned the code of a shelf, or of a
 * cart. Only when one person is there for whom it is likelier than the policy's floor; otherwise nothing is joined. What the person did at the
 * shelves so far becomes the visit's, as with a cart.
 */
export function joinSeat(context: StepContext, visit: Visit): void {
  const { place } = visit;
  if (place === undefined || visit.origin !== 'phone') return;
  const here = candidatesFor(context, visit);
  const [best] = [...here].sort((a, b) => b.weight - a.weight);
  if (best === undefined) return;
  const counted = context.state.people.get(place.zone);
  const others = counted !== undefined && context.nowMs - counted.atMs <= PEOPLE_TTL_MS ? Math.max(0, counted.count - here.length) : 0;
  const total = here.reduce((sum, { weight }) => sum + weight, 0) + UNSEEN_WEIGHT + COUNTED_WEIGHT * others;
  const confidence = best.weight / total;
  if (confidence >= context.store.map.policy.assignmentFloor) join(context, visit, { track: best.track, confidence });
}

function candidatesFor(context: StepContext, visit: Visit): readonly { readonly track: SeatTrack; readonly weight: number }[] {
  const { state, store, nowMs } = context;
  const place = visit.place;
  if (place === undefined) return [];
  return [...state.cameras.seats.values()].flatMap((track) => {
    if (track.fixture === undefined || !isTaken(track, nowMs)) return [];
    const isHere = place.fixture === undefined ? store.fixtures.get(track.fixture)?.zone === place.zone : track.fixture === place.fixture;
    if (!isHere || isSomebodyElses(context, track, visit)) return [];
    const reached = track.reach?.fixture === track.fixture && nowMs - track.reach.atMs <= JUST_REACHED_MS;
    return [{ track, weight: reached ? REACHED_WEIGHT : 1 }];
  });
}

function isSomebodyElses({ state }: StepContext, track: SeatTrack, visit: Visit): boolean {
  const owner = track.visit === undefined ? undefined : state.visits.get(track.visit);
  return owner !== undefined && owner.id !== visit.id && owner.origin !== 'camera';
}

function join(context: StepContext, visit: Visit, found: { readonly track: SeatTrack; readonly confidence: Probability }): void {
  const { track, confidence } = found;
  const former = track.visit === undefined ? undefined : context.state.visits.get(track.visit);
  // The shopper's newest act says where they are: an older seat was somebody else's.
  for (const other of context.state.cameras.seats.values()) if (other.visit === visit.id) other.visit = undefined;
  track.visit = visit.id;
  track.confidence = confidence;
  if (former !== undefined && former.id !== visit.id) {
    adopt(visit, former);
    closeVisit(context, former);
  }
  if (track.fixture !== undefined && visit.place?.fixture === undefined)
    moveToFixture(context, visit, { fixture: track.fixture, confidence });
}
