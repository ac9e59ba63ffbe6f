import { z } from 'zod';
import { fail, ok, type Result } from '../../../agent/core/result.ts';
import { fromFloat16 } from './float16.ts';

/** A constant of the graph; `data` is row-major. */
export interface TfTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** One operation; inputs name other operations, with `:1` and up for further outputs. */
export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly strides: readonly number[];
  readonly padding: string;
  readonly epsilon: number;
  /** What is computed with it in one go, by its name: `BiasAdd`, `Relu6`. */
  readonly fused: readonly string[];
  readonly alpha: number;
  readonly kernel: readonly number[];
  readonly halfPixels: boolean;
}

/** A TensorFlow.js graph model, read. */
export interface TfGraph {
  readonly nodes: ReadonlyMap<string, TfNode>;
  readonly constants: ReadonlyMap<string, TfTensor>;
}

/** A text attribute: base64, or the bytes as numbers. */
const bytes = z.union([z.string(), z.array(z.number())]);
const attribute = z.looseObject({
  s: bytes.optional(),
  f: z.number().optional(),
  b: z.boolean().optional(),
  list: z.looseObject({ i: z.array(z.union([z.string(), z.number()])).optional(), s: z.array(bytes).optional() }).optional(),
});
const modelSchema = z.looseObject({
  modelTopology: z.looseObject({
    node: z.array(
      z.looseObject({
        name: z.string(),
        op: z.string(),
        input: z.array(z.string()).default([]),
        attr: z.record(z.string(), attribute).default({}),
      }),
    ),
  }),
  weightsManifest: z.array(
    z.looseObject({
      paths: z.array(z.string()),
      weights: z.array(
        z.looseObject({
          name: z.string(),
          shape: z.array(z.number()),
          dtype: z.enum(['float32', 'int32']),
          quantization: z.looseObject({ dtype: z.literal('float16') }).optional(),
        }),
      ),
    }),
  ),
});

/** Reads a model file and its weight files beside it; float32, int32 and weights stored in half precision are understood. */
export function readTfjsGraph(files: ReadonlyMap<string, Uint8Array>, path: string): Result<TfGraph, string> {
  const folder = path.slice(0, path.lastIndexOf('/'));
  const text = files.get(path);
  if (text === undefined) return fail(`Cannot read the graph: there is no ${path}`);
  const parsed = modelSchema.safeParse(JSON.parse(Buffer.from(text).toString('utf8')));
  if (!parsed.success) return fail(`Cannot read ${path}: ${parsed.error.issues[0]?.message ?? 'not a graph model'}`);
  const nodes = new Map<string, TfNode>();
  for (const { name, op, input, attr } of parsed.data.modelTopology.node) {
    nodes.set(name, {
      name,
      op,
      inputs: input.filter((from) => !from.startsWith('^')),
      strides: (attr['strides']?.list?.i ?? []).map(Number),
      padding: textOf(attr['padding']?.s),
      epsilon: attr['epsilon']?.f ?? 0,
      fused: (attr['fused_ops']?.list?.s ?? []).map(textOf),
      alpha: attr['alpha']?.f ?? 0,
      kernel: (attr['ksize']?.list?.i ?? []).map(Number),
      halfPixels: attr['half_pixel_centers']?.b === true && attr['align_corners']?.b !== true,
    });
  }
  const constants = new Map<string, TfTensor>();
  for (const group of parsed.data.weightsManifest) {
    const shards = group.paths.map((path) => files.get(`${folder}/${path}`));
    if (shards.some((shard) => shard === undefined)) return fail(`Cannot read the weights: a file of ${group.paths.join(', ')} is missing`);
    const all = Buffer.concat(shards.filter((shard) => shard !== undefined));
    let at = 0;
    for (const { name, shape, dtype, quantization } of group.weights) {
      const length = shape.reduce((product, side) => product * side, 1);
      const size = (quantization === undefined ? 4 : 2) * length;
      // A copy, because typed arrays want aligned bytes.
      const own = Uint8Array.prototype.slice.call(all, at, at + size);
      if (own.length !== size) return fail(`Cannot read the weights: the files end inside "${name}"`);
      if (quantization !== undefined) constants.set(name, { shape, data: fromFloat16(new Uint16Array(own.buffer)) });
      else constants.set(name, { shape, data: dtype === 'float32' ? new Float32Array(own.buffer) : new Int32Array(own.buffer) });
      at += size;
    }
  }
  return ok({ nodes, constants });
}

function textOf(value: z.infer<typeof bytes> | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : Buffer.from(value).toString('utf8');
}
