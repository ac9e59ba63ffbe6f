import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readHillstrom } from '../../../models/policy/datasets/hillstrom.ts';
import { readOpenBandit, shownShares } from '../../../models/policy/datasets/open-bandit.ts';
import { evaluatePolicy } from '../../../models/policy/off-policy/evaluate-policy.ts';
import { meanOf } from '../../../models/policy/off-policy/studentised.ts';
import { learnPolicy } from '../../../models/policy/uplift/learn-policy.ts';
import { drLearner } from '../../../models/policy/uplift/learners.ts';
import { qiniCoefficient } from '../../../models/policy/uplift/qini.ts';
import { fitLine, fitLogistic } from '../../../models/policy/uplift/regression.ts';
import { selectTrial, twoArms } from '../../../models/policy/uplift/trial.ts';

const HILLSTROM = '../shared/data/hillstrom/customers.csv';
const OPEN_BANDIT = '../shared/data/open-bandit-men';

describe.skipIf(!existsSync(HILLSTROM))(`a real trial with three arms (${HILLSTROM}, skipped where it is not)`, () => {
  it('is read whole, quoted cells too', async () => {
    const trial = await readHillstrom(HILLSTROM);
    expect([trial.rows, trial.arm.filter((arm) => arm === 1).length]).toEqual([31_955, 10_714]);
  });

  it('shows whom the womens e-mail changes, and that the same e-mail for everybody is best', async () => {
    const trial = await readHillstrom(HILLSTROM);
    const rows = Int32Array.from({ length: trial.rows }, (_, row) => row);
    const learn = selectTrial(
      trial,
      rows.filter((row) => row % 2 === 0),
    );
    const judge = twoArms(
      selectTrial(
        trial,
        rows.filter((row) => row % 2 === 1),
      ),
      { control: 0, treated: 2 },
    );
    const effect = drLearner(twoArms(learn, { control: 0, treated: 2 }), { outcome: fitLogistic, effect: fitLine });
    expect(qiniCoefficient({ ranking: effect.predict(judge.columns), outcome: judge.outcome, treated: judge.arm })).toBeGreaterThan(0.03);
    const policy = learnPolicy(learn, { outcome: fitLogistic });
    expect([policy.kind, policy.arm]).toEqual(['same-for-everybody', 1]);
    expect(policy.sentence).toMatch(/^"Mens E-Mail" for everybody is best/);
  });
});

describe.skipIf(!existsSync(OPEN_BANDIT))(`two real logs of the same days (${OPEN_BANDIT}, skipped where they are not)`, () => {
  it('from each log, the interval holds what the other measured', async () => {
    const random = await readOpenBandit(`${OPEN_BANDIT}/random/men.csv`);
    const bts = await readOpenBandit(`${OPEN_BANDIT}/bts/men.csv`);
    const shares = shownShares(bts);
    const ofBts = evaluatePolicy(random, (action, row) => shares[random.position[row]!]![action]!);
    const ofRandom = evaluatePolicy(bts, () => 1 / 34);
    for (const [value, measured] of [
      [ofBts, meanOf(bts.reward).value],
      [ofRandom, meanOf(random.reward).value],
    ] as const) {
      for (const { low, high } of [value.ips, value.snips, value.dr]) expect(low <= measured && measured <= high).toBe(true);
    }
    expect(ofRandom.diagnosis.warnings[0]).toMatch(/21 of 10000 rows have a propensity below/);
  });
});
