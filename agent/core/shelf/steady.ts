import type { Grams, TimestampMs } from '../units.ts';
import type { Bin } from './cell.ts';

/** Time in which a plate held still. */
export interface Segment {
  readonly fromMs: TimestampMs;
  readonly toMs: TimestampMs;
  /** Median of its bins. */
  readonly grams: Grams;
  /** From its lightest to its heaviest bin. */
  readonly range: Grams;
  readonly bins: number;
}

/** The longest stretch up to now whose bins all lie within `width` of each other; undefined for fewer than two. */
export function steadyNow(bins: readonly Bin[], width: Grams): Segment | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let first = bins.length;
  while (first > 0) {
    const grams = bins[first - 1]?.grams ?? 0;
    if (Math.max(high, grams) - Math.min(low, grams) > width) break;
    low = Math.min(low, grams);
    high = Math.max(high, grams);
    first -= 1;
  }
  const stretch = bins.slice(first);
  const [oldest, newest] = [stretch[0], stretch.at(-1)];
  if (oldest === undefined || newest === undefined || stretch.length < 2) return undefined;
  return { fromMs: oldest.fromMs, toMs: newest.toMs, grams: medianOf(stretch), range: high - low, bins: stretch.length };
}

function medianOf(bins: readonly Bin[]): Grams {
  const sorted = bins.map(({ grams }) => grams).sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2;
}
