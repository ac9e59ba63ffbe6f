import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Surroundings } from '../../agent/core/journeys/surroundings.ts';
import { isInRange } from '../../models/feature-spec.ts';
import { features } from '../../models/features.ts';
import { ruleIntent } from '../../models/rule-scorer.ts';
import { UNKNOWN, VISIT_SPEC } from '../../models/visit-spec.ts';
import { anyRequest, interest, NOW_MS, product, quietVisit, request } from './requests.ts';

describe('features of a visit', () => {
  it('lie in their declared ranges, whatever the visit', () => {
    fc.assert(
      fc.property(anyRequest, fc.option(fc.nat(1439), { nil: undefined }), (asked, minuteOfDay) => {
        for (const one of asked.products) {
          const values = features(asked, one, minuteOfDay === undefined ? {} : { minuteOfDay });
          expect(values).toHaveLength(VISIT_SPEC.features.length);
          for (const [i, definition] of VISIT_SPEC.features.entries()) {
            if (!isInRange(definition, values[i]!)) throw new Error(`${definition.name} is ${values[i]}`);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are the same after a trip through JSON, as a logged decision makes', () => {
    fc.assert(
      fc.property(anyRequest, (asked) => {
        const values = features(asked, asked.products[0]!);
        expect(JSON.parse(JSON.stringify(values))).toEqual(values);
      }),
    );
  });

  it('change nothing in the visit and give the same answer twice', () => {
    fc.assert(
      fc.property(anyRequest, (asked) => {
        const before = structuredClone({ ...asked.visit });
        expect(features(asked, asked.products[0]!)).toEqual(features(asked, asked.products[0]!));
        expect(asked.visit).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });

  it('say "not known" where the visit says nothing', () => {
    const named = name(features(request(quietVisit(), [product('a')]), product('a')));
    for (const unknown of [
      'since_last_touch_s',
      'evidence_confidence',
      'zone_dwell_s',
      'place_confidence',
      'price_ratio',
      'focus',
      'time_sin',
      'time_cos',
    ]) {
      expect([unknown, named(unknown)]).toEqual([unknown, UNKNOWN]);
    }
    expect([named('picks'), named('interactions'), named('visit_duration_s'), named('is_trigger')]).toEqual([0, 0, 600, 1]);
  });

  it.each<[string, Surroundings, { readonly weather: number; readonly event: number; readonly weekday: number }]>([
    ['nothing is told', { weekday: 4 }, { weather: UNKNOWN, event: UNKNOWN, weekday: 4 }],
    ['the weather is', { weekday: 0, weather: 'Light rain' }, { weather: 1, event: UNKNOWN, weekday: 0 }],
    ['the word is not known', { weekday: 6, weather: 'Regen' }, { weather: UNKNOWN, event: UNKNOWN, weekday: 6 }],
    ['an event goes on', { weekday: 5, weather: 'dry', hasEvent: true }, { weather: 0, event: 1, weekday: 5 }],
    ['it is over', { weekday: 5, weather: 'cold', hasEvent: false }, { weather: 4, event: 0, weekday: 5 }],
  ])('say what is around when %s', (_, around, expected) => {
    const named = name(features({ ...request(quietVisit(), [product('a')]), around }, product('a')));
    expect({ weather: named('weather'), event: named('event'), weekday: named('weekday') }).toEqual(expected);
  });

  it('of what the visit did are the same whatever is around, and rules say the same', () => {
    fc.assert(
      fc.property(anyRequest, anyRequest, (asked, other) => {
        const [one, two] = [asked, { ...asked, around: other.around }].map((each) => features(each, asked.products[0]!));
        const around = VISIT_SPEC.features.map((feature) => feature.around === true);
        expect(one!.filter((_, i) => !around[i])).toEqual(two!.filter((_, i) => !around[i]));
        expect(ruleIntent(one!)).toBe(ruleIntent(two!));
      }),
      { numRuns: 100 },
    );
  });

  it('take nothing of a person: not even what a member bought before', () => {
    const words = VISIT_SPEC.features.map(({ name: word, meaning }) => `${word} ${meaning}`).join(' ');
    expect(words).not.toMatch(/\b(member|loyalty|recency|frequency|value of|age|gender|language)\b/i);
  });

  it('tell a product apart from the others of its category and from the rest of the visit', () => {
    const visit = quietVisit();
    visit.interest.set(
      'a',
      interest({ picks: 2, returns: 1, holding: 1, dwellMs: 12_345, firstAtMs: NOW_MS - 90_000, lastAtMs: NOW_MS - 30_000 }),
    );
    visit.interest.set('b', interest({ picks: 3, holding: 2, dwellMs: 4000 }));
    visit.interest.set('tea', interest({ picks: 5, holding: 4 }));
    for (const sku of ['a', 'a', 'a', 'b'])
      visit.interactions.push({ kind: 'pick', sku, slot: undefined, atMs: NOW_MS - 30_000, confidence: 0.8 });
    visit.interactions.push({ kind: 'try', sku: 'a', slot: undefined, atMs: NOW_MS - 600_000, confidence: 0.8 });
    const shelf = [
      product('a', { priceCents: 1500 }),
      product('b', { priceCents: 500 }),
      product('tea', { category: 'tea', priceCents: 1000 }),
    ];
    const named = name(features(request(visit, shelf), shelf[0]!, { minuteOfDay: 360 }));
    const expected: Record<string, number> = {
      picks: 2,
      returns: 1,
      holding: 1,
      tries: 1,
      product_dwell_s: 12.345,
      since_first_touch_s: 90,
      since_last_touch_s: 30,
      recent_touches: 3,
      evidence_confidence: 0.9,
      category_touches: 3,
      category_dwell_s: 4,
      category_products: 1,
      category_holding: 2,
      units_held: 7,
      products_touched: 3,
      price_ratio: 1.5,
      focus: 0.8,
      time_sin: 1,
      time_cos: 0,
    };
    for (const [feature, value] of Object.entries(expected)) expect([feature, named(feature)]).toEqual([feature, value]);
  });
});

function name(values: readonly number[]): (feature: string) => number {
  return (feature) => values[VISIT_SPEC.index.get(feature)!]!;
}
