import { describe, expect, it } from 'vitest';
import { chiSquareTail, logGamma, normalCdf, normalQuantile } from '../../../agent/core/policy/distributions.ts';
import { evaluatePolicy } from '../../../models/policy/off-policy/evaluate-policy.ts';
import type { PolicyLog } from '../../../models/policy/off-policy/policy-log.ts';
import { importanceWeights } from '../../../models/policy/off-policy/weights.ts';
import { createRandom } from '../../../models/training/random.ts';

const CTR = [0.02, 0.03, 0.05, 0.01, 0.04];
const LOGGING = [0.5, 0.3, 0.1, 0.07, 0.03];

/** A log of a policy that mostly shows the first two of five actions; rewards are clicks. */
function drawLog(rows: number, seed: number): PolicyLog {
  const random = createRandom(seed);
  const upTo = LOGGING.map((_, i) => LOGGING.slice(0, i + 1).reduce((a, b) => a + b, 0));
  const action = Int32Array.from({ length: rows }, () => {
    const drawn = random.next();
    return Math.max(
      0,
      upTo.findIndex((share) => drawn < share),
    );
  });
  return {
    rows,
    actions: 5,
    action,
    reward: Float64Array.from(action, (a) => (random.next() < CTR[a]! ? 1 : 0)),
    propensity: Float64Array.from(action, (a) => LOGGING[a]!),
  };
}

describe('off-policy evaluation', () => {
  it('its intervals hold the truth about as often as they say, for a policy that does what the log seldom did', () => {
    const truth = 0.2 * CTR.reduce((a, b) => a + b, 0);
    const held = { ips: 0, snips: 0, dr: 0 };
    const logs = 60;
    for (let seed = 1; seed <= logs; seed++) {
      const value = evaluatePolicy(drawLog(2000, 7919 * seed), () => 0.2, { rounds: 120, seed });
      for (const name of ['ips', 'snips', 'dr'] as const) if (value[name].low <= truth && truth <= value[name].high) held[name]++;
    }
    // 95 % of 60 are 57; below 52 would be chance once in a hundred times.
    for (const name of ['ips', 'snips', 'dr'] as const) expect([name, held[name] >= 52]).toEqual([name, true]);
  });

  it('of the policy that wrote the log is the mean of the log', () => {
    const log = drawLog(2000, 1);
    const value = evaluatePolicy(log, (action) => LOGGING[action]!, { rounds: 50 });
    expect(value.snips.value).toBeCloseTo(value.logged.value, 12);
    expect(value.diagnosis.effectiveRows).toBeCloseTo(2000, 6);
    expect(value.diagnosis.warnings).toEqual([]);
  });

  it('flags a propensity of one in a million and does not let it decide', () => {
    const log = drawLog(2000, 2);
    log.propensity[7] = 1e-6;
    log.reward[7] = 1;
    const value = evaluatePolicy(log, () => 0.2, { rounds: 50 });
    expect(value.clip).toBeCloseTo(Math.sqrt(2000), 9);
    expect(value.diagnosis).toMatchObject({ extremeRows: 1, clippedRows: 1, smallestPropensity: 1e-6 });
    expect(value.diagnosis.largestWeight).toBeCloseTo(200_000, 3);
    expect(value.diagnosis.warnings[0]).toBe('1 of 2000 rows have a propensity below 0.001, the smallest 1.0e-6');
    expect(value.snips.value).toBeLessThan(0.1);
  });

  it('says that a log knows nothing of an action it never took', () => {
    const value = evaluatePolicy({ ...drawLog(2000, 3), actions: 6 }, (action) => (action === 5 ? 1 : 0), { rounds: 50 });
    expect(value.diagnosis.effectiveRows).toBe(0);
    expect(value.diagnosis.warnings.join()).toMatch(/says next to nothing/);
  });

  it('warns where propensities cannot be right', () => {
    const log = drawLog(4000, 4);
    const { diagnosis } = importanceWeights({ ...log, propensity: log.propensity.map((p) => Math.min(1, 2 * p)) }, () => 0.2);
    expect(diagnosis.warnings.join()).toMatch(/weights average 0\.[45]\d+ instead of 1/);
  });

  it('refuses a propensity of zero, above one, or not a number', () => {
    for (const propensity of [0, -0.1, 1.5, Number.NaN]) {
      const log = drawLog(10, 5);
      log.propensity[3] = propensity;
      expect(() => importanceWeights(log, () => 0.2)).toThrow(/Cannot weigh row 3/);
    }
  });
});

describe('distributions', () => {
  it('agree with the tables', () => {
    expect(normalCdf(1.959964)).toBeCloseTo(0.975, 6);
    expect(normalCdf(-3)).toBeCloseTo(0.001349898, 8);
    expect(normalCdf(0)).toBe(0.5);
    expect(normalQuantile(0.95)).toBeCloseTo(1.644854, 5);
    expect(chiSquareTail(3.841459, 1)).toBeCloseTo(0.05, 6);
    expect(chiSquareTail(18.307, 10)).toBeCloseTo(0.05, 5);
    expect(logGamma(10)).toBeCloseTo(Math.log(362_880), 9);
  });
});
