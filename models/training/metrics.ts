import type { ManifestMetrics } from '../manifest.ts';
import { auc } from './auc.ts';

/** One bin of a reliability table: what was promised and what came. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly predicted: number;
  readonly observed: number;
}

/** Mean of precision over the positives, in order of score; rows with equal scores are taken together. */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Int32Array.from({ length: labels.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let hits = 0;
  let sum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let found = 0;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) found += labels[order[end++]!]!;
    hits += found;
    sum += (found * hits) / end;
    start = end;
  }
  return hits === 0 ? 0 : sum / hits;
}

/** Negative log-likelihood of one outcome; the probability is held 1e-7 away from 0 and 1. */
export function lossOf(probability: number, label: number): number {
  const p = Math.min(1 - 1e-7, Math.max(1e-7, probability));
  return -(label === 1 ? Math.log(p) : Math.log(1 - p));
}

/** Mean negative log-likelihood. */
export function logLoss(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum += lossOf(probabilities[row]!, labels[row]!);
  return labels.length === 0 ? 0 : sum / labels.length;
}

/** Promised against observed, in bins of equal width; empty bins are left out. */
export function reliability(probabilities: ArrayLike<number>, labels: ArrayLike<number>, bins = 10): ReliabilityBin[] {
  const sums = Array.from({ length: bins }, () => ({ rows: 0, predicted: 0, observed: 0 }));
  for (let row = 0; row < labels.length; row++) {
    const bin = sums[Math.min(bins - 1, Math.floor(probabilities[row]! * bins))]!;
    bin.rows++;
    bin.predicted += probabilities[row]!;
    bin.observed += labels[row]!;
  }
  return sums.flatMap(({ rows, predicted, observed }, i) =>
    rows === 0 ? [] : [{ from: i / bins, to: (i + 1) / bins, rows, predicted: predicted / rows, observed: observed / rows }],
  );
}

/** Expected calibration error: the bins' gaps between promised and observed, weighted by their rows. */
export function calibrationError(probabilities: ArrayLike<number>, labels: ArrayLike<number>, bins = 10): number {
  const table = reliability(probabilities, labels, bins);
  const gaps = table.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.predicted - bin.observed), 0);
  return labels.length === 0 ? 0 : gaps / labels.length;
}

/** All figures of one set of predictions. */
export function evaluate(probabilities: ArrayLike<number>, labels: ArrayLike<number>): ManifestMetrics {
  const area = auc(probabilities, labels);
  let positives = 0;
  for (let row = 0; row < labels.length; row++) positives += labels[row]!;
  return {
    rows: labels.length,
    positives,
    auc: area.value,
    aucLow: area.low,
    aucHigh: area.high,
    averagePrecision: averagePrecision(probabilities, labels),
    logLoss: logLoss(probabilities, labels),
    ece: calibrationError(probabilities, labels),
  };
}
