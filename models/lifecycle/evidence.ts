import { addTo, noSums, type Sums } from '../../agent/core/experiments/sums.ts';
import type { Probability } from '../../agent/core/units.ts';
import { binOf } from '../histogram.ts';
import type { ModelManifest } from '../manifest.ts';

/** What a model did in one stage, as sums: bounded, written as JSON, the same after a restart. */
export interface Evidence {
  /** Calls that were answered in time, failed, or came late; one call is a batch. */
  calls: number;
  failed: number;
  late: number;
  /** Calls by how long they took: up to each of `LATENCY_EDGES_MS`, and longer. */
  readonly latency: number[];
  /** Products that were scored. */
  rows: number;
  /** Where its scores fell, in the bins of `scoreEdges`. */
  scoreEdges: readonly number[];
  readonly scores: number[];
  /** Where the features fell, by column name, in the bins of the manifest. */
  readonly features: Record<string, number[]>;
  /** Log-loss of this model minus that of the one it is held against, one figure a visit. */
  readonly loss: Sums;
  /** Promised minus came, one figure a visit. */
  readonly promise: Sums;
  /** What visits brought that this model scored, and those that the other one did. */
  readonly own: VisitSums;
  readonly other: VisitSums;
}

/** Visits that agreed to be measured: whether they bought, and what was earned. */
export interface VisitSums {
  readonly converted: Sums;
  readonly profitCents: Sums;
}

/** Upper ends of the latency bins. */
export const LATENCY_EDGES_MS: readonly number[] = [0.5, 1, 2, 5, 10, 20, 30, 50, 75, 100, 200, 500, 1_000];

/** Nothing yet, for a model with this manifest. `scoreEdges` are the bins of its scores, by default those of its training. */
export function noEvidence(manifest: ModelManifest | undefined): Evidence {
  const scoreEdges = manifest?.expected?.scores.edges ?? FALLBACK_EDGES;
  const features: Record<string, number[]> = {};
  for (const { name, seen } of manifest?.columns ?? []) if (seen !== undefined) features[name] = zeros(seen.shares.length);
  const visits = (): VisitSums => ({ converted: noSums(), profitCents: noSums() });
  return {
    calls: 0,
    failed: 0,
    late: 0,
    latency: zeros(LATENCY_EDGES_MS.length + 1),
    rows: 0,
    scoreEdges,
    scores: zeros(scoreEdges.length + 2),
    features,
    loss: noSums(),
    promise: noSums(),
    own: visits(),
    other: visits(),
  };
}

const FALLBACK_EDGES = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6];

/** Notes a call. */
export function noteCall(evidence: Evidence, call: { readonly outcome: 'answered' | 'failed' | 'late'; readonly elapsedMs: number }): void {
  evidence.calls++;
  if (call.outcome === 'failed') evidence.failed++;
  if (call.outcome === 'late') evidence.late++;
  let bin = 0;
  while (bin < LATENCY_EDGES_MS.length && call.elapsedMs > LATENCY_EDGES_MS[bin]!) bin++;
  evidence.latency[bin]!++;
}

/** Notes what was scored and what was said. `columns` are the model's input values by column name. */
export function noteScore(
  evidence: Evidence,
  scored: { readonly intent: Probability; readonly columns: Iterable<readonly [column: InputBins, value: number]> },
): void {
  evidence.rows++;
  evidence.scores[binOf(evidence.scoreEdges, scored.intent)]!++;
  for (const [{ name, edges }, value] of scored.columns) {
    const counts = evidence.features[name];
    if (counts !== undefined) counts[binOf(edges, value)]!++;
  }
}

/** A column with the bins of what training saw. */
export interface InputBins {
  readonly name: string;
  readonly edges: readonly number[];
}

/** What one visit says of two models that scored the same products; `weight` is how many visits it stands for. */
export function notePair(
  evidence: Evidence,
  rows: readonly { readonly own: Probability; readonly other: Probability; readonly label: 0 | 1 }[],
  weight = 1,
): void {
  if (rows.length === 0) return;
  const loss = rows.reduce((sum, { own, other, label }) => sum + lossOf(own, label) - lossOf(other, label), 0);
  addTo(evidence.loss, (weight * loss) / rows.length);
}

/** What one visit says of what was promised. */
export function notePromise(evidence: Evidence, rows: readonly { readonly own: Probability; readonly label: 0 | 1 }[], weight = 1): void {
  if (rows.length === 0) return;
  addTo(evidence.promise, (weight * rows.reduce((sum, { own, label }) => sum + own - label, 0)) / rows.length);
}

/** What one visit brought, by which of the two scored it. */
export function noteVisit(
  evidence: Evidence,
  by: 'own' | 'other',
  visit: { readonly converted: boolean; readonly profitCents: number },
): void {
  addTo(evidence[by].converted, visit.converted ? 1 : 0);
  addTo(evidence[by].profitCents, visit.profitCents);
}

/** Latency that 99 of 100 calls stay below, as the upper end of its bin; 0 before the first call. */
export function latencyP99(evidence: Evidence): number {
  if (evidence.calls === 0) return 0;
  let seen = 0;
  for (const [bin, count] of evidence.latency.entries()) {
    seen += count;
    if (seen >= 0.99 * evidence.calls) return LATENCY_EDGES_MS[bin] ?? Number.POSITIVE_INFINITY;
  }
  return Number.POSITIVE_INFINITY;
}

/** Negative log-likelihood of one outcome. */
export function lossOf(probability: Probability, label: 0 | 1): number {
  const held = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return -Math.log(label === 1 ? held : 1 - held);
}

/** Shares of counts, for holding later counts against them. */
export function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total === 0 ? 0 : count / total));
}

function zeros(length: number): number[] {
  return new Array<number>(length).fill(0);
}
