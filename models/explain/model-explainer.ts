import type { Probability } from '../../agent/core/units.ts';

/**
 * How an explanation was come by. `trees`: exact Shapley values of the model's own trees, path-dependent. `rules`: the points of the rule table
 * themselves. `groups`: the model is closed; exact Shapley values of eight groups of features, against a visit that did nothing. `none`: the
 * model is not here any more.
 */
export type ExplanationMethod = 'trees' | 'rules' | 'groups' | 'none';

/** What one feature, or one group of them, added to the log-odds of a purchase. */
export interface Part {
  /** Name of a feature of `VISIT_SPEC`, or of a `FeatureGroup`. */
  readonly name: string;
  readonly share: number;
}

/** A score taken apart: `base` plus all shares is its log-odds. */
export interface Attribution {
  readonly method: ExplanationMethod;
  readonly base: number;
  readonly parts: readonly Part[];
}

/** Explains scores of one model. Vectors are those of `VISIT_SPEC`, as decisions store them. */
export interface ModelExplainer {
  readonly method: ExplanationMethod;
  attribute(values: readonly number[]): Attribution;
  /** What the model says to other vectors, for "what would change the answer". */
  intent(values: readonly number[]): Probability;
}
