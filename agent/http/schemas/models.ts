import { z } from 'zod';
import { AtMs, list } from './common.ts';

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
      criteria: list(z.strictObject({ says: z.string(), state: z.enum(['met', 'open', 'failed', 'ahead']), figure: z.string() })),
    }),
  ),
  watch: list(z.string()),
  replay: z.string().nullable(),
  calibration: z.string(),
  drifts: list(z.strictObject({ words: z.string(), index: z.number() })),
  apprentice: z.strictObject({ sentence: z.string(), lines: list(Line) }).nullable(),
  history: list(z.strictObject({ atMs: AtMs, sentence: z.string() })),
});

/** What a manager does with the models: the last one again, the one on its way at once, or out; offers from now on. */
export const ModelActBody = z.strictObject({ action: z.enum(['return', 'promote', 'withdraw', 'end-apprentice']) });

/** What came of it. */
export const ModelActed = z.strictObject({ sentence: z.string() });
