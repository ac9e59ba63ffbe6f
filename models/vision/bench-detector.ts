import sharp from 'sharp';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import { loadDetector } from './detector.ts';
import { decodeFrame, prepareDecoder } from './frame.ts';
import { JOINT, loadPose } from './pose.ts';

/** What one picture costs, medians in milliseconds on one thread. */
export interface DetectorTiming {
  readonly decodeMs: number;
  readonly detectMs: number;
  readonly leastDetectMs: number;
  readonly people: number;
}

/** Times a detector on a picture, by default a drawn 1280 x 720 JPEG. */
export async function timeDetector(
  manifestPath: string,
  { picture, rounds = 40 }: { readonly picture?: Uint8Array; readonly rounds?: number },
): Promise<Result<DetectorTiming, string>> {
  prepareDecoder();
  const detector = await loadDetector(manifestPath);
  if (!detector.ok) return fail(detector.error.sentence);
  const jpeg = picture ?? (await drawnPicture());
  const decodes: number[] = [];
  const detects: number[] = [];
  let people = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      const pixels = await decodeFrame(jpeg, { fit: detector.value.fit });
      if (!pixels.ok) return fail(`Cannot look at the picture: ${pixels.error.sentence}`);
      const decoded = performance.now();
      people = (await detector.value.detect(pixels.value.picture)).length;
      decodes.push(decoded - began);
      detects.push(performance.now() - decoded);
    }
  } finally {
    await detector.value.close();
  }
  return ok({ decodeMs: middle(decodes), detectMs: middle(detects), leastDetectMs: Math.min(...detects), people });
}

/** Times the pose network on a crop of a drawn picture; milliseconds. */
export async function timePose(manifestPath: string, rounds = 40): Promise<Result<{ medianMs: number; leastMs: number }, string>> {
  const pose = await loadPose(manifestPath);
  if (!pose.ok) return fail(pose.error.sentence);
  const pixels = await decodeFrame(await drawnPicture(), { fit: { kind: 'inside', longest: 640 } });
  if (!pixels.ok) return fail(pixels.error.sentence);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await pose.value.joints(pixels.value.picture, { left: 200, top: 20, width: 240, height: 240 }, Object.values(JOINT));
    times.push(performance.now() - began);
  }
  await pose.value.close();
  return ok({ medianMs: middle(times), leastMs: Math.min(...times) });
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Noise, because a flat picture is cheaper to decode than a shop. */
async function drawnPicture(): Promise<Uint8Array> {
  return sharp({ create: { width: 1280, height: 720, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 30 } } })
    .blur(1.5)
    .jpeg({ quality: 80 })
    .toBuffer();
}
