import type { Estimate } from '../../training/auc.ts';
import { bootstrap } from '../../training/bootstrap.ts';
import { pick } from '../../training/table.ts';

/** Rows of a two-armed trial that a ranking is judged by. */
export interface RankedTrial {
  /** Whom to treat first: larger is earlier. */
  readonly ranking: Float64Array;
  /** 0 or 1. */
  readonly outcome: Float64Array;
  /** 1 where treated. */
  readonly treated: Uint8Array;
}

/**
 * Qini coefficient. The Qini curve is, over the first k rows of the ranking, responders among the treated minus responders among the others
 * scaled to as many rows; the coefficient is the area between it and the straight line to its end, divided by the same area of the ideal
 * ranking (treated responders and untreated non-responders first, untreated responders last). 0 is a random ranking, 1 cannot be
 * reached by anybody who does not know the future. Rows of equal rank are taken together.
 */
export function qiniCoefficient(trial: RankedTrial): number {
  const ideal = trial.outcome.map((value, row) => (trial.treated[row] === 1 ? value : -value));
  const own = areaAboveLine(trial);
  const best = areaAboveLine({ ...trial, ranking: ideal });
  return best === 0 ? 0 : own / best;
}

/** Qini coefficient with a 95 % interval from resampled rows. */
export function qiniEstimate(trial: RankedTrial, options: { readonly rounds?: number; readonly seed?: number } = {}): Estimate {
  return bootstrap(trial.outcome.length, (rows) => qiniCoefficient(resampled(trial, rows)), { rounds: 100, ...options });
}

/** Effect among the first `share` of the ranking: mean outcome of the treated there minus that of the others. NaN where one of the two is empty. */
export function upliftAt(trial: RankedTrial, share: number): number {
  const first = order(trial.ranking).subarray(0, Math.max(1, Math.round(share * trial.outcome.length)));
  const sums = { treated: 0, others: 0 };
  const counts = { treated: 0, others: 0 };
  for (const row of first) {
    const side = trial.treated[row] === 1 ? 'treated' : 'others';
    sums[side] += trial.outcome[row]!;
    counts[side]++;
  }
  return sums.treated / counts.treated - sums.others / counts.others;
}

/** `upliftAt` with a 95 % interval from resampled rows. */
export function upliftAtEstimate(trial: RankedTrial, share: number): Estimate {
  return bootstrap(trial.outcome.length, (rows) => upliftAt(resampled(trial, rows), share), { rounds: 100 });
}

/** Points of the Qini curve, (0, 0) first: rows taken, and responders gained among as many treated rows. */
export function qiniCurve({ ranking, outcome, treated }: RankedTrial): { readonly taken: number; readonly gained: number }[] {
  const rows = order(ranking);
  const points = [{ taken: 0, gained: 0 }];
  let [responded, others, treatedRows, otherRows] = [0, 0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (treated[row] === 1) {
      treatedRows++;
      responded += outcome[row]!;
    } else {
      otherRows++;
      others += outcome[row]!;
    }
    const isTied = i + 1 < rows.length && ranking[rows[i + 1]!] === ranking[row];
    if (!isTied) points.push({ taken: i + 1, gained: responded - (otherRows === 0 ? 0 : (others * treatedRows) / otherRows) });
  }
  return points;
}

function areaAboveLine(trial: RankedTrial): number {
  const points = qiniCurve(trial);
  const end = points.at(-1)!;
  let area = 0;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    area += ((b.taken - a.taken) * (a.gained + b.gained)) / 2;
  }
  return area - (end.taken * end.gained) / 2;
}

/** Positions by falling rank; equal ranks keep their order. */
function order(ranking: Float64Array): Int32Array {
  return Int32Array.from(ranking, (_, row) => row).sort((a, b) => ranking[b]! - ranking[a]!);
}

function resampled({ ranking, outcome, treated }: RankedTrial, rows: Int32Array): RankedTrial {
  return {
    ranking: pick(ranking, rows, new Float64Array(rows.length)),
    outcome: pick(outcome, rows, new Float64Array(rows.length)),
    treated: pick(treated, rows, new Uint8Array(rows.length)),
  };
}
