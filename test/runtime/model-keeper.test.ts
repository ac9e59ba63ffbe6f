import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Score } from '../../agent/core/decision.ts';
import type { RowEffect, ScoreEffect } from '../../agent/core/effect.ts';
import { isCanary, ModelDirector } from '../../agent/runtime/model-director.ts';
import { ModelKeeper } from '../../agent/runtime/model-keeper.ts';
import { type LearntDocuments, ModelLearning } from '../../agent/runtime/model-learning.ts';
import { handIn, ModelLibrary } from '../../agent/runtime/model-library.ts';
import { modelFindings, modelView } from '../../agent/runtime/model-view.ts';
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
import { until } from '../support/until.ts';

const HOUR_MS = 3_600_000;
const OWN = smallArtifact();
const NEW = smallArtifact(intentTable(1600));
/** Learnt from labels that chance dealt out: it has nothing to say. */
const BAD = smallArtifact(randomTable());
const GOOD_REPLAY = reportReplay(
  Array.from(
    { length: 400 },
    (_, row) => ({ visit: `v${row}`, live: 0.3, candidate: row % 4 === 0 ? 0.6 : 0.1, label: row % 4 === 0 ? 1 : 0 }) as const,
  ),
  { fromMs: 0, toMs: 24 * HOUR_MS, decisions: 100, different: 10 },
);

/** A store's models on real files and a real database, with time and outcomes that a test decides. */
class Rig implements AsyncDisposable {
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
    const monotonicMs = () => performance.now();
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
    return this.keeper.stage(taken.value, 'somebody');
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
function truth({ features }: Score): number {
  const value = (name: string) => features[VISIT_SPEC.index.get(name)!]!;
  const margin = -2 + 1.5 * value('picks') + 2 * value('holding') - value('returns') + value('product_dwell_s') / 60;
  return 1 / (1 + Math.exp(-margin));
}

function fraction(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}

const NEW_NAME = `purchase-intent@${NEW.manifest.sha256.slice(0, 12)}`;
const OWN_NAME = `purchase-intent@${OWN.manifest.sha256.slice(0, 12)}`;

describe('a new model on its way', { timeout: 60_000 }, () => {
  let rig: Rig;
  afterEach(() => rig?.[Symbol.asyncDispose]());

  async function inShadow(): Promise<void> {
    rig = await Rig.create();
    await rig.handIn();
    await until('the replay', async () => {
      await rig.pass(0);
      return rig.stage === 'shadow';
    });
  }

  async function inCanary(): Promise<void> {
    await inShadow();
    await rig.visits(600);
    await rig.pass(5);
    expect(rig.stage ?? rig.keeper.lifecycle.history.at(-1)?.reason).toBe('canary');
  }

  it('is checked, tried on the log, looks on, decides for its share of the visits, and then for all', async () => {
    await inShadow();
    expect((await rig.visits(20)).map(({ model }) => model)).toEqual(new Array(40).fill(OWN_NAME));
    await rig.visits(600);
    await rig.pass(1);
    expect(rig.stage).toBe('shadow');
    await rig.pass(5);
    expect(rig.stage).toBe('canary');
    const scores = await rig.visits(900);
    const share = scores.filter(({ model }) => model === NEW_NAME).length / scores.length;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
    await rig.pass(2);
    expect(rig.stage).toBe('canary');
    await rig.pass(23);
    expect(rig.keeper.lifecycle.candidate).toBeUndefined();
    expect(rig.keeper.lifecycle.live.name).toBe(NEW_NAME);
    expect((await rig.visits(5)).map(({ model }) => model)).toEqual(new Array(10).fill(NEW_NAME));
    expect(rig.keeper.lifecycle.history.map(({ kind, to }) => `${kind} ${to}`)).toEqual([
      'staged verified',
      'passed replayed',
      'passed shadow',
      'passed canary',
      'passed live',
    ]);
  });

  it('keeps a visit with one model, whenever it is scored', async () => {
    await inCanary();
    const [asked] = sampleRequests(1, { seed: 3, products: 1 });
    const models = new Set<string>();
    for (let i = 0; i < 20; i++) for (const score of (await rig.director.score([asked!])).flat()) models.add(score.model);
    expect(models.size).toBe(1);
    expect(isCanary('v', { share: 0, salt: 's' })).toBe(false);
    expect(isCanary('v', { share: 1, salt: 's' })).toBe(true);
  });

  it('is refused where it predicts worse on the log, and nobody was scored by it', async () => {
    rig = await Rig.create();
    rig.replay = async () => ({ ...GOOD_REPLAY, lossDifference: { value: 0.1, low: 0.05, high: 0.15 } });
    await rig.handIn();
    await until('the verdict', async () => {
      await rig.pass(0);
      return rig.keeper.lifecycle.candidate === undefined;
    });
    expect(rig.keeper.lifecycle.history.at(-1)).toMatchObject({
      kind: 'refused',
      reason: 'Tried on the last days: log-loss +0.100 (+0.050 to +0.150)',
    });
    expect(rig.keeper.lifecycle.live.name).toBe(OWN_NAME);
  });

  it('is refused while it looks on when it predicts worse than the one in use', async () => {
    rig = await Rig.create();
    await rig.handIn(BAD);
    await until('the replay', async () => {
      await rig.pass(0);
      return rig.stage === 'shadow';
    });
    await rig.visits(600);
    await rig.pass(5);
    expect(rig.keeper.lifecycle.history.at(-1)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^Looking on: log-loss \+/),
    });
    expect((await rig.visits(3)).every(({ model }) => model === OWN_NAME)).toBe(true);
  });

  it('goes out when its visits are shown to buy less', async () => {
    await inCanary();
    await rig.visits(900, { buys: ({ model }) => (model === NEW_NAME ? 0.05 : 0.6) });
    await rig.pass(2);
    expect(rig.keeper.lifecycle.candidate).toBeUndefined();
    expect(rig.keeper.lifecycle.history.at(-1)).toMatchObject({ kind: 'refused', model: NEW_NAME });
    expect(rig.keeper.lifecycle.live.name).toBe(OWN_NAME);
    expect((await rig.visits(30)).every(({ model }) => model === OWN_NAME)).toBe(true);
  });

  it('goes out when it has not passed a gate in time', async () => {
    await inShadow();
    await rig.pass(24 * 8);
    expect(rig.keeper.lifecycle.history.at(-1)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^Looking on: not passed in time/),
    });
  });

  it.each(['restart', 'killAndStart'] as const)('goes on where it was after a %s', async (how) => {
    await inCanary();
    await rig.visits(50);
    await rig.keeper.look();
    const counted = rig.keeper.verdicts().find(({ id }) => id === 'visits')?.figure;
    await rig[how]();
    expect(rig.stage).toBe('canary');
    expect(rig.keeper.verdicts().find(({ id }) => id === 'visits')?.figure).toBe(counted);
    expect((await rig.visits(60)).some(({ model }) => model === NEW_NAME)).toBe(true);
    await rig.keeper.promote('somebody');
    await rig.killAndStart();
    expect(rig.keeper.lifecycle.live.name).toBe(NEW_NAME);
    expect((await rig.visits(3)).every(({ model }) => model === NEW_NAME)).toBe(true);
  });

  it('one press goes back, and another one forth', async () => {
    await inCanary();
    await rig.keeper.promote('somebody');
    expect(await rig.keeper.goBack('Ada')).toBe(`${OWN_NAME} is in use again`);
    expect((await rig.visits(3)).every(({ model }) => model === OWN_NAME)).toBe(true);
    expect(modelFindings(rig.keeper, rig.nowMs).filter(({ id }) => id === 'model-returned')).toEqual([]);
    await rig.keeper.goBack('Ada');
    expect(rig.keeper.lifecycle.live.name).toBe(NEW_NAME);
  });

  it.each([
    ['promises more than comes', async () => void (await rig.visits(600, { buys: () => 0 })), /promises are off/],
    [
      'is told things it was not told before',
      async () => {
        const strange = intentRows(2, 9)[0]!.values!.map((value) => Number(value) + 40);
        for (let i = 0; i < 700; i++)
          rig.keeper.scored('live', [{ sku: 'x', intent: 0.9, confidence: 1, features: strange, featureSpec: '', model: '' }]);
      },
      /unlike those it gave when it came|has changed since it came/,
    ],
    [
      'fails',
      async () => {
        for (let i = 0; i < 900; i++) rig.keeper.called('live', { outcome: 'failed', elapsedMs: 1 });
      },
      /failed or came late/,
    ],
  ])('a model in use that %s goes back by itself, and one problem says why', async (_name, spoil, reason) => {
    await inCanary();
    await rig.keeper.promote('somebody');
    await rig.visits(2_100);
    await rig.pass(1);
    await rig.pass(25);
    expect(rig.keeper.lifecycle.live.name).toBe(NEW_NAME);
    await spoil();
    await rig.pass(1);
    expect(rig.keeper.lifecycle.live.name).toBe(OWN_NAME);
    expect(rig.keeper.lifecycle.previous?.name).toBe('rules@1');
    const problems = modelFindings(rig.keeper, rig.nowMs).filter(({ id }) => id === 'model-returned');
    expect(problems.map(({ sentence }) => sentence)).toEqual([expect.stringMatching(reason)]);
  });

  it('keeps a bounded history', async () => {
    rig = await Rig.create();
    for (let i = 0; i < 130; i++) await rig.keeper.goBack('Ada');
    expect(rig.keeper.lifecycle.history).toHaveLength(100);
    expect(modelView({ keeper: rig.keeper, learning: rig.learning, serving: 's', isApprentice: false, nowMs: 0 }).history).toHaveLength(20);
  });

  it('learns how much its promises are off here, and only once they are known to be', async () => {
    rig = await Rig.create();
    const before = await rig.visits(400, { buys: (score) => truth(score) / 3 });
    expect(rig.learning.calibrationOf(OWN_NAME)).toBeUndefined();
    await rig.visits(2_000, { buys: (score) => truth(score) / 3 });
    rig.keeper.recalibrate();
    const note = rig.learning.calibrationOf(OWN_NAME)!;
    expect(note.eceAfter).toBeLessThan(note.eceBefore / 2);
    const mean = (scores: readonly Score[]) => scores.reduce((sum, { intent }) => sum + intent, 0) / scores.length;
    expect(mean(await rig.visits(400))).toBeLessThan(0.7 * mean(before));
    await rig.killAndStart();
    expect(mean(await rig.visits(400))).toBeLessThan(0.7 * mean(before));
  });
});
