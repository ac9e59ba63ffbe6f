import { readFileSync } from 'node:fs';
import type { Estimate } from '../../../models/training/auc.ts';
import { type DecisionRow, decisionRow } from './decision-row.ts';
import { exactly } from './off-policy-rows.ts';

const REPORT = 'models/artifacts/purchase-intent.report.md';

/** What the same learner must gain in average precision over dwell alone, as a ratio. */
const WORTH_OF_HANDS = 4 / 3;

/**
 * How the shipped model scores simulated stores with other shoppers, layouts and sensors than it learnt from, as its report has it
 * (`endcap model train` makes model and report from the same rows). Throws when the report has another form.
 */
export function unseenRows(): readonly DecisionRow[] {
  const tables = readFileSync(REPORT, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const row = (name: string): readonly string[] => {
    const found = tables.find(([first]) => first === name);
    if (found === undefined) throw new Error(`Cannot read "${REPORT}": it has no row "${name}"`);
    return found;
  };
  const [own, dwell] = [row('purchase-intent'), row('dwell alone')];
  const gain = estimateOf(own[2]).value / estimateOf(dwell[2]).value;
  return [
    decisionRow('unseen stores: AUC', estimateOf(own[1]), { baseline: { name: 'dwell alone', estimate: estimateOf(dwell[1]) } }),
    decisionRow('unseen stores: average precision', estimateOf(own[2]), {
      baseline: { name: 'dwell alone', estimate: estimateOf(dwell[2]) },
    }),
    decisionRow('unseen stores: average precision, times that of dwell alone with the same learner', exactly(gain), {
      goal: { atLeast: WORTH_OF_HANDS },
    }),
    ...['noisy-sensors', 'other-habits'].flatMap((store) => {
      const [, rows, positive, auc, precision, error] = row(store);
      return [
        decisionRow(`${store}: AUC`, estimateOf(auc), { note: `${rows} scores, ${positive} bought` }),
        decisionRow(`${store}: average precision`, estimateOf(precision)),
        decisionRow(`${store}: calibration error, as shipped`, estimateOf(error)),
      ];
    }),
  ];
}

/** `0.77 (0.76 to 0.78)`, or a figure alone. */
function estimateOf(cell: string | undefined): Estimate {
  const [value, low, high] = (cell?.match(/\d+\.\d+/g) ?? []).map(Number);
  if (value === undefined) throw new Error(`Cannot read "${REPORT}": "${cell}" is no figure`);
  return low === undefined || high === undefined ? exactly(value) : { value, low, high };
}
