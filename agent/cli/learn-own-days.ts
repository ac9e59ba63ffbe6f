import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownLogSource, shortageOf } from '../../models/lifecycle/own-days.ts';
import { ruleIntent } from '../../models/rule-scorer.ts';
import { auc } from '../../models/training/auc.ts';
import { holdOut } from '../../models/training/hold-out.ts';
import { lossOf } from '../../models/training/metrics.ts';
import { TableBuilder } from '../../models/training/rows.ts';
import { positives, selectRows, type Table } from '../../models/training/table.ts';
import type { Artifact } from '../../models/training/train-artifact.ts';
import { trainIntent } from '../../models/training/train-intent.ts';
import { predict } from '../../models/training/train-model.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import type { ModelLearnt, ModelScore } from '../core/models-overview.ts';
import { DAY_MS } from '../core/units.ts';
import { nameOf } from '../runtime/model-library.ts';
import type { TrainLine } from '../runtime/model-lines.ts';
import { MOST_ROWS, type OwnDays, type OwnRow, writeOwnRows } from './log-rows.ts';

/** The model that decides in the store today, which what is learnt has to beat. */
export interface InUse {
  readonly name: string;
  /** What it says of vectors of `VISIT_SPEC`, as the store has calibrated it. */
  readonly intents: (vectors: readonly (readonly number[])[]) => Promise<ArrayLike<number>>;
}

export interface LearnOptions {
  /** Gets the model, its manifest and its report. */
  readonly outDir: string;
  /** A file for the rows, which is written and left to whoever named it. */
  readonly rowsPath: string;
  readonly version: string;
  readonly inUse: InUse;
  readonly progress: (sentence: string) => void;
}

/** The same as everywhere: same log, same model. */
const SEED = 1;

/**
 * Learns a model from a store's own days and judges it, on the newest visits, which it never sees, beside the model in use and the rules. Where too
 * little is known, says what is missing.
 */
export async function learnOwnDays(days: OwnDays, options: LearnOptions): Promise<Exclude<TrainLine, { readonly kind: 'progress' }>> {
  const table = tableOf(days.rows);
  const held = days.rows.length === 0 ? undefined : holdOut(table, { seed: SEED });
  const split = held?.ok === true ? held.value.split : { train: new Int32Array(0), test: new Int32Array(0) };
  const [learning, judging] = [selectRows(table, split.train), selectRows(table, split.test)];
  const counts = { visits: days.visits, bought: positives(table.labels), judgedBought: positives(judging.labels) };
  // In the order in which a store comes to know: visits, who of them bought, what.
  const enough = { bought: counts.visits, judgedBought: counts.visits };
  const shortage = shortageOf({ ...counts, ...enough }) ?? unnamedProblem(days) ?? shortageOf(counts);
  if (shortage !== undefined) return { kind: 'refused', ...shortage };
  options.progress(`Learning from ${days.visits} visits; this takes a minute or two`);
  await writeOwnRows(days.rows, options.rowsPath);
  const { outDir, rowsPath, version } = options;
  const source = `${ownLogSource(days.storeId)}, ${dateOf(days, days.fromMs)} to ${dateOf(days, days.toMs)}`;
  const made = await trainIntent({ rowsPath, outDir, version, source, seed: SEED });
  if (!made.ok) return { kind: 'refused', sentence: made.error, hint: 'Look at the rows with "endcap model rows --log"' };
  const { manifest } = made.value;
  if (manifest.metrics.heldOut.rows !== judging.rows) throw new Error('Cannot judge the model: it was trained by another split');
  const learnt = await judge(made.value, { days, learning, judging, test: split.test, inUse: options.inUse });
  appendFileSync(join(outDir, 'purchase-intent.report.md'), beside(learnt));
  return { kind: 'learnt', learnt, manifest: join(outDir, 'purchase-intent.manifest.json') };
}

function tableOf(rows: readonly OwnRow[]): Table {
  const builder = new TableBuilder(VISIT_SPEC);
  for (const row of rows) {
    const problem = builder.add(row);
    if (problem !== undefined) throw new Error(`Cannot learn from the log: ${problem}`);
  }
  return builder.build();
}

/** Where nobody can tell how many purchases no till named, nearly everybody would seem to buy nothing. */
function unnamedProblem({ namedShare }: OwnDays): { readonly sentence: string; readonly hint: string } | undefined {
  if (namedShare !== undefined) return undefined;
  return {
    sentence: 'Too few buyers were named by a till and seen at the checkout to tell how many purchases nobody named; 30 are needed',
    hint: 'Where the store knows which share of these buyers its tills name, say so in model.namedShare',
  };
}

interface Judging {
  readonly days: OwnDays;
  readonly learning: Table;
  readonly judging: Table;
  /** Positions of the rows that judge. */
  readonly test: Int32Array;
  readonly inUse: InUse;
}

async function judge(artifact: Artifact, { days, learning, judging, test, inUse }: Judging): Promise<ModelLearnt> {
  const vectors = Array.from(test, (row) => days.rows[row]!.values);
  const own = predict(artifact.model, judging);
  const used = await inUse.intents(vectors);
  const rules = vectors.map((vector) => ruleIntent(vector));
  const difference = lossDifference(own, used, judging);
  const { value, low, high } = difference;
  const verdict = high < 0 ? 'better' : low > 0 ? 'worse' : value < 0 ? 'perhaps-better' : 'perhaps-worse';
  return {
    name: nameOf(artifact.manifest),
    verdict,
    sentence: VERDICTS[verdict],
    facts: factsOf(days, { learning, judging }),
    scorers: [
      scoreOf('what was learnt here', own, judging),
      scoreOf(`in use: ${inUse.name}`, used, judging),
      scoreOf('the rules', rules, judging),
    ],
  };
}

const VERDICTS: Readonly<Record<ModelLearnt['verdict'], string>> = {
  better: 'On the newest visits, which it never saw, it predicts purchases better than what is in use',
  'perhaps-better':
    'On the newest visits, which it never saw, it predicts purchases a little better than what is in use; that may be chance',
  'perhaps-worse':
    'On the newest visits, which it never saw, it predicts purchases no better than what is in use, as far as can be told: there is no reason to use it yet',
  worse: 'On the newest visits, which it never saw, it predicts purchases worse than what is in use: keep what is in use',
};

/** Mean over visits of what the first loses more than the second, each visit counting for as many as it stands for, with its 95 % interval. */
function lossDifference(first: ArrayLike<number>, second: ArrayLike<number>, table: Table) {
  const visits = new Map<number, { sum: number; rows: number; weight: number }>();
  for (let row = 0; row < table.rows; row++) {
    const of = visits.get(table.groups[row]!) ?? { sum: 0, rows: 0, weight: table.weights[row]! };
    of.sum += lossOf(first[row]!, table.labels[row]!) - lossOf(second[row]!, table.labels[row]!);
    of.rows++;
    visits.set(table.groups[row]!, of);
  }
  const all = [...visits.values()].map(({ sum, rows, weight }) => ({ difference: sum / rows, weight }));
  const weight = all.reduce((total, one) => total + one.weight, 0);
  const value = all.reduce((total, one) => total + one.weight * one.difference, 0) / weight;
  const spread = Math.sqrt(all.reduce((total, one) => total + (one.weight * (one.difference - value)) ** 2, 0)) / weight;
  return { value, low: value - 1.96 * spread, high: value + 1.96 * spread };
}

function scoreOf(name: string, probabilities: ArrayLike<number>, { labels, weights, rows }: Table): ModelScore {
  let [weight, promised, came, loss] = [0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    weight += weights[row]!;
    promised += weights[row]! * probabilities[row]!;
    came += weights[row]! * labels[row]!;
    loss += weights[row]! * lossOf(probabilities[row]!, labels[row]!);
  }
  const four = (value: number) => Math.round(value * 1e4) / 1e4;
  return {
    name,
    order: four(auc(probabilities, labels).value),
    promised: four(promised / weight),
    came: four(came / weight),
    logLoss: four(loss / weight),
  };
}

function factsOf(days: OwnDays, { learning, judging }: Pick<Judging, 'learning' | 'judging'>): string[] {
  const { offered, unnamed, namedShare, again, shed } = days;
  const visits = (table: Table) => new Set(table.groups).size;
  const span = (days.toMs - days.fromMs) / DAY_MS;
  const named = `tills name ${percent(namedShare ?? 1)} of the buyers, and each of those counts for the others`;
  return [
    `Learnt from ${visits(learning)} visits of this store (${learning.rows} products, ${positives(learning.labels)} bought), until ${dateOf(days, latest(learning))}`,
    `Judged by the ${visits(judging)} visits after that (${judging.rows} products, ${positives(judging.labels)} bought), until ${dateOf(days, latest(judging))}`,
    `Left out: ${offered} visits that were made an offer, and ${unnamed} that paid and no till named; ${named}`,
    ...(span < 7 ? [`The log holds ${span.toFixed(1)} days: other days of the week may be different`] : []),
    ...(again === 0
      ? []
      : [`${again} products were scored by an earlier version of the agent; what it saw was worked out again from the log`]),
    ...(shed === 0 ? [] : [`${shed} older visits were left out: the newest ${MOST_ROWS} products are learnt from`]),
  ];
}

function latest({ atMs }: Table): number {
  return atMs.reduce((last, at) => Math.max(last, at), 0);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function dateOf({ timeZone }: OwnDays, atMs: number): string {
  const parts = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat('en-GB', { timeZone, ...parts }).format(atMs);
}

/** The part of the report that compares with what is in use. */
function beside({ sentence, facts, scorers }: ModelLearnt): string {
  const lines = scorers.map(({ name, order, promised, came, logLoss }) =>
    [name, order.toFixed(4), logLoss.toFixed(4), promised.toFixed(4), came.toFixed(4)].join(' | '),
  );
  return [
    '',
    '## Beside what is in use, on the same newest visits',
    `${sentence}. Figures count each visit for as many as it stands for.`,
    ['| scorer | AUC | log-loss | mean promise | came |', '| --- | --- | --- | --- | --- |', ...lines.map((line) => `| ${line} |`)].join(
      '\n',
    ),
    facts.map((fact) => `* ${fact}`).join('\n'),
    '',
  ].join('\n\n');
}
