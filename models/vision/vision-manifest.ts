import { createHash } from 'node:crypto';
import { z } from 'zod';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import { deniedWord } from '../denied-outputs.ts';
import { deniedProblem, MANIFEST_MAX_BYTES, type ModelProblem } from '../manifest.ts';

const level = z.number().min(0).max(255);

/** Everything that must be known of a detector before it may look at a picture. */
export const visionManifestSchema = z.strictObject({
  format: z.literal(1),
  /** What it finds: people as boxes, or the hands of one of them. */
  kind: z.enum(['person-detector', 'person-pose']),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  version: z.string().min(1).max(64),
  /** File name beside the manifest, never a path. */
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z
    .number()
    .int()
    .min(1)
    .max(256 * 1024 * 1024),
  purpose: z.string().min(1).max(500),
  /** How its answer is read: `ssd` gives `scores` and `boxes` of anchors, `nanodet` and `yolox` rows of places, `movenet` heat by joint. */
  family: z.enum(['ssd', 'nanodet', 'yolox', 'movenet']),
  /** Side of the square picture in pixels; the longer side where the file takes pictures of any size. */
  side: z.number().int().min(32).max(2048),
  /** What it says of a picture. */
  outputs: z.array(z.string().min(1).max(64)).min(1).max(8),
  weights: z.enum(['float32', 'float16', 'int8']),
  /** What goes in, where it is not bytes in the order R, G, B, rows of pixels: (value - mean) / deviation by channel, channels first. */
  input: z
    .strictObject({
      channels: z.enum(['rgb', 'bgr']),
      mean: z.tuple([z.number(), z.number(), z.number()]),
      deviation: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
    })
    .optional(),
  /** Brightness of what is added below and beside a picture to fill its square. */
  fill: level.optional(),
  /** Classes it tells apart and which of them is a person, counted from 0; one class that is a person unless given. */
  classes: z.strictObject({ count: z.number().int().min(1).max(1_000), person: z.number().int().min(0).max(999) }).optional(),
  /** Pixels between the places of each scale, finest first; 8, 16, 32 unless given. */
  strides: z.array(z.number().int().min(2).max(256)).min(1).max(6).optional(),
  /** Bins of a distance (`nanodet`); 11 unless given. */
  bins: z.number().int().min(2).max(64).optional(),
  /** Whether a `yolox` gives boxes in pixels already. */
  decoded: z.boolean().optional(),
  licence: z.strictObject({
    spdx: z.string().min(1).max(64),
    upstream: z.string().min(1).max(300),
    package: z.string().max(200),
    integrity: z.string().max(200),
  }),
  /** What the ranges of an int8 model were measured on. */
  calibration: z.string().max(1000).optional(),
});

export type VisionManifest = z.infer<typeof visionManifestSchema>;

/** Reads a detector's manifest; one that declares an output about who somebody is, is refused whatever else it says. */
export function parseVisionManifest(text: string): Result<VisionManifest, ModelProblem> {
  if (text.length > MANIFEST_MAX_BYTES) return fail(manifestProblem('it is too long'));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail(manifestProblem('it is not JSON'));
  }
  const parsed = visionManifestSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return fail(manifestProblem(`${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'not a manifest'}`));
  }
  const { name, purpose, outputs, kind, family, classes } = parsed.data;
  for (const declaration of [name, purpose, ...outputs]) {
    const word = deniedOfPeople(declaration);
    if (word !== undefined) return fail(deniedProblem(declaration, word));
  }
  if ((kind === 'person-pose') !== (family === 'movenet')) return fail(manifestProblem(`a ${kind} cannot be read as "${family}"`));
  if (classes !== undefined && classes.person >= classes.count) return fail(manifestProblem('classes.person: not one of the classes'));
  return ok(parsed.data);
}

/** What tells one person from another, beside what no model here may say. */
const RECOGNITION = ['embedding', 'reid', 'recogni', 'descriptor', 'fingerprint', 'signature', 'landmark', 'age_gender'];

/** The first word in a text that is about who somebody is, or by which they could be known again; `undefined` where there is none. */
export function deniedOfPeople(text: string): string | undefined {
  const joined = text.toLowerCase().replace(/[^a-z]+/g, '');
  return deniedWord(text) ?? RECOGNITION.find((stem) => joined.includes(stem.replace(/[^a-z]+/g, '')));
}

/** Compares a detector's file with what its manifest says of it. */
export function checkVisionFile(bytes: Uint8Array, manifest: VisionManifest): ModelProblem | undefined {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (bytes.length === manifest.bytes && sha256 === manifest.sha256) return undefined;
  return {
    kind: 'hash',
    sentence: `Cannot use the detector "${manifest.name}": its file is not the one that the manifest describes`,
    hint: 'Copy the model and its manifest again from where they came from',
  };
}

function manifestProblem(fact: string): ModelProblem {
  return {
    kind: 'manifest',
    sentence: `Cannot read the detector's manifest: ${fact}`,
    hint: 'Copy the manifest again from where the detector came from',
  };
}
