import type { StepContext } from '../context.ts';
import type { FixtureId, VisitId } from '../ids.ts';
import { type DurationMs, SECOND_MS } from '../units.ts';

/** A reach this old no longer explains what a shelf reports: scales take seconds to settle. */
const REACH_TTL_MS: DurationMs = 8 * SECOND_MS;
/** How much more a reach into the very shelf says than standing before it. */
const REACH_WEIGHT = 2.5;

/** How much a reach of the last seconds speaks for each visit having done something at a fixture. */
export function reachersAt(context: StepContext, fixture: FixtureId): ReadonlyMap<VisitId, number> {
  const { seats } = context.state.cameras;
  if (seats.size === 0) return NOBODY;
  const reachers = new Map<VisitId, number>();
  for (const { visit, reach, confidence } of seats.values()) {
    if (visit === undefined || reach?.fixture !== fixture || context.nowMs - reach.atMs > REACH_TTL_MS) continue;
    reachers.set(visit, Math.max(reachers.get(visit) ?? 0, REACH_WEIGHT * reach.confidence * confidence));
  }
  return reachers;
}

const NOBODY: ReadonlyMap<VisitId, number> = new Map();
