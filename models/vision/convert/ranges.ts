import { z } from 'zod';
import { fail, ok, type Result } from '../../../agent/core/result.ts';
import { loadOnnxRuntime } from '../../onnx-runtime.ts';
import { DETECTOR_TENSORS } from '../detector-tensors.ts';
import type { Picture } from '../picture.ts';
import { emitFloat } from './emit-float.ts';
import { channelsOf } from './network.ts';

/** Smallest and largest value that each layer gave, by its name. */
export type LayerRanges = Readonly<Record<string, readonly [low: number, high: number]>>;

const rangesSchema = z.strictObject({
  /** What the ranges were measured on. */
  pictures: z.string().min(1).max(1000),
  ranges: z.record(z.string(), z.tuple([z.number(), z.number()])),
});

export type MeasuredRanges = z.infer<typeof rangesSchema>;

/** Reads a file of ranges. */
export function parseRanges(text: string): Result<MeasuredRanges, string> {
  const parsed = rangesSchema.safeParse(JSON.parse(text));
  return parsed.success ? ok(parsed.data) : fail(`Cannot read the ranges: ${parsed.error.issues[0]?.message ?? 'not as expected'}`);
}

/** Runs the float network over pictures and notes what every layer gives: its extremes, to four digits. */
export async function measureRanges(
  network: Parameters<typeof emitFloat>[0],
  pictures: AsyncIterable<Picture> | Iterable<Picture>,
): Promise<LayerRanges> {
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const session = await InferenceSession.create(emitFloat(network, { weights: 'float32', exposeLayers: true }), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // Higher levels would fold layers away whose values are asked for.
    graphOptimizationLevel: 'basic',
  });
  const layers = channelsOf(network.layers);
  const extremes = new Map<string, [number, number]>();
  try {
    for await (const { width, height, rgb } of pictures) {
      const answer = await session.run({ [DETECTOR_TENSORS.picture]: new Tensor('uint8', rgb, [1, height, width, 3]) });
      for (const [name, { data }] of Object.entries(answer)) {
        if (!(data instanceof Float32Array) || !layers.has(name)) continue;
        const known = extremes.get(name) ?? [0, 0];
        for (const value of data) {
          if (value < known[0]) known[0] = value;
          if (value > known[1]) known[1] = value;
        }
        extremes.set(name, known);
      }
    }
  } finally {
    await session.release();
  }
  return Object.fromEntries([...extremes].map(([name, [low, high]]) => [name, [digits(low), digits(high)]]));
}

function digits(value: number): number {
  return Number(value.toPrecision(4));
}
