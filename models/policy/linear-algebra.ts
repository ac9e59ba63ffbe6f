/** A symmetric positive matrix, row by row; only the lower triangle is read. */
export type Matrix = readonly Float64Array[];

/** A matrix of zeros with `diagonal` on its diagonal. */
export function diagonalMatrix(size: number, diagonal: number): Float64Array[] {
  return Array.from({ length: size }, (_, i) => {
    const line = new Float64Array(size);
    line[i] = diagonal;
    return line;
  });
}

/** Cholesky root (lower triangle) of a symmetric positive matrix; a matrix that is not quite positive is lifted by 1e-12 where it fails. */
export function cholesky(matrix: Matrix): Float64Array[] {
  const root = matrix.map((line) => Float64Array.from(line));
  for (let i = 0; i < root.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = root[i]![j]!;
      for (let k = 0; k < j; k++) sum -= root[i]![k]! * root[j]![k]!;
      root[i]![j] = i === j ? Math.sqrt(Math.max(1e-12, sum)) : sum / root[j]![j]!;
    }
    root[i]!.fill(0, i + 1);
  }
  return root;
}

/** Solves `root * rootᵀ * x = right`. */
export function solveWithRoot(root: Matrix, right: ArrayLike<number>): Float64Array {
  const x = solveLower(root, right);
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) x[i]! -= root[k]![i]! * x[k]!;
    x[i]! /= root[i]![i]!;
  }
  return x;
}

/** Solves `root * x = right` for a lower triangle. */
export function solveLower(root: Matrix, right: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(right);
  for (let i = 0; i < x.length; i++) {
    const line = root[i]!;
    for (let k = 0; k < i; k++) x[i]! -= line[k]! * x[k]!;
    x[i]! /= line[i]!;
  }
  return x;
}

/** Sum of products. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
