import { createHash } from 'node:crypto';
import type { Score } from '../../agent/core/decision.ts';
import type { RowEffect, ScoreEffect } from '../../agent/core/effect.ts';
import { ModelDirector } from '../../agent/runtime/model-director.ts';
import { ModelKeeper } from '../../agent/runtime/model-keeper.ts';
import { type LearntDocuments, ModelLearning } from '../../agent/runtime/model-learning.ts';
import { handIn, ModelLibrary } from '../../agent/runtime/model-library.ts';
import type { Store } from '../../agent/store/store.ts';
import { runnerOpener } from '../../models/child/open-runner.ts';
import { PoisonList } from '../../models/child/poison-list.ts';
import { guardClock } from '../../models/guard-clock.ts';
import { GuardedScorer } from '../../models/guarded-scorer.ts';
import type { ModelRef } from '../../models/lifecycle/lifecycle.ts';
import { type ReplayReport, reportReplay } from '../../models/lifecycle/replay-report.ts';
import { RuleScorer } from '../../models/rule-scorer.ts';
import { sampleRequests } from '../../models/sample-requests.ts';
import { TableBuilder } from '../../models/training/rows.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import { intentRows, intentTable, ModelFolder, smallArtifact } from '../models/onnx-fixture.ts';
import { openTestStore, tempDir } from '../store/support.ts';

export const HOUR_MS = 3_600_000;
export const OWN = smallArtifact();
export const NEW = smallArtifact(intentTable(1600));
/** Learnt from labels that chance dealt out: it has nothing to say. */
export const BAD = smallArtifact(randomTable());
export const GOOD_REPLAY = reportReplay(
  Array.from(
    { length: 400 },
    (_, row) => ({ visit: `v${row}`, live: 0.3, candidate: row % 4 === 0 ? 0.6 : 0.1, label: row % 4 === 0 ? 1 : 0 }) as const,
  ),
  { fromMs: 0, toMs: 24 * HOUR_MS, decisions: 100, different: 10 },
);

/** A store's models on real files and a real database, with time and outcomes that a test decides. */
export class Rig implements AsyncDisposable {
  nowMs = 1_000_000;
  readonly dir = tempDir();
  readonly said: string[] = [];
  replay: () => Promise<ReplayReport> = async () => GOOD_REPLAY;
  keeper!: ModelKeeper;
  director!: ModelDirector;
  learning!: ModelLearning;
  #store: Store;
  #visits = 0;
  readonly #own: ModelFolder;

  private constructor(own: ModelFolder) {
    this.#own = own;
    this.#store = openTestStore({ dir: this.dir });
  }

  static async create(): Promise<Rig> {
    const own = await ModelFolder.create();
    await own.write(OWN);
    const rig = new Rig(own);
    await rig.begin();
    return rig;
  }

  /** Builds everything from what is on disk, as a start of the agent does. */
  async begin(): Promise<void> {
    const poison = new PoisonList();
    // A machine that is infinitely fast: what is judged by the clock is judged elsewhere.
    const monotonicMs = () => 0;
    const library = new ModelLibrary({
      dir: `${this.dir}/models`,
      ownManifest: this.#own.manifestPath,
      // Both are of our own making: what the process of a foreign model does is tried elsewhere.
      openRunner: runnerOpener({
        own: new Set([OWN, NEW, BAD].map(({ onnx }) => createHash('sha256').update(onnx).digest('hex'))),
        where: 'auto',
        start: () => ({ pid: undefined, send: () => undefined, kill: () => undefined }),
        poison,
        monotonicMs,
        settings: { readyMs: 50 },
      }),
      signatures: { trustedKeys: [], required: false },
      poison,
      minuteOfDay: () => 600,
    });
    const models = this.#store.models;
    this.learning = new ModelLearning({
      documents: (models.read('learnt') as Partial<LearntDocuments> | undefined) ?? {},
      noteOf: (score) => this.director.noteOf(score),
      wouldOffer: (_, intent) => intent > 0.2,
    });
    const guard = (model: ModelRef, role: 'live' | 'canary') =>
      new GuardedScorer({
        load: () => (model.source === 'rules' ? Promise.resolve({ ok: true, value: new RuleScorer() }) : library.load(model)),
        fallback: new RuleScorer(),
        clock: guardClock({ monotonicMs }),
        settings: { deadlineMs: 5_000 },
        events: {
          scored: (by, _, elapsedMs, slow) => {
            if (by === 'model') this.keeper.called(role, { outcome: slow ? 'late' : 'answered', elapsedMs });
            else this.keeper.called(role, { outcome: 'failed', elapsedMs });
          },
          changed: () => undefined,
        },
      });
    this.keeper = new ModelKeeper({
      store: models,
      library,
      learning: this.learning,
      director: () => this.director,
      guard,
      replay: () => this.replay(),
      canaryShare: 0.3,
      nowMs: () => this.nowMs,
      log: { info: (sentence) => this.said.push(sentence), warn: (sentence) => this.said.push(sentence) },
    });
    const live = guard(this.keeper.lifecycle.live, 'live');
    this.director = new ModelDirector({ live, monotonicMs, deadlineMs: 5_000, events: this.keeper });
    await live.start();
    await this.keeper.start();
  }

  async restart(): Promise<void> {
    await this.keeper.close();
    await this.director.close();
    this.#store[Symbol.dispose]();
    this.#store = openTestStore({ dir: this.dir });
    await this.begin();
  }

  /** As a kill does: nothing is closed, nothing is written that was not. */
  async killAndStart(): Promise<void> {
    this.#store[Symbol.dispose]();
    this.#store = openTestStore({ dir: this.dir });
    await this.begin();
  }

  async handIn(artifact = NEW): Promise<string> {
    const folder = await ModelFolder.create();
    await folder.write(artifact);
    const taken = handIn(folder.manifestPath, `${this.dir}/models`);
    if (!taken.ok) throw new Error(taken.error.sentence);
    const { isTaken, sentence } = await this.keeper.stage(taken.value, 'somebody');
    return isTaken ? sentence : `Refused: ${sentence}`;
  }

  /** Visits that are scored and end; `buys` says with which chance they bought what was scored. */
  async visits(
    count: number,
    { buys = truth, atCheckout = true }: { readonly buys?: (score: Score) => number; readonly atCheckout?: boolean } = {},
  ): Promise<readonly Score[]> {
    const scores: Score[] = [];
    for (const asked of sampleRequests(count, { seed: ++this.#visits, products: 2 })) {
      const visit = `visit-${this.#visits}-${scores.length}`;
      const request: ScoreEffect = { ...asked, visit: { ...asked.visit, id: visit } };
      const [answer] = await this.director.score([request]);
      const [score] = answer!;
      scores.push(...answer!);
      // The one that looks on answers after the turn; a visit lasts minutes.
      for (let i = 0; i < 50 && this.stage === 'shadow' && this.director.noteOf(score!)?.shadow === undefined; i++)
        await new Promise((resolve) => setImmediate(resolve));
      // Chance from the visit's own name: the same in every run.
      const bought = answer!.filter((one) => fraction(`${visit} ${one.sku}`) < buys(one));
      const isBought = bought.length > 0;
      const consent: RowEffect = {
        kind: 'row.consent',
        consent: { visit, purpose: 'measurement', granted: true, textVersion: '1', atMs: this.nowMs, untilMs: this.nowMs },
      };
      const sale: RowEffect = {
        kind: 'row.sale',
        sale: {
          receipt: visit,
          till: 't',
          atMs: this.nowMs + 1,
          lines: bought.map(({ sku }) => ({ sku, quantity: 1, cents: 300 })),
          totalCents: 300,
          visit,
          link: 'tag',
        },
      };
      const ended: RowEffect = {
        kind: 'row.visit',
        visit: {
          id: visit,
          openedAtMs: 0,
          closedAtMs: this.nowMs + 2,
          origin: 'phone',
          arm: 'treated',
          tokenHash: undefined,
          ended: { sawCheckout: isBought && atCheckout, salesCents: isBought ? 300 : 0, marginCents: isBought ? 100 : 0 },
        },
      };
      const input = { kind: 'scored', request: request.request, visit, scores: answer! } as const;
      this.keeper.committed({
        inputs: [{ seq: 1, atMs: this.nowMs, input }],
        rows: isBought ? [consent, sale, ended] : [consent, ended],
        batches: [],
        atMs: this.nowMs,
      });
    }
    return scores;
  }

  async pass(hours: number): Promise<void> {
    this.nowMs += hours * HOUR_MS;
    await this.keeper.look();
  }

  get stage(): string | undefined {
    return this.keeper.lifecycle.candidate?.stage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.keeper.close();
    await this.director.close();
    this.#store[Symbol.dispose]();
    await this.#own[Symbol.asyncDispose]();
  }
}

function randomTable() {
  const builder = new TableBuilder(VISIT_SPEC);
  for (const [i, row] of intentRows(1_000, 5).entries()) builder.add({ ...row, label: i % 3 === 0 ? 1 : 0 });
  return builder.build();
}

/** What the made-up visits do: what the models of these tests were trained on. */
export function truth({ features }: Score): number {
  const value = (name: string) => features[VISIT_SPEC.index.get(name)!]!;
  const margin = -2 + 1.5 * value('picks') + 2 * value('holding') - value('returns') + value('product_dwell_s') / 60;
  return 1 / (1 + Math.exp(-margin));
}

function fraction(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
