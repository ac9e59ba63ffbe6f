import { factor } from '../locate/cholesky.ts';
import { sigmoid } from './normal.ts';

/** Variance below which no slope's belief goes. */
const LEAST_VARIANCE = 1e-8;

/**
 * What is believed about one action: that the log-odds of a conversion are a line through the features, whose slopes are normal around `mean`
 * with this covariance. Plain JSON.
 */
export interface Belief {
  mean: number[];
  covariance: number[][];
  /** Conversions and misses it was learnt from, forgotten ones included. */
  seen: number;
}

/** What is believed before anything was seen; also what forgetting leads back to. */
export interface Prior {
  readonly mean: readonly number[];
  readonly covariance: readonly (readonly number[])[];
}

/** The belief of somebody who has seen nothing. */
export function startBelief({ mean, covariance }: Prior): Belief {
  return { mean: [...mean], covariance: covariance.map((line) => [...line]), seen: 0 };
}

/** Mean and standard deviation of the log-odds at `x`. */
export function logOddsAt({ mean, covariance }: Prior, x: readonly number[]): { readonly mean: number; readonly deviation: number } {
  let centre = 0;
  let variance = 0;
  for (let i = 0; i < x.length; i++) {
    const line = covariance[i]!;
    let sum = 0;
    for (let j = 0; j < x.length; j++) sum += line[j]! * x[j]!;
    variance += x[i]! * sum;
    centre += mean[i]! * x[i]!;
  }
  return { mean: centre, deviation: Math.sqrt(Math.max(0, variance)) };
}

/** Learns from one row (Laplace): the most likely slopes after it, and the curvature there. `weight` below 1 for a row that counts less. */
export function learn(belief: Belief, x: readonly number[], { converted, weight = 1 }: { converted: boolean; weight?: number }): void {
  const { mean, covariance } = belief;
  const along = covariance.map((line) => line.reduce((sum, value, j) => sum + value * x[j]!, 0));
  const variance = Math.max(
    1e-12,
    along.reduce((sum, value, i) => sum + value * x[i]!, 0),
  );
  const before = mean.reduce((sum, value, i) => sum + value * x[i]!, 0);
  // One row moves the slopes along `along` only, so the mode is the root of one rising function of one number, found by halving.
  let low = -weight;
  let high = weight;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (middle - weight * ((converted ? 1 : 0) - sigmoid(before + middle * variance)) < 0) low = middle;
    else high = middle;
  }
  const push = (low + high) / 2;
  const p = sigmoid(before + push * variance);
  const curvature = weight * p * (1 - p);
  const shrink = curvature / (1 + curvature * variance);
  for (let i = 0; i < mean.length; i++) {
    mean[i]! += push * along[i]!;
    const line = covariance[i]!;
    for (let j = 0; j < mean.length; j++) line[j]! -= shrink * along[i]! * along[j]!;
    // However much is learnt, nothing becomes so sure that a changed world could not be noticed.
    line[i] = Math.max(line[i]!, LEAST_VARIANCE);
  }
  belief.seen++;
}

/** Keeps `share` of what was learnt beyond the prior (0 to 1): precision and pull both shrink towards the prior's. */
export function forget(belief: Belief, prior: Prior, share: number): void {
  const own = inverse(belief.covariance);
  const base = inverse(prior.covariance);
  const pull = own.map((line, i) => mix(dot(line, belief.mean), dot(base[i]!, prior.mean), share));
  belief.covariance = inverse(own.map((line, i) => line.map((value, j) => mix(value, base[i]![j]!, share))));
  belief.mean = belief.covariance.map((line) => dot(line, pull));
}

/** Inverse of a symmetric positive matrix. Throws a RangeError for any other. */
export function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const factored = factor(matrix.flat(), size);
  if (factored === undefined) throw new RangeError('Cannot invert the matrix: it is not positive definite');
  const columns = matrix.map((_, i) => factored.solve(matrix.map((__, j) => (i === j ? 1 : 0))));
  // Symmetric to the last bit, so that rounding does not add up over thousands of updates.
  return matrix.map((_, i) => matrix.map((__, j) => (columns[i]![j]! + columns[j]![i]!) / 2));
}

function mix(own: number, base: number, share: number): number {
  return share * own + (1 - share) * base;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
