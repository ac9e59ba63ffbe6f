import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreConfig } from '../config/schema.ts';
import type { ModelRef } from '../models/lifecycle/lifecycle.ts';
import type { ModelsOverview } from './core/models-overview.ts';
import type { ModelDesk } from './http/model-desk.ts';
import { packageRoot } from './package-root.ts';
import { type LowProcess, startLow } from './runtime/low-process.ts';
import type { Staged } from './runtime/model-keeper.ts';
import { ModelUploads, UPLOAD_LIMITS } from './runtime/model-uploads.ts';
import { ModelDeskWork } from './runtime/model-work.ts';

/** A month of a busy store is read within minutes, and a hundred thousand products are learnt from in two. */
const LIMIT_MS = 30 * 60_000;
/** Memory of the JavaScript of such a process. */
const HEAP_MB = 1_024;

export interface ModelWorkParts {
  readonly config: StoreConfig;
  readonly configFile: string;
  /** Where models that were handed in are kept. */
  readonly dir: string;
  readonly stage: (model: ModelRef, by: string) => Promise<Staged>;
  readonly nowMs: () => number;
  /** This program, by default the installed one. */
  readonly program?: string | undefined;
}

/** The part of the desk that tries models, takes them in and learns them from the store's own days. */
export interface ModelWorkDesk extends Pick<ModelDesk, 'upload' | 'part' | 'work'> {
  view(): Pick<ModelsOverview, 'limits' | 'trial' | 'lesson'>;
  close(): Promise<void>;
}

/** Builds it; nothing runs before somebody asks. */
export function createModelWork({ config, configFile, dir, stage, nowMs, program }: ModelWorkParts): ModelWorkDesk {
  const { trustedKeys, requireSignature } = config.model;
  const signatures = { trustedKeys, required: requireSignature };
  const uploads = new ModelUploads({ dir, signatures, newId: () => randomBytes(16).toString('hex') });
  const own = program ?? join(packageRoot(), 'dist/agent/main.js');
  const work = new ModelDeskWork({
    uploads,
    dir,
    configFile,
    dataDir: config.data.dir,
    start: (words, line) => start([own, ...words], line),
    stage,
    takesSignedOnly: requireSignature,
    nowMs,
  });
  return {
    view: () => ({ limits: UPLOAD_LIMITS, trial: work.trial, lesson: work.lesson }),
    upload: (sizes) => (work.underWay === undefined ? uploads.begin(sizes) : { kind: 'busy', sentence: work.underWay }),
    part: (upload, part) => uploads.part(upload, part),
    work: (asked, by) => work.ask(asked, by),
    close: () => work.close(),
  };
}

function start(words: readonly string[], line: (text: string) => void): LowProcess {
  const [program] = words;
  if (program !== undefined && existsSync(program)) return startLow(words, { limitMs: LIMIT_MS, heapMb: HEAP_MB, line });
  const complaint = 'The program is not built (run npm run build)';
  return { ended: Promise.resolve({ code: undefined, isStopped: false, isLate: false, complaint }), stop: () => undefined };
}
