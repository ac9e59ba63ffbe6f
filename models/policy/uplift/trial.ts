import { pick } from '../../training/table.ts';

/** Rows of a randomised trial: who they were, which arm chance gave them, what came of it. Arm 0 is "nothing" by convention. */
export interface Trial {
  readonly rows: number;
  /** Names of the arms; arm numbers are positions in it. */
  readonly arms: readonly string[];
  /** Model inputs, one array per column; NaN is "not known". */
  readonly columns: readonly Float32Array[];
  readonly columnNames: readonly string[];
  readonly arm: Uint8Array;
  /** What is to be made large: 0 or 1 for a visit or purchase, or money. */
  readonly outcome: Float64Array;
  /** Per arm, the probability with which each row was given it; above 0. */
  readonly propensities: readonly Float64Array[];
}

/** The rows at these positions, in this order. */
export function selectTrial(trial: Trial, rows: Int32Array): Trial {
  return {
    ...trial,
    rows: rows.length,
    columns: trial.columns.map((column) => pick(column, rows, new Float32Array(rows.length))),
    arm: pick(trial.arm, rows, new Uint8Array(rows.length)),
    outcome: pick(trial.outcome, rows, new Float64Array(rows.length)),
    propensities: trial.propensities.map((column) => pick(column, rows, new Float64Array(rows.length))),
  };
}

/** Two arms of a trial as a trial of their own: `treated` becomes arm 1, `control` arm 0, and propensities are among the two. */
export function twoArms(trial: Trial, { control, treated }: { readonly control: number; readonly treated: number }): Trial {
  const rows = Int32Array.from({ length: trial.rows }, (_, row) => row).filter(
    (row) => trial.arm[row] === control || trial.arm[row] === treated,
  );
  const part = selectTrial(trial, rows);
  const [p0, p1] = [part.propensities[control]!, part.propensities[treated]!];
  return {
    ...part,
    arms: [trial.arms[control]!, trial.arms[treated]!],
    arm: part.arm.map((arm) => (arm === treated ? 1 : 0)),
    propensities: [p0.map((p, row) => p / (p + p1[row]!)), p1.map((p, row) => p / (p + p0[row]!))],
  };
}

/** Propensities of a trial that dealt its arms out by fixed shares. */
export function fixedPropensities(rows: number, shares: readonly number[]): Float64Array[] {
  return shares.map((share) => new Float64Array(rows).fill(share));
}

/** The rows of one arm, ascending. */
export function rowsOfArm(trial: Trial, arm: number): Int32Array {
  return Int32Array.from({ length: trial.rows }, (_, row) => row).filter((row) => trial.arm[row] === arm);
}
