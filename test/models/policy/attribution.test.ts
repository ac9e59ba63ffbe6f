import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNELS } from '../../../agent/core/touch.ts';
import { channelReport, type EligibleVisit, wilson } from '../../../models/policy/attribution/channel-report.ts';
import type { Journey } from '../../../models/policy/attribution/journey.ts';
import { ATTRIBUTION_RULES, attributeByRule } from '../../../models/policy/attribution/rules.ts';
import { attributeByShapley, shapleyValues } from '../../../models/policy/attribution/shapley.ts';
import { createRandom } from '../../../models/training/random.ts';

const journeys: fc.Arbitrary<Journey[]> = fc.array(
  fc
    .record({ channels: fc.array(fc.constantFrom(...CHANNELS), { maxLength: 6 }), converted: fc.boolean(), cents: fc.nat(5000) })
    .map(({ channels, converted, cents }) => ({
      touches: channels.map((channel, i) => ({ channel, atMs: i })),
      converted,
      valueCents: converted ? cents : 0,
    })),
  { maxLength: 40 },
);

const games = fc
  .integer({ min: 1, max: 5 })
  .chain((players) =>
    fc.tuple(
      fc.constant(players),
      fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1 << players, maxLength: 1 << players }),
    ),
  );

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

describe('rules of attribution', () => {
  it('hand out all that was sold to those who were reached, and no more', () => {
    fc.assert(
      fc.property(journeys, fc.constantFrom(...ATTRIBUTION_RULES), (all, rule) => {
        const sold = sum(all.filter(({ touches }) => touches.length > 0).map(({ valueCents }) => valueCents));
        expect(sum(Object.values(attributeByRule(all, rule)))).toBeCloseTo(sold, 6);
      }),
    );
  });

  it.each([
    ['first', { phone: 100 }],
    ['last', { staff: 100 }],
    ['linear', { phone: 50, label: 25, staff: 25 }],
    ['position', { phone: 50, label: 10, staff: 40 }],
  ] as const)('%s', (rule, expected) => {
    const channels = ['phone', 'label', 'phone', 'staff'] as const;
    const touches = channels.map((channel, atMs) => ({ channel, atMs }));
    const credit = attributeByRule([{ touches, converted: true, valueCents: 100 }], rule);
    for (const channel of CHANNELS) expect(credit[channel]).toBeCloseTo((expected as Record<string, number>)[channel] ?? 0, 9);
  });
});

describe('Shapley values', () => {
  it('share out exactly what all are worth beyond none (efficiency)', () => {
    fc.assert(
      fc.property(games, ([players, values]) => {
        expect(sum(shapleyValues(players, (set) => values[set]!))).toBeCloseTo(values.at(-1)! - values[0]!, 6);
      }),
    );
  });

  it('give nothing to who adds nothing, the same to who adds the same, and add up over games', () => {
    fc.assert(
      fc.property(games, ([players, values]) => {
        // A player more that changes nothing, and one whose role is that of player 0.
        const idle = shapleyValues(players + 1, (set) => values[set & ((1 << players) - 1)]!);
        expect(idle[players]).toBeCloseTo(0, 6);
        const twins = shapleyValues(players + 1, (set) => {
          const either = (set & 1) | (set >> players);
          return values[(set & ((1 << players) - 1) & ~1) | either]!;
        });
        expect(twins[players]).toBeCloseTo(twins[0]!, 6);
        const doubled = shapleyValues(players, (set) => values[set]! + values[set]! ** 2);
        const parts = [shapleyValues(players, (set) => values[set]!), shapleyValues(players, (set) => values[set]! ** 2)];
        for (const [i, value] of doubled.entries()) expect(value).toBeCloseTo(parts[0]![i]! + parts[1]![i]!, 6);
      }),
    );
  });

  it('of channels add up with the base to all that was sold', () => {
    fc.assert(
      fc.property(journeys, (all) => {
        const { credit, baseCents } = attributeByShapley(all);
        expect(sum(Object.values(credit)) + baseCents).toBeCloseTo(sum(all.map(({ valueCents }) => valueCents)), 4);
      }),
    );
  });

  it('credit a channel only with what its visits buy beyond those nobody reached', () => {
    const visit = (converted: boolean, touched: boolean): Journey => ({
      touches: touched ? [{ channel: 'phone', atMs: 0 }] : [],
      converted,
      valueCents: converted ? 100 : 0,
    });
    const all = [visit(true, false), visit(false, false), visit(true, true), visit(true, true), visit(true, true), visit(false, true)];
    // Half buy without, two thirds of all; base is half of all six visits, the phone the rest.
    const { baseCents, credit } = attributeByShapley(all);
    expect([baseCents, credit.staff]).toEqual([300, 0]);
    expect(credit.phone).toBeCloseTo(100, 9);
    expect(attributeByRule(all, 'last').phone).toBe(300);
  });
});

describe('the channel report', () => {
  it('shows that rules credit a channel that caused nothing, and the holdout does not', () => {
    const random = createRandom(1);
    const visits = Array.from({ length: 4000 }, (): EligibleVisit => {
      const arm = random.next() < 0.2 ? 'holdout' : 'treated';
      const converted = random.next() < 0.2;
      const valueCents = converted ? 1000 : 0;
      const touches = arm === 'treated' ? [{ channel: 'phone' as const, atMs: 0 }] : [];
      return { arm, touches, converted, valueCents, profitCents: converted ? 300 : 0 };
    });
    const report = channelReport(visits, { phone: 50 }, { rounds: 40 });
    const phone = report.lines[0]!;
    expect(phone.credit.last.low).toBeGreaterThan(500_000);
    expect(report.incrementalCents!.low).toBeLessThan(0);
    expect(report.incrementalCents!.high).toBeGreaterThan(0);
    expect(phone).toMatchObject({ channel: 'phone', costCents: 50 * report.treatedVisits, exposed: report.treatedVisits });
    expect(report.lines[1]!.conversion).toEqual({ value: 0, low: 0, high: 1 });
  });

  it('says that it cannot say before the holdout is large enough', () => {
    const report = channelReport([{ arm: 'treated', touches: [], converted: true, valueCents: 5, profitCents: 5 }], {}, { rounds: 5 });
    expect(report.incrementalCents).toBeUndefined();
    expect(report.sentence).toMatch(/cannot be said before the holdout is larger/);
  });

  it("gives Wilson's interval", () => {
    const { low, high } = wilson(8, 10);
    expect([low, high].map((value) => Number(value.toFixed(3)))).toEqual([0.49, 0.943]);
  });
});
