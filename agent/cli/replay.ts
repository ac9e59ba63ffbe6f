import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Decision } from '../core/decision.ts';
import type { LoggedInput } from '../core/input.ts';
import { readState, SNAPSHOT_FORMAT } from '../core/snapshot.ts';
import { createState, type State } from '../core/state.ts';
import { type ReplayReport, replay } from '../runtime/replay.ts';
import { openStore, type Store } from '../store/store.ts';
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
    .argument('<log>', 'data folder, core.db, or a JSON Lines file made with --export')
    .option('--diff', 'compare with the recorded decisions; exit code 1 when one differs')
    .option('--json', 'one JSON object a decision')
    .option('--quiet', 'only the summary')
    .option('--export', 'print the log itself as JSON Lines instead of replaying it')
    .action((log: string, words: ReplayWords) => run(resolve(context.workingDirectory, log), words, context));
}

function run(path: string, words: ReplayWords, context: CommandContext): void {
  if (!existsSync(path)) throw new CliFailure(`Cannot replay "${path}": there is no such file or folder`, { exitCode: EXIT.unavailable });
  if (statSync(path).isFile() && !path.endsWith('.db')) {
    if (words.diff === true)
      throw new CliFailure('Cannot compare: a JSON Lines log holds no recorded decisions', {
        exitCode: EXIT.usage,
        hint: 'give the data folder instead',
      });
    return report(replay({ state: createState(), log: linesOf(path), ...printing(words, context) }), words, context);
  }
  const opened = openStore({
    dir: statSync(path).isFile() ? dirname(path) : path,
    quotaBytes: Number.MAX_SAFE_INTEGER,
    nowMs: Date.now(),
    access: 'guest',
  });
  if (!opened.ok) throw new CliFailure(opened.error.message, { exitCode: EXIT.unavailable, hint: opened.error.hint });
  using store = opened.value;
  const start = startOf(store);
  if (words.export === true) {
    for (const logged of store.journal.read(start.afterSeq)) context.print(JSON.stringify(logged));
    return;
  }
  if (start.afterSeq > 0)
    context.complain(`endcap: the log before entry ${start.afterSeq} has been deleted; replaying from the snapshot there`);
  const recorded = words.diff === true ? { recorded: (id: string) => store.decisions.byId(id) } : {};
  report(replay({ state: start.state, log: store.journal.read(start.afterSeq), ...printing(words, context), ...recorded }), words, context);
}

/** The whole log where it is whole, else what follows the oldest readable snapshot. */
function startOf(store: Store): { readonly state: State; readonly afterSeq: number } {
  if (store.journal.firstSeq() <= 1) return { state: createState(), afterSeq: 0 };
  const snapshot = store.journal.snapshot();
  if (snapshot === undefined || snapshot.format !== SNAPSHOT_FORMAT) {
    throw new CliFailure('Cannot replay: the beginning of the log has been deleted and there is no snapshot to start from', {
      exitCode: EXIT.unavailable,
    });
  }
  const body = JSON.parse(snapshot.body) as { readonly state: string };
  return { state: readState(body.state), afterSeq: snapshot.seq };
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
