import { existsSync } from 'node:fs';
import { readHillstrom } from '../../../models/policy/datasets/hillstrom.ts';
import { learnPolicy, policyArms } from '../../../models/policy/uplift/learn-policy.ts';
import { drLearner, type LearnEffect, tLearner, xLearner } from '../../../models/policy/uplift/learners.ts';
import { trialPolicyValue } from '../../../models/policy/uplift/policy-value.ts';
import { qiniCoefficient, upliftAt } from '../../../models/policy/uplift/qini.ts';
import { fitLogistic } from '../../../models/policy/uplift/regression.ts';
import { selectTrial, type Trial, twoArms } from '../../../models/policy/uplift/trial.ts';
import { createRandom, shuffle } from '../../../models/training/random.ts';
import { type DecisionRow, decisionRow, spreadOf } from './decision-row.ts';

const SPLITS = 20;
const LEARNERS: readonly (readonly [string, LearnEffect])[] = [
  ['T', tLearner],
  ['X', xLearner],
  ['doubly robust', drLearner],
];

interface SplitFigures {
  readonly qini: readonly number[];
  readonly upliftAt30: number;
  readonly effect: number;
  readonly value: number;
  readonly bestSingle: number;
  readonly naive: number;
  readonly isPersonal: boolean;
}

/** Hillstrom's trial, half to learn and half to judge, 20 times, default settings. Intervals are the middle 95 % of the splits. */
export async function upliftRows(folder: string): Promise<readonly DecisionRow[] | undefined> {
  const path = `${folder}/hillstrom/customers.csv`;
  if (!existsSync(path)) return undefined;
  const trial = await readHillstrom(path);
  const splits = Array.from({ length: SPLITS }, (_, i) => judgeSplit(trial, i + 1));
  const own = spreadOf(splits.map(({ value }) => value));
  const single = spreadOf(splits.map(({ bestSingle }) => bestSingle));
  const naive = spreadOf(splits.map(({ naive }) => naive));
  const least = Math.min(...splits.map(({ value, bestSingle }) => value - bestSingle));
  const personal = splits.filter(({ isPersonal }) => isPersonal).length;
  return [
    ...LEARNERS.map(([name], i) =>
      decisionRow(`Qini, womens e-mail, ${name} learner (area over random / ideal area)`, spreadOf(splits.map(({ qini }) => qini[i]!)), {
        ...(name === 'doubly robust' ? { goal: { atLeast: 0.06 } } : {}),
        baseline: { name: 'random', estimate: { value: 0, low: 0, high: 0 } },
      }),
    ),
    decisionRow(
      'uplift of visits among the first 30 %, womens e-mail, doubly robust',
      spreadOf(splits.map(({ upliftAt30 }) => upliftAt30)),
      {
        baseline: { name: 'among all', estimate: spreadOf(splits.map(({ effect }) => effect)) },
      },
    ),
    decisionRow('three-arm policy value, visits', own, {
      goal: { atLeast: single.value },
      baseline: { name: 'best single arm', estimate: single },
      note: `least difference to the best single arm over ${SPLITS} splits: ${least.toFixed(5)}; ${personal} of ${SPLITS} policies personal, else "the same for everybody"`,
    }),
    decisionRow('the same by naive personalising (whatever a T-learner promises most)', naive, {
      baseline: { name: 'best single arm', estimate: single },
    }),
  ];
}

function judgeSplit(trial: Trial, seed: number): SplitFigures {
  const order = shuffle(
    Int32Array.from({ length: trial.rows }, (_, row) => row),
    createRandom(seed),
  );
  const half = trial.rows >> 1;
  const [learn, judge] = [order.slice(0, half).sort(), order.slice(half).sort()].map((rows) => selectTrial(trial, rows)) as [Trial, Trial];
  const pair = { control: 0, treated: 2 };
  const test = twoArms(judge, pair);
  const rankings = LEARNERS.map(([, learner]) => learner(twoArms(learn, pair), { seed }).predict(test.columns));
  const ranked = rankings.map((ranking) => ({ ranking, outcome: test.outcome, treated: test.arm }));
  const policy = learnPolicy(learn, { seed });
  const value = (arms: Uint8Array) => trialPolicyValue(judge, arms, { outcome: fitLogistic, rounds: 2 }).snips.value;
  return {
    qini: ranked.map(qiniCoefficient),
    upliftAt30: upliftAt(ranked[2]!, 0.3),
    effect: upliftAt(ranked[2]!, 1),
    value: value(policyArms(policy, judge.columns)),
    bestSingle: Math.max(...judge.arms.map((_, arm) => value(new Uint8Array(judge.rows).fill(arm)))),
    naive: value(naiveArms(learn, judge, seed)),
    isPersonal: policy.kind === 'personal',
  };
}

function naiveArms(learn: Trial, judge: Trial, seed: number): Uint8Array {
  const effects = [1, 2].map((treated) => tLearner(twoArms(learn, { control: 0, treated }), { seed }).predict(judge.columns));
  return Uint8Array.from({ length: judge.rows }, (_, row) => {
    const [mens, womens] = [effects[0]![row]!, effects[1]![row]!];
    return Math.max(mens, womens) <= 0 ? 0 : womens > mens ? 2 : 1;
  });
}
