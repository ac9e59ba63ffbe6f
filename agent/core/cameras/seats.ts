import type { StepContext } from '../context.ts';
import type { FixtureId } from '../ids.ts';
import type { Reach, Reading, Seat, Stop } from '../reading.ts';
import { putBounded } from '../state.ts';
import { type DurationMs, type Probability, SECOND_MS, type TimestampMs } from '../units.ts';
import type { Visit } from '../visit.ts';
import { moveToFixture, openVisit } from '../visits.ts';
import { CAMERA_LIMITS, type SeatTrack } from './cameras-state.ts';

/** A seat that nothing was heard of for this long is free, whatever was lost on the way: cameras repeat a stop far more often. */
export const SEAT_TTL_MS: DurationMs = 45 * SECOND_MS;
/** That a reach was one, where nobody says how sure that is. */
const REACH_CONFIDENCE: Probability = 0.8;

/** Somebody in view stopped at a fixture, went on, or is gone. */
export function observeStop(context: StepContext, { seat, active, fixture }: Stop): void {
  const { seats } = context.state.cameras;
  if (fixture === undefined) {
    seats.delete(seat);
    return;
  }
  if (!context.store.fixtures.has(fixture)) return;
  const track = takeSeat(context, seat);
  if (active) track.fixture = fixture;
  else if (track.fixture === fixture) track.fixture = undefined;
  const visit = track.visit === undefined ? undefined : context.state.visits.get(track.visit);
  if (visit === undefined) return;
  visit.lastSignAtMs = context.nowMs;
  if (active) moveToFixture(context, visit, { fixture, confidence: 0.9 * track.confidence });
}

/** Somebody in view reached into a shelf: from now on they are an anonymous visit, if they were none. */
export function observeSeatReach(context: StepContext, reading: Reading & Reach): void {
  const fixture = fixtureOf(context, reading);
  if (reading.seat === undefined || fixture === undefined) return;
  const track = takeSeat(context, reading.seat);
  const confidence = reading.confidence ?? track.reach?.confidence ?? REACH_CONFIDENCE;
  track.fixture = fixture;
  track.reach = { fixture, slot: reading.slot, atMs: context.nowMs, confidence };
  const visit = visitOf(context, track);
  if (visit !== undefined) moveToFixture(context, visit, { fixture, confidence: Math.max(0.5, confidence) * track.confidence });
}

/** Whether somebody has the seat now. */
export function isTaken(track: SeatTrack, nowMs: TimestampMs): boolean {
  return nowMs - track.seenAtMs <= SEAT_TTL_MS;
}

function fixtureOf(context: StepContext, reading: Reading & Reach): FixtureId | undefined {
  const slot = reading.slot === undefined ? undefined : context.store.slots.get(reading.slot);
  const named = slot?.fixture ?? reading.fixture ?? context.store.devices.get(reading.device)?.fixture;
  return named === undefined || !context.store.fixtures.has(named) ? undefined : named;
}

function takeSeat(context: StepContext, seat: Seat): SeatTrack {
  const { seats } = context.state.cameras;
  const known = seats.get(seat);
  const track =
    known !== undefined && isTaken(known, context.nowMs)
      ? known
      : { fixture: undefined, seenAtMs: context.nowMs, visit: undefined, confidence: 1, reach: undefined };
  track.seenAtMs = context.nowMs;
  putBounded(seats, seat, track, CAMERA_LIMITS.seats);
  return track;
}

function visitOf(context: StepContext, track: SeatTrack): Visit | undefined {
  const known = track.visit === undefined ? undefined : context.state.visits.get(track.visit);
  if (known !== undefined) return known;
  const opened = openVisit(context, { id: context.nextId('vc'), origin: 'camera' });
  track.visit = opened?.id;
  track.confidence = 1;
  return opened;
}
