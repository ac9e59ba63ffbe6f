import type { Experiment } from '../../../agent/core/experiments/experiment.ts';
import { judgeExperiment } from '../../../agent/core/experiments/judge-experiment.ts';
import { addTo, noSums } from '../../../agent/core/experiments/sums.ts';
import { createRandom, type Random } from '../../../models/training/random.ts';

/** What one visit brings in a variant: the metric, and a figure known before. */
export type DrawVisit = (random: Random, isTreated: boolean) => { readonly y: number; readonly before?: number };

/** A purchase or not, one in ten; `lift` adds to the treated. */
export function purchases(lift = 0): DrawVisit {
  return (random, isTreated) => ({ y: random.next() < 0.1 + (isTreated ? lift : 0) ? 1 : 0 });
}

/** Profit in cents: nothing from nine in ten, and a long-tailed amount from the rest; known before is a noisy hint of it. */
export function profits(lift = 0): DrawVisit {
  return (random, isTreated) => ({
    y: random.next() < 0.1 ? Math.round(Math.exp(6 + 0.8 * random.normal())) + (isTreated ? 10 * lift : 0) : 0,
  });
}

/** A basket that last month's basket foresees well. */
export function regulars(lift = 0): DrawVisit {
  return (random, isTreated) => {
    const before = random.normal();
    return { y: before + 0.5 * random.normal() + (isTreated ? lift : 0), before };
  };
}

const EXPERIMENT: Experiment = {
  id: 'x',
  layer: 'l',
  from: 0,
  to: 1,
  variants: [
    { name: 'control', weight: 1 },
    { name: 'treated', weight: 1 },
  ],
};

/** Runs one test, looks after every visit, and says after how many visits a variant it found a difference; `undefined` where it never did. */
export function foundAfter(
  draw: DrawVisit,
  options: { readonly visits: number; readonly effect: number; readonly seed: number },
): number | undefined {
  const random = createRandom(options.seed);
  const sums = { control: noSums(), treated: noSums() };
  for (let visit = 0; visit < 2 * options.visits; visit++) {
    const name = random.next() < 0.5 ? 'treated' : 'control';
    const { y, before } = draw(random, name === 'treated');
    addTo(sums[name], y, before);
    if (visit < 200) continue;
    const [comparison] = judgeExperiment(EXPERIMENT, { sums, effect: options.effect }).comparisons;
    if (comparison !== undefined && (comparison.low > 0 || comparison.high < 0)) return Math.ceil(visit / 2);
  }
  return undefined;
}

/** Share of tests that found a difference. */
export function shareFound(draw: DrawVisit, options: { readonly tests: number; readonly visits: number; readonly effect: number }): number {
  let found = 0;
  for (let test = 1; test <= options.tests; test++) if (foundAfter(draw, { ...options, seed: 7919 * test }) !== undefined) found++;
  return found / options.tests;
}
