import { alwaysValid } from '../../agent/core/experiments/sequential.ts';
import { addTo, noSums, type Sums } from '../../agent/core/experiments/sums.ts';
import { DAY_MS, type Probability, type TimestampMs } from '../../agent/core/units.ts';
import { lossOf } from './evidence.ts';
import { ALPHA, EFFECTS } from './gates.ts';

/** What a store learns about its model while it offers nothing; written as JSON. */
export interface ApprenticeRecord {
  readonly sinceMs: TimestampMs;
  /** Scores, and those after which model and rules would have done the same. */
  scores: number;
  agreed: number;
  /** Log-loss of the model minus that of the rules, one figure a visit; nobody was made an offer, so this is what interest alone did. */
  readonly loss: Sums;
  /** Promised minus came, one figure a visit. */
  readonly promise: Sums;
}

/** A store's first moment. */
export function newApprentice(nowMs: TimestampMs): ApprenticeRecord {
  return { sinceMs: nowMs, scores: 0, agreed: 0, loss: noSums(), promise: noSums() };
}

/** What ends the silent time: the first three, and one of the last two. */
export const APPRENTICE_CRITERIA = {
  leastMs: { says: 'At least 3 days', limit: 3 * DAY_MS },
  visits: { says: 'At least 100 visits whose purchase is known', limit: 100 },
  promise: { says: 'What the model promises is not shown to be off by more than 0.1', limit: 0.1 },
  agrees: { says: 'Model and rules would do the same in 9 of 10 cases', limit: 0.9 },
  beats: { says: 'Or the model is shown to predict purchases better than the rules', limit: 0 },
} as const;

/** Fewest scores before agreement says anything. */
const LEAST_SCORES = 500;

/** How far a store is. */
export interface ApprenticeStanding {
  readonly isDone: boolean;
  readonly reason: string;
  readonly lines: readonly { readonly says: string; readonly isMet: boolean; readonly figure: string }[];
}

/** Counts one score: whether model and rules would have done the same. */
export function noteAgreement(record: ApprenticeRecord, isSame: boolean): void {
  record.scores++;
  if (isSame) record.agreed++;
}

/** Counts one visit with what came of it. */
export function noteApprenticeVisit(
  record: ApprenticeRecord,
  rows: readonly { readonly model: Probability; readonly rules: Probability; readonly label: 0 | 1 }[],
  weight: number,
): void {
  if (rows.length === 0) return;
  let [loss, promise] = [0, 0];
  for (const { model, rules, label } of rows) {
    loss += lossOf(model, label) - lossOf(rules, label);
    promise += model - label;
  }
  addTo(record.loss, (weight * loss) / rows.length);
  addTo(record.promise, (weight * promise) / rows.length);
}

/** Whether the silent time is over, and how far each condition is. */
export function judgeApprentice(record: ApprenticeRecord, nowMs: TimestampMs): ApprenticeStanding {
  const { leastMs, visits, promise, agrees, beats } = APPRENTICE_CRITERIA;
  const days = (nowMs - record.sinceMs) / DAY_MS;
  const share = record.scores === 0 ? 0 : record.agreed / record.scores;
  const off = meanOf(record.promise, EFFECTS.promise);
  const loss = meanOf(record.loss, EFFECTS.loss);
  const isOld = nowMs - record.sinceMs >= leastMs.limit;
  const isSeen = record.loss.count >= visits.limit;
  const isHonest = isSeen && !(off.low > promise.limit || off.high < -promise.limit);
  const isAlike = record.scores >= LEAST_SCORES && share >= agrees.limit;
  const isBetter = isSeen && loss.high < beats.limit;
  return {
    isDone: isOld && isSeen && isHonest && (isAlike || isBetter),
    reason: isBetter ? 'the model predicts purchases better than the rules' : 'the model does what the rules would do',
    lines: [
      { says: leastMs.says, isMet: isOld, figure: `${Math.max(0, days).toFixed(1)} days` },
      { says: visits.says, isMet: isSeen, figure: `${record.loss.count} visits` },
      { says: promise.says, isMet: isHonest, figure: isSeen ? `off by ${off.value.toFixed(3)}` : 'not known yet' },
      {
        says: agrees.says,
        isMet: isAlike,
        figure: record.scores === 0 ? 'not known yet' : `${Math.round(100 * share)} % of ${record.scores}`,
      },
      { says: beats.says, isMet: isBetter, figure: isSeen ? `log-loss ${loss.value.toFixed(3)} against the rules` : 'not known yet' },
    ],
  };
}

function meanOf({ count, y, yy }: Sums, effect: number) {
  if (count < 2) return { value: 0, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const variance = Math.max(1e-12, (yy - (y * y) / count) / (count - 1)) / count;
  return alwaysValid({ value: y / count, variance, reduced: 0 }, { effect, alpha: ALPHA });
}
