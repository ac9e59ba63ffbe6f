import { createHash } from 'node:crypto';
import { distributionOf } from '../histogram.ts';
import { type ManifestMetrics, type ModelManifest, manifestSchema } from '../manifest.ts';
import { mean } from './auc.ts';
import { encode } from './encoding.ts';
import { evaluate } from './metrics.ts';
import { EXPORT, exportTrees } from './onnx/export-trees.ts';
import { type Judged, writeReport } from './report.ts';
import type { Split } from './splits.ts';
import { positives, selectRows, type Table } from './table.ts';
import { predict, type TrainedModel, type TrainSettings, trainModel } from './train-model.ts';
import { usedColumns } from './tree.ts';

/** Another way to score the same rows, judged beside the model. */
export interface Baseline {
  readonly name: string;
  /** Probabilities for `test`; may learn from `train`. */
  predict(train: Table, test: Table): Float64Array;
}

export interface ArtifactOptions extends TrainSettings {
  readonly name: string;
  readonly version: string;
  /** One sentence: what the number is for. */
  readonly purpose: string;
  /** What the output means. */
  readonly meaning: string;
  /** Where the rows came from, in words. */
  readonly source: string;
  readonly script: string;
  readonly seed: number;
  /** Rows to learn from and rows to judge by; the model never sees the latter. */
  readonly split: Split;
  /** How the split was made, for the report. */
  readonly splitMeaning: string;
  readonly baselines: readonly Baseline[];
}

/** Everything that makes a model usable and judgeable; plain values, the same from the same input, byte for byte. */
export interface Artifact {
  readonly model: TrainedModel;
  readonly onnx: Uint8Array;
  readonly manifest: ModelManifest;
  /** Model card and report, Markdown. */
  readonly report: string;
}

/** Trains on one part of a table, judges on the other beside the baselines, and packs the model. Throws when either part lacks a label. */
export function trainArtifact(table: Table, options: ArtifactOptions): Artifact {
  const train = selectRows(table, options.split.train);
  const test = selectRows(table, options.split.test);
  for (const [part, rows] of [
    ['learn from', train],
    ['judge by', test],
  ] as const) {
    const ones = positives(rows.labels);
    if (ones === 0 || ones === rows.rows)
      throw new Error(`Cannot train "${options.name}": the ${rows.rows} rows to ${part} have only one label`);
  }
  const model = trainModel(train, options);
  const judged: Judged[] = [
    { name: options.name, probabilities: predict(model, test) },
    ...options.baselines.map((baseline) => ({ name: baseline.name, probabilities: baseline.predict(train, test) })),
  ];
  const onnx = exportTrees(model.ensemble, options.name);
  const manifest = describe({ model, onnx, train, test, judged }, options);
  return { model, onnx, manifest, report: writeReport({ manifest, model, test, judged, splitMeaning: options.splitMeaning }) };
}

function describe(
  made: {
    readonly model: TrainedModel;
    readonly onnx: Uint8Array;
    readonly train: Table;
    readonly test: Table;
    readonly judged: readonly Judged[];
  },
  options: ArtifactOptions,
): ModelManifest {
  const { model, onnx, train, test, judged } = made;
  const metrics = judged.map(({ name, probabilities }): [string, ManifestMetrics] => [name, rounded(evaluate(probabilities, test.labels))]);
  const [own, ...baselines] = metrics;
  const columns = describeColumns(model, train);
  return manifestSchema.parse({
    format: 1,
    name: options.name,
    version: options.version,
    file: `${options.name}.onnx`,
    sha256: createHash('sha256').update(onnx).digest('hex'),
    bytes: onnx.length,
    purpose: options.purpose,
    featureSpec: { name: train.spec.name, hash: train.spec.hash },
    input: {
      name: EXPORT.input,
      type: 'float32',
      shape: [null, columns.length],
      meaning: 'one row per visit and product, columns as listed; NaN is not known',
    },
    output: { name: EXPORT.output, type: 'float32', shape: [null, 1], meaning: options.meaning },
    columns,
    operators: [...EXPORT.operators],
    opset: EXPORT.opset,
    training: {
      source: options.source,
      rows: train.rows,
      positives: positives(train.labels),
      stores: new Set(train.stores).size,
      ...timeSpan(train.atMs),
      trees: model.ensemble.trees.length,
    },
    metrics: { heldOut: own![1], baselines: Object.fromEntries(baselines) },
    expected: expectedOf(judged[0]!.probabilities, test.labels, own![1].ece),
    createdBy: { script: options.script, seed: options.seed },
  });
}

function describeColumns(model: TrainedModel, train: Table): ModelManifest['columns'] {
  const used = usedColumns(model.ensemble);
  const values = encode(train, model.encoding);
  return model.encoding.map(({ name, feature, level }, i) => {
    const definition = train.spec.features[feature]!;
    const label = level === undefined ? undefined : definition.levels?.[level];
    return {
      name,
      feature: definition.name,
      ...(label === undefined ? {} : { level: label }),
      used: used.has(i),
      ...span(values[i]!),
      ...seen(values[i]!, used.has(i) && definition.around !== true),
    };
  });
}

/** What drift is measured against, of the columns that the model looks at and that are the shoppers' doing. */
function seen(column: ArrayLike<number>, isUsed: boolean): Pick<ModelManifest['columns'][number], 'seen'> {
  if (!isUsed) return {};
  const { edges, shares } = distributionOf(column);
  return { seen: { edges: [...edges], shares: [...shares] } };
}

function expectedOf(probabilities: ArrayLike<number>, labels: Uint8Array, ece: number): NonNullable<ModelManifest['expected']> {
  const { edges, shares } = distributionOf(probabilities);
  const six = (value: number) => Math.round(value * 1e6) / 1e6;
  return {
    scores: { edges: edges.map(six), shares: [...shares] },
    promised: six(mean(probabilities)),
    came: six(positives(labels) / labels.length),
    ece,
  };
}

/** Lowest and highest known value; nulls when nothing is known. */
function span(column: ArrayLike<number>): { readonly low: number | null; readonly high: number | null } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high } : { low: null, high: null };
}

function timeSpan(atMs: Float64Array): { readonly fromMs: number | null; readonly toMs: number | null } {
  const { low, high } = span(atMs);
  return { fromMs: low, toMs: high };
}

/** Six decimals: more is noise, and a manifest is read by people. */
function rounded(metrics: ManifestMetrics): ManifestMetrics {
  const entries = Object.entries(metrics).map(([key, value]) => [key, Math.round(value * 1e6) / 1e6] as const);
  return { ...metrics, ...Object.fromEntries(entries) };
}
