/** A symmetric positive definite system, factored once and solved for many right-hand sides. */
export interface Factored {
  /** Solves `matrix · x = b`; `b` is left alone. */
  solve(b: ArrayLike<number>): Float64Array;
}

/** Factors a symmetric matrix (row-major, `size` x `size`, left alone); undefined when it is not positive definite. */
export function factor(matrix: ArrayLike<number>, size: number): Factored | undefined {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] ?? 0;
      for (let k = 0; k < column; k++) sum -= lower[row * size + k]! * lower[column * size + k]!;
      if (row !== column) lower[row * size + column] = sum / lower[column * size + column]!;
      else if (sum > 1e-12) lower[row * size + row] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return { solve: (b) => substitute(lower, size, b) };
}

function substitute(lower: Float64Array, size: number, b: ArrayLike<number>): Float64Array {
  const x = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let sum = b[row] ?? 0;
    for (let k = 0; k < row; k++) sum -= lower[row * size + k]! * x[k]!;
    x[row] = sum / lower[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = x[row]!;
    for (let k = row + 1; k < size; k++) sum -= lower[k * size + row]! * x[k]!;
    x[row] = sum / lower[row * size + row]!;
  }
  return x;
}
