import type { AddLayer, ConvLayer, Layer } from './network.ts';
import type { TfGraph, TfNode, TfTensor } from './tfjs-graph.ts';

/** A layer under construction: weights and bias in float64, so that folding rounds once. */
interface Draft extends Omit<ConvLayer, 'weights' | 'bias' | 'relu6'> {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  relu6: boolean;
}

type DraftLayer = Draft | AddLayer;

/**
 * Reads a TensorFlow graph of convolutions backwards from its outputs, folding what follows a convolution into it: multiplication and
 * addition of constants, batch normalisation, bias, Relu6. Throws on any operation it does not know.
 */
export class FoldingReader {
  readonly #graph: TfGraph;
  readonly #picture: { readonly picture: string; readonly side: number };
  readonly #done = new Map<string, DraftLayer>();
  readonly #order: DraftLayer[] = [];
  readonly #consumers = new Map<string, number>();

  /** `picture` is the node that stands for the normalised picture of `side` pixels. */
  constructor(graph: TfGraph, picture: { readonly picture: string; readonly side: number }) {
    this.#graph = graph;
    this.#picture = picture;
    for (const node of graph.nodes.values()) {
      // A shape taken of a tensor is not a use of its values.
      if (node.op === 'Shape') continue;
      for (const input of node.inputs) this.#consumers.set(input, (this.#consumers.get(input) ?? 0) + 1);
    }
  }

  /** Name of the layer that computes a node, reading it and what it needs first. */
  read(name: string): string {
    return this.#layer(name).name;
  }

  /** Everything read, in an order that can be computed. */
  layers(): readonly Layer[] {
    return this.#order.map((draft) =>
      draft.kind === 'add' ? draft : { ...draft, weights: Float32Array.from(draft.weights), bias: Float32Array.from(draft.bias) },
    );
  }

  #layer(name: string): DraftLayer {
    const known = this.#done.get(name);
    if (known !== undefined) return known;
    const node = this.#graph.nodes.get(name);
    if (node === undefined) throw new Error(`Cannot convert the network: there is no node "${name}"`);
    const layer = this.#build(node);
    this.#done.set(name, layer);
    return layer;
  }

  #build(node: TfNode): DraftLayer {
    switch (node.op) {
      case 'Conv2D':
      case 'DepthwiseConv2dNative':
        return this.#conv(node);
      case 'Mul':
        return this.#scaled(node);
      case 'Add':
      case 'AddN':
      case 'BiasAdd':
        return this.#sum(node);
      case 'FusedBatchNorm':
        return this.#normalised(node);
      case 'Relu6': {
        const conv = this.#own(node, node.inputs[0]);
        conv.relu6 = true;
        return conv;
      }
      default:
        throw new Error(`Cannot convert the network: "${node.name}" is a ${node.op}, which is not understood`);
    }
  }

  #conv(node: TfNode): Draft {
    const [from = '', filterName = ''] = node.inputs;
    const filter = this.#graph.constants.get(filterName);
    if (filter === undefined || node.padding !== 'SAME')
      throw new Error(`Cannot convert the network: "${node.name}" is not a plain convolution`);
    const isPicture = from === this.#picture.picture;
    const input = isPicture ? undefined : this.#layer(from);
    const sideIn = input?.side ?? this.#picture.side;
    const stride = node.strides[1] ?? 1;
    const [height = 0, width = 0, inputs = 0, outputs = 0] = filter.shape;
    const depthwise = node.op === 'DepthwiseConv2dNative';
    if (depthwise && outputs !== 1) throw new Error(`Cannot convert the network: "${node.name}" multiplies channels`);
    const side = Math.ceil(sideIn / stride);
    // TensorFlow puts the odd pixel of SAME padding below and to the right.
    const total = Math.max(0, (side - 1) * stride + height - sideIn);
    const before = Math.floor(total / 2);
    const channels = depthwise ? inputs : outputs;
    const draft: Draft = {
      kind: 'conv',
      name: node.name,
      input: input?.name ?? 'image',
      shape: depthwise ? [inputs, 1, height, width] : [outputs, inputs, height, width],
      groups: depthwise ? inputs : 1,
      stride,
      pads: [before, before, total - before, total - before],
      weights: toOutputFirst(filter),
      bias: new Float64Array(channels),
      relu6: false,
      side,
    };
    this.#order.push(draft);
    return draft;
  }

  #scaled(node: TfNode): Draft {
    const { constant, other } = this.#split(node);
    if (constant === undefined || other === undefined) throw new Error(`Cannot convert the network: "${node.name}" multiplies two tensors`);
    const conv = this.#own(node, other);
    scale(conv, (channel) => constant.data[channel % constant.data.length] ?? 1);
    return conv;
  }

  #sum(node: TfNode): DraftLayer {
    const { constant, other } = this.#split(node);
    if (constant === undefined) return this.#residual(node);
    const target = other === undefined ? undefined : this.#layer(other);
    // A constant added to a residual sum is as well added to the convolution inside it.
    const conv = target?.kind === 'add' ? this.#addend(target) : this.#own(node, other);
    for (const channel of conv.bias.keys()) conv.bias[channel] = (conv.bias[channel] ?? 0) + (constant.data[channel] ?? 0);
    return target ?? conv;
  }

  #residual(node: TfNode): AddLayer {
    const [a, b] = node.inputs.map((input) => this.#layer(input));
    if (a === undefined || b === undefined || node.inputs.length !== 2)
      throw new Error(`Cannot convert the network: "${node.name}" does not add two`);
    const layer: AddLayer = { kind: 'add', name: node.name, inputs: [a.name, b.name], side: a.side };
    this.#order.push(layer);
    return layer;
  }

  #addend(sum: AddLayer): Draft {
    const [first] = sum.inputs;
    const conv = this.#done.get(first);
    if (conv?.kind !== 'conv' || conv.relu6 || this.#consumers.get(first) !== 1 || this.#consumers.get(sum.name) !== 1)
      throw new Error(`Cannot convert the network: a constant is added to "${sum.name}"`);
    return conv;
  }

  #normalised(node: TfNode): Draft {
    const conv = this.#own(node, node.inputs[0]);
    const [gamma, beta, mean, variance] = node.inputs.slice(1).map((name) => this.#graph.constants.get(name)?.data);
    if (gamma === undefined || beta === undefined || mean === undefined || variance === undefined)
      throw new Error(`Cannot convert the network: "${node.name}" is not frozen`);
    const factor = Float64Array.from(gamma, (value, channel) => value / Math.sqrt((variance[channel] ?? 0) + node.epsilon));
    scale(conv, (channel) => factor[channel] ?? 1);
    for (const channel of conv.bias.keys())
      conv.bias[channel] = (conv.bias[channel] ?? 0) + (beta[channel] ?? 0) - (mean[channel] ?? 0) * (factor[channel] ?? 1);
    return conv;
  }

  /** The convolution that a node may be folded into: nothing else uses it, and it has no Relu6 yet. */
  #own(node: TfNode, input: string | undefined): Draft {
    const layer = input === undefined ? undefined : this.#layer(input);
    if (layer?.kind !== 'conv' || layer.relu6 || this.#consumers.get(input ?? '') !== 1)
      throw new Error(`Cannot convert the network: "${node.name}" follows something it cannot be folded into`);
    return layer;
  }

  #split(node: TfNode): { readonly constant: TfTensor | undefined; readonly other: string | undefined } {
    const constantName = node.inputs.find((input) => this.#graph.constants.has(input));
    return {
      constant: constantName === undefined ? undefined : this.#graph.constants.get(constantName),
      other: node.inputs.find((input) => input !== constantName),
    };
  }
}

function scale(conv: Draft, by: (channel: number) => number): void {
  const size = conv.weights.length / conv.bias.length;
  for (const channel of conv.bias.keys()) {
    const factor = by(channel);
    for (let i = channel * size; i < (channel + 1) * size; i++) conv.weights[i] = (conv.weights[i] ?? 0) * factor;
    conv.bias[channel] = (conv.bias[channel] ?? 0) * factor;
  }
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
