import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Score } from '../../agent/core/decision.ts';
import type { ScoreEffect } from '../../agent/core/effect.ts';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import { guardClock } from '../../models/guard-clock.ts';
import { backoffMs, GUARD_DEFAULTS } from '../../models/guard-settings.ts';
import {
  type ClosableScorer,
  type FallbackCause,
  type GuardClock,
  GuardedScorer,
  type GuardedScorerOptions,
} from '../../models/guarded-scorer.ts';
import type { ModelProblem } from '../../models/manifest.ts';
import { loadOnnxScorer } from '../../models/onnx-scorer.ts';
import { RuleScorer } from '../../models/rule-scorer.ts';
import { sampleRequests } from '../../models/sample-requests.ts';
import { ModelFolder, smallArtifact } from './onnx-fixture.ts';

const ASKED = sampleRequests(3, { seed: 4, products: 2 });
const MISSING: ModelProblem = { kind: 'missing', sentence: 'Cannot find "x"', hint: 'Install a model' };

/** Time that stands still until a test moves it. */
class HeldClock implements GuardClock {
  nowMs = 0;
  readonly #timers = new Set<{ atMs: number; callback: () => void }>();

  monotonicMs(): number {
    return this.nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get pending(): number {
    return this.#timers.size;
  }

  pass(ms: number): void {
    this.nowMs += ms;
    for (const timer of this.#timers) {
      if (timer.atMs > this.nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

/** A model whose next answers a test chooses. */
class PuppetScorer implements ClosableScorer {
  readonly name = 'puppet@1';
  calls = 0;
  closed = false;
  answer: (requests: readonly ScoreEffect[]) => Promise<readonly (readonly Score[])[]> = good;

  score(requests: readonly ScoreEffect[]): Promise<readonly (readonly Score[])[]> {
    this.calls++;
    return this.answer(requests);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

async function good(requests: readonly ScoreEffect[]): Promise<readonly (readonly Score[])[]> {
  const answers = await new RuleScorer().score(requests);
  return answers.map((scores) => scores.map((score) => ({ ...score, intent: 0.5, model: 'puppet@1' })));
}

const spoil = (change: Partial<Score>) => async (requests: readonly ScoreEffect[]) =>
  (await good(requests)).map((scores) => scores.map((score) => ({ ...score, ...change })));

let clock: HeldClock;
let puppet: PuppetScorer;
let told: string[];
let by: ('model' | FallbackCause)[];
beforeEach(() => {
  clock = new HeldClock();
  puppet = new PuppetScorer();
  told = [];
  by = [];
});

function guard(more: Partial<GuardedScorerOptions> = {}): GuardedScorer {
  return new GuardedScorer({
    load: async () => ok(puppet),
    fallback: new RuleScorer(),
    clock,
    events: {
      scored: (who, requests) => {
        expect(requests).toBe(ASKED.length);
        by.push(who);
      },
      changed: (status) => told.push(`${status.state}: ${status.sentence}`),
    },
    ...more,
  });
}

async function modelOf(scorer: GuardedScorer): Promise<string | undefined> {
  return (await scorer.score(ASKED))[0]?.[0]?.model;
}

describe('a guarded scorer', () => {
  it('serves by the model and says so', async () => {
    const scorer = guard();
    await scorer.start();
    expect(await modelOf(scorer)).toBe('puppet@1');
    expect(scorer.status()).toEqual({ name: 'puppet@1', state: 'live', sentence: 'Intent is scored by the model puppet@1' });
    expect([by, clock.pending]).toEqual([['model'], 0]);
  });

  it('serves by rules while no model is there, and takes one that appears later without a restart', async () => {
    let there: Result<ClosableScorer, ModelProblem> = fail(MISSING);
    const scorer = guard({ load: async () => there });
    await scorer.start();
    expect(await modelOf(scorer)).toBe('rules@1');
    expect(scorer.status()).toMatchObject({ name: 'rules@1', state: 'fallback', sentence: expect.stringContaining('Cannot find "x"') });
    there = ok(puppet);
    clock.pass(GUARD_DEFAULTS.restMs);
    // This call starts the loading and does not wait for it.
    expect(await modelOf(scorer)).toBe('rules@1');
    await scorer.start();
    expect(await modelOf(scorer)).toBe('puppet@1');
    expect(told).toHaveLength(2);
    expect(by).toEqual(['no-model', 'no-model', 'model']);
  });

  it.each([
    ['rejects', async () => Promise.reject(new Error('out of memory'))],
    ['answers too few requests', async () => []],
    ['answers too few products', async (asked: readonly ScoreEffect[]) => (await good(asked)).map((scores) => scores.slice(1))],
    ['answers for other products', spoil({ sku: 'other' })],
    ['says NaN', spoil({ intent: Number.NaN })],
    ['says more than one', spoil({ intent: 1.5 })],
    ['says less than nothing', spoil({ intent: -0.1 })],
    ['has no confidence', spoil({ confidence: Number.NaN })],
  ] as const)('answers by rules when the model %s, rests it after three in a row, and takes it back', async (_, bad) => {
    const scorer = guard();
    await scorer.start();
    puppet.answer = bad;
    for (let i = 0; i < 2; i++) expect(await modelOf(scorer)).toBe('rules@1');
    expect(scorer.status().state).toBe('live');
    expect(await modelOf(scorer)).toBe('rules@1');
    expect(scorer.status()).toMatchObject({ state: 'fallback', sentence: expect.stringContaining('resting') });
    const calls = puppet.calls;
    expect(await modelOf(scorer)).toBe('rules@1');
    expect(puppet.calls).toBe(calls);
    puppet.answer = good;
    clock.pass(GUARD_DEFAULTS.restMs);
    expect(await modelOf(scorer)).toBe('puppet@1');
    expect(scorer.status().state).toBe('live');
    expect(by).toEqual(['failed', 'failed', 'failed', 'resting', 'model']);
  });

  it('rests twice as long after each probe that fails, up to a cap', async () => {
    const scorer = guard();
    await scorer.start();
    puppet.answer = () => Promise.reject(new Error('broken'));
    for (let i = 0; i < 3; i++) await scorer.score(ASKED);
    for (const rest of [5_000, 10_000, 20_000]) {
      const calls = puppet.calls;
      clock.pass(rest - 1);
      await scorer.score(ASKED);
      expect(puppet.calls).toBe(calls);
      clock.pass(1);
      await scorer.score(ASKED);
      expect(puppet.calls).toBe(calls + 1);
    }
    expect([1, 7, 8, 1e6].map((n) => backoffMs(GUARD_DEFAULTS, n))).toEqual([5_000, 300_000, 300_000, 300_000]);
  });

  it('is not harmed by single failures between good answers', async () => {
    const scorer = guard();
    await scorer.start();
    for (let i = 0; i < 10; i++) {
      puppet.answer = i % 2 === 0 ? good : () => Promise.reject(new Error('hiccup'));
      await scorer.score(ASKED);
    }
    expect(scorer.status().state).toBe('live');
  });

  it('overtakes a model that hangs, keeps away from it until it settles, and ignores its late answer', async () => {
    const scorer = guard();
    await scorer.start();
    let release: (scores: readonly (readonly Score[])[]) => void = () => undefined;
    puppet.answer = () => new Promise((resolve) => (release = resolve));
    const answer = modelOf(scorer);
    clock.pass(GUARD_DEFAULTS.deadlineMs);
    expect(await answer).toBe('rules@1');
    expect(await modelOf(scorer)).toBe('rules@1');
    expect(puppet.calls).toBe(1);
    release(await good(ASKED));
    await Promise.resolve();
    puppet.answer = good;
    expect(await modelOf(scorer)).toBe('puppet@1');
    expect(by).toEqual(['late', 'busy', 'model']);
  });

  it('uses an answer that held the thread past its deadline, and rests the model when it goes on', async () => {
    const scorer = guard();
    await scorer.start();
    // The clock moves without timers firing, as when native code holds the thread.
    puppet.answer = (asked) => {
      clock.nowMs += GUARD_DEFAULTS.deadlineMs + 1;
      return good(asked);
    };
    for (let i = 0; i < 3; i++) expect(await modelOf(scorer)).toBe('puppet@1');
    expect(scorer.status()).toMatchObject({ state: 'fallback', sentence: expect.stringContaining('50 are allowed') });
    expect(await modelOf(scorer)).toBe('rules@1');
  });

  it('survives a loader that throws', async () => {
    const scorer = guard({ load: () => Promise.reject(new Error('no such library')) });
    await scorer.start();
    expect(await modelOf(scorer)).toBe('rules@1');
    expect(scorer.status().sentence).toContain('no such library');
  });

  it('gives the model back on close and serves by rules after it', async () => {
    const scorer = guard();
    await scorer.start();
    await scorer.close();
    expect(puppet.closed).toBe(true);
    expect(await modelOf(scorer)).toBe('rules@1');
  });
});

describe('a guarded scorer on files', () => {
  let folder: ModelFolder;
  beforeEach(async () => {
    folder = await ModelFolder.create();
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  it('serves by rules beside a damaged model and by the model once it is whole', async () => {
    const made = smallArtifact();
    await folder.write(made, { sha256: '0'.repeat(64) });
    await using scorer = guard({ load: () => loadOnnxScorer({ manifestPath: folder.manifestPath }) });
    await scorer.start();
    expect(await modelOf(scorer)).toBe('rules@1');
    expect(scorer.status().sentence).toContain('sha256 differs');
    await folder.write(made);
    await scorer.start();
    expect(await modelOf(scorer)).toBe(`purchase-intent@${made.manifest.sha256.slice(0, 12)}`);
  });
});

describe('the guard clock', () => {
  it('calls back once, or not at all when cancelled', async () => {
    const real = guardClock({ monotonicMs: () => 7 });
    expect(real.monotonicMs()).toBe(7);
    let cancelled = false;
    real.after(0, () => (cancelled = true))();
    let calls = 0;
    real.after(0, () => calls++);
    await expect.poll(() => calls).toBe(1);
    expect(cancelled).toBe(false);
  });
});
