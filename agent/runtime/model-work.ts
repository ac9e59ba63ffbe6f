import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelRef } from '../../models/lifecycle/lifecycle.ts';
import type { ModelLearnt, ModelLesson, ModelTrial, ModelWork } from '../core/models-overview.ts';
import type { TimestampMs } from '../core/units.ts';
import type { LowEnd, LowProcess } from './low-process.ts';
import type { Staged } from './model-keeper.ts';
import { handIn, nameOf } from './model-library.ts';
import type { EvaluateLine, TrainLine } from './model-lines.ts';
import type { ModelUploads } from './model-uploads.ts';

/** What came of something that was asked for. */
export type WorkAnswer =
  | { readonly kind: 'done'; readonly sentence: string }
  | { readonly kind: 'refused'; readonly sentence: string; readonly hint: string }
  | { readonly kind: 'busy'; readonly sentence: string }
  | { readonly kind: 'unknown-upload' };

export interface WorkOptions {
  readonly uploads: ModelUploads;
  /** Where the models of the store are kept; what is learnt is made in a folder of it. */
  readonly dir: string;
  /** Words behind every command: which configuration and which data folder. */
  readonly configFile: string;
  readonly dataDir: string;
  /** Runs a command of this program in a process of its own. */
  readonly start: (words: readonly string[], line: (text: string) => void) => LowProcess;
  /** Puts a model of the folder on its way through the gates. */
  readonly stage: (model: ModelRef, by: string) => Promise<Staged>;
  /** Whether the store takes signed models only. */
  readonly takesSignedOnly: boolean;
  readonly nowMs: () => TimestampMs;
}

const LESSON = '.lesson';

/**
 * What a manager has done with models that are not in use: tried on the store's log, handed in, learnt from the store's own days. One at a time, in
 * processes of their own; the agent only listens to what they print.
 */
export class ModelDeskWork {
  readonly #options: WorkOptions;
  #trial: ModelTrial | undefined;
  #lesson: ModelLesson | undefined;
  #manifest: string | undefined;
  #running: { readonly what: string; readonly process: LowProcess } | undefined;
  #closed = false;

  constructor(options: WorkOptions) {
    this.#options = options;
    options.uploads.clean();
    this.#forgetLesson();
  }

  get trial(): ModelTrial | null {
    return this.#trial ?? null;
  }

  get lesson(): ModelLesson | null {
    return this.#lesson ?? null;
  }

  /** What is under way, as a sentence; `undefined` while nothing is. */
  get underWay(): string | undefined {
    return this.#running?.what;
  }

  async ask(work: ModelWork, by: string): Promise<WorkAnswer> {
    if (work.kind === 'stop') return this.#stop();
    if (this.#closed) return { kind: 'busy', sentence: 'The agent is stopping' };
    if (this.#running !== undefined) return { kind: 'busy', sentence: this.#running.what };
    switch (work.kind) {
      case 'try':
        return this.#try(work.upload);
      case 'hand-in': {
        const model = this.#options.uploads.take(work.upload);
        return model === undefined ? { kind: 'unknown-upload' } : this.#stage(model, by);
      }
      case 'learn':
        return this.#learn();
      case 'hand-in-learnt':
        return this.#handInLearnt(by);
    }
  }

  /** Ends what is under way, and forgets what was not handed in. */
  async close(): Promise<void> {
    this.#closed = true;
    const process = this.#running?.process;
    process?.stop();
    await process?.ended;
    this.#options.uploads.drop();
    this.#forgetLesson();
  }

  async #stage(model: ModelRef, by: string): Promise<WorkAnswer> {
    const { isTaken, sentence } = await this.#options.stage(model, by);
    return isTaken ? { kind: 'done', sentence } : { kind: 'refused', sentence, hint: 'Hand in another model' };
  }

  #stop(): WorkAnswer {
    if (this.#running === undefined) return { kind: 'done', sentence: 'Nothing is under way' };
    this.#running.process.stop();
    return { kind: 'done', sentence: 'It is stopped' };
  }

  #try(upload: string): WorkAnswer {
    const { uploads, configFile, dataDir, nowMs } = this.#options;
    const found = uploads.manifestOf(upload);
    if (found === undefined) return { kind: 'unknown-upload' };
    const name = nameOf(found.manifest);
    const said = `${name} is tried on this store's log; it decides nothing`;
    const trial: ModelTrial = { name, sinceMs: nowMs(), state: 'running', sentence: said, checks: [] };
    this.#trial = trial;
    let answer: EvaluateLine | undefined;
    const words = ['model', 'evaluate', '--json', '--config', configFile, '--', found.path, dataDir];
    this.#run(words, {
      what: said,
      line(text) {
        // Printed by our own command from the same type.
        if (text.startsWith('{')) answer = JSON.parse(text) as EvaluateLine;
      },
      ended: (end) => {
        if (answer !== undefined) this.#trial = { ...trial, state: 'done', sentence: answer.sentence, checks: answer.checks };
        else this.#trial = { ...trial, state: 'refused', sentence: end.isStopped ? 'The trial was stopped' : factOf(end) };
      },
    });
    return { kind: 'done', sentence: said };
  }

  #learn(): WorkAnswer {
    const { configFile, dataDir, dir, nowMs, takesSignedOnly } = this.#options;
    if (takesSignedOnly)
      return {
        kind: 'refused',
        sentence: 'This store takes signed models only (model.requireSignature), and a model that is learnt here has no signature',
        hint: 'Learn it from a shell with "endcap model train --log", sign it with "endcap model sign", and hand it in',
      };
    this.#forgetLesson();
    const sinceMs = nowMs();
    const begun = 'Reading what happened in this store';
    this.#lesson = { state: 'collecting', sinceMs, sentence: begun, hint: '', learnt: null };
    let isOver = false;
    const end = (lesson: Omit<ModelLesson, 'sinceMs'>) => {
      isOver = true;
      this.#lesson = { sinceMs, ...lesson };
    };
    const words = ['model', 'train', '--json', '--config', configFile, '--log', dataDir, '--out', join(dir, LESSON)];
    this.#run(words, {
      what: 'A model is being learnt from the days of this store',
      line: (text) => {
        if (!text.startsWith('{')) return;
        // Printed by our own command from the same type.
        const said = JSON.parse(text) as TrainLine;
        if (said.kind === 'progress') this.#lesson = { state: said.state, sinceMs, sentence: said.sentence, hint: '', learnt: null };
        else if (said.kind === 'refused') end({ state: 'refused', sentence: said.sentence, hint: said.hint, learnt: null });
        else {
          this.#manifest = said.manifest;
          end({ state: 'done', sentence: said.learnt.sentence, hint: '', learnt: said.learnt });
        }
      },
      ended: (how) => {
        if (how.isStopped && !isOver) end({ state: 'stopped', sentence: 'Learning was stopped', hint: '', learnt: null });
        else if (!isOver)
          end({ state: 'refused', sentence: factOf(how), hint: 'Try again; the log of the agent may say more', learnt: null });
      },
    });
    return { kind: 'done', sentence: begun };
  }

  async #handInLearnt(by: string): Promise<WorkAnswer> {
    const learnt: ModelLearnt | null = this.#lesson?.learnt ?? null;
    if (learnt === null || this.#manifest === undefined) return { kind: 'unknown-upload' };
    const model = handIn(this.#manifest, this.#options.dir);
    if (!model.ok) return { kind: 'refused', sentence: model.error.sentence, hint: model.error.hint };
    return this.#stage(model.value, by);
  }

  #run(
    words: readonly string[],
    work: { readonly what: string; readonly line: (text: string) => void; readonly ended: (end: LowEnd) => void },
  ): void {
    const process = this.#options.start(words, (text) => {
      try {
        work.line(text);
      } catch {
        // A line that is cut short says nothing; how the process ended does.
      }
    });
    this.#running = { what: work.what, process };
    void process.ended.then((end) => {
      this.#running = undefined;
      work.ended(end);
    });
  }

  #forgetLesson(): void {
    this.#lesson = undefined;
    this.#manifest = undefined;
    rmSync(join(this.#options.dir, LESSON), { recursive: true, force: true });
  }
}

function factOf({ isLate, complaint }: LowEnd): string {
  if (isLate) return 'It took too long and was ended';
  const fact = complaint.replace(/^endcap: /, '');
  return fact === '' ? 'It ended without an answer' : fact;
}
