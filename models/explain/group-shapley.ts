import type { Probability } from '../../agent/core/units.ts';
import { UNKNOWN, VISIT_SPEC } from '../visit-spec.ts';
import { FEATURE_GROUPS, FEATURE_WORDS } from './feature-words.ts';
import type { Attribution } from './model-explainer.ts';

/** Asks a model for many vectors at once. */
export type AskModel = (rows: readonly (readonly number[])[]) => Promise<readonly Probability[]>;

/**
 * Explains any model from outside: exact Shapley values of the eight groups of features, a group out of the coalition having the values of a
 * visit that did nothing yet. 256 questions in one call; the price stays the product's own.
 */
export async function attributeGroups(ask: AskModel, values: readonly number[]): Promise<Attribution> {
  const count = FEATURE_GROUPS.length;
  const groupOf = VISIT_SPEC.features.map(({ name }) => FEATURE_GROUPS.indexOf(FEATURE_WORDS[name]?.group ?? 'certainty'));
  const rows = Array.from({ length: 2 ** count }, (_, coalition) =>
    values.map((value, i) => ((coalition & (1 << groupOf[i]!)) === 0 ? IDLE[i]! : value)),
  );
  const worth = (await ask(rows)).map(logOdds);
  const parts = FEATURE_GROUPS.map((name, group) => {
    let share = 0;
    for (let coalition = 0; coalition < rows.length; coalition++) {
      if ((coalition & (1 << group)) !== 0) continue;
      share += weight(bits(coalition), count) * (worth[coalition | (1 << group)]! - worth[coalition]!);
    }
    return { name, share };
  });
  return { method: 'groups', base: worth[0]!, parts };
}

/** A visit that did nothing: counts are 0 and everything else is not known; what a price is, is no doing of the visit. */
const IDLE: readonly number[] = VISIT_SPEC.features.map(({ unit, name }) => (unit === 'count' && name !== 'is_trigger' ? 0 : UNKNOWN));

function logOdds(probability: Probability): number {
  const kept = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return Math.log(kept / (1 - kept));
}

function bits(mask: number): number {
  let count = 0;
  for (let left = mask; left > 0; left >>= 1) count += left & 1;
  return count;
}

function weight(size: number, count: number): number {
  let choose = 1;
  for (let i = 1; i <= size; i++) choose = (choose * (count - i)) / i;
  return 1 / (count * choose);
}
