import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeQueue } from '../../devices/simulator/queue.ts';
import { Random, uniformOf } from '../../devices/simulator/random.ts';

const N = 20_000;
const draws = (draw: (random: Random) => number) => {
  const random = new Random('test');
  return Array.from({ length: N }, () => draw(random));
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};

describe('Random', () => {
  it.each([
    ['uniform', (random: Random) => random.uniform(), 0.5, Math.sqrt(1 / 12)],
    ['normal', (random: Random) => random.normal(3, 2), 3, 2],
    ['exponential', (random: Random) => random.exponential(4), 4, 4],
    ['few of poisson', (random: Random) => random.poisson(2.5), 2.5, Math.sqrt(2.5)],
    ['many of poisson', (random: Random) => random.poisson(100), 100, 10],
    ['chance', (random: Random) => Number(random.chance(0.3)), 0.3, Math.sqrt(0.21)],
    ['below', (random: Random) => random.below(11), 5, Math.sqrt(10)],
  ] as const)('draws %s with the right mean and spread', (_name, draw, middle, spread) => {
    const values = draws(draw);
    expect(Math.abs(mean(values) - middle)).toBeLessThan((4 * spread) / Math.sqrt(N) + 1e-9);
    expect(deviation(values) / spread).toBeCloseTo(1, 1);
  });

  it('chooses by weight, never what weighs nothing, and nothing from nothing', () => {
    const random = new Random('weights');
    const chosen = Array.from({ length: N }, () => random.weighted(['a', 'b', 'c'], (item) => ({ a: 1, b: 3, c: 0 })[item] ?? 0));
    expect(chosen.filter((item) => item === 'b').length / N).toBeCloseTo(0.75, 1);
    expect(chosen).not.toContain('c');
    expect(random.weighted(['a'], () => 0)).toBeUndefined();
    expect(random.choice([])).toBeUndefined();
  });

  it('repeats itself for the same key, and forks streams that do not depend on what was drawn', () => {
    const [one, two] = [new Random('k'), new Random('k')];
    two.uniform();
    const sample = (random: Random) => Array.from({ length: 20 }, () => random.uniform());
    expect(sample(one.fork('x'))).toEqual(sample(two.fork('x')));
    expect(sample(one.fork('x'))).not.toEqual(sample(one.fork('y')));
    expect(uniformOf('a')).toBe(uniformOf('a'));
  });
});

describe('TimeQueue', () => {
  it('gives everything back by time, first in first out among equals', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (times) => {
        const queue = new TimeQueue<{ time: number; order: number }>();
        for (const [order, time] of times.entries()) queue.push(time, { time, order });
        const out: { time: number; order: number }[] = [];
        while (queue.size > 0) {
          const nextAtMs = queue.nextAtMs;
          const item = queue.pop();
          expect(item?.time).toBe(nextAtMs);
          if (item !== undefined) out.push(item);
        }
        expect(out).toEqual([...out].sort((a, b) => a.time - b.time || a.order - b.order));
        expect(out.length).toBe(times.length);
        expect(queue.pop()).toBeUndefined();
      }),
    );
  });
});
