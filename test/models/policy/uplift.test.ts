import { describe, expect, it } from 'vitest';
import { doublyRobustScores } from '../../../models/policy/uplift/dr-scores.ts';
import { learnPolicy, policyArms } from '../../../models/policy/uplift/learn-policy.ts';
import { drLearner, type LearnEffect, tLearner, xLearner } from '../../../models/policy/uplift/learners.ts';
import { growPolicyTree, treeArms, treeLines } from '../../../models/policy/uplift/policy-tree.ts';
import { trialPolicyValue } from '../../../models/policy/uplift/policy-value.ts';
import { qiniCoefficient, qiniCurve, qiniEstimate, upliftAt } from '../../../models/policy/uplift/qini.ts';
import { fitLine, fitLogistic } from '../../../models/policy/uplift/regression.ts';
import { twoArms } from '../../../models/policy/uplift/trial.ts';
import { createRandom } from '../../../models/training/random.ts';
import { drawTrial } from './trials.ts';

/** Arm 1 helps where the first column is positive and harms elsewhere; who converts anyway depends on the second. */
const crossed = (arm: number, x: readonly number[]): number => 0.25 + (x[1]! > 0 ? 0.2 : 0) + (arm === 1 ? (x[0]! > 0 ? 0.15 : -0.15) : 0);
/** Arm 1 helps everybody the same. */
const even = (arm: number, x: readonly number[]): number => 0.2 + (x[1]! > 0 ? 0.2 : 0) + (arm === 1 ? 0.08 : 0);

const LEARNERS: readonly (readonly [string, LearnEffect])[] = [
  ['T', tLearner],
  ['X', xLearner],
  ['doubly robust', drLearner],
];

describe('uplift learners', () => {
  const train = drawTrial(4000, { seed: 1, arms: 2, chance: crossed });
  const test = drawTrial(4000, { seed: 2, arms: 2, chance: crossed });

  for (const [name, learn] of LEARNERS) {
    it(`the ${name} learner ranks by who is changed, not by who converts`, () => {
      const effect = learn(train).predict(test.columns);
      const truth = test.columns[0]!.map((x) => (x > 0 ? 0.15 : -0.15));
      const agree = effect.reduce((sum, value, row) => sum + (value > 0 === truth[row]! > 0 ? 1 : 0), 0) / test.rows;
      expect(agree).toBeGreaterThan(0.85);
      const own = qiniEstimate({ ranking: effect, outcome: test.outcome, treated: test.arm }, { rounds: 60 });
      expect(own.low).toBeGreaterThan(0.02);
      const byOutcome = fitLogistic({ columns: train.columns, targets: train.outcome, weights: new Float64Array(4000).fill(1) }, 1);
      const propensity = qiniCoefficient({ ranking: byOutcome.predict(test.columns), outcome: test.outcome, treated: test.arm });
      expect(own.value).toBeGreaterThan(2 * propensity);
    });
  }

  it('are the same for the same rows and seed', () => {
    const again = drLearner(train, { seed: 3 }).predict(test.columns);
    expect(drLearner(train, { seed: 3 }).predict(test.columns)).toEqual(again);
  });
});

describe('doubly robust scores', () => {
  it('average to the outcome of an arm even where the outcome model is nonsense', () => {
    const trial = drawTrial(20_000, { seed: 5, arms: 3, chance: (arm) => [0.1, 0.2, 0.35][arm]! });
    const scores = doublyRobustScores(trial, { outcome: () => ({ predict: (columns) => new Float64Array(columns[0]!.length).fill(0.9) }) });
    for (const [arm, truth] of [0.1, 0.2, 0.35].entries()) {
      expect(scores[arm]!.reduce((sum, value) => sum + value, 0) / trial.rows).toBeCloseTo(truth, 1);
    }
  });
});

describe('the Qini coefficient', () => {
  const trial = drawTrial(6000, { seed: 7, arms: 2, chance: even });
  const judge = (ranking: Float64Array) => qiniCoefficient({ ranking, outcome: trial.outcome, treated: trial.arm });

  it('is near 0 for a ranking by chance, and exactly 0 where all rank alike', () => {
    const random = createRandom(1);
    expect(Math.abs(judge(Float64Array.from({ length: trial.rows }, () => random.next())))).toBeLessThan(0.03);
    expect(judge(new Float64Array(trial.rows))).toBe(0);
  });

  it('is 1 for a ranking that knows the future, and turns its sign when the ranking is turned round', () => {
    const future = trial.outcome.map((value, row) => (trial.arm[row] === 1 ? value : -value));
    expect(judge(future)).toBeCloseTo(1, 12);
    expect(judge(future.map((value) => -value))).toBeLessThan(-0.3);
  });

  it('counts as by hand on six rows', () => {
    const hand = {
      ranking: Float64Array.of(6, 5, 4, 3, 2, 1),
      treated: Uint8Array.of(1, 0, 1, 0, 1, 0),
      outcome: Float64Array.of(1, 0, 1, 1, 0, 1),
    };
    expect(qiniCurve(hand).map(({ gained }) => gained)).toEqual([0, 1, 1, 2, 1, 0.5, 0]);
    expect(upliftAt(hand, 0.5)).toBe(1);
  });
});

describe('the policy tree', () => {
  it('asks the right question and leaves what is not sure to the default', () => {
    const random = createRandom(3);
    const x = Float32Array.from({ length: 2000 }, () => random.normal());
    const noise = Float32Array.from({ length: 2000 }, () => random.normal());
    const scores = [new Float64Array(2000), Float64Array.from(x, (value) => (value > 0.5 ? 1 : -1) + random.normal())];
    const tree = growPolicyTree({ columns: [x, noise], scores }, 0);
    const given = treeArms(tree, [x, noise]);
    expect(given.filter((arm, row) => arm === (x[row]! > 0.5 ? 1 : 0)).length).toBeGreaterThan(1900);
    expect(treeLines(tree, { arms: ['nothing', 'offer'], columns: ['x', 'noise'] })[0]).toMatch(/^x <= 0\.[3-6]/);
  });

  it('finds what two questions together decide', () => {
    const random = createRandom(4);
    const [a, b] = [0, 1].map(() => Float32Array.from({ length: 4000 }, () => random.normal()));
    const xor = Float64Array.from(a!, (value, row) => (value * b![row]! > 0 ? 1 : -1) + random.normal());
    const given = treeArms(growPolicyTree({ columns: [a!, b!], scores: [new Float64Array(4000), xor] }, 0), [a!, b!]);
    expect(given.filter((arm, row) => arm === (a![row]! * b![row]! > 0 ? 1 : 0)).length).toBeGreaterThan(3400);
  });

  it('sends what is not known to one side, in learning and in use', () => {
    const random = createRandom(6);
    const x = Float32Array.from({ length: 1000 }, (_, row) => (row % 4 === 0 ? Number.NaN : random.normal() - 3));
    const scores = [new Float64Array(1000), Float64Array.from(x, (value) => (Number.isNaN(value) ? 1 : -1))];
    const given = treeArms(growPolicyTree({ columns: [x], scores }, 0), [x]);
    expect([...given].every((arm, row) => arm === (row % 4 === 0 ? 1 : 0))).toBe(true);
  });
});

describe('learning a policy', () => {
  it('chooses by person where that gains, and says what it gains', () => {
    const policy = learnPolicy(drawTrial(8000, { seed: 11, arms: 2, chance: crossed }), { outcome: fitLogistic });
    expect(policy.kind).toBe('personal');
    expect(policy.gain.low).toBeGreaterThan(0.03);
    const test = drawTrial(8000, { seed: 12, arms: 2, chance: crossed });
    const own = trialPolicyValue(test, policyArms(policy, test.columns), { outcome: fitLogistic, rounds: 100 });
    const single = trialPolicyValue(test, new Uint8Array(test.rows).fill(policy.arm), { outcome: fitLogistic, rounds: 100 });
    expect(own.dr.low).toBeGreaterThan(single.dr.value);
  });

  it('finds that the same for everybody is best, and says so, at most as often wrong as stated', () => {
    let personal = 0;
    for (let seed = 0; seed < 24; seed++) {
      const policy = learnPolicy(drawTrial(1500, { seed: 100 + seed, arms: 2, chance: even }), { outcome: fitLine, seed });
      if (policy.kind === 'personal') personal++;
      else expect(policy.sentence).toMatch(/for everybody is best/);
    }
    // 5 % of 24 are 1; more than 4 would happen by chance once in a hundred times.
    expect(personal).toBeLessThanOrEqual(4);
  });

  it('takes arms apart without losing their propensities', () => {
    const trial = drawTrial(300, { seed: 1, arms: 3, chance: even });
    const two = twoArms(trial, { control: 0, treated: 2 });
    expect(two.rows).toBe(trial.arm.filter((arm) => arm !== 1).length);
    expect(two.propensities[1]![0]).toBeCloseTo(0.5, 12);
  });
});
