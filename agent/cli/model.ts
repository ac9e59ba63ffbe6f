import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Scenario } from '../../devices/simulator/scenario.ts';
import { DAY_MS, HOUR_MS } from '../core/units.ts';
import { packageRoot } from '../package-root.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { registerModelLifecycle } from './model-lifecycle.ts';
import { registerModelVision } from './model-vision.ts';
import { startOf } from './replay.ts';
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
    .description('simulate days without offers, train on them, judge on other scenarios, write the artifact')
    .option('-c, --config <file>', 'store to simulate (or ENDCAP_CONFIG)')
    .option('--out <folder>', 'where the model, its manifest and its report go', join(packageRoot(), 'models/artifacts'))
    .option('--rows <file>', 'train on these rows instead of simulating')
    .option('--model-version <text>', 'version to write into the manifest', '1')
    .action((words: TrainWords) => train(words, context));
  model
    .command('rows')
    .description("write training rows (JSON Lines): of simulated days without offers, or of the store's own log")
    .argument('<file>', 'rows file to append to')
    .option('--scenario <file>', 'scenario of a simulated day')
    .option('--log <folder>', 'data folder or core.db of a store, instead of a scenario')
    .option('-c, --config <file>', 'store to simulate (or ENDCAP_CONFIG)')
    .option('--seed <number>', 'seed of the day', '1')
    .action((file: string, words: RowsWords) => rows(file, words, context));
  registerModelVision(model, context);
  registerModelLifecycle(model, context);
}

interface TrainWords {
  readonly config?: string;
  readonly out: string;
  readonly rows?: string;
  readonly modelVersion: string;
}

interface RowsWords {
  readonly config?: string;
  readonly scenario?: string;
  readonly log?: string;
  readonly seed: string;
}

async function train(words: TrainWords, context: CommandContext): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'endcap-train-'));
  try {
    const rowsPath = words.rows === undefined ? join(scratch, 'rows.jsonl') : resolve(context.workingDirectory, words.rows);
    if (words.rows === undefined) await simulateAll(rowsPath, words, context);
    const { trainIntent } = await import('../../models/training/train-intent.ts');
    const result = await trainIntent({
      rowsPath,
      outDir: resolve(context.workingDirectory, words.out),
      version: words.modelVersion,
      source:
        words.rows === undefined ? `simulated days without offers: ${LEARN_FROM.join(', ')}; judged by ${JUDGE_BY.join(', ')}` : words.rows,
      ...(words.rows === undefined ? { testStores: [...JUDGE_BY] } : {}),
    });
    if (!result.ok) throw new CliFailure(result.error, { exitCode: EXIT.unavailable });
    context.print(result.value.report);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
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
  if (words.log !== undefined) return rowsOfLog(file, words.log, context);
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

async function rowsOfLog(file: string, log: string, context: CommandContext): Promise<void> {
  const path = resolve(context.workingDirectory, log);
  const { openLogFile } = await import('../store/log-file.ts');
  const opened = openLogFile(path.endsWith('.db') ? path : join(path, 'core.db'));
  if (!opened.ok) throw new CliFailure(opened.error, { exitCode: EXIT.unavailable });
  using logFile = opened.value;
  const { state, afterSeq } = startOf(logFile);
  const { writeLogRows } = await import('./log-rows.ts');
  const made = await writeLogRows({ state, log: logFile.read(afterSeq) }, resolve(context.workingDirectory, file));
  context.print(`${made.rows} rows, ${made.bought} bought`);
  if (made.namedShare === undefined)
    context.complain('endcap: too few visits were seen at a checkout to tell how many purchases no till named; they count as not bought');
}
