import { z } from 'zod';
import { ID_PATTERN } from '../../agent/core/ids.ts';
import { READING_BODIES } from '../adapters/native-schemas.ts';
import { compileMapping } from './compile-mapping.ts';

const scalar = z.union([z.string().max(200), z.number(), z.boolean()]);
const path = z.string().min(1).max(200);
const expression = z.string().min(1).max(500);

const oneField = z.strictObject({
  path: path.optional().describe('Where it is in the message: weight.net, items[0].grams, ["odd key"]'),
  topic: z.string().max(31).optional().describe('Or which named part of the topic it is'),
  expression: expression.optional().describe('Or how it is calculated; with a path, `value` is what the path gave'),
  constant: scalar.optional().describe('Or what it always is'),
  unit: z.string().max(10).optional().describe('Unit in the message, like kg, F, mm, cdBm'),
  map: z
    .record(z.string().max(100), z.union([scalar, z.null()]))
    .optional()
    .describe('What each value in the message stands for, null for nothing; other values are refused'),
  default: z
    .union([scalar, z.tuple([])])
    .optional()
    .describe('What it is when it is not in the message; [] for a list'),
});

const listField = z.strictObject({
  each: path.describe('Where the list is'),
  fields: z.record(z.string().max(40), z.union([path, oneField])).describe('The fields of each element, with paths inside it'),
});

const field = z.union([path, oneField, listField]);

const reading = z.strictObject({
  kind: z.enum(Object.keys(READING_BODIES) as [keyof typeof READING_BODIES]).describe('What it becomes'),
  when: expression.optional().describe('Only where this is true'),
  optional: z.boolean().default(false).describe('May be missing from a message without that being an error'),
  beside: z.boolean().default(false).describe('Only said beside another reading, like the battery of a sensor'),
  fields: z.record(z.string().max(40), field).default({}).describe('Where each of its fields comes from'),
});

const reason = z.string().regex(/^[a-z0-9-]{1,40}$/, { error: 'expected a reason like other-setting' });

const message = z.strictObject({
  topic: z
    .union([z.string().max(200), z.array(z.string().max(200)).min(1).max(20)])
    .describe('Its topic, with named parts: acme/{device}/scale/{slot}'),
  payload: z
    .enum(['json', 'text', 'bare'])
    .default('json')
    .describe('What the message is; text is read with the path $, and so is a bare value, beside which the same topic may carry JSON'),
  when: expression.optional().describe('Only where this is true; others are not for us'),
  ignore: reason.optional().describe('Nothing of it is for us, and why'),
  device: z.union([path, oneField]).optional().describe('What the device is known as; without it the part {device} of the topic'),
  at: z
    .strictObject({
      path,
      form: z
        .enum(['unix-s', 'unix-ms', 'iso', 'any'])
        .describe('Seconds or milliseconds since 1970, ISO 8601 with a zone, or any of them and microseconds'),
    })
    .optional()
    .describe('The time of the device; without it the time of receipt'),
  each: path.optional().describe('A list in the message, each element read by itself; $.x is the whole message then'),
  readings: z.array(reading).max(20).default([]).describe('What one message becomes'),
  otherwise: z
    .array(z.strictObject({ when: expression.optional(), ignore: reason }))
    .max(10)
    .default([])
    .describe('Where none of that is in it: why it is not for us, the first that is true'),
});

const plainMapping = z.strictObject({
  name: z
    .string()
    .regex(ID_PATTERN, { error: 'expected a name of A-Z a-z 0-9 _ . : -' })
    .describe('Name that devices give as their adapter'),
  title: z.string().max(100).optional().describe('For people'),
  description: z.string().max(300).optional().describe('For people'),
  messages: z.array(message).min(1).max(50).describe('The kinds of messages; the first whose topic fits is used'),
});

/** A device family described instead of programmed, as it is written. */
export type MappingSpec = z.input<typeof plainMapping>;

/** The same with its defaults. */
export type Mapping = z.output<typeof plainMapping>;

/** The form of a mapping, checked down to paths, expressions, units and fields. */
export const mappingSchema = plainMapping.superRefine((mapping, context) => {
  const compiled = compileMapping(mapping);
  if (compiled.ok) return;
  for (const { path: at, message: text } of compiled.error) context.addIssue({ code: 'custom', path: [...at], message: text });
});
