import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runnerOpener } from '../../models/child/open-runner.ts';
import { MAX_TRIES, PoisonList } from '../../models/child/poison-list.ts';
import { modelChildStarter, residentBytes, type StartModelChild } from '../../models/child/start-child.ts';
import { guardClock } from '../../models/guard-clock.ts';
import { GuardedScorer, type ScorerStatus } from '../../models/guarded-scorer.ts';
import type { LockedChild } from '../../models/locked-child.ts';
import { loadOnnxScorer } from '../../models/onnx-scorer.ts';
import { RuleScorer } from '../../models/rule-scorer.ts';
import { sampleRequests } from '../../models/sample-requests.ts';
import { until } from '../support/until.ts';
import { bundleChild } from './bundled-child.ts';
import { canUnshare, networkOf } from './networks.ts';
import { ModelFolder, smallArtifact } from './onnx-fixture.ts';
import { endlessModel, manifestFor, poisonModels } from './poison-models.ts';

const ARTIFACT = smallArtifact();
const WIDTH = ARTIFACT.manifest.columns.length;
const ASKED = sampleRequests(8, { seed: 4, products: 2 });
const MEMORY_MB = 512;
const LONGEST_MS = 5_000;

let child: { readonly program: string; remove(): void };
beforeAll(async () => {
  child = await bundleChild('model');
});
afterAll(() => child.remove());

/** A guard over a folder's model in a real process, with the processes it started. */
class Rig implements AsyncDisposable {
  readonly children: LockedChild[] = [];
  readonly guard: GuardedScorer;
  readonly told: ScorerStatus[] = [];
  largestBytes = 0;
  readonly #watch: NodeJS.Timeout;

  constructor(folder: ModelFolder, own: readonly string[] = []) {
    const starter = modelChildStarter(child.program, { memoryMb: MEMORY_MB });
    const start: StartModelChild = (events) => {
      const started = starter(events);
      this.children.push(started);
      return started;
    };
    const monotonicMs = () => performance.now();
    const openRunner = runnerOpener({
      own: new Set(own),
      where: 'auto',
      start,
      poison: new PoisonList(),
      monotonicMs,
      settings: { memoryMb: MEMORY_MB, killAfterMs: 300, backoffMs: [20, 100] },
    });
    this.guard = new GuardedScorer({
      load: () => loadOnnxScorer({ manifestPath: folder.manifestPath, openRunner }),
      fallback: new RuleScorer(),
      clock: guardClock({ monotonicMs }),
      settings: { deadlineMs: 1_000, restMs: 50, maxRestMs: 200 },
      events: { scored: () => undefined, changed: (status) => this.told.push(status) },
    });
    this.#watch = setInterval(() => {
      for (const { pid } of this.children) this.largestBytes = Math.max(this.largestBytes, residentBytes(pid) ?? 0);
    }, 20);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watch);
    await this.guard.close();
  }
}

async function servesModel(rig: Rig): Promise<boolean> {
  return (await rig.guard.score(ASKED))[0]?.[0]?.model.startsWith('purchase-intent@') === true;
}

describe('a model that somebody sent, in a process of its own', { timeout: 60_000 }, () => {
  it.each(poisonModels(WIDTH).map((poison) => [poison.name, poison] as const))(
    '%s: rules answer, and the good model serves when it is back',
    async (_name, poison) => {
      await using folder = await ModelFolder.create();
      await folder.write({ onnx: poison.onnx, manifest: ARTIFACT.manifest }, manifestFor(ARTIFACT, poison));
      await using rig = new Rig(folder);
      const before = process.memoryUsage.rss();
      await rig.guard.start();
      for (let call = 0; call < 12; call++) {
        const startMs = performance.now();
        const answers = await rig.guard.score(ASKED);
        expect(performance.now() - startMs).toBeLessThan(LONGEST_MS);
        expect(answers.flat().map(({ model }) => model)).toEqual(new Array(16).fill('rules@1'));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { state, sentence } = rig.guard.status();
      expect(state).toBe('fallback');
      expect(sentence).toMatch(poison.sentence);
      expect(rig.children.length).toBeLessThanOrEqual(2 * MAX_TRIES);
      expect(rig.largestBytes).toBeLessThan(1.3 * MEMORY_MB * 1024 * 1024);
      expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 1024 * 1024);
      await folder.write(ARTIFACT);
      await until('the good model', () => servesModel(rig));
      expect(rig.guard.status().state).toBe('live');
    },
  );

  it('a model that hangs only now and then is left alone after so many ends, and its process is gone', async () => {
    await using folder = await ModelFolder.create();
    await folder.write(
      { onnx: endlessModel(WIDTH), manifest: ARTIFACT.manifest },
      { operators: ['Identity', 'Loop', 'ReduceMean', 'Sigmoid'] },
    );
    await using rig = new Rig(folder);
    await rig.guard.start();
    await until('the model to be left alone', () => rig.guard.score(ASKED).then(() => rig.guard.status().sentence.includes('left alone')));
    const started = rig.children.length;
    for (let i = 0; i < 10; i++) {
      await rig.guard.score(ASKED);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(rig.children).toHaveLength(started);
    expect(started).toBe(MAX_TRIES);
    for (const { pid } of rig.children) await until('the process to be gone', () => !existsSync(`/proc/${pid}`));
  });

  it('gives the same scores in its own process, which has no network, as inside the agent, and a killed process comes back', async () => {
    await using folder = await ModelFolder.create();
    await folder.write(ARTIFACT);
    await using apart = new Rig(folder);
    await using inside = new Rig(folder, [createHash('sha256').update(ARTIFACT.onnx).digest('hex')]);
    await apart.guard.start();
    await inside.guard.start();
    expect(inside.children).toHaveLength(0);
    expect(apart.children).toHaveLength(1);
    const { pid } = apart.children[0]!;
    if (process.platform === 'linux' && canUnshare()) expect(networkOf(pid!)).toEqual({ isOurs: false, routes: 0 });
    expect(await apart.guard.score(ASKED)).toEqual(await inside.guard.score(ASKED));
    process.kill(pid!, 'SIGKILL');
    await until('the second process', async () => apart.children.length === 2 && (await servesModel(apart)));
  });
});
