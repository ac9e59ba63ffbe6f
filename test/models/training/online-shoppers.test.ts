import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { benchOnlineShoppers } from '../../../models/training/bench-online-shoppers.ts';
import { readOnlineShoppers } from '../../../models/training/datasets/online-shoppers.ts';
import { evaluate } from '../../../models/training/metrics.ts';
import { foldsByGroup, splitByTime } from '../../../models/training/splits.ts';
import { positives, selectRows } from '../../../models/training/table.ts';
import { predict, trainModel } from '../../../models/training/train-model.ts';

const CSV = '../shared/data/online-shoppers/sessions.csv';
const absent = !existsSync(CSV);

describe.skipIf(absent)(`real shop sessions (${CSV}${absent ? ' is not there: skipped' : ''})`, () => {
  it('are read whole, with months in order', async () => {
    const table = await readOnlineShoppers(CSV);
    expect([table.rows, positives(table.labels)]).toEqual([8616, 1325]);
    expect(splitByTime(table, 10).test.length).toBe(2107 + 1215);
  });

  it('are told apart and promised honestly by a small model', async () => {
    const table = await readOnlineShoppers(CSV);
    const split = foldsByGroup(table, { folds: 5, seed: 1 })[0]!;
    const test = selectRows(table, split.test);
    const model = trainModel(selectRows(table, split.train), { members: 2, gbdt: { trees: 60 } });
    const { auc, ece } = evaluate(predict(model, test), test.labels);
    expect(auc).toBeGreaterThan(0.915);
    expect(ece).toBeLessThan(0.035);
  });
});

describe('the benchmark on shop sessions', () => {
  it('gives nothing where the file is not', async () => {
    expect(await benchOnlineShoppers('/nowhere/sessions.csv')).toBeUndefined();
  });
});
