import type { StepContext } from '../context.ts';
import type { Visit } from '../visit.ts';
import { type MemberFigures, memberFigures } from './members.ts';
import { type Stage, stageOf } from './stage.ts';

/** What was around a decision. Nothing of it says who the shopper is. */
export interface Situation {
  readonly stage: Stage;
  /** Local hour, 0 to 23. */
  readonly hour: number;
  /** Language of the shop page; undefined where no phone said so. For the audit alone. */
  readonly language?: string;
  /** A phone that asked to be remembered came back within 24 hours. */
  readonly returning?: boolean;
  /** Of a loyalty number whose owner opted in, before this visit. */
  readonly member?: MemberFigures;
  /** What held of weather, events and the like, by topic. */
  readonly context?: Readonly<Record<string, string>>;
}

/** Topics that a row keeps at most. */
const MAX_TOPICS = 8;

/** The situation of a visit now. */
export function situationOf(context: StepContext, visit: Visit): Situation {
  const { state, store, nowMs } = context;
  const topics: Record<string, string> = {};
  let kept = 0;
  for (const [topic, { value, untilMs }] of state.context) {
    if (untilMs <= nowMs || kept >= MAX_TOPICS) continue;
    topics[topic] = value;
    kept++;
  }
  const member = visit.memberKey === undefined ? undefined : memberFigures(state.members.get(visit.memberKey), nowMs);
  return {
    stage: stageOf(visit, nowMs),
    hour: Math.floor(store.time.minuteOfDay(nowMs) / 60),
    ...(visit.language === undefined ? {} : { language: visit.language }),
    ...(visit.recalled === undefined ? {} : { returning: true }),
    ...(member === undefined ? {} : { member }),
    ...(kept === 0 ? {} : { context: topics }),
  };
}
