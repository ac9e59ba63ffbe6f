import type { Touch } from '../../../agent/core/touch.ts';
import { type Credit, type Journey, noCredit } from './journey.ts';

/** Rules that hand out what was sold to the touches before it. None of them knows what would have happened without. */
export const ATTRIBUTION_RULES = ['first', 'last', 'linear', 'position'] as const;

export type AttributionRule = (typeof ATTRIBUTION_RULES)[number];

/** Share of the first and of the last touch by `position`; those between share the rest. */
export const POSITION_ENDS = 0.4;

/** Credit of each channel by a rule. All credit together is the value of the conversions that had a touch. */
export function attributeByRule(journeys: Iterable<Journey>, rule: AttributionRule): Credit {
  const credit = noCredit();
  for (const { touches, converted, valueCents } of journeys) {
    if (!converted || touches.length === 0) continue;
    for (const [i, share] of sharesOf(rule, touches).entries()) credit[touches[i]!.channel] += share * valueCents;
  }
  return credit;
}

/** Share of each touch; they sum to 1. */
function sharesOf(rule: AttributionRule, touches: readonly Touch[]): number[] {
  const count = touches.length;
  switch (rule) {
    case 'first':
      return touches.map((_, i) => (i === 0 ? 1 : 0));
    case 'last':
      return touches.map((_, i) => (i === count - 1 ? 1 : 0));
    case 'linear':
      return touches.map(() => 1 / count);
    case 'position':
      if (count <= 2) return touches.map(() => 1 / count);
      return touches.map((_, i) => (i === 0 || i === count - 1 ? POSITION_ENDS : (1 - 2 * POSITION_ENDS) / (count - 2)));
  }
}
