import type { Probability } from '../../agent/core/units.ts';
import { at } from '../confidence.ts';
import { UNKNOWN, VISIT_SPEC } from '../visit-spec.ts';

/** One more thing that the shopper could have done, and the vector as it would have been then. */
export interface WhatIf {
  /** The end of "if the shopper had ...". */
  readonly act: string;
  readonly values: readonly number[];
}

/** Everything a shopper can do next with a product, one thing at a time. Nothing else of a visit is anybody's to change. */
export function whatIfs(values: readonly number[]): readonly WhatIf[] {
  const holds = known(values, 'holding') > 0;
  const picked = { picks: 1, holding: 1, recent_touches: 1, interactions: 1, units_held: 1 };
  const acts: WhatIf[] = [
    { act: 'picked it up once more', values: after(values, picked) },
    { act: 'scanned it', values: after(values, { scans: 1, recent_touches: 1, interactions: 1 }) },
    { act: 'compared it with another', values: after(values, { ...picked, compares: 1, category_touches: 1 }) },
    { act: 'stood at it a minute longer', values: after(values, { product_dwell_s: 60, visit_duration_s: 60, zone_dwell_s: 60 }, false) },
  ];
  if (holds)
    acts.push({
      act: 'put it back',
      values: after(values, { returns: 1, holding: -1, recent_touches: 1, interactions: 1, units_held: -1 }),
    });
  if (known(values, 'returns') > 0 && !holds)
    acts.push({ act: 'kept it in the hand', values: after(values, { returns: -1, holding: 1, units_held: 1 }) });
  return acts;
}

/** The first act, smallest change of the answer first, that brings the intent into (or out of) a range. */
export function actThatCrosses(
  acts: readonly { readonly act: string; readonly intent: Probability }[],
  range: { readonly low: Probability; readonly high: Probability; readonly wanted: 'inside' | 'outside' },
): { readonly act: string; readonly intent: Probability } | undefined {
  const middle = (range.low + range.high) / 2;
  return [...acts]
    .filter(({ intent }) => (intent >= range.low && intent <= range.high) === (range.wanted === 'inside'))
    .sort((a, b) => Math.abs(a.intent - middle) - Math.abs(b.intent - middle))[0];
}

function after(values: readonly number[], change: Readonly<Record<string, number>>, isTouch = true): readonly number[] {
  const next = [...values];
  for (const [name, by] of Object.entries(change)) {
    const { min, max } = VISIT_SPEC.features[at(name)]!;
    next[at(name)] = Math.min(max, Math.max(min, known(values, name) + by));
  }
  if (isTouch) {
    next[at('since_last_touch_s')] = 0;
    if (next[at('since_first_touch_s')] === UNKNOWN) next[at('since_first_touch_s')] = 0;
  }
  return next;
}

function known(values: readonly number[], name: string): number {
  const value = values[at(name)] ?? UNKNOWN;
  return value === UNKNOWN ? 0 : value;
}
