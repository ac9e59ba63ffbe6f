import { reachersAt } from './cameras/reachers.ts';
import type { StepContext } from './context.ts';
import { isZoneDeaf } from './health/stale.ts';
import type { FixtureId, ZoneId } from './ids.ts';
import { staffIn } from './restraint/staff.ts';
import { type DurationMs, type Probability, SECOND_MS } from './units.ts';
import type { Visit } from './visit.ts';
import { possibleZones } from './visits.ts';

/** How long a sign of being at the fixture itself counts fully, before it fades to the zone's weight. */
const AT_FIXTURE_MS: DurationMs = 90 * SECOND_MS;
/** How long a zone sighting counts at all. */
const IN_ZONE_MS: DurationMs = 60 * SECOND_MS;
/** Weight of standing at the fixture, of being somewhere in its zone, and of the somebody nobody knows about. */
const AT_FIXTURE_WEIGHT = 1;
const IN_ZONE_WEIGHT = 0.5;
const STRANGER_WEIGHT = 0.15;
/** Added for each person whom a camera or presence sensor counts in the zone beyond the known visits. */
const COUNTED_STRANGER_WEIGHT = 0.35;
/** A people count older than this is not believed. */
const PEOPLE_TTL_MS: DurationMs = 30 * SECOND_MS;

/** The visit that most likely did something at a fixture, and how likely that is; the caller applies the floor. */
export interface Assignment {
  readonly visit: Visit | undefined;
  readonly confidence: Probability;
}

/**
 * Weighs the visits that could have touched a fixture against each other and against people the store does not know.
 * Confidence is the best visit's share of all weight, so two visits side by side are never both certain.
 */
export function assignToVisit(context: StepContext, at: { readonly fixture: FixtureId; readonly zone: ZoneId }): Assignment {
  let best: Visit | undefined;
  let bestWeight = 0;
  let total = 0;
  let inZone = 0;
  const reachers = reachersAt(context, at.fixture);
  for (const visit of context.state.visits.values()) {
    const weight = weightOf(context, visit, at) + (reachers.get(visit.id) ?? 0);
    if (weight === 0) continue;
    inZone++;
    total += weight;
    if (weight > bestWeight) {
      best = visit;
      bestWeight = weight;
    }
  }
  // What staff does at a shelf is no shopper's interest.
  if (best === undefined || best.staff !== undefined) return { visit: undefined, confidence: 0 };
  const staff = staffIn(context, at.zone);
  return { visit: best, confidence: bestWeight / (total + staff * IN_ZONE_WEIGHT + strangerWeight(context, at.zone, inZone + staff)) };
}

function weightOf(context: StepContext, visit: Visit, at: { readonly fixture: FixtureId; readonly zone: ZoneId }): number {
  const place = visit.place;
  if (place === undefined || !possibleZones(context, visit).includes(at.zone)) return 0;
  const ageMs = context.nowMs - place.seenAtMs;
  if (place.fixture === at.fixture && ageMs <= AT_FIXTURE_MS) return AT_FIXTURE_WEIGHT * place.confidence;
  if (place.fixture !== undefined && place.fixture !== at.fixture && ageMs <= AT_FIXTURE_MS / 3)
    return IN_ZONE_WEIGHT * 0.5 * place.confidence;
  // Where nothing listens any more, who was heard a moment ago may have left unheard.
  if (place.fixture === undefined && isZoneDeaf(context.state, at.zone)) return 0;
  return ageMs <= IN_ZONE_MS ? IN_ZONE_WEIGHT * place.confidence : 0;
}

function strangerWeight(context: StepContext, zone: ZoneId, known: number): number {
  const people = context.state.people.get(zone);
  const counted = people !== undefined && context.nowMs - people.atMs <= PEOPLE_TTL_MS ? people.count : 0;
  return STRANGER_WEIGHT + COUNTED_STRANGER_WEIGHT * Math.max(0, counted - known);
}
