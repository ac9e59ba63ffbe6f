import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { StoreConfig } from '../config/schema.ts';
import { runnerOpener } from '../models/child/open-runner.ts';
import { PoisonList } from '../models/child/poison-list.ts';
import { modelChildStarter } from '../models/child/start-child.ts';
import { guardClock } from '../models/guard-clock.ts';
import { type FallbackCause, GuardedScorer } from '../models/guarded-scorer.ts';
import { judgeApprentice } from '../models/lifecycle/apprentice.ts';
import type { ModelRef } from '../models/lifecycle/lifecycle.ts';
import type { OnnxScorer } from '../models/onnx-scorer.ts';
import { RuleScorer } from '../models/rule-scorer.ts';
import { VISIT_SPEC } from '../models/visit-spec.ts';
import { createModelWork } from './compose-model-work.ts';
import { isApprentice } from './core/apprentice.ts';
import type { Input } from './core/input.ts';
import { ok } from './core/result.ts';
import { readState, SNAPSHOT_FORMAT } from './core/snapshot.ts';
import { createState, type State } from './core/state.ts';
import type { ModelDesk } from './http/model-desk.ts';
import { packageRoot } from './package-root.ts';
import { systemClock } from './runtime/clock.ts';
import type { Counters } from './runtime/counters.ts';
import { ModelDirector } from './runtime/model-director.ts';
import { ModelKeeper } from './runtime/model-keeper.ts';
import { type LearntDocuments, ModelLearning } from './runtime/model-learning.ts';
import { ModelLibrary } from './runtime/model-library.ts';
import { replayModels } from './runtime/model-replay.ts';
import { modelFindings, modelView } from './runtime/model-view.ts';
import type { TurnRows } from './runtime/ports.ts';
import type { Finding } from './runtime/problems.ts';
import type { Timers } from './runtime/timers.ts';
import { coreFile } from './store/database.ts';
import { openLogFile } from './store/log-file.ts';
import type { Store } from './store/store.ts';

export interface ModelsParts {
  readonly store: Store;
  readonly counters: Counters;
  readonly log: Logger;
  readonly minuteOfDay: (atMs: number) => number;
  readonly nowMs: () => number;
  /** The live state; asked only once the loop runs. */
  readonly state: () => Readonly<State>;
  readonly submit: (input: Input) => Promise<void>;
  /** The program that runs models nobody here made, by default the installed one. */
  readonly program?: string | undefined;
  /** Where the configuration was read from: work on models in a process of its own reads it again. */
  readonly configFile: string;
  /** This program, by default the installed one. */
  readonly commands?: string | undefined;
}

/** The models of a running store: what scores, what leads them through their gates, and what is learnt from outcomes. */
export interface Models {
  readonly scorer: ModelDirector;
  readonly desk: ModelDesk;
  start(): Promise<void>;
  committed(turn: TurnRows): void;
  findings(): readonly Finding[];
  startTimers(timers: Timers): void;
  close(): Promise<void>;
}

/** Longest that the start of the agent waits for a model; afterwards the rules serve until it is there. */
const START_PATIENCE_MS = 3_000;
/** A replay rests this long between two slices, so that a running store hardly notices. */
const REPLAY_REST_MS = 10;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Where models that were handed in are kept. */
export function modelsFolder(config: StoreConfig): string {
  return join(config.data.dir, 'models');
}

/** Opens models for this store, each where it belongs. */
export function createLibrary(
  config: StoreConfig,
  parts: { readonly minuteOfDay: (atMs: number) => number; readonly program?: string | undefined },
): ModelLibrary {
  const shipped = join(packageRoot(), 'models/artifacts/purchase-intent.manifest.json');
  const poison = new PoisonList();
  const memoryMb = Math.ceil(config.model.memory / (1024 * 1024));
  const openRunner = runnerOpener({
    own: shippedHashes(),
    where: config.model.runIn,
    start: modelChildStarter(parts.program ?? join(packageRoot(), 'dist/models/child/main.js'), { memoryMb }),
    poison,
    monotonicMs: systemClock.monotonicMs,
    settings: { memoryMb },
  });
  return new ModelLibrary({
    dir: modelsFolder(config),
    ownManifest: config.model.manifestFile ?? shipped,
    openRunner,
    signatures: { trustedKeys: config.model.trustedKeys, required: config.model.requireSignature },
    poison,
    minuteOfDay: parts.minuteOfDay,
  });
}

/** Builds everything about models; nothing is loaded before `start`. */
export function createModels(config: StoreConfig, parts: ModelsParts): Models {
  const { store, counters, log, minuteOfDay, nowMs } = parts;
  const library = createLibrary(config, parts);
  const rules = new RuleScorer({ minuteOfDay });
  const learning = new ModelLearning({
    // Written by the keeper from the same type.
    documents: (store.models.read('learnt') as Partial<LearntDocuments> | undefined) ?? {},
    namedShare: config.model.namedShare,
    noteOf: (score) => director.noteOf(score),
    wouldOffer: (sku, intent) => wouldOffer(parts.state(), { sku, intent }),
  });
  const guard = (model: ModelRef, role: 'live' | 'canary') =>
    new GuardedScorer({
      load: () => (model.source === 'rules' ? Promise.resolve(ok(rules)) : library.load(model)),
      fallback: role === 'live' ? rules : { name: 'live', score: (requests) => director.scoreLive(requests) },
      clock: guardClock(systemClock),
      settings: { deadlineMs: config.model.deadline },
      events: {
        scored(by, requests, elapsedMs, slow) {
          counters.add('endcap_scores_total', `by="${by}"`, requests);
          const outcome = outcomeOf(by, slow);
          if (outcome !== undefined) keeper.called(role, { outcome, elapsedMs });
        },
        changed: (status) => log.info({ model: status.name, state: status.state, role }, status.sentence),
        spent: ({ sentence }) => keeper.spent(role, sentence),
      },
    });
  const keeper: ModelKeeper = new ModelKeeper({
    store: store.models,
    library,
    learning,
    director: () => director,
    guard,
    replay: (candidate) => replayLog(config, candidate),
    canaryShare: config.model.canaryShare,
    nowMs,
    log: { info: (sentence) => log.info(sentence), warn: (sentence) => log.warn(sentence) },
  });
  const live = guard(keeper.lifecycle.live, 'live');
  const director = new ModelDirector({
    live,
    monotonicMs: systemClock.monotonicMs,
    deadlineMs: config.model.deadline,
    events: {
      scored(by, scores) {
        keeper.scored(by, scores);
        if (isSilent(parts.state())) learning.watchApprentice(scores, nowMs());
      },
      shadowed: (call, scores) => keeper.shadowed(call, scores),
    },
  });
  const work = createModelWork({
    config,
    configFile: parts.configFile,
    dir: modelsFolder(config),
    stage: (model, by) => keeper.stage(model, by),
    nowMs,
    program: parts.commands,
  });
  const endApprentice = (reason: string, by: string) => parts.submit({ kind: 'apprentice.ended', reason, by });

  async function look(): Promise<void> {
    await keeper.look();
    const record = learning.apprentice;
    if (record === undefined || !isSilent(parts.state())) return;
    const standing = judgeApprentice(record, nowMs());
    if (standing.isDone) await endApprentice(standing.reason, 'agent');
  }

  async function act(verb: string, by: string, detail = ''): Promise<{ readonly ok: boolean; readonly sentence: string }> {
    switch (verb) {
      case 'stage': {
        const model = JSON.parse(detail) as ModelRef;
        const { isTaken, sentence } = await keeper.stage(model, by);
        return { ok: isTaken, sentence: isTaken ? sentence : `Refused: ${sentence}` };
      }
      case 'promote':
        return done(await keeper.promote(by));
      case 'withdraw':
        return done(await keeper.withdraw(by));
      case 'return':
        return done(await keeper.goBack(by));
      case 'end-apprentice':
        await endApprentice('ended by hand', by);
        return done('The store makes offers from now on');
      default:
        return { ok: false, sentence: `"${verb}" is not known` };
    }
  }

  /** What the command line asked for, oldest first; asked and answered in the database. */
  async function answerRequests(): Promise<void> {
    for (const { no, verb, detail, by } of store.models.pending()) {
      // Answered by compose-policy.ts.
      if (verb.startsWith('experiment-')) continue;
      const answer = await act(verb, by, detail).catch((error: unknown) => ({
        ok: false,
        sentence: error instanceof Error ? error.message : String(error),
      }));
      store.models.answer(no, { ...answer, atMs: nowMs() });
    }
  }

  return {
    scorer: director,
    desk: {
      ...work,
      view: () => ({
        ...modelView({ keeper, learning, serving: director.status().sentence, isApprentice: isSilent(parts.state()), nowMs: nowMs() }),
        ...work.view(),
      }),
      act: async (action, by) => (await act(action, by)).sentence,
    },
    async start() {
      await Promise.race([live.start(), new Promise((resolve) => setTimeout(resolve, START_PATIENCE_MS).unref())]);
      await keeper.start();
    },
    committed: (turn) => keeper.committed(turn),
    findings: () => modelFindings(keeper, nowMs()),
    startTimers(timers) {
      timers.every(SECOND_MS, 'model-requests', answerRequests);
      timers.every(MINUTE_MS, 'models', look);
      timers.every(HOUR_MS, 'recalibrate', () => void keeper.recalibrate());
    },
    async close() {
      await work.close();
      await keeper.close();
      await director.close();
    },
  };
}

function done(sentence: string): { readonly ok: true; readonly sentence: string } {
  return { ok: true, sentence };
}

function outcomeOf(by: 'model' | FallbackCause, slow: boolean): 'answered' | 'failed' | 'late' | undefined {
  if (by === 'model') return slow ? 'late' : 'answered';
  if (by === 'failed') return 'failed';
  return by === 'late' || by === 'busy' ? 'late' : undefined;
}

/** Hashes of the models in the package; only these run inside the agent. */
function shippedHashes(): ReadonlySet<string> {
  const file = join(packageRoot(), 'models/artifacts/purchase-intent.onnx');
  try {
    return new Set([createHash('sha256').update(readFileSync(file)).digest('hex')]);
  } catch {
    return new Set();
  }
}

function isSilent(state: Readonly<State>): boolean {
  return state.store !== undefined && isApprentice({ state, store: state.store });
}

/** Whether the rules of the campaigns would let an offer be made at this intent. */
function wouldOffer(state: Readonly<State>, { sku, intent }: { readonly sku: string; readonly intent: number }): boolean {
  const product = state.store?.products.get(sku);
  if (product === undefined || state.store === undefined) return false;
  return state.store
    .campaignsFor(product)
    .some(({ enabled, minIntent, maxIntent }) => enabled && intent >= minIntent && intent <= maxIntent);
}

async function replayLog(config: StoreConfig, candidate: OnnxScorer) {
  const opened = openLogFile(coreFile(config.data.dir));
  if (!opened.ok) throw new Error(opened.error);
  using log = opened.value;
  let [state, afterSeq] = [createState(), 0];
  if (log.gapsThrough() > 0) {
    const snapshot = log.snapshotAfterGaps();
    if (snapshot === undefined || snapshot.format !== SNAPSHOT_FORMAT)
      throw new Error('the beginning of the log is gone and there is no snapshot to start from');
    [state, afterSeq] = [readState((JSON.parse(snapshot.body) as { readonly state: string }).state), snapshot.seq];
  }
  return await replayModels({
    state,
    log: log.read(afterSeq),
    live: undefined,
    candidate,
    training: candidate.manifest.training,
    featureSpec: VISIT_SPEC.id,
    pause: () => new Promise((resolve) => setTimeout(resolve, REPLAY_REST_MS)),
  });
}
