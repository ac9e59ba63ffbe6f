import { z } from 'zod';
import { fail, ok, type Result } from '../agent/core/result.ts';
import { deniedWord } from './denied-outputs.ts';

const probability = z.number().min(0).max(1);
const dimension = z.union([z.number().int().min(1).max(65_536), z.null()]);
const tensor = z.strictObject({
  name: z.string().min(1).max(128),
  type: z.literal('float32'),
  /** `null` for the batch. */
  shape: z.array(dimension).min(1).max(8),
  meaning: z.string().max(200),
});

/** How often values fall where; see `Distribution`. */
const distribution = z
  .strictObject({ edges: z.array(z.number()).max(64), shares: z.array(probability).min(2).max(66) })
  .refine(({ edges, shares }) => shares.length === edges.length + 2, { error: 'there must be two shares more than edges' });

/** How well a scorer did on rows it never saw; intervals are 95 %. */
export const metricsSchema = z.strictObject({
  rows: z.number().int().min(0),
  positives: z.number().int().min(0),
  auc: probability,
  aucLow: probability,
  aucHigh: probability,
  averagePrecision: probability,
  logLoss: z.number().min(0),
  /** Expected calibration error, 10 bins of equal width. */
  ece: probability,
});

export type ManifestMetrics = z.infer<typeof metricsSchema>;

/** Everything that must be known of a model before it may score: what it is, what it eats, what it was made from, how good it was. */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  version: z.string().min(1).max(64),
  /** File name beside the manifest, never a path. */
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().min(1),
  purpose: z.string().min(1).max(500),
  featureSpec: z.strictObject({ name: z.string().min(1).max(128), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  input: tensor,
  output: tensor,
  /** What each input column is: its feature, the level it stands for (categories), whether the model looks at it, what training saw. */
  columns: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200),
        feature: z.string().min(1).max(128),
        level: z.string().max(128).optional(),
        used: z.boolean(),
        low: z.number().nullable(),
        high: z.number().nullable(),
        /** How often training saw which values: what drift is measured against. */
        seen: distribution.optional(),
      }),
    )
    .min(1)
    .max(4096),
  operators: z.array(z.string().min(1).max(128)).min(1).max(64),
  opset: z.record(z.string().max(64), z.number().int().min(1)),
  training: z.strictObject({
    source: z.string().max(500),
    rows: z.number().int().min(1),
    positives: z.number().int().min(0),
    stores: z.number().int().min(0),
    fromMs: z.number().nullable(),
    toMs: z.number().nullable(),
    trees: z.number().int().min(0),
  }),
  metrics: z.strictObject({ heldOut: metricsSchema, baselines: z.record(z.string().max(64), metricsSchema) }),
  /** What its answers look like on rows it never saw, and how far they were off: what a store's own figures are held against. */
  expected: z.strictObject({ scores: distribution, promised: probability, came: probability, ece: probability }).optional(),
  createdBy: z.strictObject({ script: z.string().max(200), seed: z.number().int() }),
  /** Ed25519 over all the rest: the public key and the signature, in base64. */
  signature: z.strictObject({ key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/), value: z.string().regex(/^[A-Za-z0-9+/]{86}==$/) }).optional(),
});

export type ModelManifest = z.infer<typeof manifestSchema>;

/** Why a model cannot be used, in words for the status page, with what to do about it. */
export interface ModelProblem {
  readonly kind:
    | 'missing'
    | 'manifest'
    | 'denied'
    | 'signature'
    | 'hash'
    | 'feature-spec'
    | 'operators'
    | 'shape'
    | 'unreadable'
    | 'runtime'
    | 'warm-up'
    /** The process it ran in ended. */
    | 'died'
    /** It brought its process down too often and is left alone. */
    | 'quarantined';
  readonly sentence: string;
  readonly hint: string;
}

/** Longest manifest that is read, in bytes. */
export const MANIFEST_MAX_BYTES = 1_000_000;

/** Reads a manifest's text. A manifest that declares an output about who somebody is, is refused whatever else it says. */
export function parseManifest(text: string): Result<ModelManifest, ModelProblem> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail(manifestProblem('it is not JSON; a manifest is the file that ends in .manifest.json, beside the model'));
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return fail(manifestProblem(`${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'not a manifest'}`));
  }
  const manifest = parsed.data;
  const declared = [manifest.name, manifest.purpose, manifest.output.name, manifest.output.meaning, ...manifest.columns.map((c) => c.name)];
  for (const declaration of declared) {
    const word = deniedWord(declaration);
    if (word !== undefined) return fail(deniedProblem(declaration, word));
  }
  return ok(manifest);
}

/** The refusal of a model that says, or was made to say, who somebody is. */
export function deniedProblem(declaration: string, word: string): ModelProblem {
  return {
    kind: 'denied',
    sentence: `Cannot use the model: it declares "${declaration}", and "${word}" is about who a shopper is`,
    hint: 'Models may say what a visit is likely to do, never who somebody is; install another model',
  };
}

function manifestProblem(fact: string): ModelProblem {
  return {
    kind: 'manifest',
    sentence: `Cannot read the model's manifest: ${fact}`,
    hint: 'Copy the manifest again from where the model came from',
  };
}
