import { z } from 'zod';
import type { ModelManifest } from '../manifest.ts';

/** What goes to the process that runs a model: first the model with its manifest, then rows. Bytes follow the words. */
export type ChildJob =
  | { readonly kind: 'model'; readonly manifest: ModelManifest }
  | { readonly kind: 'rows'; readonly id: number; readonly rows: number };

const sentence = z.string().max(400);

/** What may come back: numbers in the bytes, and words about them. */
export const childAnswerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({
    kind: z.literal('refused'),
    problem: z.enum(['operators', 'shape', 'unreadable', 'runtime']),
    sentence,
    hint: sentence,
  }),
  z.strictObject({ kind: z.literal('answer'), id: z.number().int(), shape: z.array(z.number().int().min(0)).max(8) }),
  z.strictObject({ kind: z.literal('failed'), id: z.number().int(), fact: sentence }),
]);

export type ChildAnswer = z.infer<typeof childAnswerSchema>;

/** Most rows of one call. */
export const MAX_ROWS = 4_096;

/** Longest message that is read from the child: one number a row, and words. */
export const MAX_ANSWER_BYTES = 4 * MAX_ROWS + 4_096;
