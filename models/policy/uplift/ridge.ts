import { mean, variance } from '../../training/auc.ts';
import { cholesky, diagonalMatrix, solveWithRoot } from '../linear-algebra.ts';

/** A fitted line through standardised columns. */
export interface Ridge {
  readonly intercept: number;
  /** Of standardised columns. */
  readonly slopes: Float64Array;
  readonly scales: readonly Scale[];
  predict(columns: readonly Float32Array[]): Float64Array;
}

/**
 * Weighted least squares on standardised columns with an L2 weight on the slopes, in rows: 100 means "as if 100 more rows said that the
 * column does not matter". "Not known" counts as the column's mean.
 */
export function ridge(
  rows: { readonly columns: readonly Float32Array[]; readonly targets: Float64Array; readonly weights: Float64Array },
  l2 = 100,
): Ridge {
  const scales = rows.columns.map(scaleOf);
  const inputs = standardise(rows.columns, scales);
  const size = inputs.length + 1;
  const moments = diagonalMatrix(size, l2);
  moments[0]![0] = 1e-9;
  const right = new Float64Array(size);
  const point = new Float64Array(size);
  point[0] = 1;
  for (let row = 0; row < rows.targets.length; row++) {
    const weight = rows.weights[row]!;
    for (let i = 1; i < size; i++) point[i] = inputs[i - 1]![row]!;
    for (let i = 0; i < size; i++) {
      const scaled = weight * point[i]!;
      const line = moments[i]!;
      right[i]! += scaled * rows.targets[row]!;
      for (let j = 0; j <= i; j++) line[j]! += scaled * point[j]!;
    }
  }
  const [intercept = 0, ...slopes] = solveWithRoot(cholesky(moments), right);
  return {
    intercept,
    slopes: Float64Array.from(slopes),
    scales,
    predict: (columns) => {
      const of = standardise(columns, scales);
      return Float64Array.from({ length: columns[0]?.length ?? 0 }, (_, row) =>
        of.reduce((sum, input, i) => sum + slopes[i]! * input[row]!, intercept),
      );
    },
  };
}

/** How a column is standardised. */
export interface Scale {
  readonly centre: number;
  readonly scale: number;
}

function scaleOf(column: Float32Array): Scale {
  const known = column.filter((value) => !Number.isNaN(value));
  return { centre: mean(known), scale: Math.sqrt(variance(known)) || 1 };
}

function standardise(columns: readonly Float32Array[], scales: readonly Scale[]): Float64Array[] {
  return columns.map((column, i) => {
    const { centre, scale } = scales[i]!;
    return Float64Array.from(column, (value) => (Number.isNaN(value) ? 0 : (value - centre) / scale));
  });
}
