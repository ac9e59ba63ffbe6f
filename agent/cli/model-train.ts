import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LoadedConfig } from '../../config/load.ts';
import { shortageOf } from '../../models/lifecycle/own-days.ts';
import { ruleIntent } from '../../models/rule-scorer.ts';
import { calibrated } from '../../models/site-calibration.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import { createLibrary } from '../compose-models.ts';
import { localTime } from '../core/local-time.ts';
import { packageRoot } from '../package-root.ts';
import type { KeeperDocuments } from '../runtime/model-documents.ts';
import type { LearntDocuments } from '../runtime/model-learning.ts';
import type { TrainLine } from '../runtime/model-lines.ts';
import { ModelsTable } from '../store/models.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import type { InUse } from './learn-own-days.ts';
import { collectOwnDays } from './log-rows.ts';
import { withDatabase } from './open-database.ts';
import { startOf } from './replay.ts';
import { endWithParent } from './with-parent.ts';

export interface LogWords {
  readonly config?: string;
  readonly out?: string;
  readonly modelVersion?: string;
  readonly namedShare?: string;
  readonly json?: boolean;
}

/** Rows of one call of a model that runs in a process of its own. */
const BATCH = 256;

/** `endcap model train --log`: learns from a store's own days and says how it did beside what is in use. */
export async function trainOnLog(log: string, words: LogWords, context: CommandContext): Promise<void> {
  endWithParent();
  const loaded = requireConfig(chooseConfig(words.config, context), context);
  const say = (line: TrainLine) => tell(line, { isJson: words.json === true, context });
  const outDir = resolve(context.workingDirectory, words.out ?? 'own-model');
  mkdirSync(outDir, { recursive: true, mode: 0o700 });
  const rowsPath = join(outDir, '.rows.jsonl');
  rmSync(rowsPath, { force: true });
  try {
    const days = await readLog(log, { loaded, words, context }, (entries, visits) =>
      say({
        kind: 'progress',
        state: 'collecting',
        sentence: `${entries.toLocaleString('en')} entries of the log are read, ${visits} visits with a known outcome so far`,
      }),
    );
    const { learnOwnDays } = await import('./learn-own-days.ts');
    await using inUse = await openInUse(loaded, resolve(context.workingDirectory, log));
    say(
      await learnOwnDays(days, {
        outDir,
        rowsPath,
        version: words.modelVersion ?? `own-${localTime(days.timeZone).dayKey(days.toMs)}`,
        inUse,
        progress: (sentence) => say({ kind: 'progress', state: 'training', sentence }),
      }),
    );
  } finally {
    rmSync(rowsPath, { force: true });
  }
}

/** What the log of a data folder has to learn from. */
export async function readLog(
  log: string,
  { loaded, words, context }: { readonly loaded: LoadedConfig | undefined; readonly words: LogWords; readonly context: CommandContext },
  progress?: (entries: number, visits: number) => void,
) {
  const path = resolve(context.workingDirectory, log);
  const { openLogFile } = await import('../store/log-file.ts');
  const opened = openLogFile(path.endsWith('.db') ? path : join(path, 'core.db'));
  if (!opened.ok) throw new CliFailure(opened.error, { exitCode: EXIT.unavailable });
  using logFile = opened.value;
  const { state, afterSeq } = startOf(logFile);
  const namedShare = shareOf(words.namedShare) ?? loaded?.config.model.namedShare;
  return await collectOwnDays(
    { state, log: logFile.read(afterSeq) },
    { ...(namedShare === undefined ? {} : { namedShare }), ...(progress === undefined ? {} : { progress }) },
  );
}

/** Refuses to train on a rows file that holds too little, before training finds out in other words. */
export async function checkRows(rowsPath: string): Promise<void> {
  const { readRows } = await import('../../models/training/rows.ts');
  const { holdOut } = await import('../../models/training/hold-out.ts');
  const { positives, selectRows } = await import('../../models/training/table.ts');
  if (!existsSync(rowsPath)) throw new CliFailure(`Cannot train from "${rowsPath}": there is no such file`, { exitCode: EXIT.unavailable });
  const rows = await readRows(rowsPath, VISIT_SPEC);
  // What is wrong with a line is said by whoever trains.
  if (!rows.ok) return;
  const held = holdOut(rows.value, { seed: 1 });
  const judging = held.ok ? selectRows(rows.value, held.value.split.test).labels : new Uint8Array(0);
  const visits = new Set(rows.value.groups).size;
  const shortage = shortageOf({ visits, bought: positives(rows.value.labels), judgedBought: positives(judging) });
  if (shortage !== undefined)
    throw new CliFailure(`Cannot train: ${lower(shortage.sentence)}`, { exitCode: EXIT.unavailable, hint: shortage.hint });
}

function tell(line: TrainLine, { isJson, context }: { readonly isJson: boolean; readonly context: CommandContext }): void {
  if (isJson) {
    context.print(JSON.stringify(line));
    if (line.kind === 'refused') context.finish(EXIT.found);
    return;
  }
  switch (line.kind) {
    case 'progress':
      return context.complain(line.sentence);
    case 'refused':
      throw new CliFailure(`Cannot train: ${lower(line.sentence)}`, { exitCode: EXIT.unavailable, hint: line.hint });
    case 'learnt': {
      const { name, sentence, facts, scorers } = line.learnt;
      context.print(`${name}: ${sentence}`);
      for (const { name: who, order, logLoss, promised, came } of scorers)
        context.print(
          `  ${who}: AUC ${order.toFixed(3)}, log-loss ${logLoss.toFixed(3)}, promised ${percent(promised)}, came ${percent(came)}`,
        );
      for (const fact of facts) context.print(`  ${fact}`);
      return context.print(`Try it with: endcap model evaluate ${line.manifest}; hand it in with: endcap model stage ${line.manifest}`);
    }
  }
}

/** The model that decides in this data folder today; for another folder, the one that comes along or is configured. */
async function openInUse(loaded: LoadedConfig, log: string): Promise<InUse & AsyncDisposable> {
  const { config, store } = loaded;
  const time = localTime(store.timeZone);
  const library = createLibrary(config, { minuteOfDay: (atMs) => time.minuteOfDay(atMs) });
  const isOwn = resolve(config.data.dir) === (log.endsWith('.db') ? resolve(log, '..') : log);
  // Written by the agent from its own types.
  const [kept, learnt] = isOwn
    ? withDatabase(config, ({ sqlite }) => {
        const table = new ModelsTable(sqlite);
        return [table.read('keeper') as KeeperDocuments | undefined, table.read('learnt') as LearntDocuments | undefined];
      })
    : [undefined, undefined];
  const model = kept?.lifecycle.live ?? library.own();
  const opened = model.source === 'rules' ? undefined : await library.load(model);
  if (opened?.ok !== true) {
    return {
      name: opened === undefined ? 'rules@1' : 'the rules, because the model in use could not be opened',
      intents: async (vectors) => vectors.map((vector) => ruleIntent(vector)),
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  const scorer = opened.value;
  const calibration = learnt?.calibrations.find(([name]) => name === scorer.name)?.[1];
  return {
    name: scorer.name,
    async intents(vectors) {
      const all: number[] = [];
      for (let from = 0; from < vectors.length; from += BATCH) all.push(...(await scorer.intents(vectors.slice(from, from + BATCH))));
      return calibration === undefined ? all : all.map((value) => calibrated(value, calibration));
    },
    [Symbol.asyncDispose]: () => scorer.close(),
  };
}

function shareOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const share = Number(text);
  if (share > 0 && share <= 1) return share;
  throw new CliFailure(`Cannot use "${text}" as a share: it must be above 0 and at most 1`, { exitCode: EXIT.usage });
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A folder for what is in the making, removed afterwards. */
export async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'endcap-train-'));
  try {
    return await work(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Where the model that comes along lies. */
export function artifactsFolder(): string {
  return join(packageRoot(), 'models/artifacts');
}
