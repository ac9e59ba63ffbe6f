import { fail, ok, type Result } from '../../agent/core/result.ts';
import type { LockedChild } from '../locked-child.ts';
import type { ModelManifest, ModelProblem } from '../manifest.ts';
import type { ModelAnswer, ModelRunner } from '../model-runner.ts';
import { encodeMessage, MessageReader } from '../vision/wire.ts';
import { residentBytes, type StartModelChild } from './start-child.ts';
import { type ChildAnswer, childAnswerSchema, MAX_ANSWER_BYTES, MAX_ROWS } from './wire-words.ts';

/** How patient the keeper of a foreign model is. */
export interface ChildSettings {
  /** Longest a batch may take before the process is ended. Shoppers do not wait for it: the guard's own deadline is shorter. */
  readonly killAfterMs: number;
  /** Longest until a process says that it is ready. */
  readonly readyMs: number;
  /** Most memory of the process, in megabytes. */
  readonly memoryMb: number;
  /** First and longest wait before a process is started again. */
  readonly backoffMs: readonly [first: number, longest: number];
  /** Ends of the process in a row, without an answer in between, after which the model is not tried again ... */
  readonly maxDeathsInRow: number;
  /** ... and ends within ten minutes, answers or not. */
  readonly maxDeaths: number;
}

export const CHILD_DEFAULTS: ChildSettings = {
  killAfterMs: 1_000,
  readyMs: 10_000,
  memoryMb: 768,
  backoffMs: [500, 30_000],
  maxDeathsInRow: 3,
  maxDeaths: 6,
};

const DEATHS_WITHIN_MS = 600_000;
const WATCH_MS = 50;
const MAX_CALLS = 8;

export interface ChildRunnerParts {
  readonly bytes: Uint8Array;
  readonly manifest: ModelManifest;
  readonly start: StartModelChild;
  readonly monotonicMs: () => number;
  /** Told of every end of the process; `isFinal` when it is not started again. */
  readonly onDeath?: (problem: ModelProblem, end: { readonly hadAnswered: boolean; readonly isFinal: boolean }) => void;
  readonly settings?: Partial<ChildSettings>;
}

interface Call {
  readonly resolve: (answer: ModelAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: NodeJS.Timeout;
}

/**
 * Runs a model in a process of its own, which may hang, grow or fall over: it is ended at a deadline or at its memory cap and started again,
 * later each time, until it has ended too often; then the model is spent and stays down.
 */
export class ChildRunner implements ModelRunner {
  readonly width: number;
  readonly #parts: ChildRunnerParts;
  readonly #settings: ChildSettings;
  readonly #calls = new Map<number, Call>();
  #child: LockedChild | undefined;
  #generation = 0;
  #isReady = false;
  #wasReady = false;
  #hasAnswered = false;
  #settleLaunch: ((problem: ModelProblem | undefined) => void) | undefined;
  #nextId = 0;
  #deathsInRow = 0;
  #deathTimes: number[] = [];
  #lastDeath = '';
  #spent: ModelProblem | undefined;
  #restart: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: ChildRunnerParts) {
    this.#parts = parts;
    this.#settings = { ...CHILD_DEFAULTS, ...parts.settings };
    this.width = parts.manifest.columns.length;
  }

  /** Starts the process and resolves when the model is loaded in it, or with why it is not. */
  static async open(parts: ChildRunnerParts): Promise<Result<ChildRunner, ModelProblem>> {
    const runner = new ChildRunner(parts);
    const problem = await runner.#launch();
    if (problem === undefined) return ok(runner);
    await runner.close();
    return fail(problem);
  }

  /** Why the model is not tried again; `undefined` while it is. */
  spent(): ModelProblem | undefined {
    return this.#spent;
  }

  run(values: Float32Array, rows: number): Promise<ModelAnswer> {
    if (this.#spent !== undefined) return Promise.reject(new Error(this.#spent.sentence));
    const child = this.#child;
    if (child === undefined || !this.#isReady) return Promise.reject(new Error(`its process is being started again: ${this.#lastDeath}`));
    if (rows > MAX_ROWS || this.#calls.size >= MAX_CALLS) return Promise.reject(new Error('its process is busy'));
    const id = ++this.#nextId;
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(
        () => this.#end(`it did not answer within ${this.#settings.killAfterMs} ms and was ended`),
        this.#settings.killAfterMs,
      );
      this.#calls.set(id, { resolve, reject, deadline });
      child.send(encodeMessage({ kind: 'rows', id, rows }, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));
      this.#keepWatch();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    this.#dropChild('the agent is stopping');
  }

  /** Resolves with a problem when the process refuses the model, ends, or is not ready in time. */
  #launch(): Promise<ModelProblem | undefined> {
    const generation = ++this.#generation;
    const reader = new MessageReader(MAX_ANSWER_BYTES);
    this.#isReady = false;
    return new Promise((resolve) => {
      let settled = false;
      const settle = (problem: ModelProblem | undefined) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        this.#settleLaunch = undefined;
        this.#isReady = problem === undefined;
        this.#wasReady ||= this.#isReady;
        if (problem !== undefined && problem.kind !== 'died') this.#dropChild(problem.sentence);
        resolve(problem);
      };
      this.#settleLaunch = settle;
      const timer = setTimeout(() => this.#end('it was not ready in time'), this.#settings.readyMs);
      this.#child = this.#parts.start({
        data: (chunk) => {
          if (generation !== this.#generation) return;
          try {
            for (const { words, bytes } of reader.push(chunk)) this.#hear(childAnswerSchema.parse(words), bytes);
          } catch {
            this.#end('it said something that is not understood');
          }
        },
        gone: (detail) => {
          if (generation === this.#generation) this.#end(detail);
        },
      });
      this.#child.send(encodeMessage({ kind: 'model', manifest: this.#parts.manifest }, this.#parts.bytes));
      this.#keepWatch();
    });
  }

  #hear(answer: ChildAnswer, bytes: Buffer): void {
    switch (answer.kind) {
      case 'ready':
        return this.#settleLaunch?.(undefined);
      case 'refused':
        return this.#settleLaunch?.({ kind: answer.problem, sentence: answer.sentence, hint: answer.hint });
      case 'answer': {
        this.#deathsInRow = 0;
        this.#hasAnswered = true;
        const values = new Float32Array(Uint8Array.from(bytes).buffer);
        return this.#take(answer.id)?.resolve({ values, shape: answer.shape });
      }
      case 'failed':
        this.#deathsInRow = 0;
        return this.#take(answer.id)?.reject(new Error(answer.fact));
    }
  }

  #take(id: number): Call | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    clearTimeout(call?.deadline);
    return call;
  }

  /** Ends the process and starts another one after a while, unless it has ended too often. */
  #end(fact: string): void {
    if (this.#closed || this.#child === undefined) return;
    const nowMs = this.#parts.monotonicMs();
    this.#lastDeath = fact;
    this.#deathsInRow++;
    this.#deathTimes = [...this.#deathTimes.filter((atMs) => nowMs - atMs < DEATHS_WITHIN_MS), nowMs];
    const wasLaunching = this.#settleLaunch;
    this.#dropChild(fact);
    const died: ModelProblem = {
      kind: 'died',
      sentence: `Cannot use the model: ${fact}`,
      hint: 'Install another model; the rules serve until then',
    };
    // Whoever opened it decides whether to try again; a process that had been ready is started again here.
    const isFinal = this.#hasDiedTooOften();
    this.#parts.onDeath?.(died, { hadAnswered: this.#hasAnswered, isFinal });
    wasLaunching?.(died);
    if (!this.#wasReady) return;
    if (isFinal) {
      const sentence = `Cannot use the model: its process ended ${this.#deathTimes.length} times, at last because ${fact}`;
      this.#spent = { ...died, kind: 'quarantined', sentence };
      return;
    }
    const { backoffMs } = this.#settings;
    const waitMs = Math.min(backoffMs[1], backoffMs[0] * 2 ** (this.#deathTimes.length - 1));
    this.#restart = setTimeout(() => void this.#relaunch(), waitMs);
    this.#restart.unref();
  }

  #hasDiedTooOften(): boolean {
    const { maxDeathsInRow, maxDeaths } = this.#settings;
    return this.#deathsInRow >= maxDeathsInRow || this.#deathTimes.length >= maxDeaths;
  }

  async #relaunch(): Promise<void> {
    const problem = await this.#launch();
    // It was taken once and is refused now: trying again would not help.
    if (problem !== undefined && problem.kind !== 'died') this.#spent = problem;
  }

  #dropChild(fact: string): void {
    this.#generation++;
    this.#isReady = false;
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#child?.kill();
    this.#child = undefined;
    for (const id of [...this.#calls.keys()]) this.#take(id)?.reject(new Error(fact));
  }

  /** While it works, its memory is looked at: the shell's limit is not there on every system. */
  #keepWatch(): void {
    this.#watch ??= setInterval(() => {
      const bytes = residentBytes(this.#child?.pid);
      const { memoryMb } = this.#settings;
      if (bytes !== undefined && bytes > memoryMb * 1024 * 1024)
        return this.#end(`it took more than ${memoryMb} MB of memory and was ended`);
      if (this.#isReady && this.#calls.size === 0) {
        clearInterval(this.#watch);
        this.#watch = undefined;
      }
    }, WATCH_MS);
    this.#watch.unref();
  }
}
