import type { TfNode, TfTensor } from './tfjs-graph.ts';

/** Top, left, bottom, right. */
export type Pads = readonly [number, number, number, number];

/** What a convolution of TensorFlow is in the form of ONNX; weights and bias in float64, so that folding rounds once. */
export interface Convolution {
  /** Output channels, input channels a group, height, width. */
  readonly shape: readonly [number, number, number, number];
  readonly groups: number;
  readonly stride: number;
  /** Height and width of the filter. */
  readonly size: number;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

const PLAIN: readonly string[] = ['BiasAdd', 'Relu', 'Relu6'];

/** Reads a convolution, depthwise or not, with a bias where one is fused. Throws on what is not plain. */
export function convolutionOf(node: TfNode, constants: ReadonlyMap<string, TfTensor>): Convolution {
  const filter = constants.get(node.inputs[1] ?? '');
  if (filter === undefined || !node.fused.every((fused) => PLAIN.includes(fused)))
    throw new Error(`Cannot convert the network: "${node.name}" is not a plain convolution`);
  const [height = 0, width = 0, inputs = 0, outputs = 0] = filter.shape;
  const depthwise = node.op.includes('Depthwise');
  if (depthwise && outputs !== 1) throw new Error(`Cannot convert the network: "${node.name}" multiplies channels`);
  if (height !== width) throw new Error(`Cannot convert the network: "${node.name}" is not square`);
  const channels = depthwise ? inputs : outputs;
  const bias = node.fused.includes('BiasAdd') ? constants.get(node.inputs[2] ?? '') : undefined;
  return {
    shape: depthwise ? [inputs, 1, height, width] : [outputs, inputs, height, width],
    groups: depthwise ? inputs : 1,
    stride: node.strides[1] ?? 1,
    size: height,
    weights: toOutputFirst(filter),
    bias: bias === undefined ? new Float64Array(channels) : Float64Array.from(bias.data),
  };
}

/** TensorFlow puts the odd pixel of SAME padding below and to the right. */
export function samePads({ sideIn, stride, size }: { readonly sideIn: number; readonly stride: number; readonly size: number }): Pads {
  const side = Math.ceil(sideIn / stride);
  const total = Math.max(0, (side - 1) * stride + size - sideIn);
  const before = Math.floor(total / 2);
  return [before, before, total - before, total - before];
}

/** The padding of height and width that a Pad node of four sides (channels first) adds. */
export function paddingOf(node: TfNode, constants: ReadonlyMap<string, TfTensor>): Pads {
  const pads = constants.get(node.inputs[1] ?? '')?.data;
  if (pads?.length !== 8 || pads.subarray(0, 4).some((side) => side !== 0))
    throw new Error(`Cannot convert the network: "${node.name}" does not pad height and width`);
  const [top = 0, bottom = 0, left = 0, right = 0] = pads.subarray(4);
  return [top, left, bottom, right];
}

/** Height, width, input, output becomes output, input, height, width; a depthwise filter has its input channels as outputs. */
function toOutputFirst({ shape, data }: TfTensor): Float64Array {
  const [height = 0, width = 0, inputs = 0, outputs = 0] = shape;
  const moved = new Float64Array(data.length);
  const area = height * width;
  for (let at = 0; at < area; at++)
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) moved[(o * inputs + i) * area + at] = data[(at * inputs + i) * outputs + o] ?? 0;
  // With one output a channel, [1, C, h, w] and [C, 1, h, w] are the same numbers in the same order.
  return moved;
}
