import { z } from 'zod';
import { AtMs, list, Share } from './common.ts';

/** Name of an upload; whoever knows it is signed in as a manager all the same. */
export const UploadId = z.string().regex(/^[0-9a-f]{32}$/);

const Check = z.strictObject({ says: z.string(), state: z.enum(['met', 'open', 'failed', 'ahead']), figure: z.string() });

const Trial = z.strictObject({
  name: z.string(),
  sinceMs: AtMs,
  state: z.enum(['running', 'done', 'refused']),
  sentence: z.string(),
  checks: list(Check),
});

const Learnt = z.strictObject({
  name: z.string(),
  verdict: z.enum(['better', 'perhaps-better', 'perhaps-worse', 'worse']),
  sentence: z.string(),
  facts: list(z.string()),
  scorers: list(z.strictObject({ name: z.string(), order: Share, promised: Share, came: Share, logLoss: z.number().min(0) })),
});

const Lesson = z.strictObject({
  state: z.enum(['collecting', 'training', 'done', 'refused', 'stopped']),
  sinceMs: AtMs,
  sentence: z.string(),
  hint: z.string(),
  learnt: Learnt.nullable(),
});

const Line = z.strictObject({ says: z.string(), isMet: z.boolean(), figure: z.string() });

/** Where the models of the store stand. */
export const ModelState = z.strictObject({
  live: z.strictObject({ name: z.string(), sentence: z.string(), sinceMs: AtMs }),
  previous: z.string(),
  candidate: z.strictObject({ name: z.string(), stage: z.string(), sinceMs: AtMs }).nullable(),
  gates: list(
    z.strictObject({
      stage: z.string(),
      title: z.string(),
      meaning: z.string(),
      state: z.enum(['passed', 'here', 'ahead']),
      criteria: list(Check),
    }),
  ),
  watch: list(z.string()),
  replay: z.string().nullable(),
  calibration: z.string(),
  drifts: list(z.strictObject({ words: z.string(), index: z.number() })),
  apprentice: z.strictObject({ sentence: z.string(), lines: list(Line) }).nullable(),
  history: list(z.strictObject({ atMs: AtMs, sentence: z.string() })),
  limits: z.strictObject({ manifestBytes: z.int(), modelBytes: z.int() }),
  trial: Trial.nullable(),
  lesson: Lesson.nullable(),
});

/** What a manager does with the models: the last one again, the one on its way at once, or out; offers from now on. */
export const ModelActBody = z.strictObject({ action: z.enum(['return', 'promote', 'withdraw', 'end-apprentice']) });

/** What came of it. */
export const ModelActed = z.strictObject({ sentence: z.string() });

/** Sizes of the two files that somebody wants to hand in; how large they may be is the agent's answer. */
export const ModelUploadBody = z.strictObject({ manifestBytes: z.int().min(1), modelBytes: z.int().min(1) });

/** Where the pieces go, and how large each may be. */
export const ModelUploadBegun = z.strictObject({ upload: UploadId, partBytes: z.int() });

/** A piece of one of the files, in base64. A whole one stays below the listener's limit for a body. */
export const ModelPartBody = z.strictObject({
  file: z.enum(['manifest', 'model']),
  at: z.int().min(0),
  base64: z.base64().min(1).max(240_000),
});

/** Whether both files are there and are what the manifest says. */
export const ModelPartTaken = z.strictObject({ isComplete: z.boolean() });

/** What is to be done with a model that is not in use. */
export const ModelWorkBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('try'), upload: UploadId }),
  z.strictObject({ kind: z.literal('hand-in'), upload: UploadId }),
  z.strictObject({ kind: z.literal('learn') }),
  z.strictObject({ kind: z.literal('hand-in-learnt') }),
  z.strictObject({ kind: z.literal('stop') }),
]);
