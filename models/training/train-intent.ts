import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import { ruleIntent } from '../rule-scorer.ts';
import { VISIT_SPEC } from '../visit-spec.ts';
import { thinClock } from './clock-coverage.ts';
import { encode, fitEncoding } from './encoding.ts';
import { holdOut } from './hold-out.ts';
import { logisticProbabilities, trainLogistic } from './logistic.ts';
import { readRows } from './rows.ts';
import type { Table } from './table.ts';
import { type Artifact, type Baseline, trainArtifact } from './train-artifact.ts';
import { examples, predict, type TrainSettings, trainModel } from './train-model.ts';

export interface TrainIntentOptions {
  /** Rows as `labelledRowSchema` describes them, over `VISIT_SPEC`: one per decision that scored a product, label 1 where the visit bought it. */
  readonly rowsPath: string;
  /** Gets `purchase-intent.onnx`, `purchase-intent.manifest.json` and `purchase-intent.report.md`. */
  readonly outDir: string;
  readonly version: string;
  /** Where the rows came from, in words: goes into manifest and report. */
  readonly source: string;
  /** Stores that judge and are not learnt from. Default: see `holdOut`. */
  readonly testStores?: readonly string[];
  readonly settings?: TrainSettings;
  /** Default 1. */
  readonly seed?: number;
}

/**
 * Trains the first purchase-intent model from a rows file and writes its three files; same rows, same bytes. The time of day and the
 * day of the week are left out until the rows cover four weeks (`thinClock`), unless `settings.ignore` says otherwise.
 */
export async function trainIntent(options: TrainIntentOptions): Promise<Result<Artifact, string>> {
  const rows = await readRows(options.rowsPath, VISIT_SPEC);
  if (!rows.ok) return fail(`Cannot train from "${options.rowsPath}": line ${rows.error.line}: ${rows.error.fact}`);
  const table = rows.value;
  const seed = options.seed ?? 1;
  const settings: TrainSettings = { ignore: thinClock(table), ...options.settings, seed };
  const held = holdOut(table, { seed, ...(options.testStores === undefined ? {} : { testStores: options.testStores }) });
  if (!held.ok) return fail(`Cannot train from "${options.rowsPath}": ${held.error}`);
  const artifact = trainArtifact(table, {
    ...settings,
    name: 'purchase-intent',
    version: options.version,
    purpose: 'Says how likely a visit is to buy a product, so that an offer is made only where interest is real',
    meaning: 'probability that this visit buys this product',
    source: options.source,
    script: 'models/training/train-intent.ts',
    seed,
    split: held.value.split,
    splitMeaning: held.value.meaning,
    baselines: [rules, dwellAlone(settings), logistic(settings)],
  });
  await mkdir(options.outDir, { recursive: true });
  // The manifest last: until it is there the old pair stays whole or its hash no longer fits, and the guard keeps the rules serving.
  await replace(join(options.outDir, 'purchase-intent.onnx'), artifact.onnx);
  await replace(join(options.outDir, 'purchase-intent.report.md'), artifact.report);
  await replace(join(options.outDir, 'purchase-intent.manifest.json'), `${JSON.stringify(artifact.manifest, undefined, 2)}\n`);
  return ok(artifact);
}

/** What is left of a visit when nobody sees hands: places and time spent. */
export const DWELL_FEATURES: readonly string[] = [
  'product_dwell_s',
  'category_dwell_s',
  'visit_duration_s',
  'zones_visited',
  'zone_changes',
  'zone_dwell_s',
  'place_confidence',
  'price_cents',
];

const rules: Baseline = {
  name: 'rules',
  predict: (_, test) => Float64Array.from({ length: test.rows }, (__, row) => ruleIntent(test.columns.map((column) => column[row]!))),
};

/** The same learner without interactions: what picking, returning and comparing are worth is the gap to it. */
function dwellAlone(settings: TrainSettings): Baseline {
  const ignore = VISIT_SPEC.features.map(({ name }) => name).filter((name) => !DWELL_FEATURES.includes(name));
  return { name: 'dwell alone', predict: (train: Table, test: Table) => predict(trainModel(train, { ...settings, ignore }), test) };
}

function logistic(settings: TrainSettings): Baseline {
  return {
    name: 'logistic regression',
    predict(train, test) {
      const encoding = fitEncoding(train, settings);
      const all = Int32Array.from({ length: train.rows }, (_, row) => row);
      return logisticProbabilities(trainLogistic(examples(train, encode(train, encoding), all)), encode(test, encoding));
    },
  };
}

async function replace(path: string, content: Uint8Array | string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}
