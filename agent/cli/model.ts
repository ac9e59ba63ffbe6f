import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Scenario } from '../../devices/simulator/scenario.ts';
import { DAY_MS, HOUR_MS } from '../core/units.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { writeOwnRows } from './log-rows.ts';
import { registerModelLifecycle } from './model-lifecycle.ts';
import { artifactsFolder, checkRows, inScratch, type LogWords, readLog, trainOnLog } from './model-train.ts';
import { registerModelVision } from './model-vision.ts';
import { bundledScenarioFile, requireScenario } from './scenario-file.ts';
import type { RowSource } from './training-rows.ts';

/** Scenarios the first model learns from, and those that only judge it. */
const LEARN_FROM = ['demo', 'quiet-morning', 'saturday'] as const;
const JUDGE_BY = ['noisy-sensors', 'other-habits'] as const;

/** Days simulated of each scenario, with seeds of their own. */
const DAYS = 4;
/** A Monday at midnight UTC; the scenario says at which hour its day begins. */
const FIRST_DAY_MS = Date.UTC(2026, 0, 5);

/** `endcap model`: how models are made. */
export function registerModel(program: Command, context: CommandContext): void {
  const model = program.command('model').description('the model that scores interest: train it, hand it in, see where it stands, go back');
  model
    .command('train')
    .description(
      "train a model on simulated days without offers, on rows, or on a store's own days, and say how it does on what it never saw",
    )
    .option('-c, --config <file>', 'store to simulate (or ENDCAP_CONFIG)')
    .option(
      '--out <folder>',
      'where the model, its manifest and its report go (default: that of the model that comes along; with --log: own-model)',
    )
    .option('--rows <file>', 'train on these rows instead of simulating')
    .option(
      '--log <folder>',
      "learn from a store's own days: its data folder or core.db; judged on the newest visits beside what is in use",
    )
    .option('--named-share <share>', 'with --log: share of the buyers that tills name (default: model.namedShare)')
    .option('--json', 'with --log: progress and result for programs, a line at a time')
    .option('--model-version <text>', 'version to write into the manifest')
    .action((words: TrainWords) => train(words, context));
  model
    .command('rows')
    .description("write training rows (JSON Lines): of simulated days without offers, or of the store's own log")
    .argument('<file>', 'rows file to append to')
    .option('--scenario <file>', 'scenario of a simulated day')
    .option('--log <folder>', 'data folder or core.db of a store, instead of a scenario')
    .option('--named-share <share>', 'with --log: share of the buyers that tills name (default: model.namedShare)')
    .option('-c, --config <file>', 'store to simulate (or ENDCAP_CONFIG)')
    .option('--seed <number>', 'seed of the day', '1')
    .action((file: string, words: RowsWords) => rows(file, words, context));
  registerModelVision(model, context);
  registerModelLifecycle(model, context);
}

interface TrainWords extends LogWords {
  readonly rows?: string;
  readonly log?: string;
}

interface RowsWords {
  readonly config?: string;
  readonly scenario?: string;
  readonly log?: string;
  readonly namedShare?: string;
  readonly seed: string;
}

async function train(words: TrainWords, context: CommandContext): Promise<void> {
  const { log, rows: given, json, namedShare } = words;
  if (log !== undefined && given !== undefined)
    throw new CliFailure('Cannot train on rows and on a log at once', { exitCode: EXIT.usage, hint: 'give --rows or --log' });
  if (log !== undefined) return trainOnLog(log, words, context);
  if (json !== undefined || namedShare !== undefined)
    throw new CliFailure('Cannot use --json or --named-share without --log', { exitCode: EXIT.usage });
  await inScratch(async (scratch) => {
    const rowsPath = given === undefined ? join(scratch, 'rows.jsonl') : resolve(context.workingDirectory, given);
    if (given === undefined) await simulateAll(rowsPath, words, context);
    else await checkRows(rowsPath);
    const { trainIntent } = await import('../../models/training/train-intent.ts');
    const result = await trainIntent({
      rowsPath,
      outDir: resolve(context.workingDirectory, words.out ?? artifactsFolder()),
      version: words.modelVersion ?? '1',
      source: given ?? `simulated days without offers: ${LEARN_FROM.join(', ')}; judged by ${JUDGE_BY.join(', ')}`,
      ...(given === undefined ? { testStores: [...JUDGE_BY] } : {}),
    });
    if (!result.ok) throw new CliFailure(result.error, { exitCode: EXIT.unavailable });
    context.print(result.value.report);
  });
}

async function simulateAll(rowsPath: string, words: TrainWords, context: CommandContext): Promise<void> {
  const { store } = requireConfig(chooseConfig(words.config, context), context);
  const { writeTrainingRows } = await import('./training-rows.ts');
  for (const name of [...LEARN_FROM, ...JUDGE_BY]) {
    for (let day = 0; day < DAYS; day++) {
      const scenario = forTraining(requireScenario(bundledScenarioFile(name), context.workingDirectory));
      const source: RowSource = { name, store, scenario, seed: 1_000 + day, startMs: FIRST_DAY_MS + day * DAY_MS };
      const made = await writeTrainingRows(source, rowsPath);
      context.complain(`${name}, day ${day + 1}: ${made.rows} rows, ${made.bought} bought`);
    }
  }
}

async function rows(file: string, words: RowsWords, context: CommandContext): Promise<void> {
  if (words.log !== undefined) return rowsOfLog(file, words.log, { words, context });
  if (words.scenario === undefined)
    throw new CliFailure('Cannot write rows: neither --scenario nor --log is given', { exitCode: EXIT.usage });
  const { store } = requireConfig(chooseConfig(words.config, context), context);
  const scenario = forTraining(requireScenario(words.scenario, context.workingDirectory));
  const seed = Number(words.seed);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new CliFailure(`Cannot use the seed "${words.seed}": it must be a whole number`, { exitCode: EXIT.usage });
  const source: RowSource = { name: scenario.name, store, scenario, seed, startMs: FIRST_DAY_MS };
  const { writeTrainingRows } = await import('./training-rows.ts');
  const made = await writeTrainingRows(source, resolve(context.workingDirectory, file));
  context.print(`${made.rows} rows, ${made.bought} bought`);
}

/** A whole day, in which everybody agrees to be scored: who agrees in real life says nothing about what a pick means. */
function forTraining(scenario: Scenario): Scenario {
  return {
    ...scenario,
    durationMinutes: (12 * HOUR_MS) / 60_000,
    shoppers: { ...scenario.shoppers, phoneShare: 1, offersConsentShare: 1, measurementConsentShare: 1, eraseShare: 0 },
  };
}

async function rowsOfLog(
  file: string,
  log: string,
  { words, context }: { readonly words: RowsWords; readonly context: CommandContext },
): Promise<void> {
  // The share that tills name is a setting of the store; a log from elsewhere may be read without one.
  const loaded = words.config === undefined ? undefined : requireConfig(chooseConfig(words.config, context), context);
  const days = await readLog(log, { loaded, words, context });
  await writeOwnRows(days.rows, resolve(context.workingDirectory, file));
  const bought = days.rows.filter(({ label }) => label === 1).length;
  context.print(`${days.rows.length} rows of ${days.visits} visits, ${bought} bought`);
  if (days.namedShare === undefined)
    context.complain('endcap: too few visits were seen at a checkout to tell how many purchases no till named; they count as not bought');
}
