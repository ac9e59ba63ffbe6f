import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidence } from '../../models/confidence.ts';
import { features } from '../../models/features.ts';
import { RuleScorer, ruleIntent } from '../../models/rule-scorer.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import { anyRequest, interest, NOW_MS, product, quietVisit, request } from './requests.ts';

const A = product('a');

describe('the rule scorer', () => {
  it('answers every product of every request, in order, with probabilities', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRequest, { maxLength: 3 }), async (asked) => {
        const answers = await new RuleScorer().score(asked);
        expect(answers.map((answer) => answer.map((score) => score.sku))).toEqual(asked.map((one) => one.products.map(({ sku }) => sku)));
        for (const score of answers.flat()) {
          expect(score.intent).toBeGreaterThanOrEqual(0);
          expect(score.intent).toBeLessThanOrEqual(1);
          expect(score.confidence).toBeGreaterThanOrEqual(0);
          expect(score.confidence).toBeLessThanOrEqual(1);
          expect([score.model, score.featureSpec]).toEqual(['rules@1', VISIT_SPEC.id]);
        }
      }),
      { numRuns: 50 },
    );
  });

  const ladder = [
    ['taken and put back', { picks: 1, returns: 1 }],
    ['nothing', {}],
    ['scanned', { scans: 1 }],
    ['taken', { picks: 1, holding: 1 }],
    ['taken and stood at for a minute', { picks: 1, holding: 1, dwellMs: 60_000 }],
    ['two taken after comparing for a minute', { picks: 2, holding: 2, compares: 2, dwellMs: 60_000 }],
  ] as const;

  it('rises along a ladder of interest', () => {
    const intents = ladder.map(([, done]) => intentOf(done));
    expect(intents).toEqual([...intents].sort((a, b) => a - b));
    expect(new Set(intents).size).toBe(intents.length);
  });

  it('falls when a substitute is in the cart or when the interest gets old', () => {
    const visit = quietVisit();
    visit.interest.set('a', interest({ picks: 1, holding: 1, lastAtMs: NOW_MS - 600_000 }));
    expect(ruleIntent(features(request(visit, [A]), A))).toBeLessThan(intentOf({ picks: 1, holding: 1 }));
    const both = quietVisit();
    both.interest.set('a', interest({ picks: 1, returns: 1 }));
    both.interest.set('b', interest({ picks: 1, holding: 1 }));
    expect(ruleIntent(features(request(both, [A, product('b')]), A))).toBeLessThan(intentOf({ picks: 1, returns: 1 }));
  });
});

describe('confidence', () => {
  const sure = { picks: 3, confidence: 1 };
  const base = confidence(vector(sure));

  it.each([
    ['thin evidence', vector({ picks: 1, confidence: 1 }), []],
    ['no evidence', vector(undefined), []],
    ['doubt whose evidence it is', vector({ ...sure, confidence: 0.5 }), []],
    ['stale evidence', vector({ ...sure, lastAtMs: NOW_MS - 900_000 }), []],
    ['a value that training never saw', vector(sure), [{ low: 0, high: 2 }]],
  ] as const)('is lowered by %s', (_, values, trained) => {
    expect(confidence(values, trained)).toBeLessThan(base);
    expect(confidence(values, trained)).toBeGreaterThan(0);
  });

  it('follows its formula', () => {
    expect(confidence(vector({ picks: 1, confidence: 0.8, dwellMs: 15_000 }))).toBeCloseTo(0.8 * (1 - 0.125), 12);
    expect(confidence(vector({ picks: 1, confidence: 1, lastAtMs: NOW_MS - 420_000 }))).toBeCloseTo(0.75 * 0.5, 12);
    expect(confidence(vector({ picks: 1, confidence: 1 }), [{ low: 5, high: 9 }])).toBeCloseTo(0.75 * 0.85, 12);
    expect(
      confidence(
        vector({ picks: 1, confidence: 1 }),
        VISIT_SPEC.features.map(() => ({ low: 1e9, high: 1e9 })),
      ),
    ).toBeCloseTo(0.75 * 0.3, 12);
  });
});

function intentOf(done: Parameters<typeof interest>[0]): number {
  return ruleIntent(vector(done));
}

function vector(done: Parameters<typeof interest>[0] | undefined): number[] {
  const visit = quietVisit();
  if (done !== undefined) visit.interest.set('a', interest(done));
  return features(request(visit, [A]), A);
}
