import type { Metres, TimestampMs } from '../../../agent/core/units.ts';
import { median } from '../figure.ts';

/** One second of a walk: what an estimator said and what was true. Zones are numbers. */
export interface Second {
  readonly atMs: TimestampMs;
  readonly said: { readonly zone: number; readonly xM: Metres; readonly yM: Metres } | undefined;
  readonly truth: { readonly zone: number; readonly xM: Metres; readonly yM: Metres };
}

/** How one walk went. */
export interface WalkScore {
  readonly name: string;
  readonly seconds: number;
  readonly right: number;
  readonly errorsM: readonly Metres[];
  /** Changes of the said zone that no real change explains; going back after one counts too. */
  readonly falseChanges: number;
  /** From each real change to the first second that says so; infinite when it was never said while it was true. */
  readonly delaysMs: readonly number[];
}

/** A said change belongs to a real one into the same zone that came at most this long before it, or so little after it. */
const EXPLAINS = { beforeMs: 10_000, afterMs: 3_000 } as const;

/** Scores one walk. A second without an estimate is wrong. */
export function scoreWalk(name: string, seconds: readonly Second[]): WalkScore {
  const changes = seconds.flatMap((second, index) => {
    const before = seconds[index - 1];
    return before !== undefined && before.truth.zone !== second.truth.zone ? [{ index, atMs: second.atMs, zone: second.truth.zone }] : [];
  });
  return {
    name,
    seconds: seconds.length,
    right: seconds.filter(({ said, truth }) => said?.zone === truth.zone).length,
    errorsM: seconds.flatMap(({ said, truth }) => (said === undefined ? [] : [Math.hypot(said.xM - truth.xM, said.yM - truth.yM)])),
    falseChanges: countFalse(seconds, changes),
    delaysMs: changes.map(({ index, atMs, zone }) => {
      for (const second of seconds.slice(index)) {
        if (second.truth.zone !== zone) break;
        if (second.said?.zone === zone) return second.atMs - atMs;
      }
      return Number.POSITIVE_INFINITY;
    }),
  };
}

function countFalse(seconds: readonly Second[], changes: readonly { readonly atMs: TimestampMs; readonly zone: number }[]): number {
  const open = new Set(changes);
  let count = 0;
  let zone: number | undefined;
  for (const { said, atMs } of seconds) {
    if (said === undefined || said.zone === zone) continue;
    const isFirst = zone === undefined;
    zone = said.zone;
    if (isFirst) continue;
    const cause = [...open].find(
      (change) => change.zone === zone && atMs - change.atMs <= EXPLAINS.beforeMs && change.atMs - atMs <= EXPLAINS.afterMs,
    );
    if (cause === undefined) count++;
    else open.delete(cause);
  }
  return count;
}

/** Figures over all walks. */
export interface Summary {
  readonly rightShare: number;
  readonly meanErrorM: Metres;
  readonly falsePerMinute: number;
  readonly medianDelayS: number;
}

/** Adds walks up: every second counts the same. */
export function summarise(walks: readonly WalkScore[]): Summary {
  const seconds = walks.reduce((sum, walk) => sum + walk.seconds, 0);
  const errors = walks.flatMap(({ errorsM }) => errorsM);
  return {
    rightShare: walks.reduce((sum, walk) => sum + walk.right, 0) / seconds,
    meanErrorM: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    falsePerMinute: (60 * walks.reduce((sum, walk) => sum + walk.falseChanges, 0)) / seconds,
    medianDelayS: median(walks.flatMap(({ delaysMs }) => delaysMs)) / 1_000,
  };
}
