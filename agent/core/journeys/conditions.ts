import type { StepContext } from '../context.ts';
import type { Trigger } from '../decision.ts';
import { inLocalRange } from '../local-time.ts';
import type { Cents } from '../units.ts';
import type { Visit } from '../visit.ts';
import { memberFigures } from './members.ts';
import { type Stage, stageOf } from './stage.ts';

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

export type Weekday = (typeof WEEKDAYS)[number];

/** When a campaign may be offered; everything that is named must hold. */
export interface CampaignConditions {
  /** Topic of a `context` message (weather, event, ...) and the values that suit; a topic that nobody spoke about suits nothing. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
  /** Local times of day. */
  readonly hours?: readonly { readonly from: string; readonly to: string }[];
  readonly days?: readonly Weekday[];
  /** How far the visit is. */
  readonly stages?: readonly Stage[];
  /** Only to shoppers who asked to be remembered, tried the product several times and left without it. */
  readonly followUp?: boolean;
  /** Only to members who opted in and whose figures are these. */
  readonly member?: MemberConditions;
}

/** Bounds on a member's recency, frequency and value; `{}` is every member. */
export interface MemberConditions {
  readonly minVisits?: number;
  readonly maxVisits?: number;
  readonly minValueCents?: Cents;
  /** Days since the last visit, at least: "has not been here for a month". */
  readonly minDaysSince?: number;
  readonly maxDaysSince?: number;
}

/** Whether a campaign's conditions hold for a visit now. */
export function suits(
  context: StepContext,
  when: CampaignConditions | undefined,
  about: { readonly visit: Visit; readonly trigger: Trigger },
): boolean {
  if (when === undefined) return true;
  if (!suitsStore(context, when)) return false;
  const { visit, trigger } = about;
  if (when.stages !== undefined && !when.stages.includes(stageOf(visit, context.nowMs))) return false;
  if (when.followUp !== undefined && when.followUp !== (trigger.interaction === 'followup')) return false;
  return when.member === undefined || suitsMember(context, when.member, visit);
}

/** Whether the conditions that are the same for everybody in the store hold now. */
export function suitsStore(context: StepContext, when: CampaignConditions | undefined): boolean {
  if (when === undefined) return true;
  const { state, store, nowMs } = context;
  for (const [topic, values] of Object.entries(when.context ?? {})) {
    const now = state.context.get(topic);
    if (now === undefined || now.untilMs <= nowMs || !values.includes(now.value.toLowerCase())) return false;
  }
  if (when.hours !== undefined) {
    const minute = store.time.minuteOfDay(nowMs);
    if (!when.hours.some((range) => inLocalRange(minute, range))) return false;
  }
  return when.days === undefined || when.days.includes(weekdayOf(store.time.dayKey(nowMs)));
}

/** Whether a campaign is for some shoppers only: such a one is never put where everybody sees it. */
export function isPersonal(when: CampaignConditions | undefined): boolean {
  return when?.stages !== undefined || when?.followUp === true || when?.member !== undefined;
}

function suitsMember(context: StepContext, member: MemberConditions, visit: Visit): boolean {
  if (visit.memberKey === undefined || !visit.consents.has('member')) return false;
  const figures = memberFigures(context.state.members.get(visit.memberKey), context.nowMs) ?? NEW_MEMBER;
  return (
    figures.visits >= (member.minVisits ?? 0) &&
    figures.visits <= (member.maxVisits ?? Number.POSITIVE_INFINITY) &&
    figures.valueCents >= (member.minValueCents ?? 0) &&
    figures.daysSince >= (member.minDaysSince ?? 0) &&
    figures.daysSince <= (member.maxDaysSince ?? Number.POSITIVE_INFINITY)
  );
}

/** On the first visit there is no earlier one: neither recent nor long ago. */
const NEW_MEMBER = { daysSince: 0, visits: 0, valueCents: 0 };

/** `2026-03-31` read as a calendar day; the zone was applied when the key was made. */
function weekdayOf(dayKey: string): Weekday {
  return WEEKDAYS[new Date(`${dayKey}T00:00:00Z`).getUTCDay()] ?? 'sun';
}
