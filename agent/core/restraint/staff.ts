import type { StepContext } from '../context.ts';
import type { TagId, ZoneId } from '../ids.ts';
import { inLocalRange } from '../local-time.ts';
import type { StaffSign, Visit } from '../visit.ts';

/** Whether a tag belongs to staff, or is heard while only staff is in: its wearer is no shopper and no visit. */
export function isStaffTag(context: StepContext, tag: TagId): boolean {
  return context.store.staffTags.has(tag) || isStaffHour(context);
}

/** Whether only staff is in the store now. */
export function isStaffHour(context: StepContext): boolean {
  const ranges = context.store.map.policy.staffHours ?? [];
  if (ranges.length === 0) return false;
  const minute = context.store.time.minuteOfDay(context.nowMs);
  return ranges.some((range) => inLocalRange(minute, range));
}

/** Staff tags that are in a zone: whatever happens at its shelves may be theirs. */
export function staffIn(context: StepContext, zone: ZoneId): number {
  let found = 0;
  for (const tag of context.store.staffTags) if (context.state.tags.get(tag)?.place?.zone === zone) found++;
  return found;
}

/** Takes a visit for staff: it gets no offers from now on, and what it was counted as today is taken back. */
export function takeForStaff(context: StepContext, visit: Visit, sign: StaffSign): void {
  if (visit.staff !== undefined) return;
  visit.staff = sign;
  const { funnel } = context.state.today;
  for (let step = 0; step <= Math.min(5, visit.funnelStep); step++) {
    const index = step as 0 | 1 | 2 | 3 | 4 | 5;
    funnel[index] = Math.max(0, funnel[index] - 1);
  }
  visit.eligibleAtMs = undefined;
}
