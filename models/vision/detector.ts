import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import type { DetectedPerson } from '../../agent/core/reading.ts';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import type { ModelProblem } from '../manifest.ts';
import { DEFAULT_DECODE, type DecodeSettings, decodeDetections } from './decode.ts';
import { DETECTOR_TENSORS } from './detector-tensors.ts';
import type { Pixels } from './frame.ts';
import { checkVisionFile, parseVisionManifest, type VisionManifest } from './vision-manifest.ts';

/** Finds people in pictures, one at a time, on one thread. */
export interface PersonDetector {
  readonly manifest: VisionManifest;
  /** People in the picture, most confident first; weak ones too, for a tracker. */
  detect(pixels: Pixels): Promise<DetectedPerson[]>;
  close(): Promise<void>;
}

/** Reads a detector by its manifest, checks its hash and opens it. Runs foreign code: belongs in a process of its own. */
export async function loadDetector(manifestPath: string, settings?: DecodeSettings): Promise<Result<PersonDetector, ModelProblem>> {
  const text = await readFile(manifestPath, 'utf8').catch(() => undefined);
  if (text === undefined) return fail(missing(manifestPath));
  const manifest = parseVisionManifest(text);
  if (!manifest.ok) return manifest;
  const path = join(dirname(manifestPath), manifest.value.file);
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return fail(missing(path));
  const wrong = checkVisionFile(bytes, manifest.value);
  return wrong === undefined ? openDetector(bytes, manifest.value, settings) : fail(wrong);
}

/** Opens a detector from its bytes. */
export async function openDetector(
  bytes: Uint8Array,
  manifest: VisionManifest,
  settings: DecodeSettings = DEFAULT_DECODE,
): Promise<Result<PersonDetector, ModelProblem>> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const { side } = manifest;
  const { picture, scores, boxes } = DETECTOR_TENSORS;
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
    });
  } catch (error) {
    return fail(unreadable(manifest, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)));
  }
  if (!session.inputNames.includes(picture) || ![scores, boxes].every((name) => session.outputNames.includes(name))) {
    await session.release();
    return fail(unreadable(manifest, `expected the input "${picture}" and the outputs "${scores}" and "${boxes}"`));
  }
  return ok({
    manifest,
    async detect(pixels) {
      if (pixels.side !== side) throw new Error(`Cannot look at a picture of ${pixels.side} pixels: the detector wants ${side}`);
      const answer = await session.run({ [picture]: new Tensor('uint8', pixels.rgb, [1, side, side, 3]) });
      const [score, box] = [answer[scores]?.data, answer[boxes]?.data];
      if (!(score instanceof Float32Array) || !(box instanceof Float32Array) || box.length !== 4 * score.length)
        throw new Error('Cannot read the answer of the detector: it is not one score and four coordinates an anchor');
      return decodeDetections({ scores: score, boxes: box }, settings);
    },
    close: () => session.release(),
  });
}

function missing(path: string): ModelProblem {
  return { kind: 'missing', sentence: `Cannot read the detector: there is no ${path}`, hint: 'Reinstall Endcap or correct the path' };
}

function unreadable(manifest: VisionManifest, fact: string): ModelProblem {
  return { kind: 'unreadable', sentence: `Cannot open the detector "${manifest.name}": ${fact}`, hint: 'Install another detector' };
}
