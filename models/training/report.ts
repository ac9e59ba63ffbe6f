import type { ModelManifest } from '../manifest.ts';
import { bootstrap } from './bootstrap.ts';
import { averagePrecision, evaluate, logLoss, reliability } from './metrics.ts';
import { createRandom, shuffle } from './random.ts';
import { pick, rowsWhere, selectRows, type Table } from './table.ts';
import { predict, type TrainedModel } from './train-model.ts';

/** One scorer's answers on the rows that judge. */
export interface Judged {
  readonly name: string;
  readonly probabilities: Float64Array;
}

export interface ReportInput {
  readonly manifest: ModelManifest;
  readonly model: TrainedModel;
  readonly test: Table;
  /** The model first, then the baselines. */
  readonly judged: readonly Judged[];
  readonly splitMeaning: string;
}

/** The model card: what the model is for, what it was made from, how it did beside the baselines, store by store, and how well it is calibrated. */
export function writeReport(input: ReportInput): string {
  const { manifest } = input;
  const { training } = manifest;
  return [
    `# ${manifest.name} ${manifest.version}`,
    manifest.purpose,
    `Learnt from ${training.rows} rows (${training.positives} positive) of ${training.stores} store(s): ${training.source}. ` +
      `${training.trees} trees in ${input.model.treesPerMember.length} members, calibrated by sigmoid(${input.model.platt.scale.toFixed(3)} x margin ${signed(input.model.platt.shift)}). ` +
      `Made by \`${manifest.createdBy.script}\` with seed ${manifest.createdBy.seed}; the same rows give the same bytes (sha256 \`${manifest.sha256}\`).`,
    `Features: \`${manifest.featureSpec.name}\`, hash \`${manifest.featureSpec.hash}\`. Nothing about who a shopper is goes in or comes out.`,
    `## On rows it never saw (${input.splitMeaning})`,
    scorersTable(input),
    '## Store by store',
    storesTable(input),
    '## Calibration',
    calibrationTable(input),
    '## What it looks at',
    'Rise of the log-loss when a feature is shuffled between rows; the ten largest.',
    importanceTable(input),
    '',
  ].join('\n\n');
}

function scorersTable({ judged, test }: ReportInput): string {
  const lines = judged.map(({ name, probabilities }) => {
    const figures = evaluate(probabilities, test.labels);
    const precision = bootstrap(test.rows, (rows) =>
      averagePrecision(pick(probabilities, rows, new Float64Array(rows.length)), pick(test.labels, rows, new Uint8Array(rows.length))),
    );
    return [
      name,
      `${fixed(figures.auc)} (${fixed(figures.aucLow)} to ${fixed(figures.aucHigh)})`,
      `${fixed(precision.value)} (${fixed(precision.low)} to ${fixed(precision.high)})`,
      fixed(figures.logLoss),
      fixed(figures.ece),
    ];
  });
  return table(['scorer', 'AUC (95 %)', 'average precision (95 %)', 'log-loss', 'calibration error'], lines);
}

function storesTable({ judged, test }: ReportInput): string {
  const own = judged[0]!.probabilities;
  const lines = test.storeNames.flatMap((name, store) => {
    const rows = rowsWhere(test.rows, (row) => test.stores[row] === store);
    if (rows.length === 0) return [];
    const figures = evaluate(pick(own, rows, new Float64Array(rows.length)), pick(test.labels, rows, new Uint8Array(rows.length)));
    return [
      [
        name || 'not named',
        String(rows.length),
        String(figures.positives),
        fixed(figures.auc),
        fixed(figures.averagePrecision),
        fixed(figures.ece),
      ],
    ];
  });
  return table(['store', 'rows', 'positive', 'AUC', 'average precision', 'calibration error'], lines);
}

function calibrationTable({ judged, test }: ReportInput): string {
  const bins = reliability(judged[0]!.probabilities, test.labels);
  return table(
    ['promised', 'rows', 'mean promise', 'came'],
    bins.map((bin) => [`${bin.from.toFixed(1)} to ${bin.to.toFixed(1)}`, String(bin.rows), fixed(bin.predicted), fixed(bin.observed)]),
  );
}

/** Enough rows for the order of features to be stable. */
const IMPORTANCE_ROWS = 20_000;

function importanceTable({ model, test }: ReportInput): string {
  const sample = selectRows(
    test,
    rowsWhere(test.rows, (row) => row < IMPORTANCE_ROWS),
  );
  const before = logLoss(predict(model, sample), sample.labels);
  const rises = test.spec.features.map(({ name, meaning }, i) => {
    if (!model.encoding.some((column) => column.feature === i)) return { name, meaning, rise: 0 };
    const order = shuffle(
      Int32Array.from({ length: sample.rows }, (_, row) => row),
      createRandom(i + 1),
    );
    const columns = sample.columns.map((column, j) => (i === j ? pick(column, order, new Float32Array(sample.rows)) : column));
    return { name, meaning, rise: logLoss(predict(model, { ...sample, columns }), sample.labels) - before };
  });
  const top = rises.sort((a, b) => b.rise - a.rise).slice(0, 10);
  return table(
    ['feature', 'meaning', 'log-loss'],
    top.map(({ name, meaning, rise }) => [`\`${name}\``, meaning, `+${Math.max(0, rise).toFixed(4)}`]),
  );
}

function table(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function fixed(value: number): string {
  return value.toFixed(4);
}

function signed(value: number): string {
  return value < 0 ? `- ${(-value).toFixed(3)}` : `+ ${value.toFixed(3)}`;
}
