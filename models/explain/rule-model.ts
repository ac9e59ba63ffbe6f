import { at } from '../confidence.ts';
import { BASE_LOG_ODDS, RULES, ruleIntent } from '../rule-scorer.ts';
import { UNKNOWN } from '../visit-spec.ts';
import type { ModelExplainer } from './model-explainer.ts';

/** Explains the rule table by itself: what each line added. A sum's Shapley values are its terms. */
export const RULE_EXPLAINER: ModelExplainer = {
  method: 'rules',
  attribute: (values) => ({
    method: 'rules',
    base: BASE_LOG_ODDS,
    parts: RULES.map(({ feature, points, per, upTo }) => {
      const value = values[at(feature)] ?? UNKNOWN;
      return { name: feature, share: value === UNKNOWN ? 0 : points * Math.min(upTo, value / per) };
    }),
  }),
  intent: (values) => ruleIntent(values),
};
