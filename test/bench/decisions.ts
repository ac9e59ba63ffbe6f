import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { regretRows } from './decisions/bandit-rows.ts';
import { basketRows } from './decisions/basket-rows.ts';
import { costRows } from './decisions/cost-rows.ts';
import { dayFolderRows } from './decisions/day-folder-rows.ts';
import { type DecisionRow, formatRow } from './decisions/decision-row.ts';
import { experimentRows } from './decisions/experiment-rows.ts';
import { foreignRows } from './decisions/foreign-rows.ts';
import { dayRows, offPolicyRows } from './decisions/off-policy-rows.ts';
import { recalibrationRows } from './decisions/recalibration-rows.ts';
import { storeRegretRows } from './decisions/store-regret-rows.ts';
import { intentRows, trainingRows } from './decisions/training-rows.ts';
import { unseenRows } from './decisions/unseen-rows.ts';
import { upliftRows } from './decisions/uplift-rows.ts';

/** What is measured, in this order; `undefined` where the data are not there. */
const PARTS: readonly {
  readonly name: string;
  readonly title: string;
  readonly measure: (folder: string) => Promise<readonly DecisionRow[] | undefined> | readonly DecisionRow[];
}[] = [
  { name: 'intent', title: 'Intent, on real shop sessions', measure: intentRows },
  { name: 'unseen', title: 'Intent, in simulated stores that the model never saw', measure: async () => unseenRows() },
  { name: 'uplift', title: 'Whom an offer changes, on a real trial of three arms', measure: upliftRows },
  { name: 'off-policy', title: 'A policy judged before it goes live, on two real logs', measure: offPolicyRows },
  { name: 'bandit', title: 'Which offer, in made-up stores', measure: regretRows },
  { name: 'stores', title: 'Which offer, in simulated stores through the real core', measure: storeRegretRows },
  { name: 'experiments', title: 'Experiments looked at at any time, simulated', measure: experimentRows },
  { name: 'baskets', title: 'What goes together, in made-up stores', measure: basketRows },
  { name: 'cost', title: 'What a decision costs', measure: costRows },
  { name: 'day', title: "A day's evaluation", measure: async () => [...dayRows(), ...(await dayFolderRows())] },
  { name: 'recalibration', title: 'A store that the model never saw, after a silent week', measure: recalibrationRows },
  { name: 'foreign', title: 'What a score costs, inside the agent and apart', measure: foreignRows },
  { name: 'training', title: 'Training', measure: trainingRows },
];

const USAGE = `npm run bench:decisions -- [--only ${PARTS.map(({ name }) => name).join(',')}] [--data FOLDER] [--json FILE]`;

/** The decisions benchmark: every figure with its 95 % interval, its baseline and its goal. A report to read: it ends with 0 unless it breaks. */
async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: { only: { type: 'string' }, data: { type: 'string', default: '../shared/data' }, json: { type: 'string' } },
  });
  const wanted = values.only?.split(',');
  if (wanted?.some((name) => PARTS.every((part) => part.name !== name)) === true) {
    process.stderr.write(`${USAGE}\n`);
    return 64;
  }
  const report: { readonly name: string; readonly rows: readonly DecisionRow[] }[] = [];
  for (const { name, title, measure } of PARTS) {
    if (wanted?.includes(name) === false) continue;
    const startedMs = performance.now();
    const rows = await measure(values.data);
    print(`\n${title}  (${Math.round((performance.now() - startedMs) / 1000)} s)`);
    if (rows === undefined) print(`  skipped: its data are not in ${values.data}`);
    for (const row of rows ?? []) print(formatRow(row));
    report.push({ name, rows: rows ?? [] });
  }
  const judged = report.flatMap(({ rows }) => rows).filter(({ isReached }) => isReached !== undefined);
  print(`\n${judged.filter(({ isReached }) => isReached).length} of ${judged.length} goals reached`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  return 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
