import { randomBytes } from 'node:crypto';
import type { ModelManifest } from '../../models/manifest.ts';
import { ProtoWriter } from '../../models/training/onnx/protobuf.ts';
import type { Artifact } from '../../models/training/train-artifact.ts';
import { chainModel, node } from './onnx-fixture.ts';

/** A model that somebody might be sent, with the operators that its manifest would have to declare. */
export interface PoisonModel {
  readonly name: string;
  readonly onnx: Uint8Array;
  readonly operators: readonly string[];
  /** Part of the sentence that the status page shows. */
  readonly sentence: RegExp;
}

const FLOAT = 1;
const INT64 = 7;

/** A tensor of 64-bit integers, each below 2^53. */
function integers(name: string, dims: readonly number[], values: readonly number[]): ProtoWriter {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setBigInt64(8 * i, BigInt(value), true);
  return new ProtoWriter().packedInts(1, dims).int(2, INT64).bytes(8, name).bytes(9, bytes);
}

function bool(name: string): ProtoWriter {
  return new ProtoWriter().int(2, 9).bytes(8, name).bytes(9, Uint8Array.of(1));
}

function info(name: string, type: number, dims: readonly (number | string)[]): ProtoWriter {
  const shape = new ProtoWriter();
  for (const dim of dims) shape.bytes(1, typeof dim === 'number' ? new ProtoWriter().int(1, dim) : new ProtoWriter().bytes(2, dim));
  return new ProtoWriter().bytes(1, name).bytes(2, new ProtoWriter().bytes(1, new ProtoWriter().int(1, type).bytes(2, shape)));
}

function model(nodes: readonly ProtoWriter[], width: number, parts: { tensors?: readonly ProtoWriter[]; opset?: number } = {}): Uint8Array {
  const graph = new ProtoWriter();
  for (const one of nodes) graph.bytes(1, one);
  graph.bytes(2, 'g');
  for (const tensor of parts.tensors ?? []) graph.bytes(5, tensor);
  graph.bytes(11, info('features', FLOAT, ['batch', width])).bytes(12, info('probability', FLOAT, ['batch', 1]));
  return new ProtoWriter()
    .int(1, 8)
    .bytes(7, graph)
    .bytes(8, new ProtoWriter().bytes(1, '').int(2, parts.opset ?? 17))
    .build();
}

/** Asks for so many gigabytes when it is run: its size follows from the input, so that nothing can be worked out beforehand. */
export function greedyModel(width: number, gigabytes: number): Uint8Array {
  return model(
    [
      node('Shape', ['features'], 's'),
      node('Mul', ['s', 'k'], 'big'),
      node('ConstantOfShape', ['big'], 'c'),
      node('ReduceSum', ['c', 'axes'], 'r').bytes(5, new ProtoWriter().bytes(1, 'keepdims').int(3, 1).int(20, 2)),
      node('Sigmoid', ['r'], 'probability'),
    ],
    width,
    { tensors: [integers('k', [2], [1, Math.ceil((gigabytes * 2 ** 28) / width)]), integers('axes', [1], [1])] },
  );
}

/** Asks for it when it is loaded: the size is in the file. */
function greedyAtLoad(width: number): Uint8Array {
  return model(
    [
      node('ConstantOfShape', ['k'], 'c'),
      node('ReduceSum', ['c', 'axes'], 'r').bytes(5, new ProtoWriter().bytes(1, 'keepdims').int(3, 1).int(20, 2)),
      node('MatMul', ['features', 'r'], 'probability'),
    ],
    width,
    { tensors: [integers('k', [2], [width, Math.ceil(2 ** 31 / width)]), integers('axes', [1], [1])] },
  );
}

/** Goes round for ever. */
export function endlessModel(width: number): Uint8Array {
  const body = new ProtoWriter()
    .bytes(1, node('Identity', ['go'], 'go_on'))
    .bytes(1, node('Sigmoid', ['x'], 'y'))
    .bytes(2, 'body')
    .bytes(11, info('i', INT64, []))
    .bytes(11, info('go', 9, []))
    .bytes(11, info('x', FLOAT, ['batch', 1]))
    .bytes(12, info('go_on', 9, []))
    .bytes(12, info('y', FLOAT, ['batch', 1]));
  const loop = node('Loop', ['', 'always', 'mean'], 'probability').bytes(5, new ProtoWriter().bytes(1, 'body').bytes(6, body).int(20, 5));
  return model([mean(), loop], width, { tensors: [bool('always')] });
}

function mean(): ProtoWriter {
  return node('ReduceMean', ['features'], 'mean').bytes(5, new ProtoWriter().bytes(1, 'axes').packedInts(8, [1]).int(20, 7));
}

/** One by one, the ways in which a model can be bad. */
export function poisonModels(width: number): readonly PoisonModel[] {
  const external = new ProtoWriter()
    .packedInts(1, [width, 1])
    .int(2, FLOAT)
    .bytes(8, 'w')
    .bytes(13, new ProtoWriter().bytes(1, 'location').bytes(2, '../../../../etc/hostname'))
    .int(14, 1);
  const huge = new ProtoWriter()
    .packedInts(1, [width, 2 ** 31])
    .int(2, FLOAT)
    .bytes(8, 'w')
    .bytes(9, new Uint8Array(4));
  const two = { width, outputs: 2 };
  return [
    { name: 'random bytes', onnx: randomBytes(20_000), operators: ['Sigmoid'], sentence: /Cannot read the model/ },
    {
      name: '8 GB asked for when it is run',
      onnx: greedyModel(width, 8),
      operators: ['ConstantOfShape', 'Mul', 'ReduceSum', 'Shape', 'Sigmoid'],
      sentence: /Cannot use the model: /,
    },
    {
      name: '8 GB asked for when it is loaded',
      onnx: greedyAtLoad(width),
      operators: ['ConstantOfShape', 'MatMul', 'ReduceSum'],
      sentence: /Cannot (use|read) the model/,
    },
    {
      name: 'an endless loop',
      onnx: endlessModel(width),
      operators: ['Identity', 'Loop', 'ReduceMean', 'Sigmoid'],
      sentence: /did not answer within \d+ ms/,
    },
    {
      name: 'answers that are no numbers',
      onnx: model([mean(), node('Sub', ['mean', 'mean'], 'zero'), node('Div', ['zero', 'zero'], 'probability')], width),
      operators: ['Div', 'ReduceMean', 'Sub'],
      sentence: /NaN is not a probability/,
    },
    {
      name: 'two numbers a row',
      onnx: chainModel([node('Sigmoid', ['features'], 'probability')], two),
      operators: ['Sigmoid'],
      sentence: /its output has shape/,
    },
    {
      name: 'one number for all rows',
      onnx: model(
        [
          node('ReduceMean', ['features'], 'm').bytes(5, new ProtoWriter().bytes(1, 'axes').packedInts(8, [0, 1]).int(20, 7)),
          node('Sigmoid', ['m'], 'probability'),
        ],
        width,
      ),
      operators: ['ReduceMean', 'Sigmoid'],
      sentence: /its output has shape \[1,1\]/,
    },
    {
      name: 'an operator that was removed',
      onnx: model([mean(), node('Scatter', ['mean', 'mean', 'mean'], 'probability')], width),
      operators: ['ReduceMean', 'Scatter'],
      sentence: /Cannot read the model/,
    },
    {
      name: 'an operator that never was',
      onnx: model([mean(), node('Divine', ['mean'], 'probability')], width),
      operators: ['Divine', 'ReduceMean'],
      sentence: /Cannot read the model/,
    },
    {
      name: "somebody's own operator",
      onnx: model([mean(), node('Exfiltrate', ['mean'], 'probability').bytes(7, 'com.example')], width),
      operators: ['ReduceMean', 'com.example:Exfiltrate'],
      sentence: /uses com.example:Exfiltrate, which is not part of the ONNX standard/,
    },
    {
      name: 'weights that would not fit into any machine',
      onnx: model([node('MatMul', ['features', 'w'], 'probability')], width, { tensors: [huge] }),
      operators: ['MatMul'],
      sentence: /Cannot read the model/,
    },
    {
      name: 'weights in a file outside of its folder',
      onnx: model([node('MatMul', ['features', 'w'], 'probability')], width, { tensors: [external] }),
      operators: ['MatMul'],
      sentence: /keeps weights in other files/,
    },
  ];
}

/** What a manifest must say for a poison model to get as far as it can. */
export function manifestFor(artifact: Artifact, { operators }: PoisonModel): Partial<ModelManifest> {
  return { operators: [...operators], opset: { ...artifact.manifest.opset } };
}
