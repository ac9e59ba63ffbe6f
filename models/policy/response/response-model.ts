import { createHash } from 'node:crypto';
import * as z from 'zod';
import { fail, ok, type Result } from '../../../agent/core/result.ts';
import { VISIT_SPEC } from '../../visit-spec.ts';

const estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

const bodySchema = z.strictObject({
  kind: z.literal('endcap.offer-response'),
  version: z.literal(1),
  /** Spec whose numbers it reads. */
  featureSpec: z.string(),
  /** What it says, and nothing else: no purpose beyond it is declared, and none is allowed. */
  purpose: z.literal('how much a discount raises the chance of buying'),
  /** `same-for-everybody`: `response` for all; `personal`: a line through standardised features. */
  use: z.enum(['same-for-everybody', 'personal']),
  response: estimate,
  /** How much better the line predicts what offers do than one figure for everybody, on visits it had not seen; above 0 is better. */
  gain: estimate,
  intercept: z.number(),
  columns: z.array(z.strictObject({ feature: z.string(), centre: z.number(), scale: z.number().gt(0), slope: z.number() })).max(64),
  /** The answer never leaves this range: what was not seen is not believed. */
  range: z.strictObject({ low: z.number(), high: z.number() }),
  trainedOn: z.strictObject({
    visits: z.int(),
    offered: z.int(),
    fromMs: z.int(),
    toMs: z.int(),
    seed: z.int(),
  }),
  sentence: z.string(),
});

/** What a discount does to a visit, learnt from the store's own trials. Plain JSON with its own checksum. */
export type ResponseModel = z.infer<typeof bodySchema>;

const fileSchema = z.strictObject({ sha256: z.string(), model: bodySchema });

/** Largest file that is read. */
export const RESPONSE_MAX_BYTES = 100_000;

/** The file of a model: the model with the hash of exactly this model. */
export function writeResponseModel(model: ResponseModel): string {
  return `${JSON.stringify({ sha256: hashOf(model), model }, undefined, 2)}\n`;
}

/** Reads what `writeResponseModel` wrote; refuses what was altered, and what reads other features than this program computes. */
export function readResponseModel(text: string): Result<ResponseModel, string> {
  const parsed = fileSchema.safeParse(parseJson(text));
  if (!parsed.success) return fail(`it is no model of this kind (${parsed.error.issues[0]?.message ?? 'not JSON'})`);
  const { sha256, model } = parsed.data;
  if (hashOf(model) !== sha256) return fail('it is not what was trained: its checksum differs');
  if (model.featureSpec !== VISIT_SPEC.id)
    return fail(`it reads the features "${model.featureSpec}" and this program computes "${VISIT_SPEC.id}"`);
  const stranger = model.columns.find(({ feature }) => !VISIT_SPEC.index.has(feature));
  if (stranger !== undefined) return fail(`it reads a feature "${stranger.feature}" that there is not`);
  return ok(model);
}

/** Name for the log: `offer-response@` and the beginning of the hash. */
export function responseName(model: ResponseModel): string {
  return `offer-response@${hashOf(model).slice(0, 12)}`;
}

/** How much a discount does for a visit with these features: see `Score.response`. */
export function responseOf(model: ResponseModel, features: readonly number[]): number {
  if (model.use === 'same-for-everybody') return model.response.value;
  let sum = model.intercept;
  for (const { feature, centre, scale, slope } of model.columns) {
    const value = features[VISIT_SPEC.index.get(feature)!];
    // Not known counts as the mean: it moves nothing.
    if (value !== undefined && value !== UNKNOWN_VALUE && Number.isFinite(value)) sum += (slope * (value - centre)) / scale;
  }
  return Math.min(model.range.high, Math.max(model.range.low, sum));
}

const UNKNOWN_VALUE = -2;

function hashOf(model: ResponseModel): string {
  return createHash('sha256').update(JSON.stringify(model)).digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
