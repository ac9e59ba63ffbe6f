import type { StepContext } from '../context.ts';

/**
 * What was around a visit and the same for everybody in the store at that moment. Nothing of the shopper is here, and nothing may be added:
 * what a member bought before (`Situation.member`) decides who a campaign is for, by a rule that people can read, and is kept from the
 * model, which would turn it into a verdict on a person.
 */
export interface Surroundings {
  /** Local day of the week, 0 for Monday to 6 for Sunday. */
  readonly weekday: number;
  /** In the words of whoever told it; absent where nobody did or it no longer holds. */
  readonly weather?: string;
  /** Whether an event goes on; absent where nobody ever spoke of one. */
  readonly hasEvent?: boolean;
}

/** Values of an event topic that say there is none. */
const NO_EVENT: ReadonlySet<string> = new Set(['', 'none', 'no', 'off', 'false', '0', 'over']);

/**
 * The surroundings now, from the `context` messages that hold: weather of the topic `weather`, without it of the newest topic that begins with
 * `weather/`; events of every topic that is or begins with `event` or `events`. A store that sends none has only its weekday.
 */
export function surroundingsOf({ state, store, nowMs }: StepContext): Surroundings {
  let weather: string | undefined;
  let hasEvent: boolean | undefined;
  for (const [topic, { value, untilMs }] of state.context) {
    const holds = untilMs > nowMs;
    if (isAbout(topic, 'weather')) {
      if (holds && topic !== 'weather') weather = value;
    } else if (isAbout(topic, 'event') || isAbout(topic, 'events')) {
      hasEvent = hasEvent === true || (holds && !NO_EVENT.has(value.trim().toLowerCase()));
    }
  }
  const plain = state.context.get('weather');
  if (plain !== undefined && plain.untilMs > nowMs) weather = plain.value;
  return {
    weekday: weekdayOf(store.time.dayKey(nowMs)),
    ...(weather === undefined ? {} : { weather }),
    ...(hasEvent === undefined ? {} : { hasEvent }),
  };
}

function isAbout(topic: string, word: string): boolean {
  return topic.startsWith(word) && (topic.length === word.length || topic[word.length] === '/');
}

/** `2026-03-31` as a calendar day; the zone was applied when the key was made. */
function weekdayOf(dayKey: string): number {
  return (new Date(`${dayKey}T00:00:00Z`).getUTCDay() + 6) % 7;
}
