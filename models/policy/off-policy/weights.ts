import { EXTREME_PROPENSITY, type PolicyLog, type TargetPolicy } from './policy-log.ts';

/** How much each row of a log counts for another policy, and whether that can be trusted. */
export interface Weights {
  /** Target probability over propensity, held at `clip`. */
  readonly values: Float64Array;
  /** Largest weight that is used as it is. */
  readonly clip: number;
  readonly diagnosis: WeightDiagnosis;
}

/** What a reader must know before believing an estimate. */
export interface WeightDiagnosis {
  readonly rows: number;
  /** Rows of the policy's own log that would carry as much information: (sum of weights) squared over sum of squares. */
  readonly effectiveRows: number;
  readonly clippedRows: number;
  /** Share of the weight that clipping took away. */
  readonly clippedShare: number;
  /** Rows whose propensity is below 1e-3, and the smallest propensity. */
  readonly extremeRows: number;
  readonly smallestPropensity: number;
  readonly largestWeight: number;
  /** Mean weight before clipping: 1 up to chance, where the log could have taken every action the policy would. */
  readonly meanWeight: number;
  /** Sentences for whoever decides by the estimate; empty when there is nothing to warn of. */
  readonly warnings: readonly string[];
}

/**
 * Importance weights. `clip` defaults to the square root of the number of rows (Ionides 2008): the bias this brings vanishes faster than the
 * noise it spares. Throws where a propensity is not in (0, 1]: such a log cannot be used, and dividing by it would hide that.
 */
export function importanceWeights(log: PolicyLog, target: TargetPolicy, clip = Math.sqrt(Math.max(1, log.rows))): Weights {
  const values = new Float64Array(log.rows);
  let [sum, kept, squares, clippedRows, extremeRows, largest, smallest] = [0, 0, 0, 0, 0, 0, 1];
  for (let row = 0; row < log.rows; row++) {
    const propensity = log.propensity[row]!;
    if (!(propensity > 0 && propensity <= 1)) throw new Error(`Cannot weigh row ${row}: its propensity is ${propensity}`);
    const weight = target(log.action[row]!, row) / propensity;
    const value = Math.min(weight, clip);
    values[row] = value;
    sum += weight;
    kept += value;
    squares += value * value;
    if (weight > clip) clippedRows++;
    if (propensity < EXTREME_PROPENSITY) extremeRows++;
    largest = Math.max(largest, weight);
    smallest = Math.min(smallest, propensity);
  }
  const figures = {
    rows: log.rows,
    effectiveRows: squares === 0 ? 0 : (kept * kept) / squares,
    clippedRows,
    clippedShare: sum === 0 ? 0 : 1 - kept / sum,
    extremeRows,
    smallestPropensity: smallest,
    largestWeight: largest,
    meanWeight: log.rows === 0 ? 0 : sum / log.rows,
  };
  return { values, clip, diagnosis: { ...figures, warnings: warningsOf(figures, { values, clip }) } };
}

/** Fewest effective rows for an interval to mean what it says. */
const MIN_EFFECTIVE_ROWS = 100;

function warningsOf(
  { rows, effectiveRows, clippedRows, clippedShare, extremeRows, smallestPropensity, meanWeight }: Omit<WeightDiagnosis, 'warnings'>,
  { values, clip }: { readonly values: Float64Array; readonly clip: number },
): string[] {
  const warnings: string[] = [];
  if (extremeRows > 0) {
    warnings.push(
      `${extremeRows} of ${rows} rows have a propensity below ${EXTREME_PROPENSITY}, the smallest ${smallestPropensity.toExponential(1)}`,
    );
  }
  if (clippedRows > 0) {
    warnings.push(
      `${clippedRows} weights were clipped at ${clip.toFixed(1)}, ${(100 * clippedShare).toFixed(1)} % of the weight: the estimate leans towards the log's own policy`,
    );
  }
  if (effectiveRows < MIN_EFFECTIVE_ROWS) {
    warnings.push(`the log is worth only ${effectiveRows.toFixed(0)} rows for this policy: it says next to nothing`);
  }
  let spread = 0;
  for (const value of values) spread += (value - meanWeight) ** 2;
  const error = Math.sqrt(spread) / Math.max(1, rows);
  if (clippedRows === 0 && Math.abs(meanWeight - 1) > 4 * error + 1e-9) {
    warnings.push(
      `weights average ${meanWeight.toFixed(3)} instead of 1: the log never tries some of what the policy does, or its propensities are wrong`,
    );
  }
  return warnings;
}
