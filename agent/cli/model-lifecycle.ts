import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { LoadedConfig } from '../../config/load.ts';
import { noEvidence } from '../../models/lifecycle/evidence.ts';
import { GATES } from '../../models/lifecycle/gates.ts';
import { judgeGate } from '../../models/lifecycle/judge-gate.ts';
import type { Lifecycle, ModelRef } from '../../models/lifecycle/lifecycle.ts';
import { parseManifest } from '../../models/manifest.ts';
import { signManifest } from '../../models/manifest-signature.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import { createLibrary, modelsFolder } from '../compose-models.ts';
import { localTime } from '../core/local-time.ts';
import { handIn, nameOf } from '../runtime/model-library.ts';
import type { EvaluateLine } from '../runtime/model-lines.ts';
import { replayModels } from '../runtime/model-replay.ts';
import { replaySentence } from '../runtime/model-view.ts';
import { openLogFile } from '../store/log-file.ts';
import { ModelsTable } from '../store/models.ts';
import { ask } from './ask-agent.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { withDatabase } from './open-database.ts';
import { startOf } from './replay.ts';
import { endWithParent } from './with-parent.ts';

interface Words {
  readonly config?: string;
  readonly json?: boolean;
}

/** `endcap model stage | status | promote | withdraw | rollback | evaluate | sign`: a model's way into use, beside a running agent or without one. */
export function registerModelLifecycle(model: Command, context: CommandContext): void {
  const named = (name: string, description: string) =>
    model.command(name).description(description).option('-c, --config <file>', 'configuration of the store (or ENDCAP_CONFIG)');
  named('stage', 'hand a model in: it is checked, tried on the last days, looks on, decides for a few visits, and then for all')
    .argument('<manifest>', 'its manifest; the model lies beside it')
    .action((manifest: string, words: Words) => stage(manifest, words, context));
  named('status', 'which model is in use, which is on its way, and what its gate still asks for')
    .option('--json', 'for programs')
    .action((words: Words) => status(words, context));
  for (const [name, verb, description] of [
    ['promote', 'promote', 'put the model on its way into use at once, without waiting for its gates'],
    ['withdraw', 'withdraw', 'take the model on its way out'],
    ['rollback', 'return', 'use the last model again'],
    ['end-apprentice', 'end-apprentice', 'let a new store that only watches (policy.apprentice) make offers from now on'],
  ] as const) {
    named(name, description).action((words: Words) => ask(verb, { detail: '', loaded: load(words, context), context }));
  }
  named('evaluate', "try a model on the store's own log beside the one in use: what it predicts, and which decisions would be others")
    .argument('<manifest>', 'its manifest; the model lies beside it')
    .argument('[log]', 'data folder or core.db (default: the data folder of the configuration)')
    .option('--json', 'the figures for programs')
    .action((manifest: string, log: string | undefined, words: Words) => evaluate(manifest, { log, words, context }));
  model
    .command('sign')
    .description('sign a manifest, so that stores that trust the key take the model')
    .argument('<manifest>', 'manifest to sign, in place')
    .requiredOption('--key <file>', 'private Ed25519 key in PEM')
    .action((manifest: string, words: { readonly key: string }) => sign(manifest, words, context));
}

function load(words: Words, context: CommandContext): LoadedConfig {
  return requireConfig(chooseConfig(words.config, context), context);
}

async function stage(manifest: string, words: Words, context: CommandContext): Promise<void> {
  const loaded = load(words, context);
  const taken = handIn(resolve(context.workingDirectory, manifest), modelsFolder(loaded.config));
  if (!taken.ok) throw new CliFailure(taken.error.sentence, { exitCode: EXIT.unavailable, hint: taken.error.hint });
  await ask('stage', { detail: JSON.stringify(taken.value), loaded, context });
}

/** The parts of what the agent keeps that this command shows. */
interface Kept {
  readonly lifecycle: Lifecycle;
  readonly candidate?: Parameters<typeof judgeGate>[1]['evidence'];
  readonly replay?: NonNullable<Parameters<typeof judgeGate>[1]['replay']>;
}

function status(words: Words, context: CommandContext): void {
  const loaded = load(words, context);
  // Written by the agent from its own type.
  const kept = withDatabase(loaded.config, ({ sqlite }) => new ModelsTable(sqlite).read('keeper')) as Kept | undefined;
  if (words.json === true) return context.print(JSON.stringify(kept ?? null));
  if (kept === undefined) return context.print('No agent has worked on this data folder yet');
  const { live, previous, candidate, history } = kept.lifecycle;
  context.print(`in use: ${live.name}; one step back: ${previous?.name ?? 'rules@1'}`);
  if (candidate === undefined) context.print('on its way: none');
  else {
    const gate = GATES.find((one) => one.stage === candidate.stage)!;
    context.print(`on its way: ${candidate.model.name}, ${gate.title.toLowerCase()}`);
    const manifest = libraryOf(loaded).manifest(candidate.model);
    const evidence = kept.candidate ?? noEvidence(manifest);
    const sinceMs = Date.now() - candidate.sinceMs;
    if (manifest !== undefined) {
      const verdicts = judgeGate(gate, { evidence, sinceMs, manifest, ...(kept.replay === undefined ? {} : { replay: kept.replay }) });
      for (const { state, says, figure } of verdicts) context.print(`  ${state.padEnd(6)} ${says} (${figure})`);
    }
    if (kept.replay !== undefined) context.print(`  ${replaySentence(kept.replay)}`);
  }
  for (const { atMs, model, kind, reason, by } of history.slice(-10)) {
    context.print(`${new Date(atMs).toISOString()} ${model} ${kind} by ${by}: ${reason}`);
  }
}

function libraryOf({ config, store }: LoadedConfig) {
  const time = localTime(store.timeZone);
  return createLibrary(config, { minuteOfDay: (atMs) => time.minuteOfDay(atMs) });
}

async function evaluate(
  path: string,
  { log, words, context }: { readonly log: string | undefined; readonly words: Words; readonly context: CommandContext },
): Promise<void> {
  endWithParent();
  const loaded = load(words, context);
  const manifestFile = resolve(context.workingDirectory, path);
  const folder = log === undefined ? loaded.config.data.dir : resolve(context.workingDirectory, log);
  const opened = openLogFile(folder.endsWith('.db') ? folder : join(folder, 'core.db'));
  if (!opened.ok) throw new CliFailure(opened.error, { exitCode: EXIT.unavailable });
  using file = opened.value;
  const library = libraryOf({ ...loaded, config: { ...loaded.config, model: { ...loaded.config.model, manifestFile } } });
  const own: ModelRef = { name: nameOfManifest(manifestFile), source: 'own' };
  const candidate = await library.load(own);
  if (!candidate.ok) throw new CliFailure(candidate.error.sentence, { exitCode: EXIT.unavailable, hint: candidate.error.hint });
  try {
    const { state, afterSeq } = startOf(file);
    const report = await replayModels({
      state,
      log: file.read(afterSeq),
      live: undefined,
      candidate: candidate.value,
      training: candidate.value.manifest.training,
      featureSpec: VISIT_SPEC.id,
    });
    const gate = GATES.find(({ stage: at }) => at === 'replayed')!;
    const verdicts = judgeGate(gate, {
      evidence: noEvidence(candidate.value.manifest),
      sinceMs: 0,
      manifest: candidate.value.manifest,
      replay: report,
    });
    const sentence = replaySentence(report);
    if (words.json === true) {
      const checks = verdicts.map(({ says, state: verdict, figure }) => ({ says, state: verdict, figure }));
      context.print(JSON.stringify({ ...report, model: candidate.value.name, sentence, checks } satisfies EvaluateLine));
    } else {
      context.print(sentence);
      for (const { state: verdict, says, figure } of verdicts) context.print(`  ${verdict.padEnd(6)} ${says} (${figure})`);
    }
    if (verdicts.some(({ state: verdict }) => verdict === 'failed')) context.finish(EXIT.found);
  } finally {
    await candidate.value.close();
  }
}

function nameOfManifest(file: string): string {
  const parsed = existsSync(file) ? parseManifest(readFileSync(file, 'utf8')) : undefined;
  return parsed?.ok === true ? nameOf(parsed.value) : 'model';
}

function sign(path: string, words: { readonly key: string }, context: CommandContext): void {
  const file = resolve(context.workingDirectory, path);
  const parsed = parseManifest(readText(file));
  if (!parsed.ok) throw new CliFailure(parsed.error.sentence, { exitCode: EXIT.unavailable, hint: parsed.error.hint });
  const signed = signManifest(parsed.value, readText(resolve(context.workingDirectory, words.key)));
  writeFileSync(file, `${JSON.stringify(signed, undefined, 2)}\n`);
  context.print(`Signed; stores take it with this key in model.trustedKeys: ${signed.signature?.key ?? ''}`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliFailure(`Cannot read "${file}": ${(error as NodeJS.ErrnoException).code ?? String(error)}`, {
      exitCode: EXIT.unavailable,
      cause: error,
    });
  }
}
