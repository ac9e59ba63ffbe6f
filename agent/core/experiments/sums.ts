/** What is kept of one variant's visits: enough for means, variances and the part that was foreseeable. */
export interface Sums {
  count: number;
  /** Of the metric. */
  y: number;
  yy: number;
  /** Of the same unit's figure from before the experiment; 0 where there is none. */
  x: number;
  xx: number;
  xy: number;
}

/** Nobody yet. */
export function noSums(): Sums {
  return { count: 0, y: 0, yy: 0, x: 0, xx: 0, xy: 0 };
}

/** Counts one visit: its metric, and what was known of it before the experiment began. */
export function addTo(sums: Sums, y: number, before = 0): void {
  sums.count++;
  sums.y += y;
  sums.yy += y * y;
  sums.x += before;
  sums.xx += before * before;
  sums.xy += before * y;
}

/** Difference of two variants with the variance of that difference. */
export interface Difference {
  readonly value: number;
  readonly variance: number;
  /** Share of the variance that the figures from before took away, 0 to 1. */
  readonly reduced: number;
}

/**
 * Mean of `treated` minus mean of `control`. What the figures from before foresaw is taken out (CUPED): it says nothing of the variants,
 * chance dealt it out evenly, and it is noise. Without such figures this is the plain difference.
 */
export function differenceOf(treated: Sums, control: Sums): Difference {
  const parts = [treated, control].map(momentsOf);
  const spread = parts.reduce((sum, { varX }, i) => sum + varX * (i === 0 ? treated : control).count, 0);
  const shared = parts.reduce((sum, { cov }, i) => sum + cov * (i === 0 ? treated : control).count, 0);
  const slope = spread > 1e-12 ? shared / spread : 0;
  const [t, c] = parts as [Moments, Moments];
  const plain = t.varY / treated.count + c.varY / control.count;
  const variance = [t, c].reduce(
    (sum, { varY, cov, varX }, i) => sum + Math.max(0, varY - 2 * slope * cov + slope * slope * varX) / (i === 0 ? treated : control).count,
    0,
  );
  const value = t.meanY - c.meanY - slope * (t.meanX - c.meanX);
  return { value, variance, reduced: plain > 0 ? Math.max(0, 1 - variance / plain) : 0 };
}

interface Moments {
  readonly meanY: number;
  readonly meanX: number;
  readonly varY: number;
  readonly varX: number;
  readonly cov: number;
}

function momentsOf({ count, y, yy, x, xx, xy }: Sums): Moments {
  const below = Math.max(1, count - 1);
  return {
    meanY: y / count,
    meanX: x / count,
    varY: Math.max(0, yy - (y * y) / count) / below,
    varX: Math.max(0, xx - (x * x) / count) / below,
    cov: (xy - (x * y) / count) / below,
  };
}
