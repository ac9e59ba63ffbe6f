/** What a split must be worth. */
export interface SplitRules {
  /** L2 weight on leaf values. */
  readonly lambda: number;
  /** Least hessian on each side: with logistic loss, about `rows * p * (1 - p)`. */
  readonly minChildWeight: number;
  /** Least gain. */
  readonly minGain: number;
}

/** Rows in bins 1 to `bin` go left, later ones right; "not known" (bin 0) goes where `missingLeft` says. */
export interface Split {
  readonly column: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly gain: number;
}

/** A leaf's sums: by column and bin (gradient and hessian interleaved from `offsets[column]`), and over all rows. */
export interface LeafSums {
  readonly histogram: Float64Array;
  readonly offsets: Int32Array;
  readonly columns: readonly number[];
  readonly gradient: number;
  readonly hessian: number;
}

/** The split with the greatest gain, ties to the first column and lowest bin; `undefined` when none is worth it. */
export function bestSplit(sums: LeafSums, rules: SplitRules): Split | undefined {
  let best: Split | undefined;
  for (const column of sums.columns) {
    const found = bestOfColumn(sums, column, { rules, above: best?.gain ?? rules.minGain });
    if (found !== undefined) best = found;
  }
  return best;
}

function bestOfColumn(
  sums: LeafSums,
  column: number,
  { rules, above }: { readonly rules: SplitRules; readonly above: number },
): Split | undefined {
  const { histogram, offsets, gradient, hessian } = sums;
  const { lambda, minChildWeight } = rules;
  const start = offsets[column]!;
  const bins = (offsets[column + 1]! - start) / 2;
  const missingG = histogram[start]!;
  const missingH = histogram[start + 1]!;
  // Subtracted histograms keep rounding dust where there were no rows; real rows have more hessian than that.
  const hasMissing = missingH > 1e-9;
  const whole = (gradient * gradient) / (hessian + lambda);
  let bestGain = above;
  let bestBin = 0;
  let bestMissingLeft = false;
  let knownG = 0;
  let knownH = 0;
  for (let bin = 1; bin < bins; bin++) {
    knownG += histogram[start + 2 * bin]!;
    knownH += histogram[start + 2 * bin + 1]!;
    const last = bin === bins - 1;
    if (last && !hasMissing) break;
    if (knownH >= minChildWeight && hessian - knownH >= minChildWeight) {
      const gain = gainOf(knownG, knownH, gradient - knownG, hessian - knownH, lambda) - whole;
      if (gain > bestGain) {
        bestGain = gain;
        bestBin = bin;
        // Nothing missing was seen here: it goes to the heavier side, which is the safer guess.
        bestMissingLeft = hasMissing ? false : knownH > hessian - knownH;
      }
    }
    if (!hasMissing || last) continue;
    const leftG = knownG + missingG;
    const leftH = knownH + missingH;
    if (leftH < minChildWeight || hessian - leftH < minChildWeight) continue;
    const gain = gainOf(leftG, leftH, gradient - leftG, hessian - leftH, lambda) - whole;
    if (gain > bestGain) {
      bestGain = gain;
      bestBin = bin;
      bestMissingLeft = true;
    }
  }
  return bestBin === 0 ? undefined : { column, bin: bestBin, missingLeft: bestMissingLeft, gain: bestGain };
}

function gainOf(leftG: number, leftH: number, rightG: number, rightH: number, lambda: number): number {
  return (leftG * leftG) / (leftH + lambda) + (rightG * rightG) / (rightH + lambda);
}
