import { createReadStream, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { assign, type Experiment, experimentProblems } from '../core/experiments/experiment.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { registerRunning } from './experiment-running.ts';
import { CliFailure } from './failure.ts';

const fileSchema = z.strictObject({
  experiments: z.array(
    z.strictObject({
      id: z.string().min(1),
      layer: z.string().min(1),
      from: z.number().default(0),
      to: z.number().default(1),
      variants: z.array(z.strictObject({ name: z.string().min(1), weight: z.number().nonnegative() })),
    }),
  ),
});

/** A visit's figure, one a line. */
const rowSchema = z.object({ unit: z.string(), value: z.number(), before: z.number().optional() });

interface JudgeWords {
  readonly effect: string;
  readonly alpha: string;
  readonly json?: boolean;
}

interface PlanWords {
  readonly rate?: string;
  readonly variance?: string;
  readonly effect: string;
  readonly alpha: string;
  readonly power: string;
}

/** `endcap experiment`: plan, check, assign, run and judge experiments. */
export function registerExperiment(program: Command, context: CommandContext): void {
  const experiment = program.command('experiment').description('plan, check, run and judge experiments');
  registerRunning(experiment, context);
  experiment
    .command('plan')
    .description('visits a variant needs, looked at at any time and looked at once')
    .option('--rate <share>', 'share of visits that convert now, 0 to 1')
    .option('--variance <number>', "variance of one visit's figure, where it is not a share")
    .requiredOption('--effect <number>', 'smallest difference that matters')
    .option('--alpha <share>', 'chance of a false alarm', '0.05')
    .option('--power <share>', 'chance to find the difference', '0.8')
    .action((words: PlanWords) => plan(words, context));
  experiment
    .command('check')
    .description('say what is wrong with a file of experiments')
    .argument('<file>', 'experiments, YAML or JSON')
    .action((file: string) => check(file, context));
  experiment
    .command('assign')
    .description('the variant of each unit, in every experiment')
    .argument('<file>', 'experiments, YAML or JSON')
    .argument('<unit...>', 'visits or members')
    .action((file: string, units: readonly string[]) => assignAll(file, units, context));
  experiment
    .command('judge')
    .description('what an experiment says so far; may be asked as often as you like')
    .argument('<file>', 'experiments, YAML or JSON')
    .argument('<id>', 'which experiment')
    .argument('<rows>', 'JSON Lines: {"unit", "value", "before"?}')
    .requiredOption('--effect <number>', 'smallest difference that matters')
    .option('--alpha <share>', 'chance of a false alarm', '0.05')
    .option('--json', 'the report for programs')
    .action((file: string, id: string, rows: string, words: JudgeWords) => judge(file, { id, rows, words }, context));
}

async function plan(words: PlanWords, context: CommandContext): Promise<void> {
  const rate = words.rate === undefined ? undefined : numberOf(words.rate, '--rate', { above: 0, below: 1 });
  const variance = words.variance === undefined ? undefined : numberOf(words.variance, '--variance', { above: 0 });
  const spread = variance ?? (rate === undefined ? undefined : rate * (1 - rate));
  if (spread === undefined) throw new CliFailure('Cannot plan: neither --rate nor --variance is given', { exitCode: EXIT.usage });
  const wanted = {
    variance: spread,
    effect: numberOf(words.effect, '--effect', { above: 0 }),
    alpha: numberOf(words.alpha, '--alpha', { above: 0, below: 1 }),
    power: numberOf(words.power, '--power', { above: 0, below: 1 }),
  };
  const { visitsNeeded, visitsNeededOnce } = await import('../core/experiments/sequential.ts');
  context.print(`${visitsNeeded(wanted)} visits a variant, looked at at any time`);
  context.print(`${visitsNeededOnce(wanted)} visits a variant, looked at once at the end`);
}

function check(file: string, context: CommandContext): void {
  const experiments = readExperiments(file, context);
  const problems = experimentProblems(experiments);
  for (const problem of problems) context.print(problem);
  if (problems.length > 0) return context.finish(EXIT.found);
  context.print(`${experiments.length} experiments can run together`);
}

function assignAll(file: string, units: readonly string[], context: CommandContext): void {
  const experiments = sound(file, context);
  for (const unit of units) {
    for (const experiment of experiments) context.print(`${unit} ${experiment.id} ${assign(experiment, unit) ?? '-'}`);
  }
}

async function judge(
  file: string,
  { id, rows, words }: { readonly id: string; readonly rows: string; readonly words: JudgeWords },
  context: CommandContext,
): Promise<void> {
  const effect = numberOf(words.effect, '--effect', { above: 0 });
  const alpha = numberOf(words.alpha, '--alpha', { above: 0, below: 1 });
  const experiment = sound(file, context).find((one) => one.id === id);
  if (experiment === undefined) throw new CliFailure(`Cannot judge "${id}": it is not in "${file}"`, { exitCode: EXIT.usage });
  const { addTo, noSums } = await import('../core/experiments/sums.ts');
  const { judgeExperiment } = await import('../core/experiments/judge-experiment.ts');
  const sums = Object.fromEntries(experiment.variants.map(({ name }) => [name, noSums()]));
  for await (const { unit, value, before } of readRows(resolve(context.workingDirectory, rows))) {
    const variant = assign(experiment, unit);
    if (variant !== undefined) addTo(sums[variant]!, value, before);
  }
  const report = judgeExperiment(experiment, { sums, effect, alpha });
  if (words.json === true) return context.print(JSON.stringify(report));
  for (const { name } of experiment.variants) context.print(`${name}: ${sums[name]!.count} visits`);
  context.print(`${report.verdict}: ${report.sentence}`);
}

function sound(file: string, context: CommandContext): readonly Experiment[] {
  const experiments = readExperiments(file, context);
  const details = experimentProblems(experiments);
  if (details.length > 0) throw new CliFailure(`Cannot use "${file}": it has problems`, { exitCode: EXIT.config, details });
  return experiments;
}

function readExperiments(file: string, context: CommandContext): readonly Experiment[] {
  let text: unknown;
  try {
    text = parse(readFileSync(resolve(context.workingDirectory, file), 'utf8'));
  } catch (error) {
    throw new CliFailure(`Cannot read "${file}": ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`, {
      exitCode: EXIT.unavailable,
      cause: error,
    });
  }
  const read = fileSchema.safeParse(text);
  if (read.success) return read.data.experiments;
  const [issue] = read.error.issues;
  throw new CliFailure(`Cannot use "${file}": ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a file of experiments'}`, {
    exitCode: EXIT.config,
  });
}

async function* readRows(path: string): AsyncGenerator<z.infer<typeof rowSchema>> {
  let line = 0;
  const input = createReadStream(path);
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() !== '') yield rowSchema.parse(JSON.parse(text));
    }
  } catch (error) {
    const fact =
      error instanceof SyntaxError ? 'it is not JSON' : error instanceof z.ZodError ? 'a unit and a value are needed' : String(error);
    throw new CliFailure(`Cannot read "${path}"${line > 0 ? `, line ${line}` : ''}: ${fact}`, { exitCode: EXIT.unavailable, cause: error });
  }
}

function numberOf(word: string, option: string, limits: { readonly above: number; readonly below?: number }): number {
  const value = word.trim() === '' ? Number.NaN : Number(word);
  if (value > limits.above && value < (limits.below ?? Number.POSITIVE_INFINITY)) return value;
  const range = limits.below === undefined ? `above ${limits.above}` : `between ${limits.above} and ${limits.below}`;
  throw new CliFailure(`Cannot use ${option} "${word}": it must be a number ${range}`, { exitCode: EXIT.usage });
}
