import { z } from 'zod';
import { fail, ok, type Result } from '../../../agent/core/result.ts';

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
  list: z.looseObject({ i: z.array(z.union([z.string(), z.number()])).optional() }).optional(),
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
      weights: z.array(z.looseObject({ name: z.string(), shape: z.array(z.number()), dtype: z.enum(['float32', 'int32']) })),
    }),
  ),
});

/** Reads `model.json` and its weight files; only plain float32 and int32 weights are understood. */
export function readTfjsGraph(files: ReadonlyMap<string, Uint8Array>, folder: string): Result<TfGraph, string> {
  const text = files.get(`${folder}/model.json`);
  if (text === undefined) return fail(`Cannot read the graph: there is no ${folder}/model.json`);
  const parsed = modelSchema.safeParse(JSON.parse(Buffer.from(text).toString('utf8')));
  if (!parsed.success) return fail(`Cannot read ${folder}/model.json: ${parsed.error.issues[0]?.message ?? 'not a graph model'}`);
  const nodes = new Map<string, TfNode>();
  for (const { name, op, input, attr } of parsed.data.modelTopology.node) {
    nodes.set(name, {
      name,
      op,
      inputs: input.filter((from) => !from.startsWith('^')),
      strides: (attr['strides']?.list?.i ?? []).map(Number),
      padding: textOf(attr['padding']?.s),
      epsilon: attr['epsilon']?.f ?? 0,
    });
  }
  const constants = new Map<string, TfTensor>();
  for (const group of parsed.data.weightsManifest) {
    const shards = group.paths.map((path) => files.get(`${folder}/${path}`));
    if (shards.some((shard) => shard === undefined)) return fail(`Cannot read the weights: a file of ${group.paths.join(', ')} is missing`);
    const all = Buffer.concat(shards.filter((shard) => shard !== undefined));
    let at = 0;
    for (const { name, shape, dtype } of group.weights) {
      const length = shape.reduce((product, side) => product * side, 1);
      // A copy, because typed arrays want aligned bytes.
      const own = Uint8Array.prototype.slice.call(all, at, at + 4 * length);
      if (own.length !== 4 * length) return fail(`Cannot read the weights: the files end inside "${name}"`);
      constants.set(name, { shape, data: dtype === 'float32' ? new Float32Array(own.buffer) : new Int32Array(own.buffer) });
      at += 4 * length;
    }
  }
  return ok({ nodes, constants });
}

function textOf(value: z.infer<typeof bytes> | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : Buffer.from(value).toString('utf8');
}
