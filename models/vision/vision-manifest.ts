import { createHash } from 'node:crypto';
import { z } from 'zod';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import { deniedWord } from '../denied-outputs.ts';
import { deniedProblem, MANIFEST_MAX_BYTES, type ModelProblem } from '../manifest.ts';

/** Everything that must be known of a detector before it may look at a picture. */
export const visionManifestSchema = z.strictObject({
  format: z.literal(1),
  kind: z.literal('person-detector'),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  version: z.string().min(1).max(64),
  /** File name beside the manifest, never a path. */
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().min(1),
  purpose: z.string().min(1).max(500),
  /** How its answer is read: `ssd` gives `scores` and `boxes` of anchors. */
  family: z.literal('ssd'),
  /** Side of the square picture in pixels: uint8, [1, side, side, 3], RGB. */
  side: z.number().int().min(32).max(2048),
  /** What it says of a picture. */
  outputs: z.array(z.string().min(1).max(64)).min(1).max(8),
  weights: z.enum(['float32', 'float16', 'int8']),
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
  for (const declaration of [parsed.data.name, parsed.data.purpose, ...parsed.data.outputs]) {
    const word = deniedWord(declaration);
    if (word !== undefined) return fail(deniedProblem(declaration, word));
  }
  return ok(parsed.data);
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
