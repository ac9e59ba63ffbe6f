import type { ManifestMetrics } from '../manifest.ts';
import type { Estimate } from '../training/auc.ts';
import { mean, variance } from '../training/auc.ts';
import { evaluate } from '../training/metrics.ts';
import { lossOf } from './evidence.ts';
import { GATES } from './gates.ts';

/** A product of the log that both models scored, with what came of it. */
export interface ReplayRow {
  readonly visit: string;
  readonly live: number;
  readonly candidate: number;
  readonly label: 0 | 1;
}

/** Two models on the store's own last days. */
export interface ReplayReport {
  /** Span of the log that was read. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Until when the candidate learnt from this very log: the visits until then do not judge it. */
  readonly learntThroughMs?: number;
  readonly rows: number;
  readonly ones: number;
  readonly visits: number;
  /** Too little is known of what came of it to tell the models apart. */
  readonly isThin: boolean;
  readonly live: ManifestMetrics;
  readonly candidate: ManifestMetrics;
  /** Log-loss of the candidate minus that of the model in use, by visit, 95 %. */
  readonly lossDifference: Estimate;
  /** Decisions made in the log, and those that would have been others. */
  readonly decisions: number;
  readonly different: number;
  /** What changing would bring in profit a visit, off-policy, where the log allows to say. */
  readonly value?: Estimate;
}

/** Judges two models by what came of the visits that both scored. */
export function reportReplay(
  rows: readonly ReplayRow[],
  rest: Pick<ReplayReport, 'fromMs' | 'toMs' | 'decisions' | 'different' | 'learntThroughMs'> & { readonly value?: Estimate | undefined },
): ReplayReport {
  const labels = rows.map(({ label }) => label);
  const byVisit = new Map<string, { sum: number; rows: number }>();
  for (const { visit, live, candidate, label } of rows) {
    const of = byVisit.get(visit) ?? { sum: 0, rows: 0 };
    of.sum += lossOf(candidate, label) - lossOf(live, label);
    of.rows++;
    byVisit.set(visit, of);
  }
  const differences = [...byVisit.values()].map(({ sum, rows: count }) => sum / count);
  const value = mean(differences);
  const half = differences.length < 2 ? Number.POSITIVE_INFINITY : 1.96 * Math.sqrt(variance(differences) / differences.length);
  const ones = labels.filter((label) => label === 1).length;
  const { value: change, ...span } = rest;
  return {
    ...span,
    ...(change === undefined ? {} : { value: change }),
    rows: rows.length,
    ones,
    visits: byVisit.size,
    isThin: rows.length < LEAST_ROWS || ones < LEAST_ONES,
    live: evaluate(
      rows.map(({ live }) => live),
      labels,
    ),
    candidate: evaluate(
      rows.map(({ candidate }) => candidate),
      labels,
    ),
    lossDifference: { value, low: value - half, high: value + half },
  };
}

const LEAST_ROWS = GATES.find(({ stage }) => stage === 'replayed')!.criteria.find(({ id }) => id === 'replay-rows')!.limit;
const LEAST_ONES = 20;
