import type { StepContext } from '../context.ts';
import type { VisitId } from '../ids.ts';

/** Forgets whose a seat was: the visit has ended. */
export function releaseSeats(context: StepContext, visit: VisitId): void {
  for (const track of context.state.cameras.seats.values()) {
    if (track.visit !== visit) continue;
    track.visit = undefined;
    track.confidence = 1;
  }
}
