import type { StepContext } from './context.ts';
import type { ZoneId } from './ids.ts';
import { isMeasured } from './restraint/childrens-zones.ts';
import type { DurationMs } from './units.ts';

/** Notes how many people are in a zone; a zone that the store does not have is left out. */
export function peopleSeen(context: StepContext, zone: ZoneId | undefined, seen: number): void {
  if (zone !== undefined && context.store.zones.has(zone) && isMeasured(context.store, zone))
    context.state.people.set(zone, { count: seen, atMs: context.nowMs });
}

/** Notes that somebody who is no visit stayed in a zone, for the day's mean. */
export function stayed(context: StepContext, zone: ZoneId, ms: DurationMs): void {
  if (!context.store.zones.has(zone) || !isMeasured(context.store, zone)) return;
  const zones = context.state.today.zones;
  const today = zones.get(zone) ?? { visits: 0, dwellMs: 0, offers: 0 };
  zones.set(zone, { ...today, stays: (today.stays ?? 0) + 1, stayMs: (today.stayMs ?? 0) + ms });
}
