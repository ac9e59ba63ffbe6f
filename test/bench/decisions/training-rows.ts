import { existsSync } from 'node:fs';
import { benchOnlineShoppers } from '../../../models/training/bench-online-shoppers.ts';
import { ONLINE_SHOPPERS_SPEC } from '../../../models/training/datasets/online-shoppers.ts';
import { sigmoid } from '../../../models/training/gbdt.ts';
import { createRandom } from '../../../models/training/random.ts';
import type { Table } from '../../../models/training/table.ts';
import { trainModel } from '../../../models/training/train-model.ts';
import { type DecisionRow, decisionRow } from './decision-row.ts';
import { exactly } from './off-policy-rows.ts';

/** Purchase intent on real shop sessions beside logistic regression. */
export async function intentRows(folder: string): Promise<readonly DecisionRow[] | undefined> {
  const path = `${folder}/online-shoppers/sessions.csv`;
  if (!existsSync(path)) return undefined;
  const rows = await benchOnlineShoppers(path);
  return rows?.map(({ figure, estimate, goal, baseline }) =>
    decisionRow(figure, estimate, { goal, baseline: { name: 'logistic regression', estimate: baseline } }),
  );
}

const ROWS = 100_000;

/** Time to train the whole ensemble, calibration included, on made-up rows of as many columns as the shop sessions have. */
export function trainingRows(): readonly DecisionRow[] {
  const table = madeUp();
  const [startedMs, startedCpu] = [performance.now(), process.cpuUsage()];
  const model = trainModel(table);
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = process.cpuUsage(startedCpu);
  const trees = model.treesPerMember.reduce((a, b) => a + b, 0);
  return [
    decisionRow(`seconds to train on ${ROWS} rows of ${table.columns.length} columns`, exactly(seconds), {
      goal: { atMost: 120 },
      note: `${trees} trees in ${model.treesPerMember.length} members, one thread, ${((cpu.user + cpu.system) / 1e6).toFixed(0)} s of CPU`,
    }),
  ];
}

function madeUp(): Table {
  const random = createRandom(1);
  const columns = ONLINE_SHOPPERS_SPEC.features.map(({ levels }) =>
    Float32Array.from({ length: ROWS }, () => (levels === undefined ? random.normal() : random.below(levels.length))),
  );
  const labels = Uint8Array.from({ length: ROWS }, (_, row) => {
    const margin = -1.5 + columns[0]![row]! + columns[1]![row]! * columns[4]![row]! + 0.5 * columns[5]![row]!;
    return random.next() < sigmoid(margin) ? 1 : 0;
  });
  return {
    spec: ONLINE_SHOPPERS_SPEC,
    rows: ROWS,
    columns,
    labels,
    weights: new Float64Array(ROWS).fill(1),
    stores: new Int32Array(ROWS),
    storeNames: ['made up'],
    groups: Int32Array.from({ length: ROWS }, (_, row) => row),
    atMs: new Float64Array(ROWS).fill(Number.NaN),
  };
}
