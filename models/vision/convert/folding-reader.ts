import type { Activation, AddLayer, ConcatLayer, ConvLayer, Layer, PoolLayer, ResizeLayer } from './network.ts';
import { LEAKY_SLOPE } from './network.ts';
import { type Convolution, convolutionOf, type Pads, paddingOf, samePads } from './tf-convolution.ts';
import type { TfGraph, TfNode, TfTensor } from './tfjs-graph.ts';

/** A layer under construction: weights and bias in float64, so that folding rounds once. */
interface Draft extends Omit<ConvLayer, 'weights' | 'bias' | 'activation'> {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  activation: Activation;
}

type DraftLayer = Draft | AddLayer | ConcatLayer | PoolLayer | ResizeLayer;

const ACTIVATIONS: Readonly<Record<string, Activation>> = { Relu: 'relu', Relu6: 'relu6', LeakyRelu: 'leaky' };

/**
 * Reads a TensorFlow graph of convolutions backwards from its outputs, folding what follows a convolution into it: multiplication and
 * addition of constants, batch normalisation, bias, activation; and what stands before it: padding. Transposing is left out, because
 * every layer here is channels first. Throws on any operation it does not know.
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
      draft.kind === 'conv' ? { ...draft, weights: Float32Array.from(draft.weights), bias: Float32Array.from(draft.bias) } : draft,
    );
  }

  #layer(name: string): DraftLayer {
    const known = this.#done.get(name);
    if (known !== undefined) return known;
    const layer = this.#build(this.#node(name));
    this.#done.set(name, layer);
    return layer;
  }

  #build(node: TfNode): DraftLayer {
    switch (node.op) {
      case 'Conv2D':
      case 'DepthwiseConv2dNative':
      case '_FusedConv2D':
      case 'FusedDepthwiseConv2dNative':
        return this.#conv(node);
      case 'Mul':
        return this.#scaled(node);
      case 'Add':
      case 'AddV2':
      case 'AddN':
      case 'BiasAdd':
        return this.#sum(node);
      case 'FusedBatchNorm':
        return this.#normalised(node);
      case 'Relu':
      case 'Relu6':
      case 'LeakyRelu':
        return this.#activated(node);
      case 'Transpose':
        return this.#layer(node.inputs[0] ?? '');
      case 'ConcatV2':
        return this.#joined(node);
      case 'MaxPool':
        return this.#pooled(node);
      case 'ResizeBilinear':
        return this.#resized(node);
      default:
        throw new Error(`Cannot convert the network: "${node.name}" is a ${node.op}, which is not understood`);
    }
  }

  #conv(node: TfNode): Draft {
    const convolution: Convolution = convolutionOf(node, this.#graph.constants);
    const { from, pads: padded } = this.#padded(node.inputs[0] ?? '', 'Pad');
    const isPicture = this.#isPicture(from);
    const input = isPicture ? undefined : this.#layer(from);
    const sideIn = input?.side ?? this.#picture.side;
    const { stride, size } = convolution;
    const pads = node.padding === 'SAME' ? samePads({ sideIn, stride, size }) : padded;
    const draft: Draft = {
      kind: 'conv',
      name: node.name,
      input: input?.name ?? 'image',
      shape: convolution.shape,
      groups: convolution.groups,
      stride,
      pads,
      weights: convolution.weights,
      bias: convolution.bias,
      activation: ACTIVATIONS[node.fused.find((fused) => fused !== 'BiasAdd') ?? ''] ?? 'none',
      side: Math.floor((sideIn + pads[0] + pads[2] - size) / stride) + 1,
    };
    this.#order.push(draft);
    return draft;
  }

  /** What stands before a node's padding, and the padding: none where there is none. */
  #padded(name: string, op: 'Pad' | 'PadV2'): { readonly from: string; readonly pads: Pads } {
    let from = name;
    while (this.#graph.nodes.get(from)?.op === 'Transpose') from = this.#node(from).inputs[0] ?? '';
    const pad = this.#graph.nodes.get(from);
    if (pad?.op !== op) return { from: name, pads: [0, 0, 0, 0] };
    return { from: pad.inputs[0] ?? '', pads: paddingOf(pad, this.#graph.constants) };
  }

  #isPicture(name: string): boolean {
    if (name === this.#picture.picture) return true;
    const node = this.#graph.nodes.get(name);
    return node?.op === 'Transpose' && this.#isPicture(node.inputs[0] ?? '');
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
    if (a === undefined || b === undefined || node.inputs.length !== 2 || a.side !== b.side)
      throw new Error(`Cannot convert the network: "${node.name}" does not add two of a size`);
    const layer: AddLayer = { kind: 'add', name: node.name, inputs: [a.name, b.name], side: a.side };
    this.#order.push(layer);
    return layer;
  }

  #addend(sum: AddLayer): Draft {
    const [first] = sum.inputs;
    const conv = this.#done.get(first);
    if (conv?.kind !== 'conv' || conv.activation !== 'none' || this.#consumers.get(first) !== 1 || this.#consumers.get(sum.name) !== 1)
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

  #activated(node: TfNode): Draft {
    if (node.op === 'LeakyRelu' && Math.abs(node.alpha - LEAKY_SLOPE) > 1e-6)
      throw new Error(`Cannot convert the network: "${node.name}" has a slope of ${node.alpha}`);
    const conv = this.#own(node, node.inputs[0]);
    conv.activation = ACTIVATIONS[node.op] ?? 'none';
    return conv;
  }

  #joined(node: TfNode): ConcatLayer {
    const parts = node.inputs.slice(0, -1).map((input) => this.#layer(input));
    const layer: ConcatLayer = { kind: 'concat', name: node.name, inputs: parts.map(({ name }) => name), side: parts[0]?.side ?? 0 };
    this.#order.push(layer);
    return layer;
  }

  #pooled(node: TfNode): PoolLayer {
    const { from, pads } = this.#padded(node.inputs[0] ?? '', 'PadV2');
    const input = this.#layer(from);
    const [size, stride] = [node.kernel[1] ?? 1, node.strides[1] ?? 1];
    if (node.padding !== 'VALID') throw new Error(`Cannot convert the network: "${node.name}" is padded by itself`);
    const side = Math.floor((input.side + pads[0] + pads[2] - size) / stride) + 1;
    const layer: PoolLayer = { kind: 'pool', name: node.name, input: input.name, size, stride, pads, side };
    this.#order.push(layer);
    return layer;
  }

  #resized(node: TfNode): ResizeLayer {
    const input = this.#layer(node.inputs[0] ?? '');
    const side = this.#graph.constants.get(node.inputs[1] ?? '')?.data[0] ?? 0;
    const factor = side / input.side;
    if (!node.halfPixels || (factor !== 2 && factor !== 0.5))
      throw new Error(`Cannot convert the network: "${node.name}" resizes by ${factor}`);
    const layer: ResizeLayer = { kind: 'resize', name: node.name, input: input.name, factor, side };
    this.#order.push(layer);
    return layer;
  }

  /** The convolution that a node may be folded into: nothing else uses it, and it has no activation yet. */
  #own(node: TfNode, input: string | undefined): Draft {
    const layer = input === undefined ? undefined : this.#layer(input);
    let isOnlyUse = this.#consumers.get(input ?? '') === 1;
    for (let from = this.#graph.nodes.get(input ?? ''); from?.op === 'Transpose'; from = this.#graph.nodes.get(from.inputs[0] ?? ''))
      isOnlyUse &&= this.#consumers.get(from.inputs[0] ?? '') === 1;
    if (layer?.kind !== 'conv' || layer.activation !== 'none' || !isOnlyUse)
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

  #node(name: string): TfNode {
    const node = this.#graph.nodes.get(name);
    if (node === undefined) throw new Error(`Cannot convert the network: there is no node "${name}"`);
    return node;
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
