import { mean, variance } from './auc.ts';
import type { Examples } from './gbdt.ts';
import { priorLogOdds, sigmoid } from './gbdt.ts';

/** A logistic regression on standardised columns; "not known" counts as the column's mean. The plain baseline that trees must beat. */
export interface Logistic {
  readonly intercept: number;
  readonly slopes: Float64Array;
  readonly centres: Float64Array;
  readonly scales: Float64Array;
}

/** Fits by Newton steps with an L2 weight on the slopes (default 1). Skewed columns without negative values are taken by `log(1 + x)`. */
export function trainLogistic(train: Examples, l2 = 1): Logistic {
  const centres = new Float64Array(train.columns.length);
  const scales = new Float64Array(train.columns.length);
  for (const [i, column] of train.columns.entries()) {
    const known = column.filter((value) => !Number.isNaN(value)).map(compress);
    centres[i] = mean(known);
    scales[i] = Math.sqrt(variance(known)) || 1;
  }
  const inputs = standardise(train.columns, centres, scales);
  const size = inputs.length + 1;
  const rows = train.labels.length;
  const coefficients = new Float64Array(size);
  coefficients[0] = priorLogOdds(train);
  for (let step = 0; step < 25; step++) {
    const gradient = new Float64Array(size);
    const hessian = Array.from({ length: size }, () => new Float64Array(size));
    const point = new Float64Array(size);
    point[0] = 1;
    for (let row = 0; row < rows; row++) {
      let margin = coefficients[0]!;
      for (let i = 1; i < size; i++) {
        point[i] = inputs[i - 1]![row]!;
        margin += coefficients[i]! * point[i]!;
      }
      const p = sigmoid(margin);
      const weight = train.weights[row]!;
      for (let i = 0; i < size; i++) {
        gradient[i]! += weight * (p - train.labels[row]!) * point[i]!;
        const scaled = weight * Math.max(1e-9, p * (1 - p)) * point[i]!;
        const line = hessian[i]!;
        for (let j = 0; j <= i; j++) line[j]! += scaled * point[j]!;
      }
    }
    for (let i = 1; i < size; i++) {
      gradient[i]! += l2 * coefficients[i]!;
      hessian[i]![i]! += l2;
    }
    const change = solve(hessian, gradient);
    const length = Math.sqrt(change.reduce((sum, value) => sum + value * value, 0));
    const damp = Math.min(1, 5 / Math.max(length, 1e-12));
    for (let i = 0; i < size; i++) coefficients[i]! -= damp * change[i]!;
    if (length < 1e-8) break;
  }
  return { intercept: coefficients[0]!, slopes: coefficients.slice(1), centres, scales };
}

/** Probabilities for all rows. */
export function logisticProbabilities(model: Logistic, columns: readonly Float32Array[]): Float64Array {
  const inputs = standardise(columns, model.centres, model.scales);
  const result = new Float64Array(columns[0]?.length ?? 0);
  for (let row = 0; row < result.length; row++) {
    let margin = model.intercept;
    for (const [i, input] of inputs.entries()) margin += model.slopes[i]! * input[row]!;
    result[row] = sigmoid(margin);
  }
  return result;
}

function standardise(columns: readonly Float32Array[], centres: Float64Array, scales: Float64Array): Float64Array[] {
  return columns.map((column, i) =>
    Float64Array.from(column, (value) => (Number.isNaN(value) ? 0 : (compress(value) - centres[i]!) / scales[i]!)),
  );
}

/** Counts and times have long tails; this keeps their order and sign and shortens the tail. */
function compress(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value));
}

/** Solves `matrix * x = right` for a symmetric positive matrix given by its lower triangle (Cholesky). */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  const root = matrix.map((line) => Float64Array.from(line));
  const x = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = root[i]![j]!;
      for (let k = 0; k < j; k++) sum -= root[i]![k]! * root[j]![k]!;
      root[i]![j] = i === j ? Math.sqrt(Math.max(1e-12, sum)) : sum / root[j]![j]!;
    }
    for (let k = 0; k < i; k++) x[i]! -= root[i]![k]! * x[k]!;
    x[i]! /= root[i]![i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= root[k]![i]! * x[k]!;
    x[i]! /= root[i]![i]!;
  }
  return x;
}
