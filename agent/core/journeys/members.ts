import type { StepContext } from '../context.ts';
import type { VisitId } from '../ids.ts';
import { putBounded, STATE_LIMITS } from '../state.ts';
import { type Cents, DAY_MS, type DurationMs, type TimestampMs } from '../units.ts';
import type { Visit } from '../visit.ts';

/** How often and for how much a loyalty number was used in this store. Holds no number and no name: its key is a keyed hash. */
export interface Member {
  lastAtMs: TimestampMs;
  /** Visits, each counting half after `HALF_LIFE_MS`. */
  visits: number;
  /** What was paid in them, fading alike. */
  valueCents: number;
  /** The latest visits, so that an erasure takes their rows along. */
  readonly latest: VisitId[];
}

/** Recency, frequency and value at a moment: all that campaigns and models get to know of a member. */
export interface MemberFigures {
  /** Days since the last visit ended, with fractions. */
  readonly daysSince: number;
  /** Visits, older ones counting less: half after 60 days. */
  readonly visits: number;
  readonly valueCents: Cents;
}

const HALF_LIFE_MS: DurationMs = 60 * DAY_MS;
/** A number not used for this long is forgotten. */
export const MEMBER_TTL_MS: DurationMs = 365 * DAY_MS;
const MAX_LATEST = 64;

/** The figures of a member now; undefined for one who is not known yet. */
export function memberFigures(member: Readonly<Member> | undefined, nowMs: TimestampMs): MemberFigures | undefined {
  if (member === undefined) return undefined;
  const fade = fading(nowMs - member.lastAtMs);
  return {
    daysSince: round((nowMs - member.lastAtMs) / DAY_MS),
    visits: round(member.visits * fade),
    valueCents: Math.round(member.valueCents * fade),
  };
}

/** Adds an ended visit to its member, while the consent stands. */
export function countMemberVisit(context: StepContext, visit: Visit): void {
  const { state, nowMs } = context;
  const { memberKey } = visit;
  if (memberKey === undefined || !visit.consents.has('member')) return;
  const known = state.members.get(memberKey);
  const fade = known === undefined ? 0 : fading(nowMs - known.lastAtMs);
  const member: Member = {
    lastAtMs: nowMs,
    visits: (known?.visits ?? 0) * fade + 1,
    valueCents: (known?.valueCents ?? 0) * fade + visit.salesCents,
    latest: [...(known?.latest ?? []), visit.id].slice(-MAX_LATEST),
  };
  putBounded(state.members, memberKey, member, STATE_LIMITS.members);
}

/** When the member not seen for longest is forgotten; undefined without members. */
export function memberDueAtMs(members: ReadonlyMap<string, Readonly<Member>>): TimestampMs | undefined {
  const oldest = members.values().next().value;
  return oldest === undefined ? undefined : oldest.lastAtMs + MEMBER_TTL_MS;
}

/** Forgets members who did not come for a year. */
export function dropOldMembers(context: StepContext): void {
  const { members } = context.state;
  for (const [key, member] of members) {
    if (member.lastAtMs + MEMBER_TTL_MS > context.nowMs) return;
    members.delete(key);
  }
}

function fading(ageMs: DurationMs): number {
  return 0.5 ** (Math.max(0, ageMs) / HALF_LIFE_MS);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
