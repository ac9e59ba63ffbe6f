import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Decision } from '../core/decision.ts';
import type { LoggedInput } from '../core/input.ts';
import { readState, SNAPSHOT_FORMAT } from '../core/snapshot.ts';
import { createState, type State } from '../core/state.ts';
import { type ReplayReport, replay } from '../runtime/replay.ts';
import type { LogFile } from '../store/log-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

interface ReplayWords {
  readonly diff?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly export?: boolean;
}

/** `endcap replay`: a recorded day through the same core. */
export function registerReplay(program: Command, context: CommandContext): void {
  program
    .command('replay')
    .description('run a recorded log through the core and print its decisions')
    .argument('<log>', 'data folder, core.db or a backup of it, or a JSON Lines file made with --export')
    .option('--diff', 'compare with the recorded decisions; exit code 1 when one differs')
    .option('--json', 'one JSON object a decision')
    .option('--quiet', 'only the summary')
    .option('--export', 'print the log itself as JSON Lines instead of replaying it')
    .action((log: string, words: ReplayWords) => run(resolve(context.workingDirectory, log), words, context));
}

async function run(path: string, words: ReplayWords, context: CommandContext): Promise<void> {
  if (!existsSync(path)) throw new CliFailure(`Cannot replay "${path}": there is no such file or folder`, { exitCode: EXIT.unavailable });
  const isFolder = statSync(path).isDirectory();
  if (isFolder || path.endsWith('.db')) return replayDatabase(isFolder ? join(path, 'core.db') : path, words, context);
  if (words.diff === true || words.export === true)
    throw new CliFailure(`Cannot use "${path}" for this: a JSON Lines log is the log alone, without recorded decisions`, {
      exitCode: EXIT.usage,
      hint: 'give the data folder instead',
    });
  report(replay({ state: createState(), log: linesOf(path), ...printing(words, context) }), words, context);
}

async function replayDatabase(path: string, words: ReplayWords, context: CommandContext): Promise<void> {
  // Imported here, as in every command that needs the database driver: the others must work where it does not load.
  const { openLogFile } = await import('../store/log-file.ts');
  const opened = openLogFile(path);
  if (!opened.ok) throw new CliFailure(opened.error, { exitCode: EXIT.unavailable });
  using log = opened.value;
  if (words.export === true) {
    for (const logged of log.read(0)) context.print(JSON.stringify(logged));
    return;
  }
  const { state, afterSeq } = startOf(log);
  if (afterSeq > 0)
    context.complain(
      `endcap: some of the log before entry ${afterSeq} is gone (by age, for room, or erased); replaying from the snapshot there`,
    );
  const recorded = words.diff === true ? { recorded: decisionsAfter(log, afterSeq) } : {};
  report(replay({ state, log: log.read(afterSeq), ...printing(words, context), ...recorded }), words, context);
}

/** State to replay a log from: the beginning where all of it is there, else the snapshot after the last gap, as what comes before cannot be told again. */
export function startOf(log: LogFile): { readonly state: State; readonly afterSeq: number } {
  if (log.gapsThrough() <= 0) return { state: createState(), afterSeq: 0 };
  const snapshot = log.snapshotAfterGaps();
  if (snapshot === undefined || snapshot.format !== SNAPSHOT_FORMAT) {
    throw new CliFailure('Cannot replay: the beginning of the log is gone and there is no snapshot to start from', {
      exitCode: EXIT.unavailable,
      hint: 'a backup of an earlier day may have it',
    });
  }
  const body = JSON.parse(snapshot.body) as { readonly state: string };
  return { state: readState(body.state), afterSeq: snapshot.seq };
}

/** Ids of decisions begin with the position of the entry that led to them. */
function* decisionsAfter(log: LogFile, afterSeq: number): Generator<Decision> {
  for (const decision of log.decisions()) if (Number(/^d(\d+)-/.exec(decision.id)?.[1] ?? Number.NaN) > afterSeq) yield decision;
}

function printing(words: ReplayWords, context: CommandContext): { readonly onDecision?: (decision: Decision) => void } {
  if (words.quiet === true) return {};
  return { onDecision: (decision) => context.print(words.json === true ? JSON.stringify(decision) : lineOf(decision)) };
}

function lineOf({ atMs, id, kind, reason, visit, sku, score }: Decision): string {
  const intent = score === undefined ? '' : ` intent ${score.intent.toFixed(3)} by ${score.model}`;
  return `${new Date(atMs).toISOString()} ${id} ${kind === 'offer' ? 'offer' : `hold ${reason}`} ${sku ?? ''} to ${visit}${intent}`;
}

function report({ inputs, decisions, differences }: ReplayReport, words: ReplayWords, context: CommandContext): void {
  context.complain(`${inputs} log entries, ${decisions} decisions${words.diff === true ? `, ${differences.length} different` : ''}`);
  for (const { id, kind, recorded, replayed } of differences) {
    context.print(`${id}: ${kind}`);
    if (recorded !== undefined) context.print(`  recorded ${recorded}`);
    if (replayed !== undefined) context.print(`  replayed ${replayed}`);
  }
  if (differences.length > 0) context.finish(EXIT.found);
}

function* linesOf(path: string): Generator<LoggedInput> {
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      // Made by --export from a typed log.
      yield JSON.parse(line) as LoggedInput;
    } catch {
      throw new CliFailure(`Cannot read "${path}": line ${index + 1} is not JSON`, { exitCode: EXIT.unavailable });
    }
  }
}
