import type { Score } from '../agent/core/decision.ts';
import type { ScoreEffect } from '../agent/core/effect.ts';
import type { Probability, TimestampMs } from '../agent/core/units.ts';
import { at, confidence } from './confidence.ts';
import { features } from './features.ts';
import type { Scorer } from './scorer.ts';
import { UNKNOWN, VISIT_SPEC } from './visit-spec.ts';

/** Options that every scorer of visits takes. */
export interface VisitScorerOptions {
  /** Minutes since local midnight at a timestamp; left out, the time of day stays unknown to the model. */
  readonly minuteOfDay?: (atMs: TimestampMs) => number;
}

/** Scores by a table of points that a manager can read. Needs no file, cannot fail, and is what serves when a model does not. */
export class RuleScorer implements Scorer {
  readonly name = 'rules@1';
  readonly #minuteOfDay: VisitScorerOptions['minuteOfDay'];

  constructor(options: VisitScorerOptions = {}) {
    this.#minuteOfDay = options.minuteOfDay;
  }

  score(requests: readonly ScoreEffect[]): Promise<readonly (readonly Score[])[]> {
    return Promise.resolve(requests.map((request) => this.#one(request)));
  }

  #one(request: ScoreEffect): Score[] {
    const options = this.#minuteOfDay === undefined ? {} : { minuteOfDay: this.#minuteOfDay(request.nowMs) };
    return request.products.map((product) => {
      const values = features(request, product, options);
      return {
        sku: product.sku,
        intent: ruleIntent(values),
        confidence: confidence(values),
        features: values,
        featureSpec: VISIT_SPEC.id,
        model: this.name,
      };
    });
  }
}

/** One line of the table: log-odds per unit of a feature, up to a cap of units. */
interface Rule {
  readonly feature: string;
  readonly points: number;
  readonly per: number;
  readonly upTo: number;
}

/** Log-odds of a purchase with no sign of interest at all: 12 %. */
export const BASE_LOG_ODDS = -2;

/**
 * What each sign adds to the log-odds of buying this product: rounded from a regression on simulated days without offers, with priors where
 * those days say nothing (trying, dismissals). Putting back says most.
 */
export const RULES: readonly Rule[] = [
  { feature: 'picks', points: 0.3, per: 1, upTo: 2 },
  { feature: 'returns', points: -1.4, per: 1, upTo: 2 },
  { feature: 'compares', points: 0.3, per: 1, upTo: 2 },
  { feature: 'scans', points: 0.9, per: 1, upTo: 2 },
  { feature: 'tries', points: 0.5, per: 1, upTo: 2 },
  { feature: 'holding', points: 0.9, per: 1, upTo: 1 },
  { feature: 'product_dwell_s', points: 0.15, per: 15, upTo: 4 },
  { feature: 'since_last_touch_s', points: -0.2, per: 120, upTo: 5 },
  { feature: 'category_touches', points: 0.05, per: 1, upTo: 4 },
  { feature: 'category_holding', points: -0.6, per: 1, upTo: 1 },
  { feature: 'dismissals', points: -0.4, per: 1, upTo: 3 },
];

/** The table applied to a vector of `VISIT_SPEC`: a probability in (0, 1). Unknown values (-2, or NaN as training has them) add nothing. */
export function ruleIntent(values: ArrayLike<number>): Probability {
  let logOdds = BASE_LOG_ODDS;
  for (const { position, points, per, upTo } of COMPILED) {
    const value = values[position]!;
    if (value !== UNKNOWN && !Number.isNaN(value)) logOdds += points * Math.min(upTo, value / per);
  }
  return 1 / (1 + Math.exp(-logOdds));
}

const COMPILED = RULES.map((rule) => ({ ...rule, position: at(rule.feature) }));
