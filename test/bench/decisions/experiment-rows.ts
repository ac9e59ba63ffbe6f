import { visitsNeeded, visitsNeededOnce } from '../../../agent/core/experiments/sequential.ts';
import { wilson } from '../../../models/policy/attribution/channel-report.ts';
import { foundAfter, profits, purchases, regulars } from '../../core/experiments/ab-simulation.ts';
import { type DecisionRow, decisionRow } from './decision-row.ts';

const AA_TESTS = 2000;
const AB_TESTS = 500;

/** Tests of nothing and of something, looked at after every visit. */
export function experimentRows(): readonly DecisionRow[] {
  const nothing = [
    ['purchases', purchases(), 0.05],
    ['long-tailed profits', profits(), 30],
    ['baskets, last month taken out', regulars(), 0.1],
  ] as const;
  const falseAlarms = nothing.map(([name, draw, effect]) => {
    const found = count(AA_TESTS, (seed) => foundAfter(draw, { visits: 1000, effect, seed }) !== undefined);
    return decisionRow(`false alarms in ${AA_TESTS} A/A tests looked at after each of 2,000 visits: ${name}`, wilson(found, AA_TESTS), {
      goal: { atMost: 0.05 },
    });
  });
  const plan = { variance: 0.12, effect: 0.05 };
  const visits = visitsNeeded(plan);
  const found = count(AB_TESTS, (seed) => foundAfter(purchases(plan.effect), { visits, effect: plan.effect, seed }) !== undefined);
  return [
    ...falseAlarms,
    decisionRow(`power in ${AB_TESTS} A/B tests planned for 80 % (10 % against 15 % purchases)`, wilson(found, AB_TESTS), {
      goal: { atLeast: 0.8 },
      note: `${visits} visits a variant planned; one look at a fixed end would plan ${visitsNeededOnce(plan)}`,
    }),
  ];
}

function count(tests: number, isFound: (seed: number) => boolean): number {
  let found = 0;
  for (let test = 1; test <= tests; test++) if (isFound(7919 * test)) found++;
  return found;
}
