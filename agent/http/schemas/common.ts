import { z } from 'zod';
import { ID_PATTERN } from '../../core/ids.ts';

/** An id from the wire: a letter or digit, then at most 63 of letters, digits and `_.:-`. */
export const Id = z.string().regex(ID_PATTERN);

/** Milliseconds since 1970. */
export const AtMs = z.int().min(0);

/** Money in the smallest unit of the store's currency. */
export const CentsAmount = z.int();

/** In [0, 1]. */
export const Share = z.number().min(0).max(1);

/** A line of text that a person typed: no control or formatting characters, no lone surrogates, 1 to `max` UTF-16 units, trimmed. */
export function plainText(max: number): z.ZodString {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{C}]+$/u, 'Only visible characters and spaces are allowed');
}

/** A list that nobody may change. */
export function list<T extends z.ZodType>(item: T): z.ZodReadonly<z.ZodArray<T>> {
  return z.array(item).readonly();
}

/** A whole number in a query string, `fallback` when absent. */
export function queryInt(range: { readonly min: number; readonly max: number; readonly fallback: number }) {
  return z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.int().min(range.min).max(range.max))
    .default(range.fallback);
}

/** A problem document as RFC 9457 wants it: `title` is a plain sentence, `hint` says what to do. */
export const ProblemBody = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  hint: z.string(),
  detail: z.string().optional(),
  /** Which field is wrong and why, where the request's shape was the problem. */
  errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
});

export type ProblemBody = z.infer<typeof ProblemBody>;
