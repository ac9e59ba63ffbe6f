import { readFile } from 'node:fs/promises';
import { defineFeatureSpec, type FeatureDefinition } from '../../feature-spec.ts';
import { TableBuilder } from '../rows.ts';
import type { Table } from '../table.ts';

/** Months as the file spells them, in order of the year. */
export const MONTHS: readonly string[] = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'June', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function amount(name: string, unit: string, meaning: string): FeatureDefinition {
  return { name, unit, min: 0, max: 1e6, meaning };
}

function code(name: string, meaning: string, levels: number): FeatureDefinition {
  return { name, unit: 'level', min: 0, max: levels - 1, levels: Array.from({ length: levels }, (_, i) => String(i + 1)), meaning };
}

/** The public Online Shoppers Purchasing Intention set (UCI 468, Sakar et al. 2019), with three ratios of its own columns added. */
export const ONLINE_SHOPPERS_SPEC = defineFeatureSpec('online-shoppers', [
  amount('Administrative', 'count', 'account pages seen'),
  amount('Administrative_Duration', 's', 'time on account pages'),
  amount('Informational', 'count', 'information pages seen'),
  amount('Informational_Duration', 's', 'time on information pages'),
  amount('ProductRelated', 'count', 'product pages seen'),
  amount('ProductRelated_Duration', 's', 'time on product pages'),
  amount('BounceRates', 'share', 'mean bounce rate of the pages seen'),
  amount('ExitRates', 'share', 'mean exit rate of the pages seen'),
  amount('PageValues', 'money', 'mean value of the pages seen, which counts later purchases: it leaks the future'),
  { name: 'SpecialDay', unit: 'share', min: 0, max: 1, meaning: 'closeness to a holiday' },
  { name: 'Month', unit: 'level', min: 0, max: 11, levels: MONTHS, ordered: true, meaning: 'month of the session' },
  code('OperatingSystems', 'operating system, as a code', 8),
  code('Browser', 'browser, as a code', 13),
  code('Region', 'region, as a code', 9),
  code('TrafficType', 'where the session came from, as a code', 20),
  { name: 'VisitorType', unit: 'level', min: 0, max: 2, levels: ['New_Visitor', 'Returning_Visitor', 'Other'], meaning: 'seen before' },
  { name: 'Weekend', unit: 'flag', min: 0, max: 1, meaning: 'whether it was a weekend' },
  amount('secondsPerProductPage', 's', 'mean time on a product page; unknown without product pages'),
  amount('pages', 'count', 'pages seen'),
  amount('exitMinusBounce', 'share', 'exit rate beyond the bounce rate'),
]);

/** Reads the set's CSV. `group` is one session a row; `atMs` is the month's position (0 to 11), because the file tells no more of time. */
export async function readOnlineShoppers(path: string): Promise<Table> {
  const [header = '', ...lines] = (await readFile(path, 'utf8')).trim().split(/\r?\n/);
  const names = header.split(',');
  const builder = new TableBuilder(ONLINE_SHOPPERS_SPEC);
  for (const [i, line] of lines.entries()) {
    const cells = line.split(',');
    const text = new Map(names.map((name, j) => [name, cells[j] ?? '']));
    const problem = builder.add({
      features: sessionFeatures(text),
      label: text.get('Revenue') === '1' ? 1 : 0,
      atMs: MONTHS.indexOf(text.get('Month') ?? ''),
    });
    if (problem !== undefined) throw new Error(`Cannot read "${path}", line ${i + 2}: ${problem}`);
  }
  return builder.build();
}

function sessionFeatures(text: ReadonlyMap<string, string>): Record<string, number | string | null> {
  const features: Record<string, number | string | null> = {};
  for (const { name, levels } of ONLINE_SHOPPERS_SPEC.features) {
    const cell = text.get(name);
    if (cell === undefined) continue;
    if (name === 'Weekend') features[name] = cell === 'TRUE' ? 1 : 0;
    else features[name] = levels === undefined ? Number(cell) : cell;
  }
  const number = (name: string) => Number(text.get(name));
  const products = number('ProductRelated');
  features['secondsPerProductPage'] = products > 0 ? number('ProductRelated_Duration') / products : null;
  features['pages'] = products + number('Administrative') + number('Informational');
  features['exitMinusBounce'] = Math.max(0, number('ExitRates') - number('BounceRates'));
  return features;
}
