/** What a policy did and what came of it: one row a decision, in the order they were made. */
export interface PolicyLog {
  readonly rows: number;
  /** How many actions there are; an action is a number below it. */
  readonly actions: number;
  readonly action: Int32Array;
  /** What came of it: 0 or 1, or money; a decision whose reward is not known must be left out, not set to 0. */
  readonly reward: Float64Array;
  /** Probability with which the action was taken, in (0, 1]. */
  readonly propensity: Float64Array;
}

/** The policy to be judged: probability with which it would take `action` at `row`. Over all actions of a row these sum to 1. */
export type TargetPolicy = (action: number, row: number) => number;

/** What each action of each row is expected to bring, by a model that did not learn from that row. */
export type Promises = (action: number, row: number) => number;

/** Below this a propensity is reported: one such row can outweigh thousands. */
export const EXTREME_PROPENSITY = 1e-3;
