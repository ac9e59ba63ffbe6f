import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, type Experiment, experimentProblems } from '../../../agent/core/experiments/experiment.ts';
import { breaches } from '../../../agent/core/experiments/guardrails.ts';
import { judgeExperiment } from '../../../agent/core/experiments/judge-experiment.ts';
import { sampleRatio } from '../../../agent/core/experiments/sample-ratio.ts';
import { visitsNeeded, visitsNeededOnce } from '../../../agent/core/experiments/sequential.ts';
import { shiftTraffic } from '../../../agent/core/experiments/shift-traffic.ts';
import { addTo, differenceOf, noSums, type Sums } from '../../../agent/core/experiments/sums.ts';
import { chiSquareTail } from '../../../agent/core/policy/distributions.ts';
import { createRandom } from '../../../models/training/random.ts';
import { foundAfter, profits, purchases, regulars, shareFound } from './ab-simulation.ts';

function experiment(id: string, more: Partial<Experiment> = {}): Experiment {
  const variants = [
    { name: 'control', weight: 1 },
    { name: 'treated', weight: 1 },
  ];
  return { id, layer: 'offers', from: 0, to: 1, variants, ...more };
}

const UNITS = Array.from({ length: 20_000 }, (_, i) => `visit-${i}`);

function drawn(
  draw: (random: ReturnType<typeof createRandom>) => readonly [y: number, before?: number],
  count: number,
  seed: number,
): Sums {
  const random = createRandom(seed);
  const sums = noSums();
  for (let i = 0; i < count; i++) addTo(sums, ...draw(random));
  return sums;
}

describe('assignment', () => {
  it('is sticky and follows the weights', () => {
    const weighted = experiment('e', {
      variants: [
        { name: 'a', weight: 5 },
        { name: 'b', weight: 3 },
        { name: 'c', weight: 2 },
        { name: 'off', weight: 0 },
      ],
    });
    const counts = new Map<string, number>();
    for (const unit of UNITS) {
      const variant = assign(weighted, unit)!;
      expect(assign(weighted, unit)).toBe(variant);
      counts.set(variant, (counts.get(variant) ?? 0) + 1);
    }
    expect(counts.has('off')).toBe(false);
    expect(sampleRatio([counts.get('a')!, counts.get('b')!, counts.get('c')!], [5, 3, 2]).pValue).toBeGreaterThan(0.001);
  });

  it('moves units only to the variant whose weight was raised', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 5 }), fc.nat(4), (unit, weights, at) => {
        fc.pre(weights.some((weight) => weight > 0));
        const raised = at % weights.length;
        const variants = weights.map((weight, i) => ({ name: `v${i}`, weight }));
        const after = variants.map((variant, i) => (i === raised ? { ...variant, weight: variant.weight + 2 } : variant));
        const [was, is] = [assign(experiment('e', { variants }), unit), assign(experiment('e', { variants: after }), unit)];
        expect(is === was || is === `v${raised}`).toBe(true);
      }),
    );
  });

  it('never puts a unit in two experiments of one layer', () => {
    const layer = Array.from({ length: 10 }, (_, i) => experiment(`e${i}`, { from: i / 10, to: (i + 1) / 10 }));
    for (const unit of UNITS.slice(0, 2000)) expect(layer.filter((one) => assign(one, unit) !== undefined)).toHaveLength(1);
  });

  it('is independent between any two of hundreds of experiments in layers of their own', () => {
    const experiments = Array.from({ length: 300 }, (_, i) => experiment(`e${i}`, { layer: `layer ${i}` }));
    const units = UNITS.slice(0, 2000);
    const inTreated = experiments.map((one) => units.map((unit) => assign(one, unit) === 'treated'));
    let surprising = 0;
    for (let i = 1; i < experiments.length; i++) {
      const both = units.filter((_, unit) => inTreated[i]![unit] === inTreated[i - 1]![unit]).length;
      if (chiSquareTail((2 * both - units.length) ** 2 / units.length, 1) < 0.01) surprising++;
    }
    // 3 of 299 expected; 12 would be chance once in ten thousand times.
    expect(surprising).toBeLessThan(12);
  });

  it('refuses experiments that would share visits, and says which', () => {
    const problems = experimentProblems([
      experiment('a', { from: 0, to: 0.6 }),
      experiment('b', { from: 0.5, to: 1 }),
      experiment('c', { layer: 'other' }),
      experiment('d', { layer: 'third', variants: [] }),
    ]);
    expect(problems).toEqual([
      'Cannot run experiment "d": it has 0 variant, and a comparison needs two',
      'Cannot run experiment "d": every weight is 0',
      'Cannot run experiment "b": it shares a part of layer "offers" with "a"',
    ]);
  });
});

describe('the sample-ratio check', () => {
  it('finds a split that lost one visit in ten of a variant', () => {
    expect(sampleRatio([10_000, 9_000], [1, 1]).isBroken).toBe(true);
    expect(sampleRatio([10_000, 9_900], [1, 1])).toMatchObject({ isBroken: false });
    expect(sampleRatio([10_000, 9_000], [1, 1]).pValue).toBeCloseTo(chiSquareTail(1_000_000 / 19_000, 1), 15);
  });

  it('stays calm over a thousand healthy splits looked at after every visit', () => {
    let broken = 0;
    for (let seed = 1; seed <= 1000; seed++) {
      const random = createRandom(7919 * seed);
      const counts = [0, 0];
      let was = false;
      for (let visit = 0; visit < 600 && !was; visit++) {
        counts[random.next() < 0.5 ? 0 : 1]!++;
        was = visit % 4 === 0 && sampleRatio(counts, [1, 1]).isBroken;
      }
      if (was) broken++;
    }
    expect(broken).toBeLessThanOrEqual(5);
  });

  it('calls broken what has visits in a variant of weight 0', () => {
    expect(sampleRatio([100, 100, 1], [1, 1, 0]).isBroken).toBe(true);
  });
});

describe('figures from before the experiment', () => {
  it('take out the noise that they foresaw, and leave the difference', () => {
    const visit = (lift: number) => (random: ReturnType<typeof createRandom>) => {
      const before = random.normal();
      return [before + 0.5 * random.normal() + lift, before] as const;
    };
    const [treated, control] = [drawn(visit(0.2), 4000, 1), drawn(visit(0), 4000, 2)];
    const found = differenceOf(treated, control);
    expect(found.reduced).toBeGreaterThan(0.75);
    expect(Math.abs(found.value - 0.2)).toBeLessThan(4 * Math.sqrt(found.variance));
    expect(found.variance).toBeLessThan(
      0.3 * differenceOf({ ...treated, x: 0, xx: 0, xy: 0 }, { ...control, x: 0, xx: 0, xy: 0 }).variance,
    );
  });

  it('that foresee nothing change nothing', () => {
    const [treated, control] = [drawn((random) => [random.normal()], 500, 3), drawn((random) => [random.normal()], 700, 4)];
    expect(differenceOf(treated, control)).toMatchObject({ reduced: 0, value: treated.y / 500 - control.y / 700 });
  });
});

describe('a test that may be looked at after every visit', () => {
  it.each([
    ['purchases', purchases(), 0.05],
    ['long-tailed profits', profits(), 30],
    ['baskets with last month beside them', regulars(), 0.1],
  ] as const)('raises a false alarm in at most 5 % of tests of nothing: %s', (_name, draw, effect) => {
    expect(shareFound(draw, { tests: 250, visits: 400, effect })).toBeLessThanOrEqual(0.05);
  });

  it('finds a true difference as often as planned', () => {
    const visits = visitsNeeded({ variance: 0.12, effect: 0.06 });
    expect(visits).toBeGreaterThan(visitsNeededOnce({ variance: 0.12, effect: 0.06 }));
    expect(shareFound(purchases(0.06), { tests: 80, visits, effect: 0.06 })).toBeGreaterThan(0.8);
  });

  it('needs fewer visits where figures from before help', () => {
    const [found, blind] = [1, 2, 3, 4, 5, 6].reduce(
      (sum, seed) => {
        const run = { visits: 20_000, effect: 0.15, seed };
        const without = (random: Parameters<ReturnType<typeof regulars>>[0], treated: boolean) => ({
          y: regulars(0.15)(random, treated).y,
        });
        return [sum[0]! + foundAfter(regulars(0.15), run)!, sum[1]! + foundAfter(without, run)!];
      },
      [0, 0],
    );
    expect(found!).toBeLessThan(0.6 * blind!);
  });
});

describe('guardrails', () => {
  const steady = (rate: number) => (random: ReturnType<typeof createRandom>) => [random.next() < rate ? 1 : 0] as const;
  const rail = (treatedRate: number) => ({
    kind: 'compared' as const,
    name: 'dismissals',
    harm: 'rises' as const,
    tolerance: 0.01,
    effect: 0.05,
    treated: drawn(steady(treatedRate), 2000, 1),
    control: drawn(steady(0.1), 2000, 2),
  });

  it('stop what does harm beyond the tolerance, and only that', () => {
    expect(breaches([rail(0.2)])[0]?.sentence).toMatch(/^Stopped: dismissals rises by at least 0\.0/);
    expect(breaches([rail(0.11)])).toEqual([]);
  });

  it('stop at once where a limit is crossed', () => {
    const sentence = 'Stopped: stock is 3, below 5';
    expect(breaches([{ kind: 'limit', name: 'stock', value: 3, atLeast: 5 }])).toEqual([{ name: 'stock', sentence }]);
  });
});

describe('the verdict', () => {
  const at = (rate: number, count: number, seed: number) => drawn((random) => [random.next() < rate ? 1 : 0], count, seed);
  const judge = (control: Sums, treated: Sums) => judgeExperiment(experiment('e'), { sums: { control, treated }, effect: 0.05 });

  it.each([
    ['winner', judge(at(0.1, 3000, 1), at(0.2, 3000, 2)), 'treated'],
    ['no-better', judge(at(0.2, 6000, 1), at(0.1, 6000, 2)), 'control'],
    ['undecided', judge(at(0.1, 150, 1), at(0.11, 150, 2)), undefined],
    ['too-early', judge(at(0.1, 20, 1), at(0.9, 20, 2)), undefined],
    ['broken-split', judge(at(0.1, 4000, 1), at(0.9, 3000, 2)), undefined],
  ] as const)('is %s', (verdict, report, use) => {
    expect([report.verdict, report.use]).toEqual([verdict, use]);
    expect(report.sentence.length).toBeGreaterThan(20);
  });

  it('moves traffic to the winner by steps, to nearly all, and nobody away from it', () => {
    let running = experiment('e');
    const shares: number[] = [];
    for (let step = 0; step < 6; step++) {
      const next = shiftTraffic(running, 'treated');
      for (const unit of UNITS.slice(0, 500)) if (assign(running, unit) === 'treated') expect(assign(next, unit)).toBe('treated');
      running = next;
      shares.push(running.variants[1]!.weight / (1 + running.variants[1]!.weight));
    }
    expect(shares.map((share) => Number(share.toFixed(2)))).toEqual([0.75, 0.9, 0.95, 0.95, 0.95, 0.95]);
  });
});
