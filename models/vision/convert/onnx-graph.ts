import { ProtoWriter } from '../../training/onnx/protobuf.ts';

/** Element types of ONNX that we write. */
export const ONNX_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10 } as const;

export type OnnxType = keyof typeof ONNX_TYPE;

/** Attribute values: whole numbers and lists of them, 0 or above; text; and numbers with a fraction, as `{ float }`. */
export type OnnxAttributes = Readonly<Record<string, number | readonly number[] | string | { readonly float: number }>>;

/** The sides of a tensor; a text names one that is only known when it runs. */
export type OnnxShape = readonly (number | string)[];

const IR_VERSION = 8;
const OPSET = 17;
/** Values of AttributeProto.type. */
const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** An ONNX graph under construction, written in the order of the calls: the same calls give the same bytes. */
export class OnnxGraph {
  readonly #nodes = new ProtoWriter();
  readonly #tensors: ProtoWriter[] = [];
  readonly #inputs: ProtoWriter[] = [];
  readonly #outputs: ProtoWriter[] = [];
  readonly #known = new Set<string>();

  /** Adds an operation with one output, and says its name. */
  node(operator: string, inputs: readonly string[], options: { readonly output: string; readonly attributes?: OnnxAttributes }): string {
    const node = new ProtoWriter();
    for (const input of inputs) node.bytes(1, input);
    node.bytes(2, options.output).bytes(3, options.output).bytes(4, operator);
    for (const [name, value] of Object.entries(options.attributes ?? {})) {
      const attribute = new ProtoWriter().bytes(1, name);
      if (typeof value === 'number') attribute.int(3, value).int(20, ATTRIBUTE.int);
      else if (typeof value === 'string') attribute.bytes(4, value).int(20, ATTRIBUTE.string);
      else if ('float' in value) attribute.float(2, value.float).int(20, ATTRIBUTE.float);
      else attribute.packedInts(8, value).int(20, ATTRIBUTE.ints);
      node.bytes(5, attribute);
    }
    this.#nodes.bytes(1, node);
    return options.output;
  }

  /** Adds a constant of raw little-endian bytes once; a second one of the same name is taken to be the same. */
  tensor(name: string, type: OnnxType, value: { readonly shape: readonly number[]; readonly bytes: Uint8Array }): string {
    if (this.#known.has(name)) return name;
    this.#known.add(name);
    const tensor = new ProtoWriter();
    for (const side of value.shape) tensor.int(1, side);
    this.#tensors.push(tensor.int(2, ONNX_TYPE[type]).bytes(8, name).bytes(9, value.bytes));
    return name;
  }

  float(name: string, values: readonly number[] | Float32Array, shape: readonly number[]): string {
    const all = Float32Array.from(values);
    return this.tensor(name, 'float32', { shape, bytes: new Uint8Array(all.buffer) });
  }

  int64(name: string, values: readonly number[]): string {
    const all = BigInt64Array.from(values.map(BigInt));
    return this.tensor(name, 'int64', { shape: [values.length], bytes: new Uint8Array(all.buffer) });
  }

  input(name: string, type: OnnxType, shape: OnnxShape): string {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  output(name: string, type: OnnxType, shape: OnnxShape): void {
    this.#outputs.push(valueInfo(name, type, shape));
  }

  /** The whole model as a file. */
  build(name: string): Uint8Array {
    const graph = new ProtoWriter().raw(this.#nodes.build()).bytes(2, name);
    for (const tensor of this.#tensors) graph.bytes(5, tensor);
    for (const input of this.#inputs) graph.bytes(11, input);
    for (const output of this.#outputs) graph.bytes(12, output);
    return new ProtoWriter()
      .int(1, IR_VERSION)
      .bytes(2, 'endcap')
      .bytes(7, graph)
      .bytes(8, new ProtoWriter().bytes(1, '').int(2, OPSET))
      .build();
  }
}

function valueInfo(name: string, type: OnnxType, shape: OnnxShape): ProtoWriter {
  const sides = new ProtoWriter();
  for (const side of shape) sides.bytes(1, typeof side === 'number' ? new ProtoWriter().int(1, side) : new ProtoWriter().bytes(2, side));
  const tensor = new ProtoWriter().int(1, ONNX_TYPE[type]).bytes(2, sides);
  return new ProtoWriter().bytes(1, name).bytes(2, new ProtoWriter().bytes(1, tensor));
}
