import { type DurationMs, MINUTE_MS, type TimestampMs } from '../units.ts';

/** Length of a round: counts are taken, compared and forgotten in these steps. */
export const ROUND_MS: DurationMs = 10 * MINUTE_MS;
/** Rounds of "the last hour". */
export const ROUNDS_AN_HOUR = 6;

const HOURS = 24;
/** Rounds that a cell remembers; the older ones fade. */
const MEMORY = 60;
/** An hour is known when it was seen on three days. */
const KNOWN_ROUNDS = 3 * ROUNDS_AN_HOUR;
/** Fewer a round (six an hour) are too few to miss some of them; that nothing comes at all is noticed otherwise. */
const LEAST_USUAL = 1;
/** Over-dispersion before it is known (a squared coefficient of variation) and how many rounds that is worth. */
const PRIOR_DISPERSION = 0.3;
const PRIOR_ROUNDS = 20;
const LEAST_DISPERSION = 0.02;
const DISPERSION_MEMORY = 0.999;
/** Evidence that one round may add: a single odd round, a late opening, must never be enough. */
const MOST_EVIDENCE = 2.5;
/** Evidence (natural logarithm of a likelihood ratio) that is believed, and where it is let go again. */
export const ALARM_AT = 13;
const CLEAR_AT = 4;
/** Evidence that the last hour as a whole must give too, with the device's own good and bad days in mind: a bad day is no fault. */
const HOUR_EVIDENCE = 5;
/** How much days differ (a squared coefficient of variation) before that is known, and how many days that is worth. */
const PRIOR_DAYS_DIFFER = 0.04;
const PRIOR_DAYS = 4;
const DAY_MEMORY = 0.97;
/** Evidence beyond the alarm is not kept: what was mended must be seen to be mended soon. */
const MOST_SCORE = ALARM_AT + 2;
/** While nothing is expected, old suspicion fades. */
const FADE = 0.8;

/** Working day, Saturday, Sunday. */
export type DayKind = 0 | 1 | 2;

/** A moment in the week, at the middle of a round. */
export interface WeekMoment {
  readonly dayKind: DayKind;
  /** Minutes since local midnight. */
  readonly minute: number;
}

/** How much somebody usually reports at each hour of each kind of day, and how surely it is less now. */
export interface Watch {
  /** Mean count of a round by `dayKind * 24 + hour`, to a thousandth. */
  readonly means: number[];
  /** Rounds behind each mean, up to `MEMORY`. */
  readonly rounds: number[];
  /** Sums whose quotient is the over-dispersion: how much more than chance the counts vary. */
  excess: number;
  base: number;
  /** The same for whole days. */
  dayExcess: number;
  dayBase: number;
  /** The running day so far: its last minute, what came and what was usual. */
  dayMinute: number;
  daySeen: number;
  dayUsual: number;
  /** Evidence so far that much less comes than usual. */
  score: number;
  lowSinceMs: TimestampMs | undefined;
  /** What came in each of the last rounds, and what was usual in it; newest last, at most an hour. */
  readonly seen: number[];
  readonly usual: number[];
}

/** A watch that has seen nothing. */
export function newWatch(): Watch {
  return {
    means: [],
    rounds: [],
    excess: 0,
    base: 0,
    dayExcess: 0,
    dayBase: 0,
    dayMinute: 0,
    daySeen: 0,
    dayUsual: 0,
    score: 0,
    lowSinceMs: undefined,
    seen: [],
    usual: [],
  };
}

/** What a round is compared with. */
export interface Comparison {
  readonly at: WeekMoment;
  readonly nowMs: TimestampMs;
  /** Share of the usual that the rest of the store reports now: a slow day is nobody's fault. Not asked for what does not follow the day. */
  readonly storeShare: number;
  /** Share of the usual that a broken one would still report. */
  readonly brokenShare: number;
  /** Known count of a round where the configuration says it, instead of what was learnt. */
  readonly configured?: number | undefined;
}

/** What a round usually brings; `isKnown` when that was seen often enough to be held against anybody. */
export function usualAt(watch: Watch, at: WeekMoment): { readonly count: number; readonly isKnown: boolean } {
  // Between the middles of two hours, so that the minutes round opening time are not compared with the whole hour.
  const position = at.minute / 60 - 0.5;
  const before = Math.floor(position);
  const share = position - before;
  const first = at.dayKind * HOURS + ((before + HOURS) % HOURS);
  const second = at.dayKind * HOURS + ((before + 1) % HOURS);
  const rounds = Math.min(watch.rounds[first] ?? 0, watch.rounds[second] ?? 0);
  return { count: (watch.means[first] ?? 0) * (1 - share) + (watch.means[second] ?? 0) * share, isKnown: rounds >= KNOWN_ROUNDS };
}

/** Takes in what a whole round brought: first it is held against what is usual, then it becomes part of that. */
export function compareRound(watch: Watch, count: number, comparison: Comparison): void {
  const { at, nowMs, configured } = comparison;
  const storeShare = hasRhythm(watch) ? comparison.storeShare : 1;
  const learnt = usualAt(watch, at);
  const usual = configured ?? (learnt.isKnown ? learnt.count * storeShare : 0);
  pushHour(watch.seen, count);
  pushHour(watch.usual, round3(usual));
  countDay(watch, count, { at, usual });
  if (usual < LEAST_USUAL) watch.score = round3(watch.score * (watch.lowSinceMs === undefined ? FADE : 1));
  else {
    const dispersion = configured === undefined ? dispersionOf(watch, { usual, at }) : LEAST_DISPERSION;
    const gained = evidenceOfLoss(count, { usual, dispersion, brokenShare: comparison.brokenShare });
    watch.score = round3(Math.min(MOST_SCORE, Math.max(0, watch.score + Math.min(MOST_EVIDENCE, gained))));
  }
  if (watch.score >= ALARM_AT && (configured !== undefined || isBadHour(watch, comparison.brokenShare)))
    watch.lowSinceMs ??= nowMs - ROUND_MS * ROUNDS_AN_HOUR;
  else if (watch.score <= CLEAR_AT) watch.lowSinceMs = undefined;
  // What is suspected of being broken is not learnt from, but slowly: what stays so for months is the new usual.
  const learns = watch.lowSinceMs !== undefined ? 0.1 : watch.score > ALARM_AT / 2 ? 0.3 : 1;
  // A closed store says nothing about an open one.
  if (storeShare > 0.2) learn(watch, count, { at, usual: learnt.isKnown ? learnt.count * storeShare : undefined, learns });
}

/**
 * How much likelier a count is if most of it were lost than if all were well, as the natural logarithm of the likelihood ratio of two negative
 * binomial counts. Above 0 speaks for loss.
 */
export function evidenceOfLoss(
  count: number,
  model: { readonly usual: number; readonly dispersion: number; readonly brokenShare: number },
): number {
  const size = 1 / model.dispersion;
  const low = model.usual * model.brokenShare;
  return (
    size * Math.log((size + model.usual) / (size + low)) + count * Math.log((low * (size + model.usual)) / (model.usual * (size + low)))
  );
}

/** Whether reports follow the day, as everything that shoppers cause does: there are hours with hardly any. */
export function hasRhythm(watch: Watch): boolean {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let hour = 0; hour < HOURS; hour++) {
    if ((watch.rounds[hour] ?? 0) < KNOWN_ROUNDS) continue;
    const mean = watch.means[hour] ?? 0;
    least = Math.min(least, mean);
    most = Math.max(most, mean);
  }
  return most >= 0.5 && least < most / 4;
}

/** What came in the last hour and what was usual; undefined before a whole hour was compared. */
export function lastHour(watch: Watch): { readonly seen: number; readonly usual: number } | undefined {
  if (watch.seen.length < ROUNDS_AN_HOUR) return undefined;
  return { seen: sum(watch.seen), usual: sum(watch.usual) };
}

/** Forgets the last hour and all suspicion; what is usual stays. */
export function forgetLately(watch: Watch): void {
  watch.seen.length = 0;
  watch.usual.length = 0;
  watch.score = 0;
  watch.lowSinceMs = undefined;
}

function dispersionOf(watch: Watch, { usual, at }: { readonly usual: number; readonly at: WeekMoment }): number {
  const prior = PRIOR_ROUNDS * usual * usual;
  const varied = (watch.excess + PRIOR_DISPERSION * prior) / (watch.base + prior);
  // The mean itself is uncertain while few days are behind it.
  const rounds = watch.rounds[at.dayKind * HOURS + Math.floor(at.minute / 60)] ?? 0;
  return Math.max(LEAST_DISPERSION, varied) + (PRIOR_DISPERSION * ROUNDS_AN_HOUR) / Math.max(ROUNDS_AN_HOUR, rounds);
}

/** Whether the last hour is worse than a bad day of this very device would explain. */
function isBadHour(watch: Watch, brokenShare: number): boolean {
  const seen = sum(watch.seen);
  const usual = sum(watch.usual);
  if (usual <= 0) return false;
  const prior = PRIOR_DAYS * Math.max(usual, watch.dayUsual) ** 2;
  const days = (watch.dayExcess + PRIOR_DAYS_DIFFER * prior) / (watch.dayBase + prior);
  const rounds = Math.max(LEAST_DISPERSION, watch.excess / Math.max(1, watch.base)) / ROUNDS_AN_HOUR;
  return evidenceOfLoss(seen, { usual, dispersion: Math.max(LEAST_DISPERSION, days) + rounds, brokenShare }) >= HOUR_EVIDENCE;
}

/** Adds a round to its day; the first of a new day settles the one before, unless that was suspect. */
function countDay(watch: Watch, count: number, { at, usual }: { readonly at: WeekMoment; readonly usual: number }): void {
  if (at.minute < watch.dayMinute) {
    const { daySeen, dayUsual } = watch;
    if (dayUsual >= 1 && watch.lowSinceMs === undefined) {
      watch.dayExcess = round3(DAY_MEMORY * watch.dayExcess + (daySeen - dayUsual) ** 2 - dayUsual);
      watch.dayBase = round3(DAY_MEMORY * watch.dayBase + dayUsual ** 2);
    }
    watch.daySeen = 0;
    watch.dayUsual = 0;
  }
  watch.dayMinute = at.minute;
  // Hours of which nothing is known, or in which nothing is usual, tell nothing about the day.
  if (usual === 0) return;
  watch.daySeen += count;
  watch.dayUsual = round3(watch.dayUsual + usual);
}

function learn(
  watch: Watch,
  count: number,
  { at, usual, learns }: { readonly at: WeekMoment; readonly usual: number | undefined; readonly learns: number },
): void {
  const cell = at.dayKind * HOURS + Math.floor(at.minute / 60);
  while (watch.means.length <= cell) {
    watch.means.push(0);
    watch.rounds.push(0);
  }
  const rounds = watch.rounds[cell] ?? 0;
  const mean = watch.means[cell] ?? 0;
  watch.means[cell] = round3(mean + (learns / Math.min(MEMORY, rounds + 1)) * (count - mean));
  watch.rounds[cell] = Math.min(MEMORY, rounds + 1);
  if (usual === undefined || usual < LEAST_USUAL || learns < 1) return;
  watch.excess = round3(DISPERSION_MEMORY * watch.excess + (count - usual) ** 2 - usual);
  watch.base = round3(DISPERSION_MEMORY * watch.base + usual ** 2);
}

function pushHour(list: number[], value: number): void {
  list.push(value);
  if (list.length > ROUNDS_AN_HOUR) list.shift();
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Short in snapshots, and the same number after a snapshot as before it. */
function round3(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
